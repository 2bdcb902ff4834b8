"""`anxin up`: the whole platform on one machine, in the foreground."""

import time
from pathlib import Path

import click

from anxin.cli.group import UNUSABLE, fail
from anxin.cli.options import data_option, environment, host_option, port_option, verbose_option
from anxin.embedded.preconditions import before_start, data_folder
from anxin.embedded.programs import platform_programs
from anxin.embedded.supervisor import Supervisor, end_leftovers
from anxin.settings import Settings

LETS_GO_SECONDS = 8.0  # a web server asked to stop has five for the requests in progress


@click.command()
@data_option
@port_option
@host_option
@verbose_option
def up(data: Path | None, port: int | None, host: str | None, verbose: bool) -> None:
    """Run everything on this machine until Ctrl+C.

    PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL name real servers), migrations, web, worker and
    relay. Prints `ready: ADDRESS` once it answers. Logs lie in DATA/log. Safe to kill and start again.

    \b
    Examples:
      anxin up
      anxin up --data /srv/anxin --port 8080
      DATABASE_URL=postgresql://owner:secret@db/anxin anxin up
    """
    env = environment(ANXIN_PORT=port, ANXIN_HOST=host)
    settings = Settings.load(data, env)
    check_preconditions(settings)
    Supervisor(settings, platform_programs(settings), env=env, verbose=verbose).run()


def check_preconditions(settings: Settings, extra_ports: tuple[int, ...] = ()) -> None:
    """End with one line for each precondition that does not hold.

    What a killed `anxin up` left behind is ended first: it would hold the port. Even a killed process lets go of
    it a moment after it is gone, and one started too late to be noted ends by itself within seconds.
    """
    killed = data_folder(settings.data_dir).holds and end_leftovers(settings.data_dir)
    deadline = time.monotonic() + (LETS_GO_SECONDS if killed else 0)
    while True:
        failed = [check for check in before_start(settings, extra_ports) if not check.holds]
        if any(check.name != "port" for check in failed) or not failed or time.monotonic() >= deadline:
            break
        time.sleep(0.1)
    for check in failed[:-1]:
        click.echo(f"anxin: {check.line}", err=True)
    if failed:
        fail(failed[-1].line, UNUSABLE)
