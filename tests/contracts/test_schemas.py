"""Unknown keys are refused in every input there is: the guard's, the API's, every tenant setting, however nested."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields
from marshmallow.error_store import ErrorStore
from marshmallow.exceptions import RegistryError

from anxin.kernel.schemas import Input
from anxin.tenancy import files_schema

from .routes import Route, routes


def reachable(app) -> dict[str, type[Schema]]:
    """Every schema that takes something from outside, with where it was found."""
    found = {f"{route} ({location})": schema for route in routes(app) for location, schema in route.schemas}
    registry = app.extensions["anxin"].registry
    for name in (*registry.core.settings, *registry.plugins):
        if (schema := registry.settings_schema(name)) is not None:
            found[f"settings of {name}"] = schema
    for thing in vars(files_schema).values():
        if (
            isinstance(thing, type)
            and issubclass(thing, Schema)
            and thing.__module__ == files_schema.__name__
        ):
            found[f"tenant file: {thing.__name__}"] = thing
    return found


def with_nested(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema, str | None]]:
    """The schema and all it nests, each with its path and the `unknown` a Nested field may override it with."""
    yield path, schema, None
    for name, field in schema.load_fields.items():
        yield from _inside(field, f"{path}.{name}")


def _inside(field: fields.Field, path: str) -> Iterator[tuple[str, Schema, str | None]]:
    match field:
        case fields.Nested():
            inner = list(with_nested(field.schema, path))
            yield path, inner[0][1], field.unknown
            yield from inner[1:]
        case fields.List():
            yield from _inside(field.inner, f"{path}[]")
        case fields.Dict():
            for part in (field.key_field, field.value_field):
                if part is not None:
                    yield from _inside(part, f"{path}{{}}")


def lenient(schemas: dict[str, type[Schema]]) -> list[str]:
    return [
        f"{where}{path}: {type(schema).__name__}"
        for where, made in schemas.items()
        for path, schema, override in with_nested(made())
        if (override or schema.unknown) != RAISE
    ]


def test_unknown_keys_are_refused_everywhere(app) -> None:
    schemas = reachable(app)
    assert len(schemas) > 30
    assert lenient(schemas) == []


JUNK = (
    None,
    "",
    "x",
    3,
    -1,
    True,
    [],
    ["x"],
    {},
    {"x": 1},
    "2026-11-22",
    "0195f2a0-0000-7000-8000-000000000000",
)


def read(load: Any, schema: Schema, data: Any) -> tuple[Any, Any]:
    store = ErrorStore()
    how = {"many": False, "partial": None, "unknown": schema.unknown}
    return load(schema, data, error_store=store, **how), store.errors


def test_inputs_are_read_as_marshmallow_reads_them(app) -> None:
    """`Input` has a quicker way through its fields: whatever comes, the same values and the same complaints."""
    inputs = [made() for made in reachable(app).values() if issubclass(made, Input)]
    assert len(inputs) > 100
    for schema in inputs:
        whole = [dict.fromkeys((field.data_key or name for name, field in schema.load_fields.items()), junk)
                 for junk in JUNK]  # fmt: skip
        for data in ({}, {"no such field": 1}, [], *whole):
            ours, marshmallows = (
                read(load, schema, data) for load in (Input._deserialize, Schema._deserialize)
            )
            assert ours == marshmallows, f"{type(schema).__name__} with {data}"


def test_the_rule_sees_into_nested_schemas() -> None:
    class Inner(Schema):
        class Meta:
            unknown = EXCLUDE

    class Outer(Schema):
        one = fields.Nested(Inner)
        many = fields.List(fields.Nested(Inner))
        named = fields.Dict(keys=fields.String(), values=fields.Nested(Inner))
        overridden = fields.Nested(Inner, unknown=RAISE)

    assert lenient({"x": Outer}) == ["x.one: Inner", "x.many[]: Inner", "x.named{}: Inner"]


def test_each_one_names_the_key_it_does_not_know(app) -> None:
    """As it answers, not only as it is declared: a pre_load that swallows keys would show here."""
    silent = []
    for where, made in reachable(app).items():
        try:
            made().load({"no_such_key_here": 1})
        except (ValidationError, RegistryError) as error:
            if "no_such_key_here" in str(getattr(error, "messages", "")):
                continue
        silent.append(where)
    assert silent == []


@pytest.mark.parametrize("location", ["query", "form", "json"])
def test_requests_with_an_unknown_key_are_422(app, client_as, person, tenant, location) -> None:
    """Through the whole stack: an admin's request with one key too many, at every address of that kind."""
    client = client_as(person("admin"))
    grants = app.extensions["anxin"].caches["directory"].by_id(tenant.id).roles["admin"]
    wrong = {}
    for route in routes(app):
        if location not in [where for where, _ in route.schemas] or route.ids or not route.permitted(grants):
            continue
        if route.guard.purpose or (route.guard.access.name == "public" and location == "form"):
            continue  # the consent page comes first; a visitor's forms show themselves again
        kind = {"query": "query_string", "form": "data", "json": "json"}[location]
        answer = client.open(
            client.base + route.address(), method=route.method, **{kind: {"no_such_key": "1"}}
        )
        if answer.status_code not in (404, 422):
            wrong[str(route)] = answer.status_code
    assert wrong == {}


