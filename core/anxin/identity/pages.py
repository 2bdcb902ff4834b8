"""Sign-in pages. (The second step: second_pages.py; by phone: phone_pages.py; people, roles, providers: people_pages.py
and settings_pages.py; one's own things: me_pages.py.)"""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from anxin.identity import (
    contract_signin,
    cookies,
    messenger_signin,
    messengers,
    oidc_signin,
    passkeys,
    resetting,
    sessions,
    signin,
)
from anxin.identity.admission import Admission
from anxin.identity.entries import SignedOut
from anxin.identity.models import SignIn
from anxin.identity.outward import http_client
from anxin.identity.schemas import ForgotInput, LocalSignIn, NewPassphrase, Onward, PasskeyInput
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, SignInRequired
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.kernel.i18n import _
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page
from anxin.web.prefs import local_path

bp = PluginBlueprint("identity", __name__, core=True, url_prefix="")

BROWSER = "anxin-signin"  # the cookie that binds a sign-in on its way to this browser
KNOWN = "anxin-known"  # a browser in which somebody has signed in before
YEAR = 365 * 86400


def show_sign_in(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/sign_in.html",
        providers=oidc_signin.providers(ctx),
        messengers=_messengers(ctx),
        next=local_path(request.values.get("next")) if request.values.get("next") else None,
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
        name=request.form.get("name", ""),
        open_local=bool(error) or not (oidc_signin.providers(ctx) or messengers.signing_in(ctx)),
    )


def _messengers(ctx: Ctx) -> list[dict[str, Any]]:
    """The tenant's messengers; in a messenger's own browser, that one alone and first."""
    agent = request.headers.get("User-Agent", "")
    rows = [(row.vendor, messengers.VENDORS[row.vendor]) for row in messengers.signing_in(ctx)]
    here = [(name, one) for name, one in rows if any(mark in agent for mark in one.agents)]
    return [{"vendor": name, "title": one.title, "inside": bool(here)} for name, one in here or rows]


@bp.get("/sign-in")
@guard(PUBLIC)
def sign_in(ctx: Ctx) -> ResponseReturnValue:
    if ctx.actor.signed_in:
        return redirect(_onward(request.args.get("next")), code=303)
    return show_sign_in(ctx)


