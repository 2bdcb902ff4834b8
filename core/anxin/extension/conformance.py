"""The rules every plugin keeps, over what it declares. `anxin.testing.PluginContract` runs them as tests and
`anxin plugin check` as lines; tables.py has those over its real tables.

A rule takes an `Examined` and yields one line for each thing wrong: the place, what is wrong, and the fix.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from marshmallow import RAISE, Schema, fields

from anxin.extension.check import problems
from anxin.extension.manifest import Plugin
from anxin.extension.registry import GROUP, Registry
from anxin.kernel.db import TenantModel, sealed_columns
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import catalogues, extract, locale_scope


@dataclass(frozen=True)
class Examined:
    """One loaded plugin in an assembled application; `connection` is the owner's, to a migrated database."""

    plugin: Plugin
    registry: Registry
    app: Flask
    connection: sa.Connection

    def views(self) -> Iterator[tuple[str, Any]]:
        """Endpoint and view of every page and API operation."""
        for endpoint, view in self.app.view_functions.items():
            if endpoint.partition(".")[0] in (self.plugin.name, f"{self.plugin.name}-api"):
                yield endpoint, view


Rule = Callable[[Examined], Iterable[str]]


def manifest(it: Examined) -> Iterable[str]:
    """Names, version, titles, navigation, blueprints: what also stops the process when it starts."""
    others = [plugin for name, plugin in it.registry.plugins.items() if name != it.plugin.name]
    yield from problems(it.plugin.name, it.plugin, it.registry.core, others)
    for item in it.plugin.nav:
        if item.endpoint not in it.app.view_functions:
            yield f"the navigation item {item.endpoint} leads to no page"


def guards(it: Examined) -> Iterable[str]:
    """Every route is guarded by a permission and purpose that somebody declares."""
    for endpoint, view in it.views():
        guard = getattr(view, "__guard__", None)
        if guard is None:
            yield f"{endpoint} has no @guard"
            continue
        if isinstance(guard.access, Permission) and guard.access.name not in it.registry.permissions:
            yield f"{endpoint} asks for {guard.access.name}: add it to the manifest's permissions"
        if guard.purpose and guard.purpose not in it.registry.purposes:
            yield f"{endpoint} uses the purpose {guard.purpose}: add it to the manifest's purposes"


def inputs(it: Examined) -> Iterable[str]:
    """Every schema that takes something in refuses keys it does not know."""
    for place, schema in _schemas(it):
        for path in _lenient(schema):
            yield f"{place}: {path} takes unknown keys; derive it from anxin.plugin.Input (unknown = RAISE)"


def _schemas(it: Examined) -> Iterator[tuple[str, Any]]:
    if it.plugin.settings is not None:
        yield "settings", it.plugin.settings
    for endpoint, view in it.views():
        if (guard := getattr(view, "__guard__", None)) is not None and guard.input is not None:
            yield endpoint, guard.input
        documented = getattr(view, "_apidoc", {}).get("arguments", {})
        for parameter in documented.get("parameters", ()):
            if (schema := parameter.get("schema")) is not None and not isinstance(schema, dict):
                yield endpoint, schema


def _lenient(schema: Any, seen: tuple[type[Schema], ...] = ()) -> Iterator[str]:
    instance = schema() if isinstance(schema, type) else schema
    if type(instance) in seen:
        return
    if instance.unknown != RAISE:
        yield type(instance).__name__
    for field in instance.fields.values():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from _lenient(inner.schema, (*seen, type(instance)))


def translations(it: Examined) -> Iterable[str]:
    """Every string has its Chinese, and the Chinese keeps the house's words."""
    room = next((room for room in catalogues.rooms() if room.name == it.plugin.name), None)
    if room is None:
        yield "its strings cannot be found: the package of the entry point is no folder"
        return
    known = extract.stored(room)
    for message in extract.template(room):
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        entry = known.get(message.id, message.context)
        string: Any = entry.string if entry else ""
        texts = [string] if isinstance(string, str) else list(string)
        if entry is None or entry.fuzzy or not all(texts):
            yield f"no Chinese for “{text}” in {room.catalogue(extract.ZH)}"
    for problem in extract.problems():
        if problem.room == it.plugin.name:
            yield f"“{problem.msgid}”: {problem.reason}"


