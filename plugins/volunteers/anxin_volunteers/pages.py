"""Pages of people: offering to help, signing, what one does. Importing it registers those of the union too."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, file_answer, guard, page
from anxin_volunteers import (
    care_pages,
    competence_pages,
    liaison_pages,
    outside_pages,
    people_pages,
    policy,
    roster_pages,
    service_pages,
    shift_pages,
    team_pages,
    training_pages,
    views,
)
from anxin_volunteers.blueprint import bp, to, typed
from anxin_volunteers.policy import JOIN, SERVE
from anxin_volunteers.schemas import (
    VolunteerApplyInput,
    VolunteerClaimInput,
    VolunteerForCallInput,
    VolunteerPledgeInput,
)
from anxin_volunteers.services import calls, competence, people, posts, teams

__all__ = [
    "bp",
    "care_pages",
    "competence_pages",
    "liaison_pages",
    "outside_pages",
    "people_pages",
    "roster_pages",
    "service_pages",
    "shift_pages",
    "team_pages",
    "training_pages",
]


@bp.get("/")
@guard(JOIN)
def index(ctx: Ctx) -> AnyResponse:
    """Open calls, and for those who serve: what waits."""
    return page(
        "volunteers/index.html",
        mine=views.own(people.own(ctx)),
        todo=views.todo(),
        calls=[views.call(one) for one in calls.running(ctx)],
        teams=[(member, team) for member, team in teams.mine(ctx)],
        posts=views.posts(ctx, posts.held(ctx)),
        liaison=any(post.post in ("liaison", "lead") for post in posts.held(ctx)),
        leads=any(post.post == "lead" for post in posts.held(ctx)),
    )


@bp.get("/apply")
@guard(JOIN, purpose=SERVE, input=VolunteerForCallInput)
def apply_form(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """The form; with a call chosen it asks what the call asks."""
    return _apply(ctx, data, {})


def _apply(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    running = calls.running(ctx)
    return page(
        "volunteers/apply.html",
        calls=[(one.id, one.title) for one in running],
        questions=next((one.questions for one in running if str(one.id) == str(values.get("call_id"))), []),
        values=values,
        errors=errors,
    )


def _apply_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _apply(ctx, typed(), error.fields)


@bp.post("/apply")
@guard(JOIN, purpose=SERVE, input=VolunteerApplyInput, invalid=_apply_again)
def apply(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    people.apply(ctx, data)
    return to("index")


@bp.get("/pledge")
@guard(JOIN, purpose=SERVE)
def pledge_form(ctx: Ctx) -> AnyResponse:
    return _pledge({}, {})


def _pledge(values: Any, errors: Any) -> AnyResponse:
    return page("volunteers/pledge.html", text=str(policy.PLEDGE).split("\n"), values=values, errors=errors)


def _pledge_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _pledge(typed(), error.fields)


@bp.post("/pledge")
@guard(JOIN, purpose=SERVE, input=VolunteerPledgeInput, invalid=_pledge_again)
def pledge(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    people.pledge(ctx, signature=data["signature"])
    return to("index")


@bp.post("/leave")
@guard(JOIN)
def leave(ctx: Ctx) -> AnyResponse:
    people.leave(ctx)
    return to("index")


@bp.get("/me")
@guard(JOIN, purpose=SERVE)
def me(ctx: Ctx) -> AnyResponse:
    """The own record: qualifications, teams, posts."""
    return _me(ctx, {}, {})


def _me(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    person_id = ctx.actor.person_id
    rows = competence.of_person(ctx, person_id) if person_id else []
    return page(
        "volunteers/me.html",
        mine=views.own(people.own(ctx)),
        qualifications=[views.qualification(*row, ctx.today) for row in rows],
        competences=[(one.id, one.title) for one in competence.every(ctx)],
        values=values,
        errors=errors,
    )


def _me_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _me(ctx, typed(), error.fields)


@bp.post("/me/qualifications")
@guard(JOIN, purpose=SERVE, input=VolunteerClaimInput, invalid=_me_again)
def claim(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    data.pop("proof")
    sent = request.files.get("file")
    competence.claim(ctx, data, competence.PROOF.take(request) if sent and sent.filename else None)
    return to("me")


@bp.get("/me/qualifications/<uuid:qualification>/proof")
@guard(JOIN, purpose=SERVE)
def own_proof(ctx: Ctx, qualification: UUID) -> AnyResponse:
    return file_answer(*competence.proof(ctx, qualification, own=True), inline=True)
