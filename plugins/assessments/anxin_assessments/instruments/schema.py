"""Reads key and wording files strictly: unknown fields, disordered bands and impossible ranges are refused.

Whatever could later move a person into the wrong band or lose a risk answer is checked here, once, when the
file is loaded; the scoring code then need not doubt its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from anxin_assessments.instruments import shapes
from anxin_assessments.instruments.sound import LOCALES, contradictions, misfits

LEVELS = validate.Range(min=1, max=3)
CODE = validate.Regexp(r"^[a-z][a-z0-9_]*$")


class InvalidKeyError(ValueError):
    """A key or wording file cannot be used; the message names the file and what is wrong with it."""

    def __init__(self, name: str, problems: object) -> None:
        super().__init__(f"{name}: {problems}")
        self.problems = problems


class Strict(Schema):
    class Meta:
        unknown = RAISE


class Number(fields.Field):
    """An exact number: YAML's 1.25 becomes 5/4, so that no threshold is missed by a binary fraction; "7/3" is
    written as such."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Fraction:
        ratio = isinstance(value, str) and re.fullmatch(r"[0-9]+/[1-9][0-9]*", value)
        if isinstance(value, bool) or not (ratio or isinstance(value, int | float)):
            raise ValidationError("Not a number.")
        return Fraction(str(value))


class Items(fields.Field):
    """`all`, or a list of 1-based item numbers without repetition."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "all":
            return "all"
        good = (
            isinstance(value, list) and value and all(type(number) is int and number >= 1 for number in value)
        )
        if not good or len(set(value)) != len(value):
            raise ValidationError("Give `all` or a list of item numbers.")
        return tuple(value)


# what each formula of a custom scale is made from; those of one instrument read its answers by their field names
FORMULA_NEEDS: dict[str, set[str]] = {
    "scaled": {"of"},
    "ratio": {"of", "over"},
    "sum_of": {"parts"},
    "psqi_latency": set(),
    "psqi_duration": {"params"},
    "psqi_efficiency": set(),
    "psqi_disturbance": set(),
    "psqi_daytime": set(),
    "cssrs_triage": set(),
}


class ScaleSchema(Strict):
    op = fields.String(
        required=True,
        validate=validate.OneOf(["sum", "mean", "count_ge", "count_eq", "mean_of_positive", "custom"]),
    )
    range = fields.List(Number(), required=True, validate=validate.Length(equal=2))
    items = Items()
    threshold = fields.Integer(strict=True)
    value = fields.Integer(strict=True)
    min_answered = fields.Integer(strict=True, validate=validate.Range(min=1))
    fill = fields.String(validate=validate.OneOf(["prorate"]))
    multiply = fields.Integer(strict=True, validate=validate.Range(min=1))
    formula = fields.String(validate=validate.OneOf(list(FORMULA_NEEDS)))
    parts = fields.List(fields.String(validate=CODE), validate=validate.Length(min=1))
    params = fields.Dict(keys=fields.String(validate=CODE), values=fields.Integer(strict=True))
    void_when_uniform = fields.Boolean()
    of = fields.String(validate=CODE)
    over = fields.String(validate=CODE)
    by = Number()
    rounding = fields.String(validate=validate.OneOf(["half_up", "down"]))

    NEEDS = {
        "sum": {"items"},
        "mean": {"items"},
        "count_ge": {"items", "threshold"},
        "count_eq": {"items", "value"},
        "mean_of_positive": {"items", "threshold"},
        "custom": {"formula"},
    }
    MAY = {
        "sum": {"min_answered", "fill", "multiply", "void_when_uniform"},
        "mean": {"min_answered", "void_when_uniform"},
        "custom": {"of", "over", "by", "rounding", "parts", "params"},
    }

    @validates_schema(skip_on_field_errors=True)
    def fits_its_operation(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        given, op = set(data) - {"op", "range"}, data["op"]
        if missing := self.NEEDS[op] - given:
            raise ValidationError(f"{op} needs {', '.join(sorted(missing))}.")
        if extra := given - self.NEEDS[op] - self.MAY.get(op, set()):
            raise ValidationError(f"{op} has no use for {', '.join(sorted(extra))}.")
        if "fill" in data and "min_answered" not in data:
            raise ValidationError("`fill` needs `min_answered`: how few answers may be filled up?")
        if data["range"][0] > data["range"][1]:
            raise ValidationError("The range ends before it begins.")
        formula = data.get("formula")
        if formula and (wanted := FORMULA_NEEDS[formula] - given):
            raise ValidationError(f"{formula} needs {', '.join(sorted(wanted))}.")


class BandSchema(Strict):
    start = Number(required=True, data_key="from")
    code = fields.String(required=True, validate=CODE)


class TriggerSchema(Strict):
    scale = fields.String(required=True)
    at_least = Number()
    at_most = Number()
    level = fields.Integer(strict=True, validate=LEVELS)

    @validates_schema
    def one_direction(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if ("at_least" in data) == ("at_most" in data):
            raise ValidationError("Give either at_least or at_most.")


class LevelTriggerSchema(TriggerSchema):
    """`scales` says the same of several scales at once."""

    scale = fields.String()
    scales = fields.List(fields.String(), validate=validate.Length(min=1))
    level = fields.Integer(required=True, strict=True, validate=LEVELS)

    @validates_schema
    def one_place(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if ("scale" in data) == ("scales" in data):
            raise ValidationError("Give either scale or scales.")


class RiskStepSchema(Strict):
    at_least = fields.Integer(required=True, strict=True)
    level = fields.Integer(required=True, strict=True, validate=LEVELS)


class RiskItemSchema(Strict):
    item = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    what = fields.String(required=True, validate=CODE)
    steps = fields.List(fields.Nested(RiskStepSchema), required=True, validate=validate.Length(min=1))


class FreeSchema(Strict):
    """An item answered with a number of one's own: hours, minutes, or a time of day in hours."""

    kind = fields.String(required=True, validate=validate.OneOf(["number", "clock"]))
    min = fields.Integer(strict=True, load_default=0)
    max = fields.Integer(strict=True, load_default=24)


