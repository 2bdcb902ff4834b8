"""What the safety room's forms and API take and give. Unknown keys are refused everywhere."""

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from anxin.safety import acts, glass, rota


class Input(Schema):
    class Meta:
        unknown = RAISE


class NoteInput(Input):
    note = fields.String(required=True, validate=validate.Length(1, 4000))


class ContactInput(Input):
    note = fields.String(load_default="", validate=validate.Length(max=4000))


class HandOverInput(Input):
    helper_id = fields.UUID(required=True)


class CloseInput(Input):
    outcome = fields.String(required=True, validate=validate.OneOf(acts.OUTCOMES))


class GlassInput(Input):
    """`number` is an employee number; or `case_id` for the person of a case."""

    number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    case_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=validate.OneOf(glass.REASONS))


class SecondInput(Input):
    agree = fields.Boolean(required=True)


class WeekInput(Input):
    week = fields.Date(load_default=None, allow_none=True)


class TurnInput(Input):
    """A turn as people write it: a day, from when to when; over midnight when it does not end later."""

    person_id = fields.UUID(required=True)
    role = fields.String(load_default="duty", validate=validate.OneOf(rota.ROLES))
    day = fields.Date(required=True)
    since = fields.Time(required=True, format="%H:%M")
    until = fields.Time(required=True, format="%H:%M")
    weeks = fields.Integer(load_default=1, validate=validate.Range(1, 26))


class ShiftInput(Input):
    """A shift by its moments (API)."""

    person_id = fields.UUID(required=True)
    role = fields.String(load_default="duty", validate=validate.OneOf(rota.ROLES))
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    weeks = fields.Integer(load_default=1, validate=validate.Range(1, 26))


class SpanInput(Input):
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)


class CaseLine(Schema):
    """A case without a name."""

    id = fields.UUID()
    code = fields.String()
    level = fields.Integer()
    source = fields.String()
    reason = fields.String()
    state = fields.String()
    raised_at = fields.AwareDateTime()
    acknowledge_by = fields.AwareDateTime(allow_none=True)
    contact_by = fields.AwareDateTime()
    uncovered = fields.Boolean()
    lead_id = fields.UUID(allow_none=True)
    outcome = fields.String(allow_none=True)
    needs_second = fields.Boolean()


class FactsOutput(Schema):
    name = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    basis = fields.String(allow_none=True)
    hidden = fields.String(allow_none=True)


class StepOutput(Schema):
    at = fields.AwareDateTime()
    kind = fields.String()
    actor = fields.String(allow_none=True)
    helper = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class CaseOutput(CaseLine):
    facts = fields.Nested(FactsOutput)
    timeline = fields.List(fields.Nested(StepOutput))


class ShiftOutput(Schema):
    id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    role = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    counts = fields.Boolean()


class GapOutput(Schema):
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class RotaOutput(Schema):
    shifts = fields.List(fields.Nested(ShiftOutput))
    gaps = fields.List(fields.Nested(GapOutput))


class GlassOutput(Schema):
    id = fields.UUID()
    state = fields.String()
    reason = fields.String()
    asked_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime(allow_none=True)
    facts = fields.Nested(FactsOutput)


class QuarterOutput(Schema):
    """`people` is null where too few; `in_time` is text: a share, a bound, or a dash."""

    year = fields.Integer()
    number = fields.Integer()
    people = fields.Function(lambda quarter: quarter.people.value)
    in_time = fields.Function(lambda quarter: str(quarter.in_time))


class AskedOutput(Schema):
    contact_by = fields.AwareDateTime()


_OF_CRISIS = (
    "id",
    "level",
    "source",
    "reason",
    "state",
    "raised_at",
    "acknowledge_by",
    "contact_by",
    "uncovered",
    "lead_id",
    "outcome",
)


def line(crisis: Any, code: str) -> dict[str, Any]:
    """A case as CaseLine gives it."""
    needs_second = crisis.state != "closed" and crisis.closed_by is not None
    return {name: getattr(crisis, name) for name in _OF_CRISIS} | {"code": code, "needs_second": needs_second}
