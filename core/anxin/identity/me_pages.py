"""My own pages: the way to consents, who looked, my data, sessions and tokens."""

from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import me
from anxin.identity.pages import bp
from anxin.identity.schemas import TokenInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.kernel.schemas import Nothing
from anxin.web.pages import page


@bp.get("/me")
@guard(SIGNED_IN)
def me_index(ctx: Ctx) -> ResponseReturnValue:
    return page("identity/me.html", name=ctx.actor.name)


@bp.get("/me/sessions")
@guard(SIGNED_IN)
def my_sessions(ctx: Ctx) -> ResponseReturnValue:
    return page("identity/sessions.html", rows=me.sign_ins(ctx, "browser"), current=ctx.actor.session_id)


@bp.post("/me/sessions/<uuid:session>/end")
@guard(SIGNED_IN, input=Nothing)
def end_session(ctx: Ctx, data: dict[str, Any], session: UUID) -> ResponseReturnValue:
    me.end(ctx, session)
    return redirect(url_for("identity.my_sessions"), code=303)


@bp.post("/me/sessions/end-others")
@guard(SIGNED_IN, input=Nothing)
def end_other_sessions(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    me.end_others(ctx)
    return redirect(url_for("identity.my_sessions"), code=303)


def _tokens(ctx: Ctx, error: Invalid | None = None, made: str | None = None) -> ResponseReturnValue:
    return page(
        "identity/tokens.html",
        rows=me.sign_ins(ctx, "token"),
        made=made,
        errors=error.fields if error else {},
    )


@bp.get("/me/tokens")
@guard(SIGNED_IN)
def my_tokens(ctx: Ctx) -> ResponseReturnValue:
    return _tokens(ctx)


@bp.post("/me/tokens")
@guard(SIGNED_IN, input=TokenInput, invalid=_tokens, fresh=True)
def make_token(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    return _tokens(ctx, made=me.make_token(ctx, data["name"], data["days"]))


@bp.post("/me/tokens/<uuid:session>/end")
@guard(SIGNED_IN, input=Nothing)
def end_token(ctx: Ctx, data: dict[str, Any], session: UUID) -> ResponseReturnValue:
    me.end(ctx, session)
    return redirect(url_for("identity.my_tokens"), code=303)
