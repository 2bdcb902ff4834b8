"""A platform in miniature for the supervisor's tests: a one-line web application and a worker that sleeps.

Run as `python standin.py DATA PORT`; served by the same granian command line as the real application.
"""

import os
import sys
from pathlib import Path

import click

from anxin.cli.group import LazyGroup
from anxin.cli.up import check_preconditions
from anxin.embedded.programs import Program, web_command
from anxin.embedded.supervisor import Supervisor
from anxin.settings import Settings


def never_ready(environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"not yet"]


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {environ['PATH_INFO']}".encode()]


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("port")
@click.option("--broken", is_flag=True)
def run(data, port, broken):
    env = os.environ | {
        "ANXIN_PORT": port,
        "ANXIN_WEB_WORKERS": "1",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    settings = Settings.load(data, env)
    check_preconditions(settings)
    sleeper = "raise SystemExit('no table for me')" if broken else "import time; time.sleep(3600)"
    programs = [
        Program("web", web_command(settings, "standin:never_ready" if broken else "standin:app")),
        Program("worker", (sys.executable, "-c", sleeper)),
    ]
    Supervisor(settings, programs, env=env, prepare=()).run()


if __name__ == "__main__":
    LazyGroup("standin", commands={"run": ("standin:run", "")}, help="")(
        ["run", *sys.argv[1:]], prog_name="anxin"
    )
