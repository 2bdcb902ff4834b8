"""What the identity room's forms and API take. Unknown keys are refused everywhere."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from anxin.identity.people import OWN_KINDS, RELATIONS
from anxin.identity.people_list import KINDS, STATES, Filter
from anxin.kernel.i18n import lazy
from anxin.kernel.schemas import Input, OptionalDate, OptionalUUID


class SignInRules(Input):
    """The tenant's rules: who shows a second factor, and when sessions end. Leaving it out needs a reason, which the
    audit trail's readers see."""

    second_factor = fields.String(
        load_default="staff", validate=validate.OneOf(["staff", "everybody", "off"])
    )
    second_factor_reason = fields.String(load_default="", validate=validate.Length(max=300))
    session_hours = fields.Integer(load_default=12, validate=validate.Range(1, 168))
    idle_minutes = fields.Integer(load_default=60, validate=validate.Range(5, 1440))

    @validates_schema
    def has_reason(self, data: dict[str, Any], **_more: Any) -> None:
        if data["second_factor"] == "off" and len(data["second_factor_reason"].strip()) < 4:
            raise ValidationError(
                {"second_factor_reason": [lazy("Say why nobody needs a second step here.")]}  # type: ignore[dict-item]
            )


class MessengerInput(Input):
    corp = fields.String(required=True, validate=validate.Length(1, 100))
    app = fields.String(required=True, validate=validate.Length(1, 100))
    agent = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    secret = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    api = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^(https?://[^\s?#]{3,200})?$")
    )
    login = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^(https?://[^\s?#]{3,200})?$")
    )
    match_by = fields.String(load_default="number", validate=validate.OneOf(["number", "user_id", "mobile"]))
    signs_in = fields.Boolean(load_default=False)
    sends = fields.Boolean(load_default=False)
    admits_unknown = fields.Boolean(load_default=False)


class CodeInput(Input):
    code = fields.String(required=True, validate=validate.Length(1, 40))


class ProofInput(Input):
    code = fields.String(load_default="", validate=validate.Length(max=40))
    passphrase = fields.String(load_default="", validate=validate.Length(max=1000))
    next = fields.String(load_default=None, allow_none=True)


class ForgotInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 200))


class PickInput(Input):
    number = fields.Integer(required=True, validate=validate.Range(0, 99))


class ScimTokenInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    days = fields.Integer(load_default=365, validate=validate.Range(1, 1095))


class GroupMeaning(Input):
    role = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    unit_id = OptionalUUID(load_default=None, allow_none=True)


class PasskeyInput(Input):
    credential = fields.String(required=True, validate=validate.Length(2, 20_000))
    name = fields.String(load_default="", validate=validate.Length(max=60))
    next = fields.String(load_default=None, allow_none=True)


class LocalSignIn(Input):
    name = fields.String(required=True, validate=validate.Length(1, 200))
    passphrase = fields.String(required=True, validate=validate.Length(1, 1000))
    next = fields.String(load_default=None, allow_none=True)


class NewPassphrase(Input):
    passphrase = fields.String(required=True, validate=validate.Length(1, 1000))
    again = fields.String(required=True)


class Onward(Input):
    next = fields.String(load_default=None, allow_none=True)


class PersonInput(Input):
    """A record. Phone, mail, job and employer that are not sent stay as they are; an empty text takes them away."""

    name = fields.String(required=True, validate=validate.Length(1, 60))
    number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    unit_id = OptionalUUID(load_default=None, allow_none=True)
    moved_on = OptionalDate(load_default=None, allow_none=True)
    kind = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OWN_KINDS))
    hired_on = OptionalDate(load_default=None, allow_none=True)
    job = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))
    employer = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))
    worker = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    relation = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("", *RELATIONS)))
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=30))
    email = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


class PersonFilter(Input):
    """Whom to list; see people_list.Filter."""

    search = fields.String(load_default="", validate=validate.Length(max=60))
    unit = OptionalUUID(load_default=None, allow_none=True)
    kind = fields.String(load_default="", validate=validate.OneOf(("", *KINDS)))
    state = fields.String(load_default="active", validate=validate.OneOf(tuple(STATES)))


class PersonSearch(PersonFilter):
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


def filter_of(data: dict[str, Any]) -> Filter:
    return Filter(data["search"], data["unit"], data["kind"] or None, data["state"])


class UploadInput(Input):
    """Beside the file itself (Upload.take): does the workbook name everybody?"""

    complete = fields.Boolean(load_default=False)


class MatchForm(Input):
    """Headings and their fields, side by side as the form has them."""

    heading = fields.List(fields.String(validate=validate.Length(max=200)), load_default=list)
    field = fields.List(fields.String(validate=validate.Length(max=20)), load_default=list)
    complete = fields.Boolean(load_default=False)


class MatchInput(Input):
    columns = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 200)),
        values=fields.String(allow_none=True, validate=validate.Length(max=20)),
        required=True,
    )
    complete = fields.Boolean(load_default=False)


class RunInput(Input):
    """`leavers`: how many the preview said would leave; `sure`: a large number is meant."""

    leavers = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))
    sure = fields.Boolean(load_default=False)


class GroupInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 40))
    about = fields.String(load_default="", validate=validate.Length(max=200))


class ListInput(Input):
    """Beside the file: is it the whole group?"""

    whole = fields.Boolean(load_default=False)


class RoleInput(Input):
    role = fields.String(required=True, validate=validate.Length(1, 40))
    unit = OptionalUUID(load_default=None, allow_none=True)


class TokenInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    days = fields.Integer(load_default=90, validate=validate.Range(1, 365))


class ProviderInput(Input):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]{0,30}$"))
    title = fields.String(required=True, validate=validate.Length(1, 40))
    issuer = fields.String(required=True, validate=validate.Length(8, 300))
    client_id = fields.String(required=True, validate=validate.Length(1, 200))
    secret = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    number_claim = fields.String(load_default="employee_number", validate=validate.Length(1, 60))
    admits_unknown = fields.Boolean(load_default=False)


class PersonOut(Schema):
    id = fields.UUID()
    name = fields.String()
    number = fields.String(allow_none=True)
    kind = fields.String()
    state = fields.String()
    unit = fields.String(allow_none=True)
    roles = fields.List(fields.String())
    hired_on = fields.Date(allow_none=True)
    job = fields.String(allow_none=True)


class StayOut(Schema):
    unit = fields.String()
    since = fields.AwareDateTime()
    until = fields.AwareDateTime(allow_none=True)


class SessionOut(Schema):
    id = fields.UUID()
    kind = fields.String()
    name = fields.String(allow_none=True)
    device = fields.String(allow_none=True)
    made_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()


class TokenOut(Schema):
    token = fields.String()
