"""A form of a settings schema: what a plugin declares as marshmallow fields becomes a page that a union officer can fill
in, and what they filled in becomes values for the schema to judge.

A field's `metadata` gives its words: {"title": lazy(…), "help": lazy(…)}; fields without a title are for files and the
API only; "titles" is a function that gives the words of an option.

Kinds: Boolean → switch, OneOf → select, List of OneOf → checkboxes, Integer → number, String → text,
Nested → its fields one by one ("help_line.number"), anything else → JSON text.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy


@dataclass(frozen=True)
class FormField:
    """One line of the form; `kind` is switch, choices, one_of, number, text or json."""

    name: str
    title: Any
    help: Any
    kind: str
    value: Any
    options: tuple[Any, ...] = ()
    titles: Callable[[Any], str] | None = None
    least: int | None = None
    most: int | None = None

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [(option, self.titles(option) if self.titles else option) for option in self.options]


def layout(schema: Schema, values: Mapping[str, Any], prefix: str = "") -> Iterator[FormField]:
    """The lines of a schema with the present values (defaults filled in)."""
    for name, field in schema.fields.items():
        title, present = field.metadata.get("title"), values.get(name)
        if title is None:
            continue
        if isinstance(field, fields.Nested):
            yield from layout(field.schema, present or {}, f"{prefix}{name}.")
            continue
        kind, options = _kind(field)
        limits = next((rule for rule in field.validators if isinstance(rule, validate.Range)), None)
        yield FormField(
            name=prefix + name,
            title=title,
            help=field.metadata.get("help"),
            kind=kind,
            value=json.dumps(present, ensure_ascii=False) if kind == "json" else present,
            options=options,
            titles=field.metadata.get("titles"),
            least=limits.min if limits else None,
            most=limits.max if limits else None,
        )


def _kind(field: fields.Field[Any]) -> tuple[str, tuple[Any, ...]]:
    options = _options(field)
    if isinstance(field, fields.Boolean):
        return "switch", ()
    if isinstance(field, fields.List) and _options(field.inner):
        return "choices", _options(field.inner)
    if options:
        return "one_of", options
    if isinstance(field, fields.Integer):
        return "number", ()
    return ("text", ()) if isinstance(field, fields.String) else ("json", ())


def _options(field: fields.Field[Any]) -> tuple[Any, ...]:
    return next((tuple(rule.choices) for rule in field.validators if isinstance(rule, validate.OneOf)), ())


def collect(schema: Schema, present: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """The new values: what the form shows is taken from it, everything else stays as it is."""
    values = dict(present)
    for line in layout(schema, schema.load(dict(present))):  # type: ignore[arg-type]  (one object)
        place, *rest = line.name.split(".")
        if rest:
            values[place] = {**(values.get(place) or {}), rest[0]: _value(line, form)}
        else:
            values[place] = _value(line, form)
    return values


def _value(line: FormField, form: MultiDict[str, str]) -> Any:
    text = form.get(line.name, "").strip()
    match line.kind:
        case "switch":
            return line.name in form
        case "choices":
            return form.getlist(line.name)
        case "number":
            return int(text) if text.lstrip("-").isdecimal() else text
        case "json":
            try:
                return json.loads(text or "null")
            except ValueError as error:
                raise Invalid(fields={line.name: [lazy("This is not valid JSON.")]}) from error
        case _:
            return text
