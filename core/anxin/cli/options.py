"""Options that mean the same in every command: where the data lies, and output for scripts."""

import json
import os
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from anxin.embedded.services import running_services
from anxin.settings import Settings

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of all data.  [default: $ANXIN_DATA or ./var/data]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the web server.  [default: 8000]"
)
host_option = click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Show what every process writes to its log."
)


def settings_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--data`, and hand the command `settings` in its place."""

    @wraps(command)
    def load(*args: Any, data: Path | None, **rest: Any) -> Any:
        return command(*args, settings=Settings.load(data), **rest)

    return data_option(load)


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Like `settings_option`, for commands that use the database: it runs, and is migrated, while they do."""

    @wraps(command)
    def serve(*args: Any, settings: Settings, **rest: Any) -> Any:
        with running_services(settings):
            return command(*args, settings=settings, **rest)

    return settings_option(serve)


def environment(**changed: object) -> Mapping[str, str]:
    """The environment with what the command line changed in it; None leaves a variable as it is."""
    return os.environ | {name: str(value) for name, value in changed.items() if value is not None}


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
