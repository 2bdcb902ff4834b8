"""Reads key and wording files strictly: unknown fields, disordered bands and impossible ranges are refused.

Whatever could later move a person into the wrong band or lose a risk answer is checked here, once, when the
file is loaded; the scoring code then need not doubt its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from anxin_assessments.instruments import shapes

LOCALES = ("zh_CN", "en")
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
    """An exact number: YAML's 1.25 becomes 5/4, so that no threshold is missed by a binary fraction."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | float):
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
    formula = fields.String(validate=validate.OneOf(["scaled", "ratio"]))
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
        "custom": {"formula", "of"},
    }
    MAY = {
        "sum": {"min_answered", "fill", "multiply"},
        "mean": {"min_answered"},
        "custom": {"over", "by", "rounding"},
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
        if data.get("formula") == "ratio" and "over" not in data:
            raise ValidationError("ratio needs `over`.")


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
    level = fields.Integer(required=True, strict=True, validate=LEVELS)


class RiskStepSchema(Strict):
    at_least = fields.Integer(required=True, strict=True)
    level = fields.Integer(required=True, strict=True, validate=LEVELS)


class RiskItemSchema(Strict):
    item = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    what = fields.String(required=True, validate=CODE)
    steps = fields.List(fields.Nested(RiskStepSchema), required=True, validate=validate.Length(min=1))


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
    reverse = fields.List(fields.Integer(strict=True), required=True)
    higher_is = fields.String(required=True, validate=validate.OneOf(["worse", "better"]))
    scales = fields.Dict(keys=fields.String(validate=CODE), values=fields.Nested(ScaleSchema), required=True)
    main_scale = fields.String(required=True)
    bands = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(BandSchema)), required=True)
    triggers = fields.List(fields.Nested(LevelTriggerSchema), required=True)
    offer_counsellor = fields.Nested(TriggerSchema)
    risk_items = fields.List(fields.Nested(RiskItemSchema), required=True)
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
    if problems := list(_contradictions(instrument)):
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
    if problems := list(_misfits(wording, instrument)):
        raise InvalidKeyError(name, problems)
    return wording


def _options(rows: Iterable[Mapping[str, Any]]) -> tuple[shapes.Option, ...]:
    return tuple(shapes.Option(**row) for row in rows)


def _instrument(data: dict[str, Any]) -> shapes.Instrument:
    count, own = data["items"], data.pop("options_by_item", {})
    default = tuple(data["options"])
    offer, change = data.get("offer_counsellor"), data.get("change")
    return shapes.Instrument(
        **{
            **data,
            "options": tuple(tuple(own.get(item, default)) for item in range(1, count + 1)),
            "reverse": frozenset(data["reverse"]),
            "scales": {name: _scale(name, row, count) for name, row in data["scales"].items()},
            "bands": {
                name: tuple(shapes.Band(**row) for row in rows) for name, rows in data["bands"].items()
            },
            "triggers": tuple(shapes.Trigger(**row) for row in data["triggers"]),
            "offer_counsellor": shapes.Trigger(level=0, **offer) if offer else None,
            "risk_items": {row["item"]: _risk_item(row) for row in data["risk_items"]},
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
    return shapes.Scale(name=name, low=low, high=high, **row)


def _risk_item(row: Mapping[str, Any]) -> shapes.RiskItem:
    steps = tuple(shapes.RiskStep(**step) for step in row["steps"])
    return shapes.RiskItem(item=row["item"], what=row["what"], steps=steps)


def _contradictions(key: shapes.Instrument) -> Iterable[str]:
    numbers = set(range(1, key.items + 1))
    if len(key.options) != key.items or any(len(set(values)) < 2 for values in key.options):
        yield "every item needs at least two different option values"
    if not key.reverse <= numbers:
        yield "a reversed item does not exist"
    if set(key.title) != set(LOCALES):
        yield f"the title is needed in {' and '.join(LOCALES)}"
    if key.main_scale not in key.bands:
        yield "the main scale has no bands"
    for scale in key.scales.values():
        yield from _scale_problems(scale, key)
    for name, bands in key.bands.items():
        yield from _band_problems(name, bands, key)
    named = [*key.triggers, *([key.offer_counsellor] if key.offer_counsellor else [])]
    for trigger in named:
        if trigger.scale not in key.scales:
            yield f"a trigger names the unknown scale {trigger.scale}"
    if len({trigger.id for trigger in key.triggers}) != len(key.triggers):
        yield "two triggers have the same scale and level"
    for risk in key.risk_items.values():
        yield from _risk_problems(risk, key)
    if key.change and key.change.scale not in key.scales:
        yield f"change names the unknown scale {key.change.scale}"


def _scale_problems(scale: shapes.Scale, key: shapes.Instrument) -> Iterable[str]:
    if not set(scale.items) <= set(range(1, key.items + 1)):
        yield f"scale {scale.name} uses an item that does not exist"
        return
    if scale.min_answered and scale.min_answered > len(scale.items):
        yield f"scale {scale.name} asks for more answers than it has items"
    for other in filter(None, (scale.of, scale.over)):
        if other not in key.scales or key.scales[other].op == "custom":
            yield f"scale {scale.name} is built on {other}, which is not a plain scale of this key"
    if scale.op == "sum":
        ends = [
            sum(pick(key.values_of(item)) for item in scale.items) * scale.multiply for pick in (min, max)
        ]
        if ends != [scale.low, scale.high]:
            said = f"scale {scale.name} says range {scale.low}..{scale.high}"
            yield f"{said}, its items reach {ends[0]}..{ends[1]}"


def _band_problems(name: str, bands: tuple[shapes.Band, ...], key: shapes.Instrument) -> Iterable[str]:
    scale = key.scales.get(name)
    if scale is None:
        yield f"bands for the unknown scale {name}"
        return
    starts = [band.start for band in bands]
    if not starts or starts[0] != scale.low or starts != sorted(set(starts)) or starts[-1] > scale.high:
        yield f"bands of {name} must start at {scale.low} and ascend inside the range"
    if len({band.code for band in bands}) != len(bands):
        yield f"two bands of {name} have the same code"


def _risk_problems(risk: shapes.RiskItem, key: shapes.Instrument) -> Iterable[str]:
    if not 1 <= risk.item <= key.items:
        yield f"risk item {risk.item} does not exist"
        return
    values = key.values_of(risk.item)
    for earlier, later in zip(risk.steps, risk.steps[1:], strict=False):
        if not (earlier.at_least < later.at_least and earlier.level < later.level):
            yield f"the steps of risk item {risk.item} must ascend in answer and level"
    if any(step.at_least not in values for step in risk.steps):
        yield f"a step of risk item {risk.item} is not one of its option values"


def _misfits(wording: shapes.Wording, key: shapes.Instrument) -> Iterable[str]:
    if (wording.instrument, wording.edition) != (key.id, key.edition):
        yield f"is a wording of {wording.instrument}-{wording.edition}, not of {key.key}"
    if len(wording.items) != key.items:
        yield f"has {len(wording.items)} items where the key has {key.items}"
        return
    for item in range(1, key.items + 1):
        texts = wording.options_of(item)
        if sorted(option.value for option in texts) != sorted(key.values_of(item)):
            yield f"the options of item {item} do not carry the key's values"
