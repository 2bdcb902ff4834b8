"""Input and output shapes of the liaison network."""

from marshmallow import fields, validate

from anxin.plugin import Input
from anxin_volunteers.words import HELP, OUTCOMES, REASONS, SIGNS, SINCE, VISITS

NOTE = validate.Length(max=500)


class VolunteerConcernInput(Input):
    signs = fields.List(fields.String(validate=validate.OneOf(list(SIGNS))), load_default=list)
    since = fields.String(load_default="days", validate=validate.OneOf(list(SINCE)))
    knows = fields.Boolean(load_default=False)
    note = fields.String(load_default="", validate=NOTE)


class VolunteerVisitInput(Input):
    on = fields.Date(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(VISITS)))
    help = fields.List(fields.String(validate=validate.OneOf(list(HELP))), load_default=list)
    note = fields.String(load_default="", validate=NOTE)


class VolunteerPeriodInput(Input):
    reason = fields.String(required=True, validate=validate.OneOf(list(REASONS)))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class VolunteerWelcomeInput(Input):
    wanted = fields.Boolean(load_default=False)


class VolunteerOutcomeInput(Input):
    outcome = fields.String(required=True, validate=validate.OneOf(list(OUTCOMES)))


class VolunteerSlipOutput(Input):
    id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    sent_at = fields.AwareDateTime()


class VolunteerColleagueOutput(Input):
    id = fields.UUID()
    name = fields.String()
    welcome = fields.Boolean()
    greet = fields.Boolean()


class VolunteerHandOnOutput(Input):
    id = fields.UUID()
    code = fields.String()
    state = fields.String()
    due_at = fields.AwareDateTime()


class VolunteerConcernOutput(Input):
    id = fields.UUID()
    person_id = fields.UUID()
    state = fields.String()
    urgent = fields.Boolean()
    made_at = fields.AwareDateTime()
    signs = fields.List(fields.String())
    since = fields.String()
    note = fields.String()


class VolunteerPeriodOutput(Input):
    id = fields.UUID()
    reason = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    by_self = fields.Boolean()


class VolunteerConcernListedOutput(Input):
    id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    state = fields.String()
    urgent = fields.Boolean()
    made_at = fields.AwareDateTime()


class VolunteerVisitReadOutput(Input):
    visited_on = fields.Date()
    kind = fields.String()
    help = fields.List(fields.String())
    note = fields.String()


class VolunteerNotesOutput(Input):
    visits = fields.List(fields.Nested(VolunteerVisitReadOutput))
    periods = fields.List(fields.Nested(VolunteerPeriodOutput))
