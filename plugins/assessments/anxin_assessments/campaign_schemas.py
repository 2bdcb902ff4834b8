"""Input and output shapes of campaigns. Unknown keys are refused everywhere."""

from datetime import UTC
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from anxin.plugin import OptionalUUID, lazy
from anxin_assessments.schemas import IDS, Strict

CHOOSE_ONE: Any = lazy("Choose at least one self-test.")
ENDS_EARLY: Any = lazy("The last day is before the first.")
TURNED: Any = lazy("The first number is larger than the second.")
ROLLING_NAMED: Any = lazy("A campaign that invites people one by one cannot be anonymous.")
MODES = ("named", "confidential", "anonymous")
SCOPE = ("hired_from", "hired_until", "years_from", "years_until", "born_month")
TARGETS = ("took_part", "with_plan")


class OrEmpty:
    """A field that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)  # type: ignore[misc]


class OptionalDate(OrEmpty, fields.Date):
    pass


class OptionalNumber(OrEmpty, fields.Integer):
    pass


class OptionalText(OrEmpty, fields.String):
    pass


def _number(least: int, most: int) -> OptionalNumber:
    return OptionalNumber(load_default=None, allow_none=True, validate=validate.Range(min=least, max=most))


class WindowInput(Strict):
    """From the first day to the last, both included."""

    opens_on = fields.Date(required=True)
    closes_on = fields.Date(required=True)

    @validates_schema(skip_on_field_errors=True)
    def window(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["closes_on"] < data["opens_on"]:
            raise ValidationError(ENDS_EARLY, "closes_on")


class CampaignInput(WindowInput):
    """What a campaign is planned as. Conditions on service and birth narrow the unit; all have to hold."""

    title = fields.String(required=True, validate=validate.Length(min=2, max=80))
    guidance = fields.String(load_default="", validate=validate.Length(max=2000))
    instruments = fields.List(
        fields.String(validate=validate.OneOf(IDS)),
        required=True,
        validate=validate.Length(min=1, max=10, error=CHOOSE_ONE),
    )
    mode = fields.String(load_default="named", validate=validate.OneOf(MODES))
    unit_id = OptionalUUID(load_default=None, allow_none=True)
    group_id = OptionalUUID(load_default=None, allow_none=True)
    hired_from = OptionalDate(load_default=None, allow_none=True)
    hired_until = OptionalDate(load_default=None, allow_none=True)
    years_from = _number(0, 60)
    years_until = _number(0, 60)
    born_month = _number(1, 12)
    rolling = OptionalText(load_default=None, allow_none=True, validate=validate.OneOf(("hired", "birthday")))
    took_part = _number(1, 100)
    with_plan = _number(1, 100)
    before_id = OptionalUUID(load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        for first, last in (("hired_from", "hired_until"), ("years_from", "years_until")):
            one, other = data.get(first), data.get(last)
            if one is not None and other is not None and one > other:
                raise ValidationError(TURNED, last)
        if data.get("rolling") and data["mode"] == "anonymous":
            raise ValidationError(ROLLING_NAMED, "rolling")

    @post_load
    def grouped(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Conditions and aims as the two documents a campaign keeps."""
        scope = {name: value for name in SCOPE if (value := data.pop(name)) is not None}
        data["scope"] = {
            name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in scope.items()
        }
        data["targets"] = {name: value for name in TARGETS if (value := data.pop(name)) is not None}
        return data


class ExtendInput(Strict):
    closes_on = fields.Date(required=True)


class CampaignOutput(Strict):
    id = fields.UUID()
    title = fields.String()
    guidance = fields.String()
    instruments = fields.List(fields.String())
    mode = fields.String()
    unit_id = fields.UUID(allow_none=True)
    group_id = fields.UUID(allow_none=True)
    scope = fields.Dict(keys=fields.String(), values=fields.Raw())
    rolling = fields.String(allow_none=True)
    targets = fields.Dict(keys=fields.String(), values=fields.Integer())
    before_id = fields.UUID(allow_none=True)
    round = fields.Integer()
    state = fields.String(metadata={"description": "draft, planned, running, paused or over"})
    opens_at = fields.AwareDateTime(default_timezone=UTC)
    closes_at = fields.AwareDateTime(default_timezone=UTC)


class BinOutput(Strict):
    label = fields.String()
    share = fields.String(metadata={"description": "a percentage, or a dash where the group is too small"})


class FactorOutput(Strict):
    label = fields.String()
    mean = fields.Float()


class UnitOutput(Strict):
    unit = fields.String()
    eligible = fields.Integer()
    participation = fields.String()
    mean = fields.String()
    distribution = fields.List(fields.Nested(BinOutput))
    factors = fields.List(fields.Nested(FactorOutput))


class WaveOutput(Strict):
    instrument = fields.String()
    units = fields.List(fields.Nested(UnitOutput))


class ProgressOutput(Strict):
    unit = fields.String()
    invited = fields.Integer()
    spoken = fields.String(metadata={"description": "answered or declined, at least, in steps"})


class StateOutput(Strict):
    label = fields.String()
    share = fields.Float(allow_none=True)


class ChangeOutput(Strict):
    """People who finished both rounds: means, points better with their 95 % interval, effect size."""

    instrument = fields.String()
    hidden = fields.Boolean()
    people = fields.Integer(metadata={"description": "at least"})
    before = fields.Float()
    after = fields.Float()
    better = fields.Float()
    better_from = fields.Float()
    better_to = fields.Float()
    size = fields.Float(allow_none=True)
    size_from = fields.Float(allow_none=True)
    size_to = fields.Float(allow_none=True)
    reliable = fields.Integer(allow_none=True)
    states = fields.List(fields.Nested(StateOutput))


class TargetOutput(Strict):
    what = fields.String()
    planned = fields.Integer(metadata={"description": "percent"})
    reached = fields.String()


class FiguresOutput(Strict):
    """`progress` is "at least", in steps, while the campaign runs; the rest is empty until it is over."""

    campaign_id = fields.UUID()
    invited = fields.Integer()
    progress = fields.String()
    counting = fields.Boolean()
    units = fields.List(fields.Nested(ProgressOutput))
    waves = fields.List(fields.Nested(WaveOutput))
    changes = fields.List(fields.Nested(ChangeOutput))
    targets = fields.List(fields.Nested(TargetOutput))
