"""Input, output, and the tenant's settings. Unknown keys are refused."""

from marshmallow import fields, validate

from anxin.plugin import Input, lazy


class Settings(Input):
    most_a_day = fields.Integer(
        strict=True,
        load_default=3,
        validate=validate.Range(min=1, max=20),
        metadata={"title": lazy("How many wishes a person may put up in a day")},
    )


class WishInput(Input):
    text = fields.String(required=True, validate=validate.Length(min=1, max=500))


class WishOutput(Input):
    id = fields.UUID()
    text = fields.String()
    state = fields.String()
    made_at = fields.AwareDateTime()
