"""Input, output, and the tenant's settings. Unknown keys are refused."""

from anxin.plugin import Input, lazy
from marshmallow import fields, validate


class Settings(Input):
    most_a_day = fields.Integer(
        strict=True,
        load_default=20,
        validate=validate.Range(min=1, max=200),
        metadata={"title": lazy("How many a person may write in a day")},
    )


class ThingInput(Input):
    text = fields.String(required=True, validate=validate.Length(min=1, max=500))


class ThingOutput(Input):
    id = fields.UUID()
    text = fields.String()
    made_at = fields.AwareDateTime()
