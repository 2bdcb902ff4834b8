"""Keep the Chinese complete: `python -m anxin.kernel.i18n check` and `... update ROOM | --all`.

check   lists msgids without Chinese and translations that look wrong; exit code 1 while there are any
update  merges new msgids into the catalogue of a room (translations are kept), ready to be filled in
"""

from __future__ import annotations

import click

from anxin.kernel.i18n import extract
from anxin.kernel.i18n.catalogues import rooms


@click.group(help=__doc__)
def main() -> None:
    """Entry point."""


@main.command()
def check() -> None:
    """List strings that lack Chinese and translations that look wrong."""
    gaps, wrong = extract.missing(), extract.problems()
    for room, msgid in gaps:
        click.echo(f"{room}: no Chinese for {msgid!r}")
    for room, msgid, reason in wrong:
        click.echo(f"{room}: {msgid!r}: {reason}")
    if gaps or wrong:
        raise click.exceptions.Exit(1)
    click.echo("every string speaks both languages")


@main.command()
@click.argument("room", required=False)
@click.option("--all", "everything", is_flag=True, help="Every room and installed plugin.")
def update(room: str | None, everything: bool) -> None:
    """Merge new msgids of ROOM into its catalogue. Example: python -m anxin.kernel.i18n update consent"""
    if not room and not everything:
        raise click.UsageError("name a ROOM or say --all")
    try:
        chosen = rooms() if everything else (extract.named(room or ""),)
    except LookupError as problem:
        raise click.UsageError(str(problem)) from problem
    for each in chosen:
        gaps = extract.update(each)
        click.echo(f"{each.name}: {gaps} to translate" if gaps else f"{each.name}: complete")


if __name__ == "__main__":
    main()
