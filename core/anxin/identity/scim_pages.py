"""The employer's directory: the SCIM address itself, and the page where an admin makes tokens and says what groups mean."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from anxin.identity import people
from anxin.identity.doors import record_refusal
from anxin.identity.entries import ScimRefused
from anxin.identity.pages import bp
from anxin.identity.policy import SIGNIN_MANAGE
from anxin.identity.schemas import GroupMeaning, ScimTokenInput
from anxin.identity.scim import tokens
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import PUBLIC, guard
from anxin.kernel.schemas import Nothing
from anxin.tenancy import services as tenancy
from anxin.tenancy.units import options
from anxin.web.pages import page

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@bp.route("/scim/v2/", defaults={"path": ""}, methods=METHODS, endpoint="scim_root")
@bp.route("/scim/v2/<path:path>", methods=METHODS)
@guard(PUBLIC)
def scim(ctx: Ctx, path: str) -> Response:
    """SCIM 2.0 for the tenant's directory, by bearer token."""
    from anxin.identity.scim import serving  # 40 MB of models, which most processes never need

    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not tokens.opens(ctx, token.strip()):
        record_refusal(ctx, ScimRefused(code="token"))
        return serving.unauthorised()
    return serving.answer(ctx, request, path, url_for("identity.scim_root", _external=True).rstrip("/"))


def _settings(
    ctx: Ctx, error: Invalid | None = None, made: str | None = None, **_url: Any
) -> ResponseReturnValue:
    from anxin.identity.scim import groups  # see above

    return page(
        "identity/scim.html",
        base=url_for("identity.scim_root", _external=True).rstrip("/"),
        tokens=tokens.live(ctx),
        groups=groups.all_of(ctx),
        roles=[(role.name, role.title) for role in people.roles(ctx) if not role.helper],
        units=options(tenancy.tree(ctx)),
        made=made,
        errors=error.fields if error else {},
    )


@bp.get("/admin/sign-in/directory")
@guard(SIGNIN_MANAGE, fresh=True)
def scim_settings(ctx: Ctx) -> ResponseReturnValue:
    return _settings(ctx)


@bp.post("/admin/sign-in/directory/tokens")
@guard(SIGNIN_MANAGE, input=ScimTokenInput, invalid=_settings, fresh=True)
def scim_token_make(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    return _settings(ctx, made=tokens.make(ctx, data["name"], data["days"]))


@bp.post("/admin/sign-in/directory/tokens/<uuid:token>/end")
@guard(SIGNIN_MANAGE, input=Nothing, fresh=True)
def scim_token_end(ctx: Ctx, data: dict[str, Any], token: UUID) -> ResponseReturnValue:
    tokens.end(ctx, token)
    return redirect(url_for("identity.scim_settings"), code=303)


@bp.post("/admin/sign-in/directory/groups/<uuid:group>")
@guard(SIGNIN_MANAGE, input=GroupMeaning, invalid=_settings, fresh=True)
def scim_group(ctx: Ctx, data: dict[str, Any], group: UUID) -> ResponseReturnValue:
    from anxin.identity.scim import groups  # see above

    groups.set_meaning(ctx, group, data["role"], data["unit_id"])
    return redirect(url_for("identity.scim_settings"), code=303)
