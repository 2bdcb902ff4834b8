"""What the notices room's forms and API take and give. Unknown keys are refused everywhere."""

import re

from marshmallow import RAISE, Schema, fields, validate

from anxin.kernel.i18n import lazy
from anxin.notices.choosing import CHANNELS

CLOCK = validate.Regexp(re.compile(r"^([01]\d|2[0-3]):[0-5]\d$"), error=lazy("Write a time like 22:00."))  # type: ignore[arg-type]  (lazy text)


class Input(Schema):
    class Meta:
        unknown = RAISE


class NextInput(Input):
    next = fields.String(required=True, validate=validate.Length(1, 500))


class ChoiceForm(Input):
    """Switches: a browser sends nothing for one that is off."""

    mail = fields.Boolean(load_default=False)
    messenger = fields.Boolean(load_default=False)
    sms = fields.Boolean(load_default=False)


class ChoiceInput(Input):
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    wanted = fields.Boolean(required=True)


class QuietInput(Input):
    """The same time twice: never quiet."""

    quiet_from = fields.String(required=True, validate=CLOCK)
    quiet_until = fields.String(required=True, validate=CLOCK)


class AgainQuery(Input):
    asked = fields.Boolean(load_default=False)


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


class ChannelOutput(Schema):
    channel = fields.String(attribute="name")
    wanted = fields.Boolean()
    reaches = fields.Boolean(metadata={"description": "whether there is an address of one's own for it"})


class QuietOutput(Schema):
    quiet_from = fields.String()
    quiet_until = fields.String()
    own = fields.Boolean()


class DeliveryOutput(Schema):
    channel = fields.String()
    state = fields.String()
    at = fields.AwareDateTime()


class TallyOutput(Schema):
    """Counts in steps; null where too few."""

    channel = fields.String()
    sent = fields.Function(lambda tally: tally.sent.value)
    waiting = fields.Function(lambda tally: tally.waiting.value)
    failed = fields.Function(lambda tally: tally.failed.value)
    causes = fields.List(fields.String())
