"""Answering anonymously: a ticket, then one question a page, with the code in a cookie of these pages alone.

Everything after the ticket is public: the code opens it, not a session, and no service below asks who is there.
"""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, NotFound, current_locale, guard, page
from anxin_assessments import scoring, views
from anxin_assessments.blueprint import api_bp, bp
from anxin_assessments.policy import ANONYMOUS, TAKE
from anxin_assessments.schemas import AnonymousInput, AnswerInput, CodeInput, TicketOutput
from anxin_assessments.services import anonymous
from anxin_assessments.services.anonymous import Sitting, Ticket

COOKIE = "anxin-ticket"
HOURS = 12


@bp.post("/campaigns/<uuid:campaign>/ticket")
@guard(TAKE, purpose=ANONYMOUS)
def ticket(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """Hand out the one ticket, to be noted down and to go on with."""
    code = anonymous.take_ticket(ctx, campaign)
    return page("assessments/ticket.html", campaign=campaign, code=code)


@bp.get("/anonymous/<uuid:campaign>")
@guard(PUBLIC)
def anonymous_enter(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """Type the code of a ticket, on any device."""
    return _enter(ctx, campaign)


def _enter(ctx: Ctx, campaign: UUID, errors: Any = None) -> AnyResponse:
    found = anonymous.running(ctx, campaign)
    return page("assessments/ticket_enter.html", campaign=found, errors=errors or {})


def _enter_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _enter(ctx, campaign, error.fields)


@bp.post("/anonymous/<uuid:campaign>")
@guard(PUBLIC, input=CodeInput, invalid=_enter_again)
def anonymous_begin(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    held = anonymous.ticket(ctx, campaign, data["code"])
    response = redirect(_next_href(campaign, anonymous.look(ctx, held)), code=303)
    response.set_cookie(
        COOKIE,
        data["code"],
        max_age=HOURS * 3600,
        path=url_for("assessments.anonymous_enter", campaign=campaign),
        httponly=True,
        secure=request.is_secure,
        samesite="Strict",
    )
    return response


@bp.get("/anonymous/<uuid:campaign>/<int:place>")
@guard(PUBLIC)
def anonymous_question(ctx: Ctx, campaign: UUID, place: int) -> AnyResponse:
    sitting = _sitting(ctx, campaign)
    if not 1 <= place <= len(sitting.questions):
        raise NotFound()
    return page(
        "assessments/anonymous_question.html",
        **views.round_question(sitting, place, current_locale()),
        campaign=campaign,
    )


@bp.post("/anonymous/<uuid:campaign>/<int:place>")
@guard(PUBLIC, input=AnswerInput)
def anonymous_answer(ctx: Ctx, data: dict[str, Any], campaign: UUID, place: int) -> AnyResponse:
    held = _held(ctx, campaign)
    sitting = anonymous.answer(ctx, held, place, data["value"])
    asked = sitting.questions[place - 1]
    given = sitting.answers[asked.instrument.key][asked.item - 1]
    if scoring.risk_of_answer(asked.instrument, asked.item, given):
        return redirect(url_for("assessments.anonymous_care", campaign=campaign, after=place), code=303)
    return redirect(_next_href(campaign, sitting, place), code=303)


@bp.get("/anonymous/<uuid:campaign>/care")
@guard(PUBLIC)
def anonymous_care(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """The help card before the next question: numbers to call, since nobody can call back."""
    after = request.args.get("after", default=0, type=int)
    href = _next_href(campaign, _sitting(ctx, campaign), after)
    return page("assessments/anonymous_care.html", next_href=href)


@bp.get("/anonymous/<uuid:campaign>/finish")
@guard(PUBLIC)
def anonymous_check(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return _check(ctx, campaign)


def _check(ctx: Ctx, campaign: UUID, errors: Any = None) -> AnyResponse:
    sitting = _sitting(ctx, campaign)
    return page(
        "assessments/anonymous_check.html",
        missing=sitting.missing,
        total=len(sitting.questions),
        campaign=campaign,
        errors=errors or {},
    )


def _check_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _check(ctx, campaign, error.fields)


@bp.post("/anonymous/<uuid:campaign>/finish")
@guard(PUBLIC, invalid=_check_again)
def anonymous_finish(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """Hand the slip in; the cookie goes, and with it the only way back."""
    anonymous.hand_in(ctx, _held(ctx, campaign))
    response = page("assessments/anonymous_done.html")
    response.delete_cookie(COOKIE, path=url_for("assessments.anonymous_enter", campaign=campaign))
    return response


def _held(ctx: Ctx, campaign: UUID) -> Ticket:
    return anonymous.ticket(ctx, campaign, request.cookies.get(COOKIE, ""))


def _sitting(ctx: Ctx, campaign: UUID) -> Sitting:
    return anonymous.look(ctx, _held(ctx, campaign))


def _next_href(campaign: UUID, sitting: Sitting, after: int = 0) -> str:
    if (place := sitting.next_place(after)) is not None:
        return url_for("assessments.anonymous_question", campaign=campaign, place=place)
    return url_for("assessments.anonymous_check", campaign=campaign)


# ---- API -------------------------------------------------------------------------------------------------


@api_bp.post("/campaigns/<uuid:campaign>/ticket")
@guard(TAKE, purpose=ANONYMOUS)
@api_bp.response(201, TicketOutput)
def api_ticket(ctx: Ctx, campaign: UUID) -> dict[str, str]:
    """Take the one ticket of an anonymous campaign."""
    return {"code": anonymous.take_ticket(ctx, campaign)}


@api_bp.post("/anonymous/<uuid:campaign>")
@guard(PUBLIC)
@api_bp.arguments(AnonymousInput)
@api_bp.response(204)
def api_anonymous(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> None:
    """Answer everything with a ticket; nothing is given back, since nobody can be found again."""
    anonymous.fill(ctx, anonymous.ticket(ctx, campaign, data["code"]), data["answers"])