class SkipSchema(Strict):
    """When these items have these answers, those items are not asked and count as `score_as`."""

    when = fields.Dict(keys=fields.Integer(strict=True), values=fields.Integer(strict=True), required=True)
    items = Items(required=True)
    score_as = fields.Integer(strict=True, required=True)


class ClusterSchema(Strict):
    items = Items(required=True)
    answer = fields.Integer(strict=True, required=True)
    at_least = fields.Integer(strict=True, required=True)


class CheckSchema(Strict):
    """A yes or no beside the scores: any of these scores reached, or all of these groups of answers."""

    any_of = fields.List(fields.Nested(TriggerSchema), validate=validate.Length(min=1))
    all_of = fields.List(fields.Nested(ClusterSchema), validate=validate.Length(min=1))

    @validates_schema
    def one_kind(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if ("any_of" in data) == ("all_of" in data):
            raise ValidationError("Give either any_of or all_of.")


class BothLocales(fields.Dict):
    """A text in each language of the house."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            keys=fields.String(validate=validate.OneOf(LOCALES)),
            values=fields.String(validate=validate.Length(min=1)),
            validate=validate.Length(min=len(LOCALES)),
            **kwargs,
        )


class NormSchema(Strict):
    """Means and standard deviations of a sample, never shown without its year and warning."""

    name = fields.String(required=True, validate=CODE)
    year = fields.Integer(required=True, strict=True)
    people = fields.Integer(required=True, strict=True)
    source = fields.String(required=True)
    warning = BothLocales(required=True)
    scales = fields.Dict(
        keys=fields.String(validate=CODE),
        values=fields.List(Number(), validate=validate.Length(equal=2)),
        required=True,
    )


class CutoffSchema(Strict):
    """A published cut-off that is shown, but decides nothing here: it differs by sex, country or author."""

    scale = fields.String(required=True)
    at_least = Number(required=True)
    says = BothLocales(required=True)


class CodingSchema(Strict):
    """How other systems write the same answers: add a number to each, turn some items round."""

    add = fields.Integer(strict=True, load_default=0)
    reverse = fields.List(fields.Integer(strict=True), load_default=list)


class ChangeSchema(Strict):
    scale = fields.String(required=True)
    source = fields.String(required=True)
    reliable = fields.Integer(strict=True)
    case = fields.Integer(strict=True)
    minimal = fields.Integer(strict=True)


class LicenceSchema(Strict):
    ships = fields.String(required=True, validate=validate.OneOf(["full", "conditional", "key_only"]))
    status = fields.String(required=True, validate=CODE)
    holder = fields.String(required=True)
    says = fields.String(required=True)
    url = fields.Url()


class EvidenceSchema(Strict):
    level = fields.String(required=True, validate=validate.OneOf(["seen", "recalled"]))
    sources = fields.List(fields.String(), required=True)
    recalled = fields.List(fields.String(), load_default=list)


class KeySchema(Strict):
    """One key file. See shapes.py for what each field means once read."""

    id = fields.String(required=True, validate=CODE)
    edition = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-z.]+$"))
    form = fields.String(required=True)
    title = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LOCALES)), values=fields.String(), required=True
    )
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    recall_days = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    items = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    options = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(min=2))
    options_by_item = fields.Dict(keys=fields.Integer(), values=fields.List(fields.Integer(strict=True)))
    fields_ = fields.List(fields.String(validate=validate.Regexp(r"^[a-z0-9_]+$")), data_key="fields")
    groups = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    aliases = fields.Dict(keys=fields.String(), values=fields.Dict())
    free = fields.Dict(keys=fields.Integer(strict=True), values=fields.Nested(FreeSchema))
    skips = fields.List(fields.Nested(SkipSchema))
    optional = fields.List(fields.Integer(strict=True))
    reverse = fields.List(fields.Integer(strict=True), required=True)
    higher_is = fields.String(required=True, validate=validate.OneOf(["worse", "better"]))
    scales = fields.Dict(keys=fields.String(validate=CODE), values=fields.Nested(ScaleSchema), required=True)
    main_scale = fields.String(required=True)
    bands = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(BandSchema)), required=True)
    triggers = fields.List(fields.Nested(LevelTriggerSchema), required=True)
    offer_counsellor = fields.Nested(TriggerSchema)
    risk_items = fields.List(fields.Nested(RiskItemSchema), required=True)
    checks = fields.Dict(keys=fields.String(validate=CODE), values=fields.Nested(CheckSchema))
    cutoffs = fields.List(fields.Nested(CutoffSchema))
    norms = fields.List(fields.Nested(NormSchema))
    codings = fields.Dict(keys=fields.String(validate=CODE), values=fields.Nested(CodingSchema))
    notes = fields.List(BothLocales())
    given_by = fields.String(validate=validate.OneOf(["self", "helper"]), load_default="self")
    corrects = fields.String()
    max_missing = fields.Integer(strict=True, validate=validate.Range(min=0))
    change = fields.Nested(ChangeSchema)
    licence = fields.Nested(LicenceSchema, required=True)
    evidence = fields.Nested(EvidenceSchema, required=True)


class OptionSchema(Strict):
    value = fields.Integer(required=True, strict=True)
    text = fields.String(required=True, validate=validate.Length(min=1))


class SourceSchema(Strict):
    title = fields.String(required=True)
    url = fields.Url(required=True)


class WordingSchema(Strict):
    instrument = fields.String(required=True, validate=CODE)
    edition = fields.String(required=True)
    locale = fields.String(required=True, validate=validate.OneOf(LOCALES))
    status = fields.String(required=True, validate=validate.OneOf(["verified", "corroborated", "unverified"]))
    reason = fields.Dict(keys=fields.String(validate=validate.OneOf(LOCALES)), values=fields.String())
    source = fields.Nested(SourceSchema, required=True)
    terms = fields.String(required=True)
    seen = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LOCALES)),
        values=fields.List(fields.String(), validate=validate.Length(min=1)),
        required=True,
        validate=validate.Length(min=len(LOCALES)),
    )
    lead_in = fields.String(required=True)
    items = fields.List(fields.String(validate=validate.Length(min=1)), required=True)
    options = fields.List(fields.Nested(OptionSchema), required=True, validate=validate.Length(min=2))
    item_options = fields.Dict(keys=fields.Integer(), values=fields.List(fields.Nested(OptionSchema)))

    @validates_schema(skip_on_field_errors=True)
    def doubt_has_a_reason(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        if (data["status"] == "unverified") != ("reason" in data):
            raise ValidationError("An unverified wording gives its reason; any other has none.")


def read_key(name: str, raw: Any) -> shapes.Instrument:
    """The instrument of one key file's content, or InvalidKeyError naming every problem found."""
    try:
        data: Any = KeySchema().load(raw)
    except ValidationError as error:
        raise InvalidKeyError(name, error.messages) from error
    instrument = _instrument(data)
    if problems := list(contradictions(instrument)):
        raise InvalidKeyError(name, problems)
    return instrument


def read_wording(name: str, raw: Any, instrument: shapes.Instrument) -> shapes.Wording:
    """The wording of one file, checked against its key: as many items, and an option for every value."""
    try:
        data: Any = WordingSchema().load(raw)
    except ValidationError as error:
        raise InvalidKeyError(name, error.messages) from error
    per_item = {item: _options(rows) for item, rows in data.pop("item_options", {}).items()}
    wording = shapes.Wording(
        **{
            **data,
            "source": shapes.Source(**data["source"]),
            "items": tuple(data["items"]),
            "seen": {locale: tuple(places) for locale, places in data["seen"].items()},
            "options": _options(data["options"]),
            "item_options": per_item,
        }
    )
    if problems := list(misfits(wording, instrument)):
        raise InvalidKeyError(name, problems)
    return wording


def _options(rows: Iterable[Mapping[str, Any]]) -> tuple[shapes.Option, ...]:
    return tuple(shapes.Option(**row) for row in rows)


def _instrument(data: dict[str, Any]) -> shapes.Instrument:
    count, own = data["items"], data.pop("options_by_item", {})
    free = {item: shapes.Free(**row) for item, row in data.pop("free", {}).items()}
    default = tuple(data["options"])
    offer, change = data.get("offer_counsellor"), data.get("change")
    names = data.pop("fields_", None)
    options = (() if item in free else tuple(own.get(item, default)) for item in range(1, count + 1))
    return shapes.Instrument(
        **{
            **data,
            "options": tuple(options),
            "names": tuple(names) if names else tuple(str(item) for item in range(1, count + 1)),
            "free": free,
            "skips": tuple(shapes.Skip(**row) for row in data.get("skips", ())),
            "optional": frozenset(data.get("optional", ())),
            "reverse": frozenset(data["reverse"]),
            "scales": {name: _scale(name, row, count) for name, row in data["scales"].items()},
            "bands": {
                name: tuple(shapes.Band(**row) for row in rows) for name, rows in data["bands"].items()
            },
            "triggers": tuple(_triggers(data["triggers"])),
            "offer_counsellor": shapes.Trigger(level=0, **offer) if offer else None,
            "risk_items": {row["item"]: _risk_item(row) for row in data["risk_items"]},
            "checks": {name: _check(row) for name, row in data.get("checks", {}).items()},
            "cutoffs": tuple(shapes.Cutoff(**row) for row in data.get("cutoffs", ())),
            "norms": tuple(_norm(row) for row in data.get("norms", ())),
            "codings": {
                name: shapes.Coding(row["add"], frozenset(row["reverse"]))
                for name, row in data.get("codings", {}).items()
            },
            "notes": tuple(data.get("notes", ())),
            "change": shapes.Change(**change) if change else None,
            "licence": shapes.Licence(**data["licence"]),
            "evidence": shapes.Evidence(
                level=data["evidence"]["level"],
                sources=tuple(data["evidence"]["sources"]),
                recalled=tuple(data["evidence"]["recalled"]),
            ),
        }
    )


def _scale(name: str, row: dict[str, Any], count: int) -> shapes.Scale:
    low, high = row.pop("range")
    if row.get("items") == "all":
        row["items"] = tuple(range(1, count + 1))
    row["parts"] = tuple(row.get("parts", ()))
    return shapes.Scale(name=name, low=low, high=high, **row)


def _triggers(rows: Iterable[Mapping[str, Any]]) -> Iterable[shapes.Trigger]:
    for row in rows:
        rest = {key: value for key, value in row.items() if key not in ("scale", "scales")}
        for scale in row.get("scales") or [row["scale"]]:
            yield shapes.Trigger(scale=scale, **rest)


def _check(row: Mapping[str, Any]) -> shapes.Check:
    return shapes.Check(
        any_of=tuple(shapes.Trigger(level=0, **one) for one in row.get("any_of", ())),
        all_of=tuple(shapes.Cluster(**one) for one in row.get("all_of", ())),
    )


def _norm(row: Mapping[str, Any]) -> shapes.Norm:
    return shapes.Norm(
        **{**row, "scales": {name: (pair[0], pair[1]) for name, pair in row["scales"].items()}}
    )


def _risk_item(row: Mapping[str, Any]) -> shapes.RiskItem:
    steps = tuple(shapes.RiskStep(**step) for step in row["steps"])
    return shapes.RiskItem(item=row["item"], what=row["what"], steps=steps)
