"""Input and output shapes of shared devices."""

from datetime import UTC

from marshmallow import fields, validate

from anxin_assessments.schemas import Strict


class DeviceInput(Strict):
    campaign_id = fields.UUID(required=True)
    place = fields.String(required=True, validate=validate.Length(min=1, max=60))
    hours = fields.Integer(load_default=4, validate=validate.Range(min=1, max=12))
    supervised = fields.Boolean(load_default=False)


class SlipsInput(Strict):
    count = fields.Integer(load_default=1, validate=validate.Range(min=1, max=200))


class SitInput(Strict):
    """The own number and the code of a slip; in an anonymous campaign the code people drew for themselves."""

    number = fields.String(load_default="", validate=validate.Length(max=40))
    code = fields.String(required=True, validate=validate.Length(min=4, max=60))


class AgreeInput(Strict):
    answer = fields.String(required=True, validate=validate.OneOf(["agreed", "refused"]))


class PlaceInput(Strict):
    value = fields.Raw(required=True)


class AtOnceInput(SitInput):
    """A whole round at a device, for programs: every answer by the id of the instrument, in its order."""

    secret = fields.String(required=True, validate=validate.Length(min=20, max=60))
    agreed = fields.Boolean(
        load_default=False, metadata={"description": "the person agrees to what is asked"}
    )
    answers = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Raw(allow_none=True)), required=True
    )


class DeviceOutput(Strict):
    id = fields.UUID()
    campaign_id = fields.UUID()
    place = fields.String()
    supervised = fields.Boolean()
    opened_at = fields.AwareDateTime(default_timezone=UTC)
    until = fields.AwareDateTime(default_timezone=UTC)
    closed_at = fields.AwareDateTime(default_timezone=UTC, allow_none=True)


class OpenedOutput(DeviceOutput):
    address = fields.String(metadata={"description": "open it on the device; shown this once"})


class SlipOutput(Strict):
    number = fields.Integer()
    code = fields.String()


class SeatOutput(Strict):
    number = fields.Integer()
    state = fields.String(metadata={"description": "waiting, answering, done, left or expired"})


class SeatsOutput(Strict):
    """On a device without a helper only numbers of slips: nobody watches."""

    slips = fields.Integer()
    unused = fields.Integer()
    seats = fields.List(fields.Nested(SeatOutput))
