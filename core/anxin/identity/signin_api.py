"""API of the ways in: what roles must show, providers, messengers, and the employer's directory."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from anxin.identity import messengers, providers, rules
from anxin.identity.api import bp
from anxin.identity.policy import SIGNIN_MANAGE
from anxin.identity.schemas import (
    GroupMeaning,
    MessengerInput,
    ProviderInput,
    ScimTokenInput,
    SignInRules,
    TokenOut,
)
from anxin.identity.scim import tokens
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import guard


class ScimTokenOut(Schema):
    id = fields.UUID()
    name = fields.String()
    made_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    used_at = fields.AwareDateTime(allow_none=True)


class MessengerOut(Schema):
    id = fields.UUID()
    vendor = fields.String()
    corp = fields.String()
    app = fields.String()
    match_by = fields.String()
    signs_in = fields.Boolean()
    sends = fields.Boolean()
    on = fields.Boolean()


class ProviderOut(Schema):
    id = fields.UUID()
    name = fields.String()
    title = fields.String()
    issuer = fields.String()
    client_id = fields.String()
    number_claim = fields.String()
    admits_unknown = fields.Boolean()
    on = fields.Boolean()


class ScimGroupOut(Schema):
    id = fields.UUID()
    title = fields.String(metadata={"description": "as the directory calls it"})
    role = fields.String(allow_none=True)
    unit_id = fields.UUID(allow_none=True)


@bp.get("/sign-in/rules")
@guard(SIGNIN_MANAGE)
@bp.response(200, SignInRules)
def sign_in_rules(ctx: Ctx) -> Any:
    """Who shows a second factor, and when sessions end."""
    return ctx.settings_of("identity")


@bp.put("/sign-in/rules")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.arguments(SignInRules)
@bp.response(204)
def change_sign_in_rules(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Replace the rules."""
    rules.save(ctx, data)


@bp.get("/sign-in/messengers")
@guard(SIGNIN_MANAGE)
@bp.response(200, MessengerOut(many=True))
def list_messengers(ctx: Ctx) -> Any:
    """WeCom, DingTalk and Feishu as they are set up; never a secret."""
    return messengers.all_of(ctx)


@bp.put("/sign-in/messengers/<vendor>")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.arguments(MessengerInput)
@bp.response(200, MessengerOut)
def save_messenger(ctx: Ctx, data: dict[str, Any], vendor: str) -> Any:
    """Set a messenger up ("wecom", "dingtalk", "feishu"); id and secret are tried out at once."""
    return messengers.save(ctx, vendor, data)


@bp.delete("/sign-in/messengers/<uuid:messenger>")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.response(204)
def switch_messenger_off(ctx: Ctx, messenger: UUID) -> Any:
    """Switch a messenger off: nobody signs in with it, nothing is sent by it."""
    messengers.switch_off(ctx, messenger)


@bp.get("/sign-in/providers")
@guard(SIGNIN_MANAGE)
@bp.response(200, ProviderOut(many=True))
def list_providers(ctx: Ctx) -> Any:
    """The employer's providers (OpenID Connect) as they are set up; never a secret."""
    return providers.all_of(ctx)


@bp.post("/sign-in/providers")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.arguments(ProviderInput)
@bp.response(200, ProviderOut)
def save_provider(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add a provider, or change the one of that name; its description is fetched and judged at once."""
    return providers.save(ctx, data)


@bp.delete("/sign-in/providers/<uuid:provider>")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.response(204)
def switch_provider_off(ctx: Ctx, provider: UUID) -> Any:
    """Switch a provider off: nobody signs in with it any more."""
    providers.switch_off(ctx, provider)


@bp.get("/sign-in/scim-tokens")
@guard(SIGNIN_MANAGE)
@bp.response(200, ScimTokenOut(many=True))
def list_scim_tokens(ctx: Ctx) -> Any:
    """The directory's live tokens; never the tokens themselves."""
    return tokens.live(ctx)


@bp.post("/sign-in/scim-tokens")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.arguments(ScimTokenInput)
@bp.response(201, TokenOut)
def make_scim_token(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Make a token for the employer's directory; it is shown once."""
    return {"token": tokens.make(ctx, data["name"], data["days"])}


@bp.delete("/sign-in/scim-tokens/<uuid:token>")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.response(204)
def end_scim_token(ctx: Ctx, token: UUID) -> Any:
    """End a token of the directory, at once."""
    tokens.end(ctx, token)


@bp.get("/sign-in/scim-groups")
@guard(SIGNIN_MANAGE)
@bp.response(200, ScimGroupOut(many=True))
def list_scim_groups(ctx: Ctx) -> Any:
    """The directory's groups, and which role or unit each stands for."""
    from anxin.identity.scim import groups  # 40 MB of models, which most processes never need

    return groups.all_of(ctx)


@bp.put("/sign-in/scim-groups/<uuid:group>")
@guard(SIGNIN_MANAGE, fresh=True)
@bp.arguments(GroupMeaning)
@bp.response(204)
def give_scim_group_a_meaning(ctx: Ctx, data: dict[str, Any], group: UUID) -> Any:
    """Let a group stand for a role, a unit, or nothing; counts for everybody in it at once."""
    from anxin.identity.scim import groups  # see above

    groups.set_meaning(ctx, group, data["role"], data["unit_id"])
