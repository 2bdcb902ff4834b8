"""The API of applications without an account: the same services as their pages."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from anxin.plugin import PUBLIC, Ctx, guard
from anxin_volunteers.blueprint import api_bp
from anxin_volunteers.models import Outside
from anxin_volunteers.policy import MANAGE, OUTSIDE_TEXT
from anxin_volunteers.schemas import Input, VolunteerOutsideDecideInput, VolunteerOutsideInput
from anxin_volunteers.services import calls, confirming, outside


class VolunteerPublicCallOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    text = fields.String()
    places = fields.Integer(allow_none=True)
    closes_on = fields.Date(allow_none=True)
    questions = fields.List(fields.String())
    agreement = fields.String(metadata={"description": "What `agreed` says yes to"})


class VolunteerOutsideMadeOutput(Schema):
    token = fields.String(metadata={"description": "The only way to see and to take back the application"})
    state = fields.String()


class VolunteerOutsideStateOutput(Schema):
    state = fields.String()
    applied_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)
    confirmed_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "That they are reached; nobody is approved before"}
    )


class VolunteerConfirmInput(Input):
    secret = fields.String(
        required=True,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "The end of the link that was sent to them"},
    )


class VolunteerOutsideOutput(VolunteerOutsideStateOutput):
    id = fields.UUID()
    call_id = fields.UUID()
    name = fields.String()
    person_id = fields.UUID(allow_none=True)
    asked_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "When the message that asks was last sent"}
    )
    refused = fields.String(allow_none=True, metadata={"description": "Why it will never arrive"})
    confirmed_by_way = fields.String(
        allow_none=True, metadata={"description": "link, or talk: somebody spoke to them"}
    )


class VolunteerOutsideReadOutput(VolunteerOutsideOutput):
    arrives = fields.Boolean(metadata={"description": "Does this deployment send what would go to them"})
    phone = fields.String()
    email = fields.String()
    why = fields.String()
    skills = fields.String()
    times = fields.String()
    asked = fields.List(fields.List(fields.String()))


@api_bp.get("/calls/<uuid:call>/public")
@guard(PUBLIC)
@api_bp.response(200, VolunteerPublicCallOutput)
def public_call(ctx: Ctx, call: UUID) -> Any:
    """A public call that is open, for anybody."""
    row = calls.public(ctx, call)
    kept = ("id", "title", "text", "places", "closes_on", "questions")
    return {**{name: getattr(row, name) for name in kept}, "agreement": str(OUTSIDE_TEXT)}


@api_bp.post("/calls/<uuid:call>/public")
@guard(PUBLIC)
@api_bp.arguments(VolunteerOutsideInput)
@api_bp.response(201, VolunteerOutsideMadeOutput)
def outside_apply(ctx: Ctx, data: dict[str, Any], call: UUID) -> Any:
    """Apply for a public call without an account; `answer_1` … are to the call's own questions."""
    return {"token": outside.apply(ctx, call, data), "state": "applied"}


@api_bp.get("/applications/<token>")
@guard(PUBLIC)
@api_bp.response(200, VolunteerOutsideStateOutput)
def outside_state(ctx: Ctx, token: str) -> Any:
    """How an application from outside stands."""
    return outside.by_token(ctx, token)


@api_bp.delete("/applications/<token>")
@guard(PUBLIC)
@api_bp.response(204)
def outside_withdraw(ctx: Ctx, token: str) -> None:
    """Take an application from outside back; all of it is deleted."""
    outside.withdraw(ctx, token)


@api_bp.post("/confirmations")
@guard(PUBLIC)
@api_bp.arguments(VolunteerConfirmInput)
@api_bp.response(200, VolunteerOutsideStateOutput)
def outside_confirm(ctx: Ctx, data: dict[str, Any]) -> Outside:
    """Whoever applied from outside says that the message reached them."""
    return confirming.confirm(ctx, data["secret"])


@api_bp.post("/outside/<uuid:application>/messages")
@guard(MANAGE)
@api_bp.response(202, VolunteerOutsideOutput)
def outside_ask(ctx: Ctx, application: UUID) -> Outside:
    """Have the message that asks them to confirm sent once more."""
    return confirming.ask_again(ctx, application)


@api_bp.post("/outside/<uuid:application>/confirmations")
@guard(MANAGE)
@api_bp.response(200, VolunteerOutsideOutput)
def outside_spoken(ctx: Ctx, application: UUID) -> Outside:
    """Write down that you spoke to them and they are who they say."""
    return confirming.confirm_by_talk(ctx, application)


@api_bp.get("/outside/<uuid:application>")
@guard(MANAGE)
@api_bp.response(200, VolunteerOutsideReadOutput)
def outside_read(ctx: Ctx, application: UUID) -> Any:
    """An application from outside with what was written; the look is written down."""
    row, told = outside.read(ctx, application)
    arrives = confirming.arrives(ctx, row)
    return {
        **told,
        "arrives": arrives,
        **{name: getattr(row, name) for name in VolunteerOutsideOutput().fields},
    }


@api_bp.post("/outside/<uuid:application>/decisions")
@guard(MANAGE)
@api_bp.arguments(VolunteerOutsideDecideInput)
@api_bp.response(200, VolunteerOutsideOutput)
def outside_decide(ctx: Ctx, data: dict[str, Any], application: UUID) -> Outside:
    """Approve: a person, a volunteer on probation, and a link to sign in. Decline: a sentence without reasons."""
    return outside.decide(ctx, application, data["what"])
