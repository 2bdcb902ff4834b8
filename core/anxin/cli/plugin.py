"""`anxin plugin`: which plugins there are."""

import click

from anxin.cli.options import json_option, print_json, settings_option
from anxin.extension.registry import load
from anxin.rooms import core_parts
from anxin.settings import Settings


@click.group()
def plugin() -> None:
    """List plugins.

    \b
    Examples:
      anxin plugin list
    """


@plugin.command("list")
@json_option
@settings_option
def list_plugins(settings: Settings, as_json: bool) -> None:
    """List the loaded plugins: all installed ones, or those ANXIN_PLUGINS names.

    \b
    Examples:
      anxin plugin list
      anxin plugin list --json
    """
    found = load(core_parts(), settings.plugins).plugins.values()
    rows = [
        {
            "name": item.name,
            "title": str(item.title),
            "requires_core": item.requires_core,
            "summary": str(item.summary),
        }
        for item in found
    ]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        click.echo(f"{row['name']:<16} {row['title']}  (core {row['requires_core']})")
