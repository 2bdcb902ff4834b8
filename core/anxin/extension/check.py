"""Start-up checks of a manifest. Every message names the plugin, what is wrong and the fix."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click
from packaging.specifiers import InvalidSpecifier, SpecifierSet

import anxin
from anxin.extension.events import EVENTS
from anxin.extension.manifest import Plugin
from anxin.kernel.actor import SCOPES
from anxin.kernel.blueprints import ApiBlueprint, PluginBlueprint
from anxin.kernel.errors import ConfigurationError

if TYPE_CHECKING:
    from anxin.extension.registry import CoreParts


def check(entry_point: str, plugin: Plugin, core: "CoreParts", others: Sequence[Plugin]) -> None:
    """Raise ConfigurationError on the first thing that is wrong with a manifest."""
    for problem in problems(entry_point, plugin, core, others):
        raise ConfigurationError(f"plugin “{entry_point}”: {problem}", code="manifest")


def problems(entry_point: str, plugin: Plugin, core: "CoreParts", others: Sequence[Plugin]) -> Iterable[str]:
    """All that is wrong, one line each."""
    if not isinstance(plugin, Plugin):
        yield f"register() returned {type(plugin).__name__}; return an anxin.plugin.Plugin"
        return
    if plugin.name != entry_point:
        yield f"its entry point is named {entry_point} but the manifest {plugin.name}; use one name"
    if not plugin.name.isidentifier() or not plugin.name.islower():
        yield f"the name {plugin.name!r} is not a lower-case identifier (it is also a database schema)"
    if any(plugin.name == other.name for other in others):
        yield f"another plugin is named {plugin.name} too"
    yield from _version(plugin)
    yield from _names(plugin, core, others)
    yield from _blueprints(plugin)
    yield from _doors(plugin)
    yield from _models(plugin)
    yield from _commands(plugin)
    for event in plugin.reacts:
        if event not in EVENTS:
            yield f"reacts to {getattr(event, '__name__', event)}, which is no event of anxin.plugin"


def _version(plugin: Plugin) -> Iterable[str]:
    try:
        wanted = SpecifierSet(plugin.requires_core)
    except InvalidSpecifier:
        yield f"requires_core={plugin.requires_core!r} is no version specifier (say “>=0.1,<0.2”)"
        return
    if not wanted.contains(anxin.__version__, prereleases=True):
        yield f"needs core {plugin.requires_core}, this is {anxin.__version__}"


def _names(plugin: Plugin, core: "CoreParts", others: Sequence[Plugin]) -> Iterable[str]:
    kinds: tuple[tuple[str, Iterable[str], set[str]], ...] = (
        ("permission", [p.name for p in plugin.permissions], {p.name for o in others for p in o.permissions}),
        ("purpose", [p.name for p in plugin.purposes], {p.name for o in others for p in o.purposes}),
        ("audit entry", [e.action for e in plugin.audit], {e.action for o in others for e in o.audit}),
        ("job", [j.name for j in plugin.jobs], {j.name for o in others for j in o.jobs}),
        ("notice", [n.code for n in plugin.notices], {n.code for o in others for n in o.notices}),
        ("resource", [r.name for r in plugin.resources], {r.name for o in others for r in o.resources}),
        ("report", [r.name for r in plugin.reports], {r.name for o in others for r in o.reports}),
    )
    for kind, names, taken in kinds:
        seen: set[str] = set()
        for name in names:
            if not name.startswith(f"{plugin.name}."):
                yield f"the {kind} {name!r} must begin with “{plugin.name}.”"
            if name in seen or name in taken:
                yield f"the {kind} {name!r} is declared twice"
            seen.add(name)
    own = {p.name for p in plugin.permissions} | {p.name for p in core.permissions}
    for item in plugin.nav:
        if item.permission is not None and item.permission.name not in own:
            yield (
                f"the navigation item {item.endpoint} asks for {item.permission.name}, which nobody declares"
            )
        if not item.endpoint.startswith(f"{plugin.name}."):
            yield f"the navigation item {item.endpoint!r} must lead to a page of the plugin"
    for permission in plugin.permissions:
        if permission.scope not in SCOPES:
            yield (
                f"the permission {permission.name} has the unknown scope {permission.scope!r} (one "
                f"of {SCOPES})"
            )
        yield from _text(f"the permission {permission.name}", permission.title)
    yield from _text("the plugin", plugin.title)
    for purpose in plugin.purposes:
        yield from _text(f"the purpose {purpose.name}", purpose.text)
        if purpose.basis != "consent":
            yield f"the purpose {purpose.name} rests on {purpose.basis}; a plugin's purposes rest on consent"


def _text(what: str, text: Any) -> Iterable[str]:
    if isinstance(text, str):
        yield f"{what} has a plain string as title or text; wrap it in lazy(…) so that it is translated"


def _blueprints(plugin: Plugin) -> Iterable[str]:
    for kind, blueprint, wanted in (
        ("pages", plugin.pages, PluginBlueprint),
        ("api", plugin.api, ApiBlueprint),
    ):
        if blueprint is None:
            continue
        if not isinstance(blueprint, wanted):
            yield f"{kind} is a {type(blueprint).__name__}; use anxin.plugin.{wanted.__name__}"
        elif blueprint.plugin != plugin.name:
            yield f"{kind} is a blueprint named {blueprint.name!r}; name it {plugin.name!r}"


def _doors(plugin: Plugin) -> Iterable[str]:
    for endpoint in plugin.doors:
        if endpoint.partition(".")[0] not in (plugin.name, f"{plugin.name}-api"):
            yield f"the door {endpoint!r} must be a page or an API route of the plugin"


def _models(plugin: Plugin) -> Iterable[str]:
    for model in plugin.models:
        if model.__schema__ != plugin.name:
            yield (
                f"the model {model.__name__} is in schema {model.__schema__!r}; set __schema__ = "
                f"{plugin.name!r}"
            )


def _commands(plugin: Plugin) -> Iterable[str]:
    if plugin.cli is None:
        return
    if not isinstance(plugin.cli, click.Group):
        yield f"cli is a {type(plugin.cli).__name__}; give it a click.Group"
    elif plugin.cli.name != plugin.name:
        yield f"its commands are called {plugin.cli.name!r}; call the group {plugin.name!r}"
