"""Input and output shapes of joining, teams and coverage, and the tenant's settings."""

import base64
import binascii
from typing import Any

from marshmallow import fields, validate, validates_schema
from marshmallow.exceptions import ValidationError

from anxin.plugin import Input, OptionalUUID, lazy
from anxin_volunteers.models import POSTS
from anxin_volunteers.words import DECISIONS, STATES

TEXT = validate.Length(max=2000)
NAME = validate.Length(min=2, max=60)
WHO: Any = lazy("Say who it is.")
NOT_BASE64: Any = lazy("This is not base64.")
PHONE: Any = lazy("Write the number as you would dial it.")
MAIL: Any = lazy("Write a whole mail address.")
FEW: Any = lazy("Five questions at most.")
EMPTY: Any = lazy("Leave this field empty.")
CODE: Any = lazy("Small letters, digits, - and _.")


class Optional:
    """Fields that a form may leave empty."""

    class Integer(fields.Integer):
        def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
            return super().deserialize(None if value == "" else value, *args, **kwargs)

    class Date(fields.Date):
        def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
            return super().deserialize(None if value == "" else value, *args, **kwargs)


def count(least: int, most: int, default: int, title: Any, help_text: Any = None) -> fields.Integer:
    """A number among the settings."""
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(min=least, max=most),
        metadata={"title": title, **({"help": help_text} if help_text else {})},
    )


class Lines(fields.List):
    """Short texts: one a line in a form's field, a list over the API."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        told = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(told, str):
            value = [line.strip() for line in told.splitlines() if line.strip()]
        return super().deserialize(value, *args, **kwargs)


class Picture(fields.Field[bytes]):
    """A file in base64, for the API; a page sends it as a file of its own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        if isinstance(value, bytes):
            return value
        try:
            return base64.b64decode(str(value), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(NOT_BASE64) from error


class Settings(Input):
    """A tenant's choices."""

    trial_days = count(0, 365, 90, lazy("Days of probation after approval"))
    liaisons_per_unit = count(0, 10, 1, lazy("Liaison officers in each grass-roots unit, at least"))
    leads_per_branch = count(
        0, 10, 1, lazy("Leads of the liaisons in each unit above"), lazy("They hand concerns on.")
    )
    without_asking = fields.String(
        load_default="contact",
        validate=validate.OneOf(["contact", "never"]),
        metadata={
            "title": lazy("A concern without the person's yes"),
            "help": lazy(
                "contact: it may be handed on; the person is asked before anybody reads it. never: only after "
                "the person said yes. Danger to life is always handed on."
            ),
        },
    )
    hand_on_hours = count(
        1, 72, 4, lazy("Hours a level has to hand a concern on"), lazy("After that it goes on by itself.")
    )
    greet_days = count(1, 60, 7, lazy("Days between greetings in a time of care"))
    approve_signups = fields.Boolean(
        load_default=False, metadata={"title": lazy("The union approves each place in a shift")}
    )
    late_hours = count(1, 168, 24, lazy("A cancellation so many hours before is late"))
    shifts_per_week = count(1, 14, 2, lazy("At most so many shifts a person in a week, when proposed"))
    rest_hours = count(0, 48, 8, lazy("Hours of rest between two proposed shifts"))
    publicity_days = count(1, 60, 7, lazy("Days a list of thanks is public before it is granted"))
    outside_per_day = count(
        1,
        1000,
        50,
        lazy("Applications from outside a day, for one call"),
        lazy("More are refused until the next day."),
    )
    invitation_hours = count(1, 72, 12, lazy("Hours an invitation from the waitlist holds"))
    insurance = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={
            "title": lazy("Insurance note for volunteers"),
            "help": lazy(
                "Who is insured how, and whom to call after an accident; shown beside a fixed place."
            ),
        },
    )
    least_group = count(5, 100, 5, lazy("Smallest number of helped people behind a figure"))


class VolunteerForCallInput(Input):
    call_id = OptionalUUID(load_default=None, allow_none=True)


class VolunteerAnswersInput(Input):
    """What everybody is asked, and the answers to what the call asks besides, in its order."""

    why = fields.String(required=True, validate=validate.Length(min=2, max=500))
    skills = fields.String(load_default="", validate=validate.Length(max=500))
    times = fields.String(load_default="", validate=validate.Length(max=200))
    answer_1 = fields.String(load_default="", validate=validate.Length(max=500))
    answer_2 = fields.String(load_default="", validate=validate.Length(max=500))
    answer_3 = fields.String(load_default="", validate=validate.Length(max=500))
    answer_4 = fields.String(load_default="", validate=validate.Length(max=500))
    answer_5 = fields.String(load_default="", validate=validate.Length(max=500))


class VolunteerApplyInput(VolunteerForCallInput, VolunteerAnswersInput):
    pass


