"""Input and output shapes of answers on paper."""

from datetime import UTC

from marshmallow import fields, validate

from anxin_assessments.schemas import Strict

FORMS = 50


class FormsInput(Strict):
    campaign_id = fields.UUID(required=True)
    count = fields.Integer(load_default=1, validate=validate.Range(min=1, max=FORMS))


class KeyInput(Strict):
    """A form as it is keyed: its number, the person's, and the answers field by field in the order of the questions."""

    form = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))
    signed = fields.Boolean(load_default=False)
    typed = fields.List(fields.String(validate=validate.Length(max=20)), load_default=list)


class SettleInput(Strict):
    """What the paper says for each difference, in their order; "-" for no answer."""

    typed = fields.List(fields.String(validate=validate.Length(max=20)), load_default=list)


class KeyedInput(Strict):
    """A form's answers by the id of the instrument, for programs."""

    form = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))
    signed = fields.Boolean(
        load_default=False, metadata={"description": "the consent on the paper is signed"}
    )
    answers = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Raw(allow_none=True)), required=True
    )


class PaperOutput(Strict):
    id = fields.UUID()
    number = fields.Integer()
    state = fields.String(metadata={"description": "once, differs or settled"})
    differences = fields.Integer(allow_none=True)
    first_at = fields.AwareDateTime(default_timezone=UTC)
    second_at = fields.AwareDateTime(default_timezone=UTC, allow_none=True)
    settled_at = fields.AwareDateTime(default_timezone=UTC, allow_none=True)


class DifferenceOutput(Strict):
    place = fields.Integer()
    instrument = fields.String()
    item = fields.Integer()
    first = fields.Raw(allow_none=True)
    second = fields.Raw(allow_none=True)


class FormsOutput(Strict):
    task = fields.UUID()
