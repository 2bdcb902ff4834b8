"""What an operator can ask on the command line: `anxin volunteers …`."""

from datetime import datetime

import click

from anxin.plugin import Ctx, json_option, print_json, tenant_command
from anxin_volunteers.services import coverage as covered
from anxin_volunteers.services import roster


@click.group("volunteers")
def volunteers() -> None:
    """Ask about the volunteers of a tenant.

    \b
    Examples:
      anxin volunteers coverage --tenant dongling
      anxin volunteers propose --tenant dongling --week 2026-11-23
    """


@volunteers.command()
@json_option
@tenant_command
def coverage(ctx: Ctx, as_json: bool) -> None:
    """One row a unit: what it needs, who is ready, what is missing.

    \b
    Examples:
      anxin volunteers coverage --tenant dongling --json
    """
    rows = [covered.plain(row) for row in covered.of_tenant(ctx).rows]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['unit']}\t{row['name']}\tneeds {row['needs']}\tready {row['people']}\tgaps {row['gaps']}"
        )


@volunteers.command()
@click.option("--week", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A day of the first week.")
@click.option("--weeks", type=click.IntRange(1, 8), default=1, show_default=True, help="How many weeks.")
@json_option
@tenant_command
def propose(ctx: Ctx, week: datetime, weeks: int, as_json: bool) -> None:
    """Propose who serves, and say why each need is met or not; nothing is changed.

    \b
    Examples:
      anxin volunteers propose --tenant dongling --week 2026-11-23 --json
    """
    rows = roster.plain(roster.propose(ctx, week.date(), weeks))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['starts_at'][:16]}\t{row['task']}\t{row['role']}\t"
            f"{row['taken']}+{len(row['proposed'])}/{row['wanted']}\t{row['why']}\t{' '.join(row['proposed'])}"
        )
