"""Supervision: calls to look at, the look itself, figures per operator; and what an operator gets back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, names_of, page
from anxin_hotline import forms, risk, views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG, SUPERVISE
from anxin_hotline.schemas import HotlineReviewInput
from anxin_hotline.services import records, seeing, supervision

MONTH = timedelta(days=30)


@bp.get("/supervision")
@guard(SUPERVISE)
def supervise(ctx: Ctx) -> Response:
    """Reviews that wait, and the last thirty days of each operator."""
    found = supervision.waiting(ctx)
    people = supervision.operators(ctx, ctx.now - MONTH)
    ids = {review.operator_id for review, _call in found} | {one.person_id for one in people}
    return page(
        "hotline/supervision.html",
        rows=[{"review": review, "call": views.line(ctx, call)} for review, call in found],
        people=people,
        names=names_of(ctx, ids),
        reasons=supervision.REASONS,
        at=lambda when: views.at(ctx, when),
    )


@bp.post("/reviews/<uuid:review>/begin")
@guard(SUPERVISE)
def review_begin(ctx: Ctx, review: UUID) -> Response:
    supervision.begin(ctx, review)
    return to("review", review=review)


def _review(ctx: Ctx, review_id: UUID, error: Invalid | None = None) -> Response:
    row = supervision.get(ctx, review_id)
    supervision.insist_open(ctx, row)
    call = seeing.get(ctx, row.call_id)
    record = records.read(ctx, call)
    return page(
        "hotline/review.html",
        row=row,
        call=views.line(ctx, call),
        record=record,
        asked=risk.said(record.risk),
        own=forms.told_fields(forms.version(ctx, call.form_version), record.own),
        criteria=supervision.CRITERIA,
        marks=[(str(mark), str(mark)) for mark in range(1, 6)],
        words=records.EVENTS,
        values=request.form.to_dict() if error else {},
        at=lambda when: views.at(ctx, when),
        errors=error.fields if error else {},
    )


@bp.get("/reviews/<uuid:review>")
@guard(SUPERVISE)
def review(ctx: Ctx, review: UUID) -> Response:
    """The call under review, while its time lasts."""
    return _review(ctx, review)


def _again(ctx: Ctx, error: Invalid, review: UUID) -> Response:
    return _review(ctx, review, error)


@bp.post("/reviews/<uuid:review>")
@guard(SUPERVISE, input=HotlineReviewInput, invalid=_again)
def review_finish(ctx: Ctx, data: dict[str, Any], review: UUID) -> Response:
    marks = {name: data[name] for name in supervision.CRITERIA}
    supervision.finish(ctx, review, marks, data["feedback"])
    return to("supervise")


@bp.post("/calls/<uuid:call>/review")
@guard(LOG)
def review_ask(ctx: Ctx, call: UUID) -> Response:
    """The operator would like a supervisor to look at this call."""
    supervision.ask(ctx, call)
    return to("call", call=call)


@bp.get("/feedback")
@guard(LOG)
def feedback(ctx: Ctx) -> Response:
    """What supervisors said about the own calls."""
    return page(
        "hotline/feedback.html",
        found=supervision.own_feedback(ctx),
        criteria=supervision.CRITERIA,
        at=lambda when: views.at(ctx, when),
    )


@bp.post("/reviews/<uuid:review>/read")
@guard(LOG)
def review_read(ctx: Ctx, review: UUID) -> Response:
    supervision.seen(ctx, review)
    return to("feedback")
