"""Plugins made of a few functions, assembled without being installed, in a tenant that has them on."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from anxin.extension.hookspecs import hookimpl
from anxin.extension.manifest import Plugin
from anxin.extension.registry import assemble
from anxin.kernel.i18n import lazy
from anxin.rooms import core_parts


class Hooks:
    """Stands for a plugin's module of hooks; two of them are never equal, as pluggy asks."""


@pytest.fixture
def module() -> Callable[..., Any]:
    """module("rooms", home_cards=function, …, permissions=[…]): what a plugin's entry point names. Functions
    become hooks, the rest goes into the manifest."""

    def make(name: str, **parts: Any) -> Any:
        hooks = {key: value for key, value in parts.items() if callable(value) and key != "settings"}
        facts = {key: value for key, value in parts.items() if key not in hooks}
        own = Hooks()
        vars(own).update({key: hookimpl(function) for key, function in hooks.items()})
        manifest = {
            "name": name,
            "title": lazy("Assessments"),
            "requires_core": ">=0.1",
            "hooks": own,
        } | facts
        return SimpleNamespace(__name__=f"anxin_{name}.plugin", register=lambda: Plugin(**manifest))

    return make


@pytest.fixture
def registry(module: Callable[..., Any]) -> Callable[..., Any]:
    """registry(rooms={"home_cards": function}, …): assembled from modules of these parts."""

    def make(**plugins: dict[str, Any]) -> Any:
        return assemble(core_parts(), [(name, module(name, **parts)) for name, parts in plugins.items()])

    return make


@pytest.fixture
def on() -> Callable[..., Any]:
    """on(ctx, "rooms", …): the context, in its tenant with exactly these modules switched on."""

    def switch(ctx: Any, *names: str) -> Any:
        ctx.tenant = replace(ctx.tenant, modules=frozenset(names))
        return ctx

    return switch
