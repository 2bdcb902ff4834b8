"""Input and output shapes of hours and thanks."""

from marshmallow import fields, validate

from anxin.plugin import Input

TEXT = validate.Length(min=2, max=300)
CORRECTIONS = ("typo", "longer", "shorter", "duplicate")


class VolunteerCheckinInput(Input):
    code = fields.String(required=True, validate=validate.Length(min=1, max=12))


class VolunteerHoursInput(Input):
    on = fields.Date(required=True)
    minutes = fields.Integer(required=True, validate=validate.Range(min=1, max=1440))
    what = fields.String(required=True, validate=TEXT)


class VolunteerHoursStepInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["confirm", "refuse"]))


class VolunteerCorrectionInput(Input):
    minutes = fields.Integer(required=True, validate=validate.Range(min=1, max=1440))
    reason = fields.String(required=True, validate=validate.OneOf(CORRECTIONS))


class VolunteerListInputOfYear(Input):
    year = fields.Integer(required=True, validate=validate.Range(min=2000, max=2199))
    least_hours = fields.Integer(load_default=20, validate=validate.Range(min=1, max=5000))


class VolunteerObjectionInput(Input):
    text = fields.String(required=True, validate=TEXT)


class VolunteerObjectionStepInput(Input):
    what = fields.String(required=True, validate=validate.OneOf(["upheld", "rejected"]))


class VolunteerHoursOutput(Input):
    id = fields.UUID()
    on_day = fields.Date()
    minutes = fields.Integer()
    source = fields.String()
    state = fields.String()


class VolunteerRecognitionOutput(Input):
    id = fields.UUID()
    year = fields.Integer()
    state = fields.String()
    public_until = fields.Date(allow_none=True)
