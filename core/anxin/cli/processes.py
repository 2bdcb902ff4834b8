"""The platform's own processes, one command each: `anxin up` starts them, and so does a cluster.

Each builds the application once, like a web process, and then runs a loop of the kernel's until SIGTERM.
"""

import os

import click

from anxin.cli.options import settings_option
from anxin.embedded.programs import web_command
from anxin.embedded.services import child_environment
from anxin.settings import Settings


@click.command()
@settings_option
def web(settings: Settings) -> None:
    """Answer people until SIGTERM: granian in place of this process, so that signals reach it.

    \b
    Examples:
      anxin web
      ANXIN_HOST=0.0.0.0 ANXIN_WEB_WORKERS=4 anxin web
    """
    command = web_command(settings)
    os.execve(command[0], command, child_environment(settings, os.environ))  # noqa: S606  (no shell wanted)


@click.command()
@click.option(
    "--with-relay", is_flag=True, help="Also do the relay's and the scheduler's work: a small machine."
)
@settings_option
def worker(settings: Settings, with_relay: bool) -> None:
    """Run jobs until SIGTERM; the job in progress is finished first.

    \b
    Examples:
      anxin worker
      anxin worker --with-relay        one process instead of three
      DATABASE_URL=… REDIS_URL=… anxin worker
    """
    from anxin.cli import (
        background,
    )  # brings the whole application, which no other command of this file needs

    background.run_worker(settings, relay=with_relay)


@click.command()
@click.option("--with-scheduler", is_flag=True, help="Also ask for periodic jobs and seal the audit trail.")
@settings_option
def relay(settings: Settings, with_scheduler: bool) -> None:
    """Move committed effects to the job queue until SIGTERM.

    \b
    Examples:
      anxin relay
      anxin relay --with-scheduler     one process instead of two
    """
    from anxin.cli import background  # as above

    background.run_relay(settings, scheduler=with_scheduler)


@click.command()
@settings_option
def scheduler(settings: Settings) -> None:
    """Ask for periodic jobs and seal the audit trail, until SIGTERM. Each slot is asked for once.

    \b
    Examples:
      anxin scheduler
    """
    from anxin.cli import background  # as above

    background.run_scheduler(settings)