class VolunteerOutsideInput(VolunteerAnswersInput):
    """An application without an account. `website` is for programs that fill in whatever they find: people leave it."""

    name = fields.String(required=True, validate=validate.Length(min=2, max=40))
    phone = fields.String(
        load_default="", validate=validate.Regexp(r"^$|^\+?[0-9][0-9 ()-]{5,18}[0-9]$", error=PHONE)
    )
    email = fields.String(
        load_default="",
        validate=[
            validate.Length(max=120),
            validate.Regexp(r"^$|^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$", error=MAIL),
        ],
    )
    agreed = fields.Boolean(load_default=False)
    website = fields.String(load_default="", validate=validate.Length(max=0, error=EMPTY))


class VolunteerOutsideDecideInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["approve", "decline"]))


class VolunteerPledgeInput(Input):
    signature = fields.String(required=True, validate=validate.Length(min=1, max=60))


class VolunteerDecideInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(list(DECISIONS)))


class VolunteerListInput(Input):
    state = fields.String(load_default="", validate=validate.OneOf(["", *STATES]))
    team_id = OptionalUUID(load_default=None, allow_none=True)
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10000))


class VolunteerCallInput(Input):
    title = fields.String(required=True, validate=NAME)
    text = fields.String(load_default="", validate=TEXT)
    public = fields.Boolean(load_default=False)
    places = Optional.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=10000))
    unit_id = OptionalUUID(load_default=None, allow_none=True)
    closes_on = Optional.Date(load_default=None, allow_none=True)
    questions = Lines(
        fields.String(validate=validate.Length(min=2, max=120)),
        load_default=list,
        validate=validate.Length(max=5, error=FEW),
    )


class VolunteerCallStateInput(Input):
    state = fields.String(required=True, validate=validate.OneOf(["open", "closed"]))


class VolunteerTeamInput(Input):
    title = fields.String(required=True, validate=NAME)
    kind = fields.String(load_default="team", validate=validate.OneOf(["team", "squad"]))
    about = fields.String(load_default="", validate=TEXT)
    unit_id = OptionalUUID(load_default=None, allow_none=True)
    least = fields.Integer(load_default=3, validate=validate.Range(min=1, max=500))
    most = fields.Integer(load_default=20, validate=validate.Range(min=1, max=500))
    qualified_least = fields.Integer(load_default=0, validate=validate.Range(min=0, max=500))
    competences = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)


class VolunteerMemberInput(Input):
    """By employee number on the page, by id over the API."""

    number = fields.String(load_default="", validate=validate.Length(max=40))
    person_id = OptionalUUID(load_default=None, allow_none=True)
    part = fields.String(load_default="member", validate=validate.OneOf(["leader", "member"]))

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("number") and not data.get("person_id"):
            raise ValidationError(WHO, "number")


class VolunteerMemberStepInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["leader", "member", "remove"]))


class VolunteerPostInput(Input):
    number = fields.String(load_default="", validate=validate.Length(max=40))
    person_id = OptionalUUID(load_default=None, allow_none=True)
    post = fields.String(required=True, validate=validate.OneOf(list(POSTS)))

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("number") and not data.get("person_id"):
            raise ValidationError(WHO, "number")


class VolunteerNeedInput(Input):
    post = fields.String(required=True, validate=validate.OneOf(list(POSTS)))
    least = fields.Integer(required=True, validate=validate.Range(min=0, max=50))


class VolunteerProposeInput(Input):
    """The rule by which a squad is picked."""

    size = fields.Integer(load_default=20, validate=validate.Range(min=3, max=200))
    per_branch = fields.Integer(load_default=1, validate=validate.Range(min=0, max=50))
    most_per_branch = fields.Integer(load_default=3, validate=validate.Range(min=1, max=200))
    competences = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)


class VolunteerSquadInput(VolunteerTeamInput):
    kind = fields.String(load_default="squad", validate=validate.OneOf(["squad"]))
    people = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=500))


class VolunteerCompetenceInput(Input):
    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9_-]{2,40}$", error=CODE),
    )
    title = fields.String(required=True, validate=NAME)
    months = Optional.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=600))
    proof = fields.Boolean(load_default=False)


class VolunteerRoleInput(Input):
    title = fields.String(required=True, validate=NAME)
    requires = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)


class VolunteerClaimInput(Input):
    competence_id = fields.UUID(required=True)
    number = fields.String(load_default="", validate=validate.Length(max=80))
    issuer = fields.String(load_default="", validate=validate.Length(max=80))
    issued_on = fields.Date(required=True)
    expires_on = Optional.Date(load_default=None, allow_none=True)
    proof = Picture(load_default=None, allow_none=True)


class VolunteerQualificationStepInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["verify", "refuse", "revoke"]))


class VolunteerLastDayInput(Input):
    expires_on = Optional.Date(load_default=None, allow_none=True)
