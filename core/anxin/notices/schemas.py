"""What the notices room's forms and API take and give. Unknown keys are refused everywhere."""

from marshmallow import RAISE, Schema, fields, validate

from anxin.notices.services import CHANNELS


class Input(Schema):
    class Meta:
        unknown = RAISE


class NextInput(Input):
    next = fields.String(required=True, validate=validate.Length(1, 500))


class ChoiceForm(Input):
    """A switch: a browser sends nothing when it is off."""

    mail = fields.Boolean(load_default=False)


class ChoiceInput(Input):
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    wanted = fields.Boolean(required=True)


class InboxQuery(Input):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    before = fields.AwareDateTime(load_default=None, allow_none=True)


class NoticeOutput(Schema):
    id = fields.UUID()
    text = fields.String()
    link = fields.String()
    made_at = fields.AwareDateTime()
    unread = fields.Boolean()
    urgent = fields.Boolean()
    contract_id = fields.UUID(allow_none=True)


class CountOutput(Schema):
    count = fields.Integer()
