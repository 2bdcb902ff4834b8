"""Blueprints that refuse an unguarded route. Pages of a room or plugin, and its API, side by side."""

from collections.abc import Callable
from typing import Any

import flask
import flask_smorest
from webargs.flaskparser import FlaskParser

from anxin.kernel.errors import ProgrammingError
from anxin.kernel.guard import PARSER


def _insist(blueprint: str, view: Callable[..., Any] | None) -> None:
    if view is None or not hasattr(view, "__guard__"):
        name = getattr(view, "__name__", view)
        raise ProgrammingError(f"{blueprint}: the route {name} has no @guard")


class PluginBlueprint(flask.Blueprint):
    """Pages. The name is the plugin's (or the core room's); the prefix is /<name> unless given."""

    def __init__(
        self, name: str, import_name: str, *, core: bool = False, url_prefix: str | None = None
    ) -> None:
        super().__init__(name, import_name, url_prefix=f"/{name}" if url_prefix is None else url_prefix)
        self.plugin = None if core else name

    def add_url_rule(
        self, rule: str, endpoint: Any = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        _insist(self.name, view_func)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)


class ApiBlueprint(flask_smorest.Blueprint):
    """API under /api/<name>; the decorators in this order: route, @guard, @bp.arguments, @bp.response."""

    ARGUMENTS_PARSER: FlaskParser = PARSER

    def __init__(self, name: str, import_name: str, *, core: bool = False, description: str = "") -> None:
        super().__init__(f"{name}-api", import_name, url_prefix=f"/api/{name}", description=description)
        self.plugin = None if core else name

    def add_url_rule(
        self, rule: str, endpoint: Any = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        _insist(self.name, view_func)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)
