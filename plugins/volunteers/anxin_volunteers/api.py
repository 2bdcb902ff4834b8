"""The API: the same services as the pages."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from anxin.plugin import Ctx, Unit, file_answer, guard
from anxin_volunteers import care_api, duty_api, outside_api, service_api, training_api
from anxin_volunteers.blueprint import api_bp, who
from anxin_volunteers.models import Outside, Team
from anxin_volunteers.policy import FIGURES, JOIN, MANAGE, SERVE
from anxin_volunteers.schemas import (
    VolunteerApplyInput,
    VolunteerCallInput,
    VolunteerCallStateInput,
    VolunteerClaimInput,
    VolunteerCompetenceInput,
    VolunteerDecideInput,
    VolunteerLastDayInput,
    VolunteerListInput,
    VolunteerMemberInput,
    VolunteerMemberStepInput,
    VolunteerNeedInput,
    VolunteerPledgeInput,
    VolunteerPostInput,
    VolunteerProposeInput,
    VolunteerQualificationStepInput,
    VolunteerRoleInput,
    VolunteerSquadInput,
    VolunteerTeamInput,
)
from anxin_volunteers.services import calls, competence, coverage, expiry, people, posts, teams

__all__ = ["api_bp", "care_api", "duty_api", "outside_api", "service_api", "training_api"]


class VolunteerMade(Schema):
    """What an act made or changed."""

    id = fields.UUID()
    state = fields.String()


class VolunteerOutput(Schema):
    id = fields.UUID()
    person_id = fields.UUID()
    state = fields.String()
    applied_at = fields.AwareDateTime()
    pledged_at = fields.AwareDateTime(allow_none=True)


class VolunteerListedOutput(VolunteerOutput):
    person_id = fields.UUID(allow_none=True)
    outside = fields.Boolean(metadata={"description": "Applied without an account: see /outside/{id}"})
    name = fields.String()
    unit = fields.String()
    teams = fields.List(fields.String())


class VolunteerCallOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    text = fields.String()
    state = fields.String()
    public = fields.Boolean()
    places = fields.Integer(allow_none=True)
    closes_on = fields.Date(allow_none=True)
    questions = fields.List(fields.String())


class VolunteerTeamOutput(Schema):
    id = fields.UUID()
    title = fields.String()
    kind = fields.String()
    unit_id = fields.UUID(allow_none=True)
    least = fields.Integer()
    most = fields.Integer()
    people = fields.Integer()
    qualified = fields.Integer()
    qualified_least = fields.Integer()
    problems = fields.List(fields.String())


class VolunteerPickOutput(Schema):
    person_id = fields.UUID()
    name = fields.String()
    branch = fields.String()
    qualified = fields.Boolean()
    why = fields.String()


class VolunteerCoverageOutput(Schema):
    unit = fields.String()
    name = fields.String()
    depth = fields.Integer()
    needs = fields.Dict(keys=fields.String(), values=fields.Integer())
    people = fields.Dict(keys=fields.String(), values=fields.Integer())
    unsigned = fields.Dict(keys=fields.String(), values=fields.Integer())
    gaps = fields.Dict(keys=fields.String(), values=fields.Integer())


class VolunteerCompetenceOutput(Schema):
    id = fields.UUID()
    code = fields.String()
    title = fields.String()
    months = fields.Integer(allow_none=True)
    proof = fields.Boolean()


class VolunteerQualificationOutput(Schema):
    id = fields.UUID()
    person_id = fields.UUID()
    competence_id = fields.UUID()
    state = fields.String()
    issued_on = fields.Date()
    expires_on = fields.Date(allow_none=True)
    file_id = fields.UUID(allow_none=True)


# ---- people ----------------------------------------------------------------------------------------------


@api_bp.get("/calls")
@guard(JOIN)
@api_bp.response(200, VolunteerCallOutput(many=True))
def open_calls(ctx: Ctx) -> Any:
    """Calls that are open to me."""
    return calls.running(ctx)


@api_bp.post("/applications")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerApplyInput)
@api_bp.response(201, VolunteerOutput)
def apply(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Offer to help."""
    made = people.apply(ctx, data)
    ctx.db.flush()
    return made


