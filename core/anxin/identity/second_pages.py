"""The second step of signing in, confirming before a sensitive step, and one's own second factors."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from anxin.identity import admission, cookies, factors, me, passkeys, proof, totp
from anxin.identity.admission import Waiting
from anxin.identity.pages import BROWSER, bind, bp, come_in, device, give_session, relying_party
from anxin.identity.schemas import CodeInput, PasskeyInput, ProofInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound, SignInRequired
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page
from anxin.web.prefs import local_path


def _second(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    found = admission.waiting(ctx, cookies.kept(BROWSER))
    if not found.has.any:
        return _enrol_page(ctx, found, url_for("identity.second_step_set_up"), error)
    return page(
        "identity/second.html",
        name=found.person.name,
        has=found.has,
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
    )


def _enrol_page(ctx: Ctx, found: Waiting, action: str, error: Invalid | None) -> ResponseReturnValue:
    return page(
        "identity/enrol.html",
        first=found.method != "set-up",
        action=action,
        address=totp.address(found.secret, ctx.tenant.product_name, found.person.name),
        secret=totp.readable(found.secret),
        errors=error.fields if error else {},
    )


@bp.get("/sign-in/second")
@guard(PUBLIC)
def second_step(ctx: Ctx) -> ResponseReturnValue:
    return _second(ctx)


@bp.post("/sign-in/second")
@guard(PUBLIC, input=CodeInput, invalid=_second)
def second_step_code(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    try:
        return come_in(ctx, admission.with_code(ctx, cookies.kept(BROWSER), data["code"], device=device()))
    except factors.CodeWrong as wrong:
        raise Invalid(fields={"code": [wrong.message]}, code=wrong.code) from wrong


@bp.post("/sign-in/second/set-up")
@guard(PUBLIC, input=CodeInput, invalid=_second)
def second_step_set_up(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    admitted, codes = admission.with_new_app(ctx, cookies.kept(BROWSER), data["code"], device=device())
    onward = local_path(admitted.next_path) if admitted.next_path else url_for("home.index")
    response = page("identity/codes.html", codes=codes, onward=onward)
    give_session(ctx, response, admitted)
    return response


# ---- confirming -----------------------------------------------------------------------------------------------------


def _confirm(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    return page(
        "identity/confirm.html",
        way=proof.way(ctx),
        has=factors.of(ctx, me.mine(ctx)),
        next=request.values.get("next"),
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
    )


@bp.get("/confirm")
@guard(SIGNED_IN)
def confirm(ctx: Ctx) -> ResponseReturnValue:
    return _confirm(ctx)


@bp.post("/confirm")
@guard(SIGNED_IN, input=ProofInput, invalid=_confirm)
def confirm_with(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    if data["code"]:
        proof.by_code(ctx, data["code"])
    else:
        proof.by_passphrase(ctx, data["passphrase"])
    return redirect(local_path(data["next"]), code=303)


@bp.post("/confirm/passkey")
@guard(SIGNED_IN, input=PasskeyInput, invalid=_confirm)
def confirm_passkey(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    try:
        passkeys.prove(ctx, cookies.kept(BROWSER), data["credential"], relying_party())
    except passkeys.PasskeyRefused as refused:
        raise Invalid(refused.message, code=refused.code) from refused
    proof.proved(ctx, "passkey", strong=True)
    return redirect(local_path(data["next"]), code=303)


# ---- one's own second factors ---------------------------------------------------------------------------------------


def _security(ctx: Ctx, error: Invalid | None = None, codes: list[str] | None = None) -> Response:
    return page(
        "identity/security.html",
        has=factors.of(ctx, me.mine(ctx)),
        passkeys=passkeys.all_of(ctx, me.mine(ctx)),
        required=factors.required(ctx, me.mine(ctx)),
        errors=error.fields if error else {},
        failed=error.message if error and not error.fields else None,
        codes=codes,
    )


@bp.get("/me/security")
@guard(SIGNED_IN)
def my_security(ctx: Ctx) -> ResponseReturnValue:
    return _security(ctx)


@bp.post("/me/security/app/begin")
@guard(SIGNED_IN, input=Nothing, fresh=True)
def app_begin(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    browser = admission.begin_app(ctx, me.mine(ctx))
    return bind(redirect(url_for("identity.app_set_up"), code=303), browser)


def _set_up(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    try:
        found = admission.waiting(ctx, cookies.kept(BROWSER))
    except SignInRequired as ended:  # signed in all the same: only what was begun here is over
        raise NotFound(ended.message) from ended
    return _enrol_page(ctx, found, url_for("identity.app_save"), error)


@bp.get("/me/security/app")
@guard(SIGNED_IN, fresh=True)
def app_set_up(ctx: Ctx) -> ResponseReturnValue:
    return _set_up(ctx)


@bp.post("/me/security/app")
@guard(SIGNED_IN, input=CodeInput, invalid=_set_up, fresh=True)
def app_save(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    codes = admission.set_up_here(ctx, cookies.kept(BROWSER), me.mine(ctx), data["code"])
    proof.proved(ctx, "app", strong=True)
    return page("identity/codes.html", codes=codes, onward=url_for("identity.my_security"))


@bp.post("/me/security/app/remove")
@guard(SIGNED_IN, input=Nothing, fresh=True)
def app_remove(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    factors.remove_app(ctx, me.mine(ctx))
    ctx.unaudited("nothing to remove")
    return redirect(url_for("identity.my_security"), code=303)


@bp.post("/me/security/codes")
@guard(SIGNED_IN, input=Nothing, fresh=True)
def codes_new(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    codes = factors.new_codes(ctx, me.mine(ctx))
    return page("identity/codes.html", codes=codes, onward=url_for("identity.my_security"))


@bp.post("/me/security/passkeys/begin")
@guard(SIGNED_IN, input=Nothing, fresh=True)
def passkey_add_begin(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    options, browser = passkeys.begin_adding(ctx, relying_party())
    return bind(Response(options, mimetype="application/json"), browser)


@bp.post("/me/security/passkeys")
@guard(SIGNED_IN, input=PasskeyInput, invalid=_security, fresh=True)
def passkey_add(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    try:
        passkeys.add(
            ctx, cookies.kept(BROWSER), data["credential"], data["name"] or device(), relying_party()
        )
    except passkeys.PasskeyRefused as refused:
        raise Invalid(refused.message, code=refused.code) from refused
    return redirect(url_for("identity.my_security"), code=303)


@bp.post("/me/security/passkeys/<uuid:passkey>/remove")
@guard(SIGNED_IN, input=Nothing, fresh=True)
def passkey_remove(ctx: Ctx, data: dict[str, Any], passkey: UUID) -> ResponseReturnValue:
    passkeys.remove(ctx, passkey)
    return redirect(url_for("identity.my_security"), code=303)
