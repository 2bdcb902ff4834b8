"""Sign-in settings of a tenant."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import messengers, providers, rules
from anxin.identity.pages import bp
from anxin.identity.policy import SIGNIN_MANAGE
from anxin.identity.schemas import MessengerInput, ProviderInput, SignInRules
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.guard import guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page


def _settings(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/signin_settings.html",
        providers=providers.all_of(ctx),
        messengers={row.vendor: row for row in messengers.all_of(ctx)},
        vendors=messengers.VENDORS,
        rules=ctx.settings_of("identity"),
        redirect_uri=url_for("identity.oidc_return", _external=True),
        errors=error.fields if error else {},
        values=request.form,
        sent="rules" if "second_factor" in request.form else "provider",
    )


@bp.get("/admin/sign-in")
@guard(SIGNIN_MANAGE, fresh=True)
def signin_settings(ctx: Ctx) -> ResponseReturnValue:
    return _settings(ctx)


@bp.post("/admin/sign-in")
@guard(SIGNIN_MANAGE, input=ProviderInput, invalid=_settings, fresh=True)
def provider_save(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    providers.save(ctx, data)
    return redirect(url_for("identity.signin_settings"), code=303)


@bp.post("/admin/sign-in/<uuid:provider>/off")
@guard(SIGNIN_MANAGE, input=Nothing, fresh=True)
def provider_off(ctx: Ctx, data: dict[str, Any], provider: UUID) -> ResponseReturnValue:
    providers.switch_off(ctx, provider)
    return redirect(url_for("identity.signin_settings"), code=303)


def _messenger(ctx: Ctx, error: Invalid | None = None, *, vendor: str) -> ResponseReturnValue:
    if vendor not in messengers.VENDORS:
        raise NotFound()
    row = next((one for one in messengers.all_of(ctx) if one.vendor == vendor), None)
    return page(
        "identity/messenger.html",
        vendor=vendor,
        one=messengers.VENDORS[vendor],
        row=row,
        back=url_for("identity.messenger_return", vendor=vendor, _external=True),
        errors=error.fields if error else {},
        values={**request.form, "vendor": vendor} if error else {},
    )


@bp.get("/admin/sign-in/messengers/<vendor>")
@guard(SIGNIN_MANAGE, fresh=True)
def messenger_settings(ctx: Ctx, vendor: str) -> ResponseReturnValue:
    return _messenger(ctx, vendor=vendor)


@bp.post("/admin/sign-in/messengers/<vendor>")
@guard(SIGNIN_MANAGE, input=MessengerInput, invalid=_messenger, fresh=True)
def messenger_save(ctx: Ctx, data: dict[str, Any], vendor: str) -> ResponseReturnValue:
    messengers.save(ctx, vendor, data)
    return redirect(url_for("identity.signin_settings"), code=303)


@bp.post("/admin/sign-in/messengers/<uuid:messenger>/off")
@guard(SIGNIN_MANAGE, input=Nothing, fresh=True)
def messenger_off(ctx: Ctx, data: dict[str, Any], messenger: UUID) -> ResponseReturnValue:
    messengers.switch_off(ctx, messenger)
    return redirect(url_for("identity.signin_settings"), code=303)


@bp.post("/admin/sign-in/rules")
@guard(SIGNIN_MANAGE, input=SignInRules, invalid=_settings, fresh=True)
def rules_save(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    rules.save(ctx, data)
    return redirect(url_for("identity.signin_settings"), code=303)
