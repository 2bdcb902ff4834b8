"""`anxin competitions`: check that published rankings follow from their raw marks; write results from a file."""

import json
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
      anxin competitions replay --tenant dongling --all
    """


@competitions.command()
@click.argument("competition", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="Every competition of the tenant.")
@json_option
@tenant_command
def replay(ctx: Ctx, competition: UUID | None, every: bool, as_json: bool) -> None:
    """Compute frozen rankings again from their raw marks; exit code 1 when one comes out different.

    \b
    Examples:
      anxin competitions replay --tenant dongling --all --json
    """
    if (competition is None) != every:
        raise click.UsageError("name one competition, or say --all")
    rows = importing.replayed(ctx, competition)
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            click.echo(
                f"{'same' if row['same'] else 'DIFFERENT'}  {row['title']}  version {row['version']}  {row['digest']}"
            )
    if not all(row["same"] for row in rows):
        raise click.exceptions.Exit(1)


@competitions.command("import-results")
@click.argument("source", type=click.File(encoding="utf-8"))
@click.option("--competition", type=click.UUID, required=True, help="Whose results they are.")
@click.option("--by", "login", required=True, help="Employee number of the person who wrote them down.")
@json_option
@tenant_command
def import_results(ctx: Ctx, source: TextIO, competition: UUID, login: str, as_json: bool) -> None:
    """Write results down from a JSON list: [{"category": "男子 100 米", "number": 3, "mark": "12.34"}, …].

    A row may say "outcome": dns, dnf or dsq instead of a mark. Rows that cannot be taken are named and the others are
    written; the exit code is 1 when there was one. All wait for the check by a second person.

    \b
    Examples:
      anxin competitions import-results results.json --tenant dongling --competition 0199… --by DL10268
    """
    try:
        rows: Any = json.load(source)
    except ValueError as error:
        raise click.UsageError(f"this is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise click.UsageError("a JSON list of rows is expected")
    told = importing.take_in(ctx, competition, rows, login)
    if as_json:
        print_json(told)
    else:
        click.echo(f"{told['written']} written, {len(told['refused'])} refused")
        for refused in told["refused"]:
            click.echo(f"  row {refused['row']}: {refused['reason']}")
    if told["refused"]:
        raise click.exceptions.Exit(1)
