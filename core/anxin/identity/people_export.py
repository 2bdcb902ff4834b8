"""The list of people as a workbook: what the union's own roster holds, and nothing about any service."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.documents import Sheet, workbook
from anxin.files import XLSX, keep_file
from anxin.identity import entries, people_list
from anxin.identity.models import Person
from anxin.identity.people_list import Filter
from anxin.kernel.actor import Grant
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, lazy
from anxin.kernel.jobs import job
from anxin.tasks import Task, start_task, task_of
from anxin.tenancy.models import Unit

KIND = "people"
KEEP = timedelta(days=7)
AT_ONCE = 500


def ask(ctx: Ctx, chosen: Filter) -> Task:
    """Start the export of everybody the filter finds within the actor's own scope."""
    grant = ctx.grant or Grant("own")
    return start_task(
        ctx,
        export,
        title=lazy("Exporting the list of people"),
        back="identity.people_list",
        unit_id=chosen.unit_id,
        kind=chosen.kind,
        state=chosen.state,
        below=[str(unit) for unit in sorted(grant.units)] if grant.scope == "unit" else None,
    )


@job("identity.people_export")
def export(
    ctx: Ctx, *, task_id: str, unit_id: str | None, kind: str | None, state: str, below: list[str] | None
) -> None:
    """Write the workbook. A job sees everybody, so the scope of who asked comes along."""
    task = task_of(ctx, task_id)
    statement = people_list.wanted(ctx, Filter("", UUID(unit_id) if unit_id else None, kind, state))
    if below is not None:
        statement = statement.where(Person.unit_id.in_(people_list.below(ctx, map(UUID, below))))
    found = list(ctx.scalars(statement.order_by(Person.sort_key, Person.id)))
    paths = _paths(ctx)
    rows: list[tuple[Any, ...]] = []
    for first in range(0, len(found), AT_ONCE):
        part = found[first : first + AT_ONCE]
        for person, line in zip(part, people_list.rows(ctx, part), strict=True):
            rows.append(
                (
                    person.name,
                    person.number,
                    str(people_list.KINDS[person.kind]),
                    paths.get(person.unit_id) if person.unit_id else None,
                    line.job,
                    person.traits.get("employer"),
                    person.hired_on,
                    "、".join(line.roles),
                )
            )
        task.report(len(rows), len(found))
    header = (
        _("Name"), _("Employee number"), _("Kind of person"), _("Unit"),
        _("Job"), _("Employed by"), _("Hired on"), _("Roles"),
    )  # fmt: skip
    content = workbook([Sheet(_("People"), header, rows, widths=(14, 14, 12, 36, 16, 24, 12, 24))])
    file = keep_file(ctx, content, name=f"{_('People')}.xlsx", media_type=XLSX, kind=KIND, keep=KEEP)
    ctx.audit(entries.PeopleExported(count=len(rows)))
    task.finish(file=file, counts={"People": len(rows)})


def _paths(ctx: Ctx) -> dict[UUID, str]:
    """Each unit with its way down from the top, as the import reads it again."""
    rows = ctx.db.execute(
        sa.select(Unit.id, Unit.name, Unit.path).where(Unit.tenant_id == ctx.tenant.id)
    ).all()
    names = {row.id.hex: row.name for row in rows}
    return {row.id: "/".join(names[step] for step in row.path.split("/") if step in names) for row in rows}
