"""Signing a desktop page in with the phone: the code on the desktop, the question on the phone."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import cookies, phone_signin
from anxin.identity.pages import bind, bp, come_in, device
from anxin.identity.schemas import Onward, PickInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import PUBLIC, SIGNED_IN, guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page

DESK = "anxin-desk"  # the desktop's own secret; the code on its screen is another


@bp.post("/sign-in/phone")
@guard(PUBLIC, input=Onward)
def phone_begin(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    desk = phone_signin.begin(ctx, data["next"], device=device())
    return bind(redirect(url_for("identity.phone_show"), code=303), desk, DESK, 180)


@bp.get("/sign-in/phone")
@guard(PUBLIC)
def phone_show(ctx: Ctx) -> ResponseReturnValue:
    """The code and the number. Asks again each two seconds; once the phone has said yes, the page goes on by itself."""
    found = phone_signin.shown(ctx, cookies.kept(DESK))
    address = url_for("identity.phone_ask", code=found.code, _external=True) if found else None
    return page("identity/phone_desk.html", found=found, address=address)


@bp.post("/sign-in/phone/finish")
@guard(PUBLIC, input=Nothing)
def phone_finish(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    response = come_in(ctx, phone_signin.finish(ctx, cookies.kept(DESK), device=device()))
    cookies.drop(response, DESK)
    return response


@bp.get("/sign-in/phone/<code>")
@guard(SIGNED_IN)
def phone_ask(ctx: Ctx, code: str) -> ResponseReturnValue:
    row, numbers = phone_signin.asked(ctx, code)
    return page("identity/phone_ask.html", device=row.device, numbers=numbers, code=code, name=ctx.actor.name)


@bp.post("/sign-in/phone/<code>")
@guard(SIGNED_IN, input=PickInput)
def phone_answer(ctx: Ctx, data: dict[str, Any], code: str) -> ResponseReturnValue:
    right = phone_signin.answer(ctx, code, data["number"])
    return page("identity/phone_done.html", right=right, status=200 if right else 409)


@bp.post("/sign-in/phone/<code>/refuse")
@guard(SIGNED_IN, input=Nothing)
def phone_refuse(ctx: Ctx, data: dict[str, Any], code: str) -> ResponseReturnValue:
    phone_signin.refuse(ctx, code)
    return page("identity/phone_done.html", right=False)
