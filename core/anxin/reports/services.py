"""Which reports somebody may read, and one of them drawn up by its module, under its module's grant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anxin.documents import Sheet, workbook
from anxin.extension.manifest import Plugin, Report
from anxin.kernel.ctx import Ctx
from anxin.kernel.disclosure import Cell, Share
from anxin.kernel.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Table:
    """A report drawn up: a row is a mapping of the report's columns; what is hidden is a Cell or Share that prints
    as a dash."""

    report: Report
    rows: Sequence[Mapping[str, Any]]


def offered(ctx: Ctx) -> Iterator[tuple[Plugin, list[Report]]]:
    """The enabled modules with the reports the actor may read, in the order of the manifests."""
    for plugin in ctx.runtime.registry.enabled(ctx.tenant):
        if reports := [report for report in plugin.reports if ctx.allowed(report.permission)]:
            yield plugin, reports


def any_offered(ctx: Ctx) -> bool:
    return next(offered(ctx), None) is not None


def table(ctx: Ctx, name: str) -> Table:
    """Draw one up. The module writes down that it was read. Raises NotFound, and Forbidden without its permission
    (NotFound where the permission is for care, whose addresses do not exist for others)."""
    found = next(
        (
            (plugin.name, report)
            for plugin in ctx.runtime.registry.enabled(ctx.tenant)
            for report in plugin.reports
            if report.name == name
        ),
        None,
    )
    if found is None:
        raise NotFound()
    module, report = found
    if not ctx.allowed(report.permission):
        raise NotFound() if report.permission.clinical else Forbidden()
    with ctx.acting(plugin=module, grant=ctx.actor.grants[report.permission.name]):
        return Table(report, report.rows(ctx))


def hides(made: Table) -> bool:
    """Is there a dash in it?"""
    return any(getattr(row[key], "note", "") for row in made.rows for key, _title in made.report.columns)


def sheet(made: Table) -> bytes:
    """The table as a workbook: numbers as numbers, dashes as dashes."""
    report = made.report
    return workbook(
        [
            Sheet(
                str(report.title),
                header=[str(title) for _key, title in report.columns],
                rows=[[_plain(row[key]) for key, _title in report.columns] for row in made.rows],
                widths=[24, *[14] * (len(report.columns) - 1)],
                note=str(report.note) or None,
            )
        ]
    )


def values(made: Table) -> list[dict[str, Any]]:
    """The rows as the API tells them: a hidden figure is null."""
    return [{key: _told(row[key]) for key, _title in made.report.columns} for row in made.rows]


def _plain(value: Any) -> Any:
    """For a workbook: a number, a day or a text."""
    if isinstance(value, Cell) and value.shown:
        value = value.value
    return value if isinstance(value, int | float) else str(value)


def _told(value: Any) -> Any:
    if isinstance(value, Cell):
        return None if value.hidden else value.value
    if isinstance(value, Share):
        return None if value.part is None else str(value)
    return value if isinstance(value, int | float) else str(value)
