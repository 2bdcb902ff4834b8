"""Input and output shapes of courses, lessons, meetings, notices of teams, and figures."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from anxin.plugin import Input, OptionalUUID, lazy
from anxin_volunteers.models import MEETINGS

TEXT = validate.Length(max=2000)
TITLE = validate.Length(min=2, max=60)
PLACE = validate.Length(max=120)
NUMBER = validate.Length(max=40)
WHO: Any = lazy("Say who it is.")


class VolunteerCourseInput(Input):
    title = fields.String(required=True, validate=TITLE)
    about = fields.String(load_default="", validate=TEXT)
    competence_id = OptionalUUID(load_default=None, allow_none=True)
    lessons = fields.Integer(load_default=1, validate=validate.Range(min=1, max=100))


class VolunteerLessonInput(Input):
    """The trainer by employee number on the page, by id over the API."""

    on = fields.Date(required=True)
    begins = fields.Time(required=True)
    ends = fields.Time(required=True)
    place = fields.String(load_default="", validate=PLACE)
    seats = fields.Integer(load_default=20, validate=validate.Range(min=1, max=1000))
    weeks = fields.Integer(load_default=1, validate=validate.Range(min=1, max=26))
    number = fields.String(load_default="", validate=NUMBER)
    trainer_id = OptionalUUID(load_default=None, allow_none=True)


class VolunteerSeatInput(Input):
    number = fields.String(load_default="", validate=NUMBER)
    person_id = OptionalUUID(load_default=None, allow_none=True)

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("number") and not data.get("person_id"):
            raise ValidationError(WHO, "number")


class VolunteerCameInput(Input):
    """Those who came; everybody else on the list did not."""

    people = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=1000))


class VolunteerMeetingInput(Input):
    """People by their numbers on the page, by ids over the API; or a team."""

    kind = fields.String(load_default="supervision", validate=validate.OneOf(MEETINGS))
    title = fields.String(required=True, validate=TITLE)
    team_id = OptionalUUID(load_default=None, allow_none=True)
    on = fields.Date(required=True)
    begins = fields.Time(required=True)
    ends = fields.Time(required=True)
    place = fields.String(load_default="", validate=PLACE)
    lead = fields.String(load_default="", validate=NUMBER)
    lead_id = OptionalUUID(load_default=None, allow_none=True)
    numbers = fields.String(load_default="", validate=validate.Length(max=4000))
    people = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=500))


class VolunteerWordsInput(Input):
    text = fields.String(required=True, validate=validate.Length(min=2, max=2000))


class VolunteerYearInput(Input):
    year = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=2000, max=2200))


class VolunteerCourseOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    about = fields.String()
    competence_id = fields.UUID(allow_none=True)
    lessons = fields.Integer()


class VolunteerLessonOutput(Schema):
    id = fields.UUID()
    course_id = fields.UUID()
    course = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.String()
    seats = fields.Integer()
    free = fields.Integer()
    state = fields.String()
    mine = fields.String(allow_none=True)


class VolunteerSeatOutput(Schema):
    person_id = fields.UUID()
    name = fields.String()
    state = fields.String()


class VolunteerMeetingOutput(Schema):
    id = fields.UUID()
    kind = fields.String()
    title = fields.String()
    team_id = fields.UUID(allow_none=True)
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    place = fields.String()
    state = fields.String()


class VolunteerMeetingNoteOutput(Schema):
    id = fields.UUID()
    author = fields.String()
    text = fields.String()
    made_at = fields.AwareDateTime()


class VolunteerTeamNoticeOutput(Schema):
    id = fields.UUID()
    author = fields.String()
    text = fields.String()
    made_at = fields.AwareDateTime()


class VolunteerHeldOutput(Schema):
    came = fields.Integer()
    granted = fields.Integer()


class VolunteerInsightOutput(Schema):
    """Figures about people who were helped are null where they are hidden, and counted in steps."""

    year = fields.Integer()
    states = fields.Dict(keys=fields.String(), values=fields.Integer())
    people = fields.Integer()
    served = fields.Integer()
    minutes = fields.Integer()
    months = fields.List(fields.Integer())
    branches = fields.List(fields.Dict())
    skills = fields.List(fields.Dict())
    filled = fields.Integer()
    places = fields.Integer()
    lessons = fields.Integer()
    seats = fields.Integer()
    concerns_at_least = fields.Integer(allow_none=True)
    to_agency_hours = fields.Integer(
        allow_none=True, metadata={"description": "0 means longer than three days"}
    )
    to_end_hours = fields.Integer(allow_none=True, metadata={"description": "0 means longer than three days"})


class VolunteerInsuranceOutput(Schema):
    note = fields.String()
