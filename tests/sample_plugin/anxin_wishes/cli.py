"""What an operator can ask on the command line: `anxin wishes …`."""

import click

from anxin.plugin import Ctx, json_option, print_json, tenant_command
from anxin_wishes import services


@click.group("wishes")
def wishes() -> None:
    """Ask about the wish wall of a tenant.

    \b
    Examples:
      anxin wishes waiting --tenant dongling
    """


@wishes.command()
@json_option
@tenant_command
def waiting(ctx: Ctx, as_json: bool) -> None:
    """Count the wishes that wait for an answer; nobody's words are opened.

    \b
    Examples:
      anxin wishes waiting --tenant dongling --json
    """
    number = services.waiting(ctx)
    if as_json:
        print_json({"waiting": number})
    else:
        click.echo(f"{number} waiting")