@api_bp.post("/pledge")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerPledgeInput)
@api_bp.response(200, VolunteerOutput)
def pledge(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Sign the confidentiality agreement by one's own name."""
    return people.pledge(ctx, signature=data["signature"])


@api_bp.post("/leave")
@guard(JOIN)
@api_bp.response(204)
def leave(ctx: Ctx) -> None:
    """Stop volunteering."""
    people.leave(ctx)


@api_bp.get("/qualifications/mine")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerQualificationOutput(many=True))
def my_qualifications(ctx: Ctx) -> Any:
    """What I have claimed or hold."""
    return (
        [row for row, _, _ in competence.of_person(ctx, ctx.actor.person_id)] if ctx.actor.person_id else []
    )


@api_bp.post("/qualifications")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerClaimInput)
@api_bp.response(201, VolunteerQualificationOutput)
def claim(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Tell the union of a qualification; a competence that wants a proof wants one of `proof` in base64."""
    proof = data.pop("proof")
    return competence.claim(ctx, data, competence.PROOF.check("proof", proof) if proof else None)


@api_bp.get("/qualifications/<uuid:qualification>/proof")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200)
def proof(ctx: Ctx, qualification: UUID) -> Any:
    """The proof I handed in, as a file."""
    return file_answer(*competence.proof(ctx, qualification, own=True))


@api_bp.get("/qualifications/<uuid:qualification>/proof/checked")
@guard(MANAGE)
@api_bp.response(200)
def proof_read(ctx: Ctx, qualification: UUID) -> Any:
    """The proof somebody handed in, to check it; the look is written down."""
    return file_answer(*competence.proof(ctx, qualification))


# ---- the union -------------------------------------------------------------------------------------------


@api_bp.get("/volunteers")
@guard(MANAGE)
@api_bp.arguments(VolunteerListInput, location="query")
@api_bp.response(200, VolunteerListedOutput(many=True))
def volunteers(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A page of the volunteers."""
    lines, _total = people.listed(ctx, **data)
    return [
        {
            "id": line.volunteer.id,
            "person_id": line.volunteer.person_id,
            "state": line.volunteer.state,
            "applied_at": line.volunteer.applied_at,
            "pledged_at": getattr(line.volunteer, "pledged_at", None),
            "outside": isinstance(line.volunteer, Outside),
            "name": line.name,
            "unit": line.unit,
            "teams": line.teams,
        }
        for line in lines
    ]


@api_bp.post("/volunteers/<uuid:volunteer>/decisions")
@guard(MANAGE)
@api_bp.arguments(VolunteerDecideInput)
@api_bp.response(200, VolunteerOutput)
def decide(ctx: Ctx, data: dict[str, Any], volunteer: UUID) -> Any:
    """Approve, decline, confirm, pause, resume, dismiss."""
    return people.decide(ctx, volunteer, data["what"])


@api_bp.post("/calls")
@guard(MANAGE)
@api_bp.arguments(VolunteerCallInput)
@api_bp.response(201, VolunteerCallOutput)
def call_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Write a call (a draft)."""
    return calls.create(ctx, data)


@api_bp.post("/calls/<uuid:call>/state")
@guard(MANAGE)
@api_bp.arguments(VolunteerCallStateInput)
@api_bp.response(200, VolunteerCallOutput)
def call_state(ctx: Ctx, data: dict[str, Any], call: UUID) -> Any:
    """Open or close a call."""
    return calls.move(ctx, call, data["state"])


@api_bp.get("/teams")
@guard(MANAGE)
@api_bp.response(200, VolunteerTeamOutput(many=True))
def team_list(ctx: Ctx) -> Any:
    """The present teams, each with how it stands against its rules."""
    return [_team(fit) for fit in teams.listed(ctx)]


def _team(fit: teams.Fit) -> dict[str, Any]:
    kept = ("id", "title", "kind", "unit_id", "least", "most", "qualified_least")
    return {
        **{name: getattr(fit.team, name) for name in kept},
        "people": fit.people,
        "qualified": fit.qualified,
        "problems": [str(one) for one in fit.problems],
    }


@api_bp.post("/teams")
@guard(MANAGE)
@api_bp.arguments(VolunteerTeamInput)
@api_bp.response(201, VolunteerMade)
def team_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Make a team."""
    return {"id": teams.create(ctx, data).id}


@api_bp.post("/teams/<uuid:team>/members")
@guard(MANAGE)
@api_bp.arguments(VolunteerMemberInput)
@api_bp.response(201, VolunteerMade)
def member_add(ctx: Ctx, data: dict[str, Any], team: UUID) -> Any:
    """Put a volunteer into a team."""
    ctx.get(Team, team)
    return {"id": teams.add(ctx, team, who(ctx, data), data["part"]).id}


@api_bp.post("/teams/<uuid:team>/members/<uuid:member>")
@guard(MANAGE)
@api_bp.arguments(VolunteerMemberStepInput)
@api_bp.response(204)
def member_change(ctx: Ctx, data: dict[str, Any], team: UUID, member: UUID) -> None:
    """Make somebody leader or member, or end their time in the team."""
    teams.change(ctx, team, member, data["what"])


@api_bp.post("/teams/<uuid:team>/close")
@guard(MANAGE)
@api_bp.response(204)
def team_close(ctx: Ctx, team: UUID) -> None:
    """End a team."""
    teams.close(ctx, team)


@api_bp.get("/squads/proposal")
@guard(MANAGE)
@api_bp.arguments(VolunteerProposeInput, location="query")
@api_bp.response(200, VolunteerPickOutput(many=True))
def squad_proposal(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Who a squad would be picked from the liaison officers, by quota and competence, with reasons."""
    return teams.propose(ctx, **data)


@api_bp.post("/squads")
@guard(MANAGE)
@api_bp.arguments(VolunteerSquadInput)
@api_bp.response(201, VolunteerMade)
def squad_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Make a squad of exactly these people."""
    return {"id": teams.create_squad(ctx, data).id}


@api_bp.get("/coverage")
@guard(FIGURES)
@api_bp.response(200, VolunteerCoverageOutput(many=True))
def coverage_rows(ctx: Ctx) -> Any:
    """One row a unit: needs, people, gaps."""
    return [coverage.plain(row) for row in coverage.of_tenant(ctx).rows]


@api_bp.post("/units/<uuid:unit>/posts")
@guard(MANAGE)
@api_bp.arguments(VolunteerPostInput)
@api_bp.response(201, VolunteerMade)
def post_appoint(ctx: Ctx, data: dict[str, Any], unit: UUID) -> Any:
    """Appoint somebody in a unit."""
    ctx.get(Unit, unit)
    return {"id": posts.appoint(ctx, unit, who(ctx, data), data["post"]).id}


@api_bp.post("/posts/<uuid:post>/dismiss")
@guard(MANAGE)
@api_bp.response(204)
def post_dismiss(ctx: Ctx, post: UUID) -> None:
    """End an appointment."""
    posts.dismiss(ctx, post)


@api_bp.post("/units/<uuid:unit>/needs")
@guard(MANAGE)
@api_bp.arguments(VolunteerNeedInput)
@api_bp.response(204)
def unit_need(ctx: Ctx, data: dict[str, Any], unit: UUID) -> None:
    """Say how many of a post a unit needs."""
    posts.need(ctx, unit, data["post"], data["least"])


@api_bp.get("/competences")
@guard(JOIN)
@api_bp.response(200, VolunteerCompetenceOutput(many=True))
def competences(ctx: Ctx) -> Any:
    """What one can be qualified in."""
    return competence.every(ctx)


@api_bp.post("/competences")
@guard(MANAGE)
@api_bp.arguments(VolunteerCompetenceInput)
@api_bp.response(201, VolunteerCompetenceOutput)
def competence_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add something one can be qualified in."""
    return competence.create(ctx, data)


@api_bp.post("/roles")
@guard(MANAGE)
@api_bp.arguments(VolunteerRoleInput)
@api_bp.response(201, VolunteerMade)
def role_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add a role with the competences it wants."""
    return {"id": competence.create_role(ctx, **data).id}


@api_bp.post("/qualifications/<uuid:qualification>/steps")
@guard(MANAGE)
@api_bp.arguments(VolunteerQualificationStepInput)
@api_bp.response(200, VolunteerQualificationOutput)
def qualification_step(ctx: Ctx, data: dict[str, Any], qualification: UUID) -> Any:
    """Verify, refuse or revoke."""
    return expiry.decide(ctx, qualification, data["what"])


@api_bp.post("/qualifications/<uuid:qualification>/last-day")
@guard(MANAGE)
@api_bp.arguments(VolunteerLastDayInput)
@api_bp.response(200, VolunteerQualificationOutput)
def last_day(ctx: Ctx, data: dict[str, Any], qualification: UUID) -> Any:
    """Correct the last day of what was verified; null: it holds for good."""
    return competence.correct(ctx, qualification, data["expires_on"])