@bp.post("/sign-in")
@guard(PUBLIC, input=LocalSignIn, invalid=show_sign_in)
def sign_in_local(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    known = cookies.kept(known_cookie(ctx))
    try:
        admitted = signin.local(
            ctx, data["name"], data["passphrase"], device=device(), known=known, next_path=data["next"]
        )
    except signin.SignInFailed as failed:
        raise Invalid(failed.message, code=failed.code) from failed
    return come_in(ctx, admitted)


@bp.get("/sign-in/with/<name>")
@guard(PUBLIC)
def oidc_begin(ctx: Ctx, name: str) -> ResponseReturnValue:
    address, browser = oidc_signin.begin(
        ctx, name, url_for("identity.oidc_return", _external=True), request.args.get("next")
    )
    return bind(redirect(address, code=303), browser)


@bp.get("/sign-in/return")
@guard(PUBLIC)
def oidc_return(ctx: Ctx) -> ResponseReturnValue:
    admitted = oidc_signin.finish(
        ctx,
        cookies.kept(BROWSER),
        request.args,
        http_client(ctx.runtime.settings.outbound_allow),
        device=device(),
    )
    return come_in(ctx, admitted)


@bp.get("/sign-in/by/<vendor>")
@guard(PUBLIC)
def messenger_begin(ctx: Ctx, vendor: str) -> ResponseReturnValue:
    back = url_for("identity.messenger_return", vendor=vendor, _external=True)
    begun = messenger_signin.begin(
        ctx, vendor, back, request.args.get("next"), user_agent=request.headers.get("User-Agent", "")
    )
    return bind(redirect(begun.address, code=303), begun.browser)


@bp.get("/sign-in/by/<vendor>/return")
@guard(PUBLIC)
def messenger_return(ctx: Ctx, vendor: str) -> ResponseReturnValue:
    browser = cookies.kept(BROWSER)
    return come_in(ctx, messenger_signin.finish(ctx, vendor, browser, request.args, device=device()))


@bp.post("/sign-in/passkey/begin")
@guard(PUBLIC, input=Nothing)
def passkey_begin(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    """What the browser needs to ask for a passkey; JSON for web/assets/js/passkeys.js."""
    options, browser = passkeys.begin_sign_in(ctx, relying_party())
    return bind(Response(options, mimetype="application/json"), browser)


@bp.post("/sign-in/passkey")
@guard(PUBLIC, input=PasskeyInput, invalid=show_sign_in)
def passkey_sign_in(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    try:
        admitted = passkeys.sign_in(
            ctx,
            cookies.kept(BROWSER),
            data["credential"],
            relying_party(),
            device=device(),
            next_path=data["next"],
        )
    except passkeys.PasskeyRefused as refused:
        raise Invalid(refused.message, code=refused.code) from refused
    return come_in(ctx, admitted)


def _forgot(ctx: Ctx, error: Invalid | None = None, *, sent: bool = False) -> ResponseReturnValue:
    return page("identity/forgot.html", errors=error.fields if error else {}, sent=sent)


@bp.get("/sign-in/forgot")
@guard(PUBLIC)
def forgot(ctx: Ctx) -> ResponseReturnValue:
    return _forgot(ctx)


@bp.post("/sign-in/forgot")
@guard(PUBLIC, input=ForgotInput, invalid=_forgot)
def forgot_ask(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    """The same answer whoever it is: the page never tells whether a name is known."""
    resetting.ask(ctx, data["name"])
    return _forgot(ctx, sent=True)


def show_link(ctx: Ctx, error: Invalid | None = None, *, token: str) -> ResponseReturnValue:
    link, person = signin.linked(ctx, token)
    return page(
        "identity/link.html",
        kind=link.kind,
        name=person.name,
        login=signin.login_name(ctx, person),
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
    return come_in(ctx, signin.use_link(ctx, token, data["passphrase"], device=device()))


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
    employer, token = contract_signin.enter_contract(ctx, contract, device=device())
    ctx.unaudited("the employer's trail has the entry")
    root = f"/t/{employer.slug}"
    wanted = local_path(data["next"]) if data["next"] else ""
    response = redirect(wanted if wanted.startswith(f"{root}/") else f"{root}/work", code=303)
    cookies.give(response, employer, token)
    return response


def come_in(ctx: Ctx, admitted: Admission) -> Response:
    """A session's cookie and onward; or, when the second step comes first, the secret of what waits."""
    if admitted.token is None:
        return bind(redirect(url_for("identity.second_step"), code=303), admitted.waits or "")
    response = redirect(_onward(admitted.next_path), code=303)
    give_session(ctx, response, admitted)
    return response


def give_session(ctx: Ctx, response: Response, admitted: Admission) -> None:
    """The cookie of the session; and one by which this browser is known next time."""
    if admitted.token is not None:
        cookies.give(response, ctx.tenant, admitted.token)
    cookies.drop(response, BROWSER)
    if admitted.person_id is not None:
        made = signin.remember_device(ctx, admitted.person_id, cookies.kept(known_cookie(ctx)))
        if made:
            cookies.keep(response, known_cookie(ctx), made, seconds=YEAR)


def bind(response: Response, browser: str, name: str = BROWSER, seconds: int = 600) -> Response:
    """Tie what was begun to this browser."""
    cookies.keep(response, name, browser, seconds=seconds)
    return response


def known_cookie(ctx: Ctx) -> str:
    return f"{KNOWN}-{ctx.tenant.slug}"


def relying_party() -> passkeys.RelyingParty:
    return passkeys.RelyingParty(request.host.partition(":")[0], f"{request.scheme}://{request.host}")


def _onward(next_path: str | None) -> str:
    return local_path(next_path) if next_path else url_for("home.index")


def device() -> str:
    return sessions.coarse_device(request.headers.get("User-Agent", ""))
