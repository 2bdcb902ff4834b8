"""`anxin plugin`: which plugins there are, a new one to begin with, and the rules every plugin keeps."""

from pathlib import Path

import click

from anxin.cli.group import REFUSED, UNUSABLE, fail
from anxin.cli.options import json_option, print_json, settings_option
from anxin.extension import scaffold
from anxin.settings import Settings


@click.group()
def plugin() -> None:
    """List plugins, begin one, check one.

    \b
    Examples:
      anxin plugin list
      anxin plugin new wishes
      anxin plugin check wishes
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
    from anxin.extension.registry import load  # brings all rooms; `new` stays quick
    from anxin.rooms import core_parts  # as above

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


@plugin.command()
@click.argument("name")
@click.option("--thing", help="What one row is called.  [default: the name's singular]")
@click.option("--title", help="English title.  [default: the name]")
@click.option("--chinese", help="Chinese title (中文名).  [default: the English title]")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="here",
    help="Folder that gets the plugin's folder.",
)
def new(name: str, thing: str | None, title: str | None, chinese: str | None, into: Path) -> None:
    """Begin a plugin: a table, a page, an API, consent, audit, export, erasure, Chinese, tests. It works at
    once.

    \b
    Examples:
      anxin plugin new wishes --chinese 心愿墙
      anxin plugin new wishes --thing wish --title "Wish wall" --into ../plugins
    """
    title = title or name.replace("_", " ").capitalize()
    made: list[Path] = []
    try:
        words = scaffold.Words(name, thing or scaffold.one_of(name), title, chinese or f"{title}（待译）")
        made = scaffold.write(into, words)
    except scaffold.UnusableName as error:
        fail(str(error), UNUSABLE)
    except FileExistsError:
        fail(f"{into / name} is there already", REFUSED)
    for path in made:
        click.echo(f"  {into / name / path}")
    click.echo(f"next: cd {into / name} && pip install -e . && anxin plugin check {name} && pytest")


@plugin.command()
@click.argument("plugin_or_path", metavar="NAME|PATH")
@json_option
def check(plugin_or_path: str, as_json: bool) -> None:
    """Check one plugin against the rules every plugin keeps; exit code 1 when one is broken.

    NAME is an installed plugin, PATH a folder with a plugin's pyproject.toml that need not be installed. A
    throwaway PostgreSQL is started and migrated for it; nothing of yours is touched.

    \b
    Examples:
      anxin plugin check wishes
      anxin plugin check ./wishes --json
    """
    from anxin.cli.plugin_check import findings  # brings the whole application

    found = findings(plugin_or_path)
    broken = {rule: lines for rule, lines in found.items() if lines}
    if as_json:
        print_json({"plugin": plugin_or_path, "ok": not broken, "rules": found})
    else:
        for rule, lines in found.items():
            click.echo(f"{'FAIL' if lines else 'ok':<5} {rule}")
            for line in lines:
                click.echo(f"      {line}")
    if broken:
        raise click.exceptions.Exit(REFUSED)
