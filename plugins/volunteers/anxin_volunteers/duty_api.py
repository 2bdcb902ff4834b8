"""Shifts and the roster over the API: the same services as the pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Conflict, Ctx, guard
from anxin_volunteers.blueprint import api_bp, who
from anxin_volunteers.models import Need
from anxin_volunteers.policy import JOIN, MANAGE, SERVE
from anxin_volunteers.schemas_duty import (
    VolunteerAnswerInput,
    VolunteerAssignInput,
    VolunteerShiftInput,
    VolunteerShiftOutput,
    VolunteerSignupOutput,
    VolunteerSignupStepInput,
    VolunteerSwapInput,
    VolunteerTaskInput,
    VolunteerTaskOutput,
    VolunteerTimesInput,
    VolunteerTurnOutput,
    VolunteerWeekInput,
    VolunteerWishOutput,
    needs_of,
)
from anxin_volunteers.services import people, roster, shifts, swaps


@api_bp.get("/shifts")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerTurnOutput(many=True))
def shift_list(ctx: Ctx) -> Any:
    """Shifts I may sign up for."""
    return [_turn(one) for one in shifts.open_to_me(ctx)] if people.ready(people.own(ctx)) else []


def _turn(one: shifts.Turn) -> dict[str, Any]:
    return {
        "id": one.shift.id,
        "task": one.task.title,
        "starts_at": one.shift.starts_at,
        "ends_at": one.shift.ends_at,
        "places": [
            {
                "need_id": place.need.id,
                "role": place.role.title,
                "wanted": place.need.count,
                "free": place.free,
            }
            for place in one.places
        ],
    }


@api_bp.get("/signups")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerSignupOutput(many=True))
def signup_list(ctx: Ctx) -> Any:
    """My places from today on."""
    return shifts.my_signups(ctx)


@api_bp.post("/needs/<uuid:need>/signups")
@guard(JOIN, purpose=SERVE)
@api_bp.response(201, VolunteerSignupOutput)
def sign_up(ctx: Ctx, need: UUID) -> Any:
    """Take a place, or get onto the waitlist."""
    return shifts.sign_up(ctx, need)


@api_bp.post("/signups/<uuid:signup>/cancel")
@guard(JOIN)
@api_bp.response(200, VolunteerSignupOutput)
def signup_cancel(ctx: Ctx, signup: UUID) -> Any:
    """Give a place back, or leave the waitlist."""
    return shifts.cancel(ctx, signup)


@api_bp.post("/signups/<uuid:signup>/accept")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerSignupOutput)
def signup_accept(ctx: Ctx, signup: UUID) -> Any:
    """Say yes to a place that became free."""
    return shifts.accept_invitation(ctx, signup)


@api_bp.post("/signups/<uuid:signup>/swap")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerSwapInput)
@api_bp.response(204)
def swap_ask(ctx: Ctx, data: dict[str, Any], signup: UUID) -> None:
    """Ask a colleague to take over."""
    shifts.own(ctx, signup)
    swaps.ask(ctx, signup, data.get("person_id") or people.colleague(ctx, data["number"]))


@api_bp.post("/swaps/<uuid:swap>")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerAnswerInput)
@api_bp.response(204)
def swap_answer(ctx: Ctx, data: dict[str, Any], swap: UUID) -> None:
    """Take a colleague's shift over, or not."""
    swaps.answer(ctx, swap, yes=data["yes"])


@api_bp.put("/times")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerTimesInput)
@api_bp.response(204)
def times_set(ctx: Ctx, data: dict[str, Any]) -> None:
    """When I usually have time."""
    swaps.set_times(ctx, data["times"])


# ---- the union -------------------------------------------------------------------------------------------


@api_bp.post("/tasks")
@guard(MANAGE)
@api_bp.arguments(VolunteerTaskInput)
@api_bp.response(201, VolunteerTaskOutput)
def task_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add a task."""
    return {"id": shifts.create_task(ctx, data).id}


@api_bp.post("/tasks/<uuid:task>/shifts")
@guard(MANAGE)
@api_bp.arguments(VolunteerShiftInput)
@api_bp.response(201, VolunteerShiftOutput(many=True))
def shift_create(ctx: Ctx, data: dict[str, Any], task: UUID) -> Any:
    """Add a shift, or one for each of so many weeks."""
    return shifts.create_shifts(
        ctx,
        task,
        on=data["on"],
        begins=data["begins"],
        ends=data["ends"],
        weeks=data["weeks"],
        needs=needs_of(data),
    )


@api_bp.post("/shifts/<uuid:shift>/people")
@guard(MANAGE)
@api_bp.arguments(VolunteerAssignInput)
@api_bp.response(201, VolunteerSignupOutput)
def shift_assign(ctx: Ctx, data: dict[str, Any], shift: UUID) -> Any:
    """Put somebody into a free place."""
    found = shifts.managed(ctx, shift)
    need = ctx.get(Need, data["need_id"])
    if need.shift_id != found.shift.id:
        raise Conflict()
    return shifts.put(ctx, need, found.shift, who(ctx, data))


@api_bp.post("/signups/<uuid:signup>/decisions")
@guard(MANAGE)
@api_bp.arguments(VolunteerSignupStepInput)
@api_bp.response(200, VolunteerSignupOutput)
def signup_decide(ctx: Ctx, data: dict[str, Any], signup: UUID) -> Any:
    """Accept an offer, or take somebody out."""
    return shifts.decide(ctx, signup, data["what"])


@api_bp.post("/shifts/<uuid:shift>/cancel")
@guard(MANAGE)
@api_bp.response(204)
def shift_cancel(ctx: Ctx, shift: UUID) -> None:
    """A shift does not take place."""
    shifts.cancel_shift(ctx, shift)


@api_bp.get("/roster")
@guard(MANAGE)
@api_bp.arguments(VolunteerWeekInput, location="query")
@api_bp.response(200, VolunteerWishOutput(many=True))
def roster_proposal(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A proposal for the empty places, with a reason for each need; nothing is changed."""
    return roster.plain(roster.propose(ctx, data["week"] or ctx.today, data["weeks"]))


@api_bp.post("/roster")
@guard(MANAGE)
@api_bp.arguments(VolunteerWeekInput)
@api_bp.response(200, VolunteerWishOutput(many=True))
def roster_apply(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Carry the proposal out."""
    found = roster.propose(ctx, data["week"] or ctx.today, data["weeks"])
    roster.carry_out(ctx, found)
    return roster.plain(found)
