"""What an operator asks on the command line: play a day of calls, bring in an old log."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from anxin.plugin import Ctx, json_option, print_json, tenant_command


@click.group()
def hotline() -> None:
    """Calls of a support line: play a day of them, bring in an old log.

    \b
    Examples:
      anxin hotline simulate --tenant dongling --calls 20 --json
      anxin hotline import old-calls.csv --tenant dongling
    """


@hotline.command()
@click.option(
    "--calls", default=20, show_default=True, type=click.IntRange(1, 5000), help="How many calls to play."
)
@click.option("--seed", default=1, show_default=True, help="The same seed plays the same day.")
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="Where the running set answers."
)
@click.option(
    "--at-once", default=2, show_default=True, type=click.IntRange(1, 16), help="Calls at the same time."
)
@json_option
@tenant_command(without="first")
def simulate(ctx: Ctx, *, calls: int, seed: int, url: str, at_once: int, as_json: bool) -> None:
    """Play calls against a running set, through the webhook and the API, and count what is lost.

    \b
    Examples:
      anxin hotline simulate --tenant dongling --calls 50 --seed 7 --json
    """
    from anxin_hotline.services import playing  # the application is loaded when it runs, not by --help

    stage = playing.stage(ctx)
    told = play(stage, url.rstrip("/"), calls, random.Random(seed), at_once)
    found = playing.settled(ctx, told)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['calls']} calls, {found['logged']} logged, {found['lost']} lost")


def play(stage: Any, url: str, calls: int, dice: random.Random, at_once: int) -> list[Any]:
    """Each call in turn, `at_once` at a time; what the server acknowledged of each."""
    from anxin_hotline.services import playing  # the same reason

    script = list(playing.script(calls, dice))
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda part: playing.one(stage, url, part), script))


@hotline.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Name a column that is not recognised."
)
@json_option
@tenant_command(without="only")
def import_(ctx: Ctx, file: Path, columns: tuple[str, ...], as_json: bool) -> None:
    """Bring in an old call log from a CSV; the same file again writes nothing.

    \b
    Examples:
      anxin hotline import old-calls.csv --tenant dongling --json
      anxin hotline import old-calls.csv --tenant dongling --column note=情况说明
    """
    from anxin_hotline.services import importing  # the same reason

    table = importing.read(file.read_bytes())
    match = importing.guess(table) | dict(_named(table, columns))
    result = importing.run(ctx, table, match)
    path = None
    if result.refused:
        path = file.with_suffix(".refused.csv")
        path.write_bytes(importing.refused_file(table, result.refused, "错误原因"))
    found = {
        "rows": result.rows,
        "calls": result.calls,
        "known": result.known,
        "refused": len(result.refused),
        "file": str(path) if path else None,
    }
    if as_json:
        print_json(found)
    else:
        click.echo(f"{result.calls} calls taken, {result.known} known already, {len(result.refused)} refused")
        if path:
            click.echo(f"refused rows with their reasons: {path}")


def _named(table: Any, columns: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for each in columns:
        name, _eq, header = each.partition("=")
        if header not in table.header:
            raise click.BadParameter(f"the file has no column {header!r}")
        yield name, table.header.index(header)
