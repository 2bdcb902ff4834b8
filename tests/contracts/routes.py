"""What the live URL map says: each route with its guard, its inputs, and examples that its inputs take."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from marshmallow import Schema, fields, validate
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from anxin import health, web
from anxin.kernel.guard import Guard, Open, Permission

# served without a tenant or to anybody, by the rooms that declare them; nothing else may lack a guard
INFRASTRUCTURE = health.ENDPOINTS | web.PUBLIC_ENDPOINTS


@dataclass(frozen=True)
class Route:
    """One address with one method."""

    rule: Rule
    method: str
    guard: Guard
    schemas: tuple[tuple[str, type[Schema]], ...]  # (location, schema)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    @property
    def ids(self) -> list[str]:
        """The arguments of the address that are ids."""
        return [name for name, kind in self.rule._converters.items() if isinstance(kind, UUIDConverter)]

    @property
    def texts(self) -> list[str]:
        """The arguments of the address that take any text; none where a number stands beside it."""
        kinds = self.rule._converters
        if any(type(kind).__name__ == "IntegerConverter" for kind in kinds.values()):
            return []
        return [name for name in kinds if name not in self.ids]

    def permitted(self, grants: Any) -> bool:
        """Would the guard let somebody with these grants through?"""
        return isinstance(self.guard.access, Open) or self.guard.access.name in grants

    @property
    def clinical(self) -> bool:
        return isinstance(self.guard.access, Permission) and self.guard.access.clinical

    def address(self, **arguments: Any) -> str:
        """The path with these arguments; what is missing gets a plain value."""
        filled = {
            name: arguments.get(name, 1 if type(kind).__name__ == "IntegerConverter" else "x")
            for name, kind in self.rule._converters.items()
        }
        return self.rule.build(filled)[1]

    @property
    def input_ids(self) -> list[str]:
        """The fields of its inputs that hold ids."""
        return [
            n for _, schema in self.schemas for n, field in schema().load_fields.items() if holds_id(field)
        ]

    def request(self, any_id: UUID, **ids: UUID) -> dict[str, Any]:
        """Arguments of a test client's call with a valid input, `any_id` wherever an id is asked for (or, by the
        field's name, another)."""
        call: dict[str, Any] = {}
        for location, schema in self.schemas:
            body = example(schema(), any_id) | {
                name: str(value) for name, value in ids.items() if name in schema().load_fields
            }
            if location == "json":
                call["json"] = body
            else:
                kind = "data" if location == "form" else "query_string"
                call[kind] = {name: plain(value) for name, value in body.items()}
        if self.api and self.method in ("POST", "PUT", "PATCH") and not {"json", "data"} & call.keys():
            call["json"] = {}
        return call


def plain(value: Any) -> Any:
    """As a form field writes it."""
    return str(value).lower() if isinstance(value, bool) else value


def all_rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("gallery."):  # only with ANXIN_DEV
            yield rule


def routes(app: Flask) -> list[Route]:
    """Every guarded route, one for each method."""
    return [
        Route(rule, method, view.__guard__, tuple(inputs(view, method)))
        for rule in all_rules(app)
        if hasattr(view := app.view_functions[rule.endpoint], "__guard__")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def inputs(view: Any, method: str) -> Iterator[tuple[str, type[Schema]]]:
    """Where a view takes input, and its schema: the guard's, and those of @bp.arguments."""
    if view.__guard__.input is not None:
        yield ("query" if method == "GET" else "form"), view.__guard__.input
    for parameter in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ()):
        schema = parameter["schema"]
        yield parameter["in"], schema if isinstance(schema, type) else type(schema)


def example(schema: Schema, any_id: UUID) -> dict[str, Any]:
    """An input this schema takes, with an id wherever one fits, required or not."""
    return {
        name: value
        for name, field in schema.load_fields.items()
        if field.required or holds_id(field)
        if (value := example_of(field, any_id)) is not None
    }


def holds_id(field: fields.Field) -> bool:
    if isinstance(field, fields.List):
        return holds_id(field.inner)
    return isinstance(field, fields.UUID)


def example_of(field: fields.Field, any_id: UUID) -> Any:
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            return next(iter(check.choices))
        if isinstance(check, validate.Range) and check.min is not None:
            return check.min
        if isinstance(check, validate.Regexp) and check.regex.match("#1f6f6b"):
            return "#1f6f6b"
    match field:
        case fields.UUID():
            return str(any_id)
        case fields.Boolean():
            return True
        case fields.Integer():
            return 1
        case fields.List():
            return [example_of(field.inner, any_id)]
        case fields.Nested():
            return example(field.schema, any_id)
        case fields.AwareDateTime() | fields.DateTime():
            return "2030-01-01T08:00:00+00:00"
        case fields.Date():
            return "2030-01-01"
        case fields.Time():
            return "08:00"
        case fields.Dict():
            return {}
        case _:
            return "xxxxxxxx"
