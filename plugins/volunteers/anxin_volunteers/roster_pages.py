"""Pages of the union about tasks, shifts and the roster."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Conflict, Ctx, Invalid, guard, page
from anxin_volunteers import views_duty as views
from anxin_volunteers.blueprint import bp, tabs, to, typed, who
from anxin_volunteers.models import Need, Task
from anxin_volunteers.policy import MANAGE
from anxin_volunteers.schemas_duty import (
    VolunteerAssignInput,
    VolunteerShiftInput,
    VolunteerSignupStepInput,
    VolunteerTaskInput,
    VolunteerWeekInput,
    needs_of,
)
from anxin_volunteers.services import competence, roster, shifts, teams
from anxin_volunteers.services.units import tree


@bp.get("/tasks")
@guard(MANAGE)
def task_list(ctx: Ctx) -> AnyResponse:
    return _tasks(ctx, {}, {})


def _tasks(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/tasks.html",
        tabs=tabs(ctx, "task_list"),
        tasks=shifts.tasks(ctx),
        turns=[views.turn(one) for one in _coming(ctx)],
        teams=[(fit.team.id, fit.team.title) for fit in teams.listed(ctx)],
        units=tree(ctx).options(),
        monday=roster.monday(ctx.today + timedelta(days=7)),
        values=values,
        errors=errors,
    )


def _coming(ctx: Ctx) -> list[shifts.Turn]:
    """The shifts of two weeks, of tasks in the actor's reach."""
    mine = [task.id for task in shifts.tasks(ctx)]
    return shifts.turns(ctx, ctx.now - timedelta(hours=12), ctx.now + timedelta(days=14), task_ids=mine)


def _tasks_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _tasks(ctx, typed(), error.fields)


@bp.post("/tasks")
@guard(MANAGE, input=VolunteerTaskInput, invalid=_tasks_again)
def task_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("task", task=shifts.create_task(ctx, data).id)


@bp.get("/tasks/<uuid:task>")
@guard(MANAGE)
def task(ctx: Ctx, task: UUID) -> AnyResponse:
    return _task(ctx, task, {}, {})


def _task(ctx: Ctx, task_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = ctx.get(Task, task_id)
    coming = shifts.turns(ctx, ctx.now - timedelta(days=1), ctx.now + timedelta(days=120), task_ids=[task_id])
    return page(
        "volunteers/task.html",
        task=found,
        turns=[views.turn(one) for one in coming],
        roles=[(role.id, role.title) for role in competence.roles(ctx)],
        values=values,
        errors=errors,
    )


def _task_again(ctx: Ctx, error: Invalid, task: UUID) -> AnyResponse:
    return _task(ctx, task, typed(), error.fields)


@bp.post("/tasks/<uuid:task>/shifts")
@guard(MANAGE, input=VolunteerShiftInput, invalid=_task_again)
def shift_create(ctx: Ctx, data: dict[str, Any], task: UUID) -> AnyResponse:
    shifts.create_shifts(
        ctx,
        task,
        on=data["on"],
        begins=data["begins"],
        ends=data["ends"],
        weeks=data["weeks"],
        needs=needs_of(data),
    )
    return to("task", task=task)


@bp.get("/shifts/<uuid:shift>")
@guard(MANAGE)
def shift(ctx: Ctx, shift: UUID) -> AnyResponse:
    """Who is in a shift, who offers, who cancelled late."""
    return _shift(ctx, shift, {}, {})


def _shift(ctx: Ctx, shift_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = shifts.managed(ctx, shift_id)
    rows = shifts.people_in(ctx, shift_id)
    return page(
        "volunteers/shift.html",
        one=views.turn(found),
        people=[views.person(row, name, found) for row, name in rows],
        needs=[(place.need.id, place.role.title) for place in found.places],
        over=found.shift.starts_at <= ctx.now,
        values=values,
        errors=errors,
    )


def _shift_again(ctx: Ctx, error: Invalid, shift: UUID) -> AnyResponse:
    return _shift(ctx, shift, typed(), error.fields)


@bp.post("/shifts/<uuid:shift>/people")
@guard(MANAGE, input=VolunteerAssignInput, invalid=_shift_again)
def shift_assign(ctx: Ctx, data: dict[str, Any], shift: UUID) -> AnyResponse:
    found = shifts.managed(ctx, shift)
    need = ctx.get(Need, data["need_id"])
    if need.shift_id != found.shift.id:
        raise Conflict()
    shifts.put(ctx, need, found.shift, who(ctx, data))
    return to("shift", shift=shift)


@bp.post("/shifts/<uuid:shift>/signups/<uuid:signup>")
@guard(MANAGE, input=VolunteerSignupStepInput)
def signup_decide(ctx: Ctx, data: dict[str, Any], shift: UUID, signup: UUID) -> AnyResponse:
    shifts.decide(ctx, signup, data["what"])
    return to("shift", shift=shift)


@bp.post("/shifts/<uuid:shift>/cancel")
@guard(MANAGE)
def shift_cancel(ctx: Ctx, shift: UUID) -> AnyResponse:
    shifts.cancel_shift(ctx, shift)
    return to("task_list")


@bp.get("/roster")
@guard(MANAGE, input=VolunteerWeekInput)
def roster_page(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """A proposal for the empty places of some weeks, with a reason for each need; nothing is changed yet."""
    first: date = data["week"] or roster.monday(ctx.today)
    found = roster.propose(ctx, first, data["weeks"])
    return page(
        "volunteers/roster.html",
        **views.proposal(found),
        week=found.first,
        weeks=data["weeks"],
        earlier=url_for("volunteers.roster_page", week=found.first - timedelta(days=7), weeks=data["weeks"]),
        later=url_for("volunteers.roster_page", week=found.first + timedelta(days=7), weeks=data["weeks"]),
    )


@bp.post("/roster")
@guard(MANAGE, input=VolunteerWeekInput)
def roster_apply(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """Propose again from what holds now, and put those people into their shifts."""
    first: date = data["week"] or roster.monday(ctx.today)
    roster.carry_out(ctx, roster.propose(ctx, first, data["weeks"]))
    return to("roster_page", week=first.isoformat(), weeks=data["weeks"])
