"""待回访: follow-ups by their clocks, referrals until the loop is closed."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, page
from anxin_hotline import forms, views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG
from anxin_hotline.schemas import HotlineAttemptInput, HotlinePlanInput, HotlineReferInput, HotlineSettleInput
from anxin_hotline.services import followups, seeing


@bp.get("/follow-ups")
@guard(LOG)
def follow_ups(ctx: Ctx) -> Response:
    """The queue, the worst clock first."""
    due = followups.queue(ctx)
    return page(
        "hotline/follow_ups.html",
        due=[{"one": one, "call": views.line(ctx, one.call)} for one in due],
        names=followups.names(ctx, due),
        referrals=[(row, views.line(ctx, call)) for row, call in followups.open_referrals(ctx)],
        to_words=forms.ever(ctx, "referrals"),
        kinds=followups.KINDS,
        states=followups.STATES,
        at=lambda when: views.at(ctx, when),
        now=ctx.now,
    )


def _one(ctx: Ctx, follow_up_id: UUID, error: Invalid | None = None) -> Response:
    row = followups.get(ctx, follow_up_id)
    number = followups.number_for(ctx, row.id)
    return page(
        "hotline/follow_up.html",
        row=row,
        call=views.line(ctx, seeing.get(ctx, row.call_id)),
        number=number,
        mine=row.assigned_to == ctx.actor.person_id,
        kinds=followups.KINDS,
        results=list(followups.RESULTS.items()),
        at=lambda when: views.at(ctx, when),
        late=row.due_at < ctx.now,
        values=request.form.to_dict() if error else {},
        errors=error.fields if error else {},
    )


@bp.get("/follow-ups/<uuid:follow_up>")
@guard(LOG)
def follow_up(ctx: Ctx, follow_up: UUID) -> Response:
    return _one(ctx, follow_up)


def _again(ctx: Ctx, error: Invalid, follow_up: UUID) -> Response:
    return _one(ctx, follow_up, error)


@bp.post("/follow-ups/<uuid:follow_up>/take")
@guard(LOG)
def follow_up_take(ctx: Ctx, follow_up: UUID) -> Response:
    followups.take(ctx, follow_up)
    return to("follow_up", follow_up=follow_up)


@bp.post("/follow-ups/<uuid:follow_up>/attempt")
@guard(LOG, input=HotlineAttemptInput, invalid=_again)
def follow_up_attempt(ctx: Ctx, data: dict[str, Any], follow_up: UUID) -> Response:
    followups.attempt(ctx, follow_up, data["result"], data["note"])
    return to("follow_ups")


@bp.post("/follow-ups/<uuid:follow_up>/cancel")
@guard(LOG)
def follow_up_cancel(ctx: Ctx, follow_up: UUID) -> Response:
    followups.cancel(ctx, follow_up)
    return to("follow_ups")


@bp.post("/calls/<uuid:call>/follow-up")
@guard(LOG, input=HotlinePlanInput)
def follow_up_plan(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    followups.plan(ctx, call, days=data["days"], kind=data["what"])
    return to("call", call=call)


@bp.post("/calls/<uuid:call>/refer")
@guard(LOG, input=HotlineReferInput)
def refer(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    followups.refer(ctx, call, data["to"])
    return to("call", call=call)


@bp.post("/referrals/<uuid:referral>/settle")
@guard(LOG, input=HotlineSettleInput)
def referral_settle(ctx: Ctx, data: dict[str, Any], referral: UUID) -> Response:
    row = followups.settle(ctx, referral, data["state"], data["note"])
    return to("call", call=row.call_id)
