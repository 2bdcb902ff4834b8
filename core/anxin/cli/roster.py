"""`anxin roster`: what the import's pages do, without a browser."""

from pathlib import Path
from typing import Any

import click

from anxin.cli.options import json_option, print_json
from anxin.cli.tenant_command import tenant_command
from anxin.identity import roster as reader
from anxin.identity import roster_desk, roster_files, roster_import
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict
from anxin.kernel.i18n import lazy

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def roster() -> None:
    """Import people from the union's own workbook; write an empty template.

    \b
    Examples:
      anxin roster template 名册模板.xlsx
      anxin roster import --tenant dongling 花名册.xlsx --dry-run
      anxin roster import --tenant dongling 花名册.xlsx --json
    """


@roster.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(file: Path) -> None:
    """Write an empty roster with text columns, example lines and how to fill it in.

    \b
    Examples:
      anxin roster template 名册模板.xlsx
    """
    file.write_bytes(roster_files.template())
    click.echo(str(file))


@roster.command("import")
@tenant_command
@FILE
@click.option("--complete", is_flag=True, help="The file names everybody: whoever is missing has left.")
@click.option("--yes-leaving", is_flag=True, help="Go on although many people would leave.")
@click.option("--dry-run", is_flag=True, help="Print what would happen; write nothing.")
@click.option(
    "--failures",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows are written.  [default: beside the file]",
)
@json_option
def import_(  # noqa: PLR0917  (one parameter an option, by name)
    ctx: Ctx,
    file: Path,
    complete: bool,
    yes_leaving: bool,
    dry_run: bool,
    failures: Path | None,
    as_json: bool,
) -> None:
    """Bring a roster in, and write the rows that were refused, with the reasons, into a workbook.

    Columns that were matched on the pages are known here too.

    \b
    Examples:
      anxin roster import --tenant dongling 花名册.xlsx --json
    """
    found = reader.read(file, roster_desk.remembered(ctx))
    made = roster_import.plan(ctx, found, complete=complete)
    counts = roster_desk.counts_of(found, made)
    if not dry_run:
        _insist(ctx, made, sure=yes_leaving)
        roster_import.apply(ctx, found, made)
    refused = roster_files.failures(found, (*found.errors, *made.refused))
    target = None
    if refused is not None:
        target = failures or file.with_name(f"{file.stem}-未导入.xlsx")
        target.write_bytes(refused)
    _say(
        {"counts": counts, "failures": str(target) if target else None, "written": not dry_run},
        as_json=as_json,
    )


def _insist(ctx: Ctx, made: roster_import.Plan, *, sure: bool) -> None:
    if roster_desk.too_many(ctx, made) and not sure:
        raise Conflict(
            lazy(
                "%(left)d of %(active)d people would leave. If that is right, say --yes-leaving.",
                left=len(made.left),
                active=made.active,
            ),
            code="many_leaving",
        )


def _say(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    for name, count in told["counts"].items():
        click.echo(f"{name:<10} {count}")
    if told["failures"]:
        click.echo(f"refused rows: {told['failures']}")
