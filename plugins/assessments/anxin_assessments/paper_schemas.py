"""Input and output shapes of answers on paper."""

from datetime import UTC
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from anxin.plugin import lazy
from anxin_assessments.schemas import Strict

FORMS = 50
MANY_SLIPS = 200


class FormsInput(Strict):
    campaign_id = fields.UUID(required=True)
    count = fields.Integer(load_default=1, validate=validate.Range(min=1, max=FORMS))


class TicketsInput(Strict):
    """A pack of slips with tickets: for which unit (none: the pile without one), and how many."""

    campaign_id = fields.UUID(required=True)
    unit_id = fields.UUID(load_default=None, allow_none=True)
    slips = fields.Integer(required=True, validate=validate.Range(min=1, max=MANY_SLIPS))


class Pile(fields.Field[tuple[UUID, UUID | None]]):
    """Campaign and unit in one choice of a form: "campaign" or "campaign:unit"."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[UUID, UUID | None]:
        campaign, _sign, unit = str(value).partition(":")
        try:
            return UUID(campaign), UUID(unit) if unit else None
        except ValueError:
            raise ValidationError(lazy("Choose a campaign and a unit.")) from None  # type: ignore[arg-type]  (lazy text)


class PileForm(Strict):
    """The same from a page."""

    pile = Pile(required=True)
    slips = fields.Integer(required=True, validate=validate.Range(min=1, max=MANY_SLIPS))


class DrawInput(Strict):
    """Somebody draws a slip: their employee number, and that they signed the list."""

    number = fields.String(required=True, validate=validate.Length(min=1, max=40))
    signed = fields.Boolean(load_default=False)


class PileOutput(Strict):
    unit_id = fields.UUID(allow_none=True)
    unit = fields.String(allow_none=True)
    invited = fields.Integer()
    printed = fields.Integer()
    void = fields.Integer()


class DrawnOutput(Strict):
    unit = fields.String(allow_none=True, metadata={"description": "the pile to draw from"})


class KeyInput(Strict):
    """A form as it is keyed: its number, the person's, and the answers field by field in the order of the questions."""

    form = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))
    signed = fields.Boolean(load_default=False)
    typed = fields.List(fields.String(validate=validate.Length(max=20)), load_default=list)


class UnnamedKeyInput(Strict):
    """A sheet of an anonymous campaign as it is keyed: the code on it, and the answers field by field."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=40))
    typed = fields.List(fields.String(validate=validate.Length(max=20)), load_default=list)


class BlankInput(Strict):
    campaign_id = fields.UUID(required=True)


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


class UnnamedKeyedInput(Strict):
    """A sheet of an anonymous campaign by the code on it, for programs."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=40))
    answers = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Raw(allow_none=True)), required=True
    )


class UnnamedOutput(Strict):
    id = fields.UUID()
    mark = fields.String(metadata={"description": "the first signs of the code on the sheet"})
    state = fields.String(metadata={"description": "once or differs; a settled sheet is gone"})
    differences = fields.Integer(allow_none=True)


class UnnamedKeyedOutput(Strict):
    paper = fields.Nested(
        UnnamedOutput,
        allow_none=True,
        metadata={"description": "none when both typed the same: it was taken in"},
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
