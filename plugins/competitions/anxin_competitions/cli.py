"""`anxin competitions`: check that published rankings follow from their raw marks; write results from a file."""

import json
from collections.abc import Iterator
from typing import Any, TextIO
from uuid import UUID

import click

from anxin.plugin import Ctx, json_option, print_json, tenant_command
from anxin_competitions.services import importing


@click.group("competitions")
def competitions() -> None:
    """Check rankings, read results.

    \b
    Examples:
      anxin competitions replay --all
    """


@competitions.command()
@click.argument("competition", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="Every competition, of every tenant unless one is named.")
@json_option
@tenant_command(without="each")
def replay(tenants: Iterator[Ctx], competition: UUID | None, every: bool, as_json: bool) -> None:
    """Compute frozen rankings again from their raw marks; exit code 1 when one comes out different.

    \b
    Examples:
      anxin competitions replay --all --json
      anxin competitions replay 01a201f5-10bd-7413-8147-0627aa01672b
    """
    if (competition is None) != every:
        raise click.UsageError("name one competition, or say --all")
    rows = [
        {"tenant": ctx.tenant.slug, **row}
        for ctx in tenants
        if competition is None or importing.knows(ctx, competition)
        for row in importing.replayed(ctx, competition)
    ]
    if competition is not None and not rows:
        raise click.ClickException(f"no competition {competition} with a confirmed ranking")
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            said = "same" if row["same"] else "DIFFERENT"
            click.echo(f"{said}  {row['tenant']}  {row['title']}  version {row['version']}  {row['digest']}")
    if not all(row["same"] for row in rows):
        raise click.exceptions.Exit(1)


@competitions.command("import-results")
@click.argument("source", metavar="FILE", type=click.File(encoding="utf-8"))
@click.option("--competition", type=click.UUID, help="Whose results they are, where the file does not say.")
@click.option("--by", help="Employee number of who wrote them down, where the file does not say.")
@json_option
@tenant_command(without="each")
def import_results(
    tenants: Iterator[Ctx], source: TextIO, competition: UUID | None, by: str | None, as_json: bool
) -> None:
    """Write results down from JSON: {"competition": "01a2…", "by": "DL10268", "results":
    [{"category": "男子 100 米", "number": 3, "mark": "12.34"}, …]}, or only the list.

    A row may say "outcome": dns, dnf or dsq instead of a mark. Rows that cannot be taken are named and the others are
    written; the exit code is 1 when there was one. All wait for the check by a second person.

    \b
    Examples:
      anxin competitions import-results results.json --json
      anxin competitions import-results list.json --competition 01a201f5-10bd-7413-8147-0627aa01672b --by DL10268
    """
    wanted, number, rows = _results(source, competition, by)
    told: dict[str, Any] | None = None
    for ctx in tenants:  # the next tenant commits this one
        if told is None and importing.knows(ctx, wanted):
            told = importing.take_in(ctx, wanted, rows, number)
    if told is None:
        raise click.ClickException(f"there is no competition {wanted}")
    if as_json:
        print_json(told)
    else:
        click.echo(f"{told['written']} written, {len(told['refused'])} refused")
        for refused in told["refused"]:
            click.echo(f"  row {refused['row']}: {refused['reason']}")
    if told["refused"]:
        raise click.exceptions.Exit(1)


def _results(source: TextIO, competition: UUID | None, by: str | None) -> tuple[UUID, str, list[Any]]:
    """(competition, who wrote them down, rows): the options go before what the file says."""
    try:
        found: Any = json.load(source)
    except ValueError as error:
        raise click.UsageError(f"this is not JSON: {error}") from None
    said = found if isinstance(found, dict) else {"results": found}
    rows = said.get("results")
    if not isinstance(rows, list):
        raise click.UsageError('a JSON list of rows is expected, or an object with "results"')
    number = by or said.get("by")
    try:
        wanted = competition or UUID(str(said.get("competition")))
    except ValueError:
        raise click.UsageError("say which competition: --competition, or in the file") from None
    if not isinstance(number, str) or not number:
        raise click.UsageError("say who wrote them down: --by, or in the file")
    return wanted, number, rows
