"""Input and output of the contracts room. The form says yuan and days, the API fen and minutes; both make one content."""

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from anxin.contracts.words import CLOCKS, KINDS, REASONS, STEPS
from anxin.kernel.i18n import lazy
from anxin.kernel.schemas import Input
from anxin.tenancy.files_shape import LONGEST_CLOCK, MOST_FEN, MOST_SESSIONS

NAME = validate.Regexp(r"^[a-z][a-z0-9_]*$")


class ContentInput(Input):
    """A wording: what is served, by which roles, until when, at which price and by which clocks."""

    services = fields.List(fields.String(validate=NAME), required=True, validate=validate.Length(1, 40))
    roles = fields.List(fields.String(validate=NAME), required=True, validate=validate.Length(1, 40))
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    sessions_per_person = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MOST_SESSIONS)
    )
    prices = fields.Dict(
        keys=fields.String(validate=validate.OneOf(KINDS)),
        values=fields.Integer(strict=True, validate=validate.Range(0, MOST_FEN)),
        load_default=dict,
    )
    clocks = fields.Dict(
        keys=fields.String(validate=validate.OneOf(CLOCKS)),
        values=fields.Integer(strict=True, validate=validate.Range(1, LONGEST_CLOCK)),
        load_default=dict,
    )


class DraftInput(ContentInput):
    other = fields.String(required=True, validate=validate.Length(1, 63))
    number = fields.String(required=True, validate=validate.Length(1, 40))


class _Empty(fields.Field[Any]):
    """A number a form may leave empty; its own words when it is none."""

    def _amount(self, value: Any) -> Decimal | None:
        text = str(value).replace(",", "").replace("，", "").strip()
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise ValidationError(lazy("Write a number, like 400 or 399.50.")) from None  # type: ignore[arg-type]  (lazy text)
        if not amount.is_finite():
            raise ValidationError(lazy("Write a number, like 400 or 399.50."))  # type: ignore[arg-type]  (as above)
        return amount


class Yuan(_Empty):
    """Yuan as typed → fen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        amount = self._amount(value)
        if amount is None:
            return None
        fen = amount * 100
        if fen != fen.to_integral_value() or not 0 <= fen <= MOST_FEN:
            raise ValidationError(lazy("A price is an amount up to one million yuan."))  # type: ignore[arg-type]  (lazy text)
        return int(fen)


class Count(_Empty):
    """A whole number from one to `most`, times `unit`."""

    def __init__(self, most: int, unit: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._most, self._unit = most, unit

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        amount = self._amount(value)
        if amount is None:
            return None
        if amount != amount.to_integral_value() or not 1 <= amount <= self._most:
            raise ValidationError(lazy("Write a whole number from 1 to %(most)d.", most=self._most))  # type: ignore[arg-type]  (lazy text)
        return int(amount) * self._unit


_AMOUNTS: dict[str, fields.Field[Any]] = {f"price_{kind}": Yuan(load_default=None) for kind in KINDS}
_AMOUNTS |= {
    f"clock_{kind}": Count(LONGEST_CLOCK // unit, unit, load_default=None)
    for kind, (_title, unit) in CLOCKS.items()
}


class ContentForm(Input.from_dict(_AMOUNTS, name="Amounts")):  # type: ignore[misc]  (from the lists of words)
    """The same as a page asks for it: price_session in yuan, clock_request in hours …"""

    services = fields.List(fields.String(validate=NAME), load_default=list)
    roles = fields.List(fields.String(validate=NAME), load_default=list)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    sessions_per_person = Count(MOST_SESSIONS, load_default=None)


def content_of(data: dict[str, Any]) -> dict[str, Any]:
    """What a form says, as ContentInput would have loaded it."""
    return {
        **{name: data[name] for name in ("services", "roles", "starts_on", "ends_on", "sessions_per_person")},
        "prices": {kind: data[f"price_{kind}"] for kind in KINDS},
        "clocks": {kind: data[f"clock_{kind}"] for kind in CLOCKS},
    }


class DraftForm(ContentForm):
    other = fields.String(required=True, validate=validate.Length(1, 63))
    number = fields.String(required=True, validate=validate.Length(1, 40))


class SignInput(Input):
    digest = fields.String(required=True, validate=validate.Length(1, 64))


class SignForm(Input):
    """On the page a signature needs the tick beside “I have read it”."""

    digest = fields.String(required=True, validate=validate.Length(1, 64))
    read = fields.Boolean(load_default=False)

    @validates_schema(skip_on_field_errors=False)
    def ticked(self, data: Any, **_kwargs: Any) -> None:
        if not data.get("read"):
            raise ValidationError({"read": [lazy("Tick that you have read it, then sign.")]})


class EndInput(Input):
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))


class StepInput(Input):
    step = fields.String(required=True, validate=validate.OneOf(STEPS))


class StaffInput(Input):
    person = fields.UUID(required=True)
    roles = fields.List(fields.String(validate=NAME), load_default=list)


class PaperInput(Input):
    form = fields.String(required=True, validate=validate.OneOf(("pdf", "xlsx")))


class MonthInput(Input):
    month = fields.Date(required=True)


class VersionOut(Schema):
    number = fields.Integer()
    state = fields.String()
    proposed_by = fields.String()
    content = fields.Dict()
    digest = fields.String()
    employer_signed_at = fields.AwareDateTime(allow_none=True)
    employer_signer = fields.String(allow_none=True)
    agency_signed_at = fields.AwareDateTime(allow_none=True)
    agency_signer = fields.String(allow_none=True)


class StepOut(Schema):
    code = fields.String()
    side = fields.String()
    due_on = fields.Date()
    done_at = fields.AwareDateTime(allow_none=True)
    done_by = fields.String(allow_none=True)
    count = fields.Integer(allow_none=True)


class ContractOut(Schema):
    id = fields.UUID()
    number = fields.String()
    other = fields.String(metadata={"description": "the other party's short name"})
    side = fields.String()
    state = fields.String()
    content = fields.Dict()
    proposed = fields.Nested(VersionOut, allow_none=True)
    steps = fields.List(fields.Nested(StepOut))


class StaffOut(Schema):
    id = fields.UUID()
    name = fields.String()
    roles = fields.List(fields.String())


class StatementOut(Schema):
    id = fields.UUID()
    number = fields.String()
    month = fields.Date()
    lines = fields.List(fields.Dict())
    total_fen = fields.Integer()
    issued_at = fields.AwareDateTime()


class PaperOut(Schema):
    task = fields.UUID(metadata={"description": "see /api/tasks"})


class WaitingOut(Schema):
    employer = fields.String(metadata={"description": "the employer's short name"})
    contract = fields.UUID()
    kind = fields.String()
    title = fields.String()
    href = fields.String(metadata={"description": "a path in the employer's tenant"})
    since = fields.AwareDateTime()
    due = fields.AwareDateTime(allow_none=True)
    late = fields.Boolean()


class FigureOut(Schema):
    code = fields.String()
    value = fields.Integer(allow_none=True)


class RollupOut(Schema):
    id = fields.UUID()
    union = fields.String(metadata={"description": "the short name of the union that published it"})
    month = fields.Date()
    figures = fields.List(fields.Nested(FigureOut))
    note = fields.String(metadata={"description": "signed note (C2SP) over the figures"})
    genuine = fields.Boolean()
    published_at = fields.AwareDateTime()
