"""Sign-in pages. (People, roles, providers: people_pages.py and settings_pages.py; one's own things: me_pages.py.)"""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from anxin.identity import cookies, sessions, signin
from anxin.identity.entries import SignedOut
from anxin.identity.models import SignIn
from anxin.identity.outward import http_client
from anxin.identity.schemas import LocalSignIn, NewPassphrase, Onward
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, SignInRequired
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.kernel.i18n import _
from anxin.web.pages import page
from anxin.web.prefs import local_path

bp = PluginBlueprint("identity", __name__, core=True, url_prefix="")

BROWSER = "anxin-signin"  # the cookie that binds a sign-in on its way through a provider to this browser


def show_sign_in(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/sign_in.html",
        providers=signin.providers(ctx),
        next=local_path(request.values.get("next")) if request.values.get("next") else None,
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
        name=request.form.get("name", ""),
        open_local=bool(error) or not signin.providers(ctx),
    )


@bp.get("/sign-in")
@guard(PUBLIC)
def sign_in(ctx: Ctx) -> ResponseReturnValue:
    if ctx.actor.signed_in:
        return redirect(_onward(request.args.get("next")), code=303)
    return show_sign_in(ctx)


@bp.post("/sign-in")
@guard(PUBLIC, input=LocalSignIn, invalid=show_sign_in)
def sign_in_local(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    try:
        token = signin.local(ctx, data["name"], data["passphrase"], device=_device())
    except signin.SignInFailed as failed:
        raise Invalid(failed.message, code=failed.code) from failed
    return _come_in(ctx, token, data["next"])


@bp.get("/sign-in/with/<name>")
@guard(PUBLIC)
def oidc_begin(ctx: Ctx, name: str) -> ResponseReturnValue:
    address, browser = signin.begin(
        ctx, name, url_for("identity.oidc_return", _external=True), request.args.get("next")
    )
    response = redirect(address, code=303)
    response.set_cookie(
        BROWSER, browser, max_age=600, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return response


@bp.get("/sign-in/return")
@guard(PUBLIC)
def oidc_return(ctx: Ctx) -> ResponseReturnValue:
    token, next_path = signin.finish(
        ctx,
        request.cookies.get(BROWSER),
        request.args,
        http_client(ctx.runtime.settings.outbound_allow),
        device=_device(),
    )
    response = _come_in(ctx, token, next_path)
    response.delete_cookie(BROWSER, path="/")
    return response


def show_link(ctx: Ctx, error: Invalid | None = None, *, token: str) -> ResponseReturnValue:
    link, person = signin.linked(ctx, token)
    return page(
        "identity/link.html",
        kind=link.kind,
        name=person.name,
        token=token,
        errors=error.fields if error else {},
    )


@bp.get("/welcome/<token>")
@guard(PUBLIC)
def link(ctx: Ctx, token: str) -> ResponseReturnValue:
    return show_link(ctx, token=token)


@bp.post("/welcome/<token>")
@guard(PUBLIC, input=NewPassphrase, invalid=show_link)
def use_link(ctx: Ctx, data: dict[str, Any], token: str) -> ResponseReturnValue:
    if data["passphrase"] != data["again"]:
        raise Invalid(fields={"again": [_("The two do not match.")]})
    return _come_in(ctx, signin.use_link(ctx, token, data["passphrase"], device=_device()), None)


@bp.post("/sign-out")
@guard(SIGNED_IN)
def sign_out(ctx: Ctx) -> ResponseReturnValue:
    if ctx.actor.session_id is None or ctx.actor.person_id is None:
        raise SignInRequired()
    sessions.end(ctx, ctx.get(SignIn, ctx.actor.session_id))
    ctx.audit(SignedOut(subject_id=ctx.actor.person_id))
    response = redirect(url_for("identity.sign_in"), code=303)
    cookies.take(response, ctx.tenant)
    return response


@bp.post("/contracts/<uuid:contract>/enter")
@guard(SIGNED_IN, input=Onward)
def enter_contract(ctx: Ctx, data: dict[str, Any], contract: UUID) -> ResponseReturnValue:
    employer, token = signin.enter_contract(ctx, contract, device=_device())
    ctx.unaudited("the employer's trail has the entry")
    root = f"/t/{employer.slug}"
    wanted = local_path(data["next"]) if data["next"] else ""
    response = redirect(wanted if wanted.startswith(f"{root}/") else f"{root}/work", code=303)
    cookies.give(response, employer, token)
    return response


def _come_in(ctx: Ctx, token: str, next_path: str | None) -> Response:
    response = redirect(_onward(next_path), code=303)
    cookies.give(response, ctx.tenant, token)
    return response


def _onward(next_path: str | None) -> str:
    return local_path(next_path) if next_path else url_for("home.index")


def _device() -> str:
    return sessions.coarse_device(request.headers.get("User-Agent", ""))