def audit_lines(it: Examined) -> Iterable[str]:
    """What people read about an act is a sentence in their language, not a code."""
    for entry in it.plugin.audit:
        with locale_scope("zh_CN"):
            chinese = str(entry.line)
        with locale_scope("en"):
            english = str(entry.line)
        if chinese == english or isinstance(entry.line, str):
            yield (
                f"the audit entry {entry.action} reads “{english}” in Chinese too; wrap it in lazy() "
                "and translate it"
            )


def personal_data(it: Examined) -> Iterable[str]:
    """What is about a person is declared, can be copied and erased, and ends some day."""
    declared = {(column.class_, column.key) for column in it.plugin.personal_data}
    for model in it.plugin.models:
        for column in sorted(_people_columns(model)):
            if (model, column) not in declared:
                yield (
                    f"{model.__name__}.{column} says who somebody is; add it to the manifest's personal_data"
                )
        if model.__subject__ and not _ends(it.plugin, model):
            yield (
                f"{model.__name__} is kept for ever: add a Retention, or a foreign key with "
                "ondelete=CASCADE to a model "
                "that has one"
            )
        if sealed_columns(model) and not model.__subject__:
            yield (
                f"{model.__name__} seals {', '.join(sealed_columns(model))} but names no __subject__ "
                "whose key it is"
            )
        if model.__clinical__ and model.__subject__ and not it.plugin.purposes:
            yield f"{model.__name__} is clinical, but the manifest declares no purpose people could agree to"
    if any(model.__subject__ for model in it.plugin.models):
        for hook in ("subject_export", "subject_erase"):
            if it.plugin.name not in it.registry.implementers(hook):
                yield f"it keeps personal data but has no {hook}: write it in hooks.py"
    for kept in it.plugin.retention:
        if kept.since not in _table(kept.model).columns:
            yield f"the retention of {kept.model.__name__} counts from {kept.since}, which is no column of it"


def commands(it: Examined) -> Iterable[str]:
    """Its commands are where `anxin` looks for them, and each explains itself with an example."""
    package = next(
        (
            point.module.rpartition(".")[0]
            for point in entry_points(group=GROUP)
            if point.name == it.plugin.name
        ),
        "",
    )
    found = importlib.util.find_spec(f"{package}.cli") if package else None
    group = getattr(importlib.import_module(found.name), it.plugin.name, None) if found else None
    if group is not it.plugin.cli:
        yield f"cli: the manifest's group must be `{it.plugin.name}` in {package}/cli.py, and the other way round"
    for path, command in _walk(it.plugin.cli, (it.plugin.name,)):
        text = command.help or ""
        if "Example" not in text or f"anxin {it.plugin.name}" not in text:
            yield f"anxin {' '.join(path)}: its help shows no example"


def _walk(
    command: click.Command | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if command is None:
        return
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _walk(inner, (*path, name))


def _table(model: type[TenantModel]) -> sa.Table:
    assert isinstance(model.__table__, sa.Table)
    return model.__table__


def _people_columns(model: type[TenantModel]) -> set[str]:
    """The columns that point at a person."""
    found = {model.__subject__} - {None, "id"}
    for key in _table(model).foreign_key_constraints:
        if key.referred_table.fullname == "core.person":
            found |= {column.name for column in key.columns} - {"tenant_id"}
    return {str(name) for name in found}


def _ends(plugin: Plugin, model: type[TenantModel]) -> bool:
    """Rows go by a retention of their own, with a row that has one (also through others between), or (data class
    "account") with the account."""
    ending = {_table(retention.model).fullname for retention in plugin.retention}
    for _step in plugin.models:
        ending |= {
            _table(each).fullname
            for each in plugin.models
            for key in _table(each).foreign_key_constraints
            if (key.ondelete or "").upper() == "CASCADE" and key.referred_table.fullname in ending
        }
    return model.__data_class__ == "account" or _table(model).fullname in ending


RULES: dict[str, Rule] = {
    "manifest": manifest,
    "guards": guards,
    "inputs": inputs,
    "translations": translations,
    "audit lines": audit_lines,
    "personal data": personal_data,
    "commands": commands,
}
