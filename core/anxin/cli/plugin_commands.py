"""Commands that plugins bring: a click group in the plugin's `cli.py`, called as the plugin is.

`anxin --help` finds them by their place, without importing a plugin; running one imports that file alone, so
that a command which needs no application starts as fast as core's own. The manifest names the same group
(`cli=`), and a rule of extension/conformance.py holds the two together.
"""

import importlib
import importlib.util
from importlib.metadata import entry_points

import click

GROUP = "anxin.plugins"
MODULE = "cli"


def names() -> list[str]:
    """The loaded plugins that bring commands."""
    return sorted(_packages())


def command_of(name: str) -> click.Command | None:
    """A plugin's group; None when no loaded plugin of this name brings one."""
    package = _packages().get(name)
    return getattr(importlib.import_module(f"{package}.{MODULE}"), name, None) if package else None


def _packages() -> dict[str, str]:
    from anxin.settings import Settings  # `import anxin.cli` stays quick for commands that need no settings

    wanted = Settings.load(create=False).plugins
    found = {}
    for point in entry_points(group=GROUP):
        package = point.module.rpartition(".")[0]
        if package and (not wanted or point.name in wanted) and _has_commands(package):
            found[point.name] = package
    return found


def _has_commands(package: str) -> bool:
    try:
        return importlib.util.find_spec(f"{package}.{MODULE}") is not None
    except ImportError:
        return False  # a package that is not there is for `anxin plugin list` to explain
