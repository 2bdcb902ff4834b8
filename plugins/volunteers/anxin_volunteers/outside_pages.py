"""Pages for people without an account: a public call, applying for it, how it stands, taking it back; and the union's
page about such an application.
"""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, guard, names_of, page, texts_sent
from anxin_volunteers import policy, views
from anxin_volunteers.blueprint import bp, to, typed
from anxin_volunteers.models import Call, Outside
from anxin_volunteers.policy import MANAGE
from anxin_volunteers.schemas import VolunteerOutsideDecideInput, VolunteerOutsideInput
from anxin_volunteers.services import calls, confirming, outside
from anxin_volunteers.words import DECISION_WORDS


@bp.get("/calls/<uuid:call>/public")
@guard(PUBLIC)
def call_public(ctx: Ctx, call: UUID) -> AnyResponse:
    """A public call, to be hung up as a QR code: sign in and apply, or apply as somebody from outside."""
    return _public(ctx, call, {}, {})


def _public(ctx: Ctx, call: UUID, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/call_public.html",
        call=views.call(calls.public(ctx, call)),
        text=str(policy.OUTSIDE_TEXT).split("\n"),
        pledge=str(policy.PLEDGE).split("\n"),
        texts=texts_sent(ctx),
        values=values,
        errors=errors,
    )


def _public_again(ctx: Ctx, error: Invalid, call: UUID) -> AnyResponse:
    return _public(ctx, call, typed(), error.fields)


@bp.post("/calls/<uuid:call>/public")
@guard(PUBLIC, input=VolunteerOutsideInput, invalid=_public_again)
def outside_apply(ctx: Ctx, data: dict[str, Any], call: UUID) -> AnyResponse:
    return to("outside_state", token=outside.apply(ctx, call, data))


@bp.get("/applications/<token>")
@guard(PUBLIC)
def outside_state(ctx: Ctx, token: str) -> AnyResponse:
    """How an application stands: for whoever holds its link."""
    row = outside.by_token(ctx, token)
    asks = row.state == "applied" and row.confirmed_at is None
    return page(
        "volunteers/outside_state.html",
        **views.outside_state(row),
        call=ctx.get(Call, row.call_id).title,
        token=token,
        asks=asks,
        written=asks and row.asked_at is not None and confirming.arrives(ctx, row),
        address=url_for("volunteers.outside_state", token=token, _external=True),
    )


@bp.post("/applications/<token>/withdraw")
@guard(PUBLIC)
def outside_withdraw(ctx: Ctx, token: str) -> AnyResponse:
    outside.withdraw(ctx, token)
    return page("volunteers/outside_withdrawn.html")


@bp.get("/confirm/<secret>")
@guard(PUBLIC)
def outside_confirm_form(ctx: Ctx, secret: str) -> AnyResponse:
    """From the message: a page with one button, since programs open links in mails too."""
    row = confirming.by_secret(ctx, secret)
    return page("volunteers/outside_confirm.html", secret=secret, done=row.confirmed_at is not None)


@bp.post("/confirm/<secret>")
@guard(PUBLIC)
def outside_confirm(ctx: Ctx, secret: str) -> AnyResponse:
    confirming.confirm(ctx, secret)
    return to("outside_confirm_form", secret=secret)


# ---- the union -------------------------------------------------------------------------------------------


@bp.get("/board/outside/<uuid:application>")
@guard(MANAGE)
def outside_read(ctx: Ctx, application: UUID) -> AnyResponse:
    """One application from outside; the look is written down."""
    row, told = outside.read(ctx, application)
    steps = ("approve", "decline") if row.confirmed_at else ("decline",)
    return page(
        "volunteers/outside_read.html",
        row=views.outside(row),
        told=told,
        call=ctx.get(Call, row.call_id).title,
        reach=views.reach(row, arrives=confirming.arrives(ctx, row), who=_who(ctx, row)),
        steps=[(what, DECISION_WORDS[what]) for what in steps if row.state == "applied"],
    )


def _who(ctx: Ctx, row: Outside) -> str:
    """Who spoke to them."""
    return names_of(ctx, [row.confirmed_by])[row.confirmed_by] if row.confirmed_by else ""


@bp.post("/board/outside/<uuid:application>/ask")
@guard(MANAGE)
def outside_ask(ctx: Ctx, application: UUID) -> AnyResponse:
    return to("outside_read", application=confirming.ask_again(ctx, application).id)


@bp.post("/board/outside/<uuid:application>/spoken")
@guard(MANAGE)
def outside_spoken(ctx: Ctx, application: UUID) -> AnyResponse:
    return to("outside_read", application=confirming.confirm_by_talk(ctx, application).id)


@bp.post("/board/outside/<uuid:application>/decide")
@guard(MANAGE, input=VolunteerOutsideDecideInput)
def outside_decide(ctx: Ctx, data: dict[str, Any], application: UUID) -> AnyResponse:
    outside.decide(ctx, application, data["what"])
    return to("board", state="applied")
