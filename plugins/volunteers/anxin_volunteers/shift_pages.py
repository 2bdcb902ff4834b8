"""Pages of volunteers about shifts: sign up, cancel, swap, times, calendar."""

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, name_of, page
from anxin_volunteers import views_duty as views
from anxin_volunteers.blueprint import bp, to, typed
from anxin_volunteers.policy import JOIN, SERVE
from anxin_volunteers.schemas_duty import VolunteerAnswerInput, VolunteerSwapInput, VolunteerTimesInput
from anxin_volunteers.services import calendar, people, shifts, swaps


@bp.get("/shifts")
@guard(JOIN, purpose=SERVE)
def shift_list(ctx: Ctx) -> AnyResponse:
    """My places, what colleagues ask, and the shifts that still want somebody like me."""
    return _shifts(ctx, None)


def _shifts(ctx: Ctx, error: Invalid | None) -> AnyResponse:
    ready = people.ready(people.own(ctx))
    offered = shifts.open_to_me(ctx) if ready else []
    return page(
        "volunteers/shifts.html",
        ready=ready,
        mine=[views.mine(ctx, one) for one in shifts.my_signups(ctx)],
        asked=[
            views.asked(ctx, swap, signup, name_of(ctx, swap.from_id)) for swap, signup in swaps.asked(ctx)
        ],
        open=[views.turn(one) for one in offered if one.free],
        full=[views.turn(one) for one in offered if not one.free],
        times=[one.slot for one in swaps.times(ctx)],
        grid=views.grid(),
        problems=[str(text) for texts in error.fields.values() for text in texts] if error else [],
    )


def _shifts_again(ctx: Ctx, error: Invalid, **_url: Any) -> AnyResponse:
    return _shifts(ctx, error)


@bp.post("/needs/<uuid:need>/sign-up")
@guard(JOIN, purpose=SERVE, invalid=_shifts_again)
def sign_up(ctx: Ctx, need: UUID) -> AnyResponse:
    shifts.sign_up(ctx, need)
    return to("shift_list")


@bp.post("/signups/<uuid:signup>/cancel")
@guard(JOIN)
def signup_cancel(ctx: Ctx, signup: UUID) -> AnyResponse:
    shifts.cancel(ctx, signup)
    return to("shift_list")


@bp.post("/signups/<uuid:signup>/accept")
@guard(JOIN, purpose=SERVE)
def signup_accept(ctx: Ctx, signup: UUID) -> AnyResponse:
    shifts.accept_invitation(ctx, signup)
    return to("shift_list")


@bp.get("/signups/<uuid:signup>")
@guard(JOIN, purpose=SERVE)
def signup(ctx: Ctx, signup: UUID) -> AnyResponse:
    """A fixed place with all its details; asking a colleague to take over."""
    return _signup(ctx, signup, {}, {})


def _signup(ctx: Ctx, signup_id: UUID, values: Any, errors: Any) -> AnyResponse:
    row = shifts.own(ctx, signup_id)
    return page(
        "volunteers/signup.html",
        one=views.mine(ctx, row, details=True),
        insurance=ctx.settings["insurance"],
        values=values,
        errors=errors,
    )


def _signup_again(ctx: Ctx, error: Invalid, signup: UUID) -> AnyResponse:
    return _signup(ctx, signup, typed(), error.fields)


@bp.post("/signups/<uuid:signup>/swap")
@guard(JOIN, purpose=SERVE, input=VolunteerSwapInput, invalid=_signup_again)
def swap_ask(ctx: Ctx, data: dict[str, Any], signup: UUID) -> AnyResponse:
    shifts.own(ctx, signup)
    swaps.ask(ctx, signup, data.get("person_id") or people.colleague(ctx, data["number"]))
    return to("shift_list")


@bp.post("/swaps/<uuid:swap>")
@guard(JOIN, purpose=SERVE, input=VolunteerAnswerInput, invalid=_shifts_again)
def swap_answer(ctx: Ctx, data: dict[str, Any], swap: UUID) -> AnyResponse:
    swaps.answer(ctx, swap, yes=data["yes"])
    return to("shift_list")


@bp.post("/times")
@guard(JOIN, purpose=SERVE, input=VolunteerTimesInput)
def times_set(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    swaps.set_times(ctx, data["times"])
    return to("shift_list")


@bp.get("/shifts.ics")
@guard(JOIN, purpose=SERVE)
def shift_calendar(ctx: Ctx) -> AnyResponse:
    """My places for a calendar, under a neutral title."""
    answer = Response(calendar.of_me(ctx), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="shifts.ics"'
    return answer