HOSTILE = {
    "a NUL": "a\x00b",
    "a spreadsheet's formula": "=cmd|' /C calc'!A0",
    "a format": "%s %(x)s {0} {{ 7*7 }}",
    "markup": "<script>alert(1)</script>",
    "SQL": "'; DROP TABLE core.person; --",
    "emoji": "🌿" * 20,
    "direction marks": "\u202eabc",
    "a far date": "9999-12-31",
    "an early date": "0001-01-01",
    "a huge number": "9" * 400,
    "a deep address": "../" * 20,
}


TELLERS = ("employee", "admin", "supervisor")  # each address is tried by the first of them that may open it


@pytest.mark.parametrize("role", TELLERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_breaks_anything(
    app, tenant, person, agency_person, give_consent, client_as, role, kind
) -> None:
    """In every field of every input and every text of every address: no error of ours, no markup that runs."""
    someone = (agency_person if role == "supervisor" else person)(role)
    give_consent(
        someone, *(p for p in app.extensions["anxin"].registry.purposes.values() if p.basis == "consent")
    )
    client, text = client_as(someone), HOSTILE[kind]
    grants = app.extensions["anxin"].caches["directory"].by_id(tenant.id).roles
    wrong = {}
    for route in routes(app):
        if route.rule.endpoint == "identity.sign_out":
            continue  # there would be no session for the rest
        if next((one for one in TELLERS if route.permitted(grants[one])), None) != role:
            continue
        for named, call in with_text(route, route.request(someone.id), text):
            arguments: dict[str, Any] = dict.fromkeys(route.ids, someone.id)
            if not named:
                arguments |= dict.fromkeys(route.texts, text)
            answer = client.open(client.base + route.address(**arguments), method=route.method, **call)
            if answer.status_code >= 500 or (
                b"<script>alert" in answer.data and answer.mimetype == "text/html"
            ):
                wrong[f"{route} {named}"] = answer.status_code
    assert wrong == {}


def with_text(
    route: Route, plain: dict[str, Any], text: str
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The requests that carry the text: in the address, in each field that takes it, and in all fields at once that
    refuse it by themselves."""
    if route.texts:
        yield (), plain
    place = next((p for p in ("data", "json", "query_string") if p in plain), None)
    inputs = {n: f for _, schema in route.schemas for n, f in schema().load_fields.items()}
    takes = [name for name, field in inputs.items() if takes_text(field, text)]
    for names in (*((name,) for name in takes), tuple(sorted(inputs.keys() - set(takes)))):
        if names:
            yield names, {**plain, place: {**plain[place], **dict.fromkeys(names, text)}}


def takes_text(field: fields.Field, text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError:
        return False
    return True
