"""What an operator can ask on the command line: `anxin rooms …`."""

import click

from anxin.plugin import Ctx, json_option, print_json, tenant_command
from anxin_rooms import storm as storming


@click.group("rooms")
def rooms() -> None:
    """Try out that no room is ever booked twice.

    \b
    Examples:
      anxin rooms storm --attempts 10000 --threads 64
    """


@rooms.command()
@click.option("--attempts", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--threads", default=64, show_default=True, type=click.IntRange(1, 256))
@json_option
@tenant_command(without="first")
def storm(ctx: Ctx, attempts: int, threads: int, as_json: bool) -> None:
    """Book one room from many threads at once, in a room made for it and removed afterwards; exit code 1 when two
    bookings overlap or an attempt got no answer.

    \b
    Examples:
      anxin rooms storm --attempts 10000 --threads 64 --json
    """
    done = storming.storm(ctx, attempts, threads)
    if as_json:
        print_json(done.as_json())
    else:
        click.echo(
            f"{done.answered} of {done.attempts} answered in {done.seconds:.1f} s: {done.booked} booked, "
            f"{done.overlaps} overlaps"
        )
    if done.overlaps or done.answered < done.attempts:
        raise click.exceptions.Exit(1)
