"""Pages of the union about teams, squads, appointments in units, and coverage."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, Unit, guard, page
from anxin_volunteers import views
from anxin_volunteers.blueprint import bp, tabs, to, typed, who
from anxin_volunteers.models import Team
from anxin_volunteers.policy import FIGURES, MANAGE
from anxin_volunteers.schemas import (
    VolunteerMemberInput,
    VolunteerMemberStepInput,
    VolunteerNeedInput,
    VolunteerPostInput,
    VolunteerProposeInput,
    VolunteerSquadInput,
    VolunteerTeamInput,
)
from anxin_volunteers.services import bulletin, competence, coverage, posts, teams
from anxin_volunteers.services.units import tree
from anxin_volunteers.views_training import told
from anxin_volunteers.words import POSTS


@bp.get("/teams")
@guard(MANAGE)
def team_list(ctx: Ctx) -> AnyResponse:
    return page(
        "volunteers/teams.html",
        tabs=tabs(ctx, "team_list"),
        teams=[views.team(fit, tree(ctx)) for fit in teams.listed(ctx)],
    )


@bp.get("/teams/new")
@guard(MANAGE)
def team_new(ctx: Ctx) -> AnyResponse:
    return _team_form(ctx, {}, {})


def _team_form(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/team_new.html",
        units=tree(ctx).options(),
        competences=[(one.code, one.title) for one in competence.every(ctx)],
        values=values,
        errors=errors,
    )


def _team_form_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _team_form(ctx, typed(), error.fields)


@bp.post("/teams")
@guard(MANAGE, input=VolunteerTeamInput, invalid=_team_form_again)
def team_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("team", team=teams.create(ctx, data).id)


@bp.get("/teams/<uuid:team>")
@guard(MANAGE)
def team(ctx: Ctx, team: UUID) -> AnyResponse:
    return _team(ctx, team, {}, {})


def _team(ctx: Ctx, team_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = ctx.get(Team, team_id)
    (fit,) = teams.fits(ctx, [found])
    return page(
        "volunteers/team.html",
        team=views.team(fit, tree(ctx)),
        members=[views.member(row, name) for row, name in teams.members(ctx, team_id)],
        notices=[told(row, name, row.text) for row, name in bulletin.of_team(ctx, team_id)],
        values=values,
        errors=errors,
    )


def _team_again(ctx: Ctx, error: Invalid, team: UUID) -> AnyResponse:
    return _team(ctx, team, typed(), error.fields or {"number": [error.message]})


@bp.post("/teams/<uuid:team>/members")
@guard(MANAGE, input=VolunteerMemberInput, invalid=_team_again)
def member_add(ctx: Ctx, data: dict[str, Any], team: UUID) -> AnyResponse:
    ctx.get(Team, team)
    teams.add(ctx, team, who(ctx, data), data["part"])
    return to("team", team=team)


@bp.post("/teams/<uuid:team>/members/<uuid:member>")
@guard(MANAGE, input=VolunteerMemberStepInput)
def member_change(ctx: Ctx, data: dict[str, Any], team: UUID, member: UUID) -> AnyResponse:
    teams.change(ctx, team, member, data["what"])
    return to("team", team=team)


@bp.post("/teams/<uuid:team>/close")
@guard(MANAGE)
def team_close(ctx: Ctx, team: UUID) -> AnyResponse:
    teams.close(ctx, team)
    return to("team_list")


# ---- picking a squad -------------------------------------------------------------------------------------


@bp.get("/squads/new")
@guard(MANAGE, input=VolunteerProposeInput)
def squad_new(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """The rule on top, who it picks below, each with the reason; saving makes the squad."""
    return _squad(ctx, data, {}, {})


def _squad(ctx: Ctx, rule: dict[str, Any], values: Any, errors: Any) -> AnyResponse:
    picks = teams.propose(ctx, **rule) if "size" in request.args or errors else []
    return page(
        "volunteers/squad_new.html",
        rule=rule,
        picks=[views.pick(one) for one in picks],
        asked="size" in request.args or bool(errors),
        competences=[(one.code, one.title) for one in competence.every(ctx)],
        values=values,
        errors=errors,
    )


def _squad_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    values = typed()
    size = max(len(values.get("people", ())), 3)
    rule = {
        "size": size,
        "per_branch": 1,
        "most_per_branch": size,
        "competences": values.get("competences", []),
    }
    return _squad(ctx, rule, values, error.fields)


@bp.post("/squads")
@guard(MANAGE, input=VolunteerSquadInput, invalid=_squad_again)
def squad_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("team", team=teams.create_squad(ctx, data).id)


# ---- coverage and appointments ---------------------------------------------------------------------------


@bp.get("/coverage")
@guard(FIGURES)
def coverage_map(ctx: Ctx) -> AnyResponse:
    """Gaps in words, as a picture, and as a table."""
    found = coverage.of_tenant(ctx)
    return page(
        "volunteers/coverage.html",
        tabs=tabs(ctx, "coverage_map"),
        may_manage=ctx.allowed(MANAGE),
        **views.coverage(found, every="all" in request.args),
    )


@bp.get("/units/<uuid:unit>")
@guard(MANAGE)
def unit(ctx: Ctx, unit: UUID) -> AnyResponse:
    """Who is appointed in a unit, and how many it needs."""
    return _unit(ctx, unit, {}, {})


def _unit(ctx: Ctx, unit_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = ctx.get(Unit, unit_id)
    return page(
        "volunteers/unit.html",
        unit=found,
        posts=[views.post(row, name) for row, name in posts.in_unit(ctx, unit_id)],
        kinds=list(POSTS.items()),
        values=values,
        errors=errors,
    )


def _unit_again(ctx: Ctx, error: Invalid, unit: UUID) -> AnyResponse:
    return _unit(ctx, unit, typed(), error.fields)


@bp.post("/units/<uuid:unit>/posts")
@guard(MANAGE, input=VolunteerPostInput, invalid=_unit_again)
def post_appoint(ctx: Ctx, data: dict[str, Any], unit: UUID) -> AnyResponse:
    ctx.get(Unit, unit)
    posts.appoint(ctx, unit, who(ctx, data), data["post"])
    return to("unit", unit=unit)


@bp.post("/units/<uuid:unit>/needs")
@guard(MANAGE, input=VolunteerNeedInput, invalid=_unit_again)
def unit_need(ctx: Ctx, data: dict[str, Any], unit: UUID) -> AnyResponse:
    posts.need(ctx, unit, data["post"], data["least"])
    return to("unit", unit=unit)


@bp.post("/posts/<uuid:post>/dismiss")
@guard(MANAGE)
def post_dismiss(ctx: Ctx, post: UUID) -> AnyResponse:
    return to("unit", unit=posts.dismiss(ctx, post).unit_id)
