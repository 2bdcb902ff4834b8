"""Input and output shapes of tasks, shifts and the roster."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from anxin.plugin import Input, OptionalUUID, lazy
from anxin_volunteers.words import PARTS_OF_DAY

TEXT = validate.Length(max=2000)
WHO: Any = lazy("Say who it is.")
TIMES = [f"{weekday}-{part}" for weekday in range(7) for part in PARTS_OF_DAY]


class VolunteerTaskInput(Input):
    title = fields.String(required=True, validate=validate.Length(min=2, max=60))
    about = fields.String(load_default="", validate=TEXT)
    place = fields.String(load_default="", validate=validate.Length(max=120))
    details = fields.String(load_default="", validate=TEXT)
    team_id = OptionalUUID(load_default=None, allow_none=True)
    unit_id = OptionalUUID(load_default=None, allow_none=True)


class VolunteerShiftInput(Input):
    """Up to three roles on the page; the API may say the same."""

    on = fields.Date(required=True)
    begins = fields.Time(required=True)
    ends = fields.Time(required=True)
    weeks = fields.Integer(load_default=1, validate=validate.Range(min=1, max=26))
    role_id = fields.List(OptionalUUID(allow_none=True), load_default=list)
    count = fields.List(fields.Integer(validate=validate.Range(min=1, max=500)), load_default=list)


def needs_of(data: dict[str, Any]) -> dict[Any, int]:
    """role → how many, of the lines that name a role."""
    pairs = zip(data["role_id"], data["count"], strict=False)
    return {role_id: count for role_id, count in pairs if role_id is not None}


class VolunteerWeekInput(Input):
    week = fields.Date(load_default=None, allow_none=True)
    weeks = fields.Integer(load_default=1, validate=validate.Range(min=1, max=8))


class VolunteerAssignInput(Input):
    need_id = fields.UUID(required=True)
    number = fields.String(load_default="", validate=validate.Length(max=40))
    person_id = OptionalUUID(load_default=None, allow_none=True)

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("number") and not data.get("person_id"):
            raise ValidationError(WHO, "number")


class VolunteerSignupStepInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["accept", "refuse"]))


class VolunteerSwapInput(Input):
    number = fields.String(load_default="", validate=validate.Length(max=40))
    person_id = OptionalUUID(load_default=None, allow_none=True)

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("number") and not data.get("person_id"):
            raise ValidationError(WHO, "number")


class VolunteerAnswerInput(Input):
    yes = fields.Boolean(load_default=False)


class VolunteerTimesInput(Input):
    times = fields.List(fields.String(validate=validate.OneOf(TIMES)), load_default=list)


class VolunteerPlaceOutput(Input):
    need_id = fields.UUID()
    role = fields.String()
    wanted = fields.Integer()
    free = fields.Integer()


class VolunteerTurnOutput(Input):
    id = fields.UUID()
    task = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    places = fields.List(fields.Nested(VolunteerPlaceOutput))


class VolunteerTaskOutput(Input):
    id = fields.UUID()


class VolunteerShiftOutput(Input):
    id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class VolunteerSignupOutput(Input):
    id = fields.UUID()
    shift_id = fields.UUID()
    need_id = fields.UUID()
    state = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()


class VolunteerWishOutput(Input):
    shift = fields.String()
    task = fields.String()
    starts_at = fields.String()
    ends_at = fields.String()
    role = fields.String()
    wanted = fields.Integer()
    taken = fields.Integer()
    there = fields.List(fields.String())
    proposed = fields.List(fields.String())
    people = fields.List(fields.String())
    missing = fields.Integer()
    why = fields.String()
    holders = fields.Integer()
    free = fields.Integer()
