"""Sign-in settings of a tenant."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import providers
from anxin.identity.pages import bp
from anxin.identity.policy import SIGNIN_MANAGE
from anxin.identity.schemas import ProviderInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page


def _settings(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/signin_settings.html",
        providers=providers.all_of(ctx),
        redirect_uri=url_for("identity.oidc_return", _external=True),
        errors=error.fields if error else {},
        values=request.form,
    )


@bp.get("/admin/sign-in")
@guard(SIGNIN_MANAGE)
def signin_settings(ctx: Ctx) -> ResponseReturnValue:
    return _settings(ctx)


@bp.post("/admin/sign-in")
@guard(SIGNIN_MANAGE, input=ProviderInput, invalid=_settings)
def provider_save(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    providers.save(ctx, data)
    return redirect(url_for("identity.signin_settings"), code=303)


@bp.post("/admin/sign-in/<uuid:provider>/off")
@guard(SIGNIN_MANAGE, input=Nothing)
def provider_off(ctx: Ctx, data: dict[str, Any], provider: UUID) -> ResponseReturnValue:
    providers.switch_off(ctx, provider)
    return redirect(url_for("identity.signin_settings"), code=303)
