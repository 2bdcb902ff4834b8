"""Pages of the union about its volunteers: calls, the list, one record, decisions."""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, name_of, page
from anxin_volunteers import views
from anxin_volunteers.blueprint import bp, tabs, to, typed
from anxin_volunteers.policy import MANAGE
from anxin_volunteers.schemas import (
    VolunteerCallInput,
    VolunteerCallStateInput,
    VolunteerDecideInput,
    VolunteerLastDayInput,
    VolunteerListInput,
)
from anxin_volunteers.services import calls, competence, people
from anxin_volunteers.services.units import tree
from anxin_volunteers.words import DECISION_WORDS, DECISIONS, STATES


@bp.get("/board")
@guard(MANAGE, input=VolunteerListInput)
def board(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """The volunteers, those who wait for a decision first when nothing else is asked for."""
    lines, total = people.listed(ctx, **data)
    return page(
        "volunteers/board.html",
        tabs=tabs(ctx, "board"),
        rows=[views.volunteer(line) for line in lines],
        states=list(STATES.items()),
        state=data["state"],
        pager=views.pager(
            data["page"],
            people.PAGE,
            total,
            lambda at: url_for("volunteers.board", state=data["state"], page=at),
        ),
    )


@bp.get("/board/<uuid:volunteer>")
@guard(MANAGE)
def volunteer(ctx: Ctx, volunteer: UUID) -> AnyResponse:
    """One record: what they wrote, what they hold, and the next step."""
    return _volunteer(ctx, volunteer, {})


def _volunteer(ctx: Ctx, volunteer: UUID, errors: Any) -> AnyResponse:
    row, text = people.read(ctx, volunteer)
    (line,) = people.lines(ctx, [row])
    return page(
        "volunteers/volunteer.html",
        row=views.volunteer(line),
        text=text,
        pledged=row.pledged_at,
        qualifications=[
            views.qualification(*one, ctx.today) for one in competence.of_person(ctx, row.person_id)
        ],
        steps=[
            (what, DECISION_WORDS[what])
            for what, (states, _after) in DECISIONS.items()
            if row.state in states
        ],
        name=name_of(ctx, row.person_id),
        errors=errors,
    )


def _volunteer_again(ctx: Ctx, error: Invalid, volunteer: UUID, qualification: UUID) -> AnyResponse:
    return _volunteer(ctx, volunteer, error.fields)


@bp.post("/board/<uuid:volunteer>/qualifications/<uuid:qualification>/last-day")
@guard(MANAGE, input=VolunteerLastDayInput, invalid=_volunteer_again)
def last_day(ctx: Ctx, data: dict[str, Any], volunteer: UUID, qualification: UUID) -> AnyResponse:
    competence.correct(ctx, qualification, data["expires_on"])
    return to("volunteer", volunteer=volunteer)


@bp.post("/board/<uuid:volunteer>/decide")
@guard(MANAGE, input=VolunteerDecideInput)
def decide(ctx: Ctx, data: dict[str, Any], volunteer: UUID) -> AnyResponse:
    return to("volunteer", volunteer=people.decide(ctx, volunteer, data["what"]).id)


@bp.get("/calls")
@guard(MANAGE)
def call_list(ctx: Ctx) -> AnyResponse:
    return _calls(ctx, {}, {})


def _calls(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    rows = calls.every(ctx)
    counts = calls.answers(ctx, [row.id for row in rows])
    return page(
        "volunteers/calls.html",
        tabs=tabs(ctx, "call_list"),
        calls=[views.call(row, counts.get(row.id, 0)) for row in rows],
        units=tree(ctx).options(),
        values=values,
        errors=errors,
    )


def _calls_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _calls(ctx, typed(), error.fields)


@bp.post("/calls")
@guard(MANAGE, input=VolunteerCallInput, invalid=_calls_again)
def call_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    calls.create(ctx, data)
    return to("call_list")


@bp.post("/calls/<uuid:call>/state")
@guard(MANAGE, input=VolunteerCallStateInput)
def call_state(ctx: Ctx, data: dict[str, Any], call: UUID) -> AnyResponse:
    calls.move(ctx, call, data["state"])
    return to("call_list")
