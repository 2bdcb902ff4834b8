"""Pages of the union about competence: what one can be qualified in, proofs to check, what ends soon, roles."""

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, file_answer, guard, page
from anxin_volunteers import views
from anxin_volunteers.blueprint import bp, tabs, to, typed
from anxin_volunteers.policy import MANAGE
from anxin_volunteers.schemas import (
    VolunteerCompetenceInput,
    VolunteerQualificationStepInput,
    VolunteerRoleInput,
)
from anxin_volunteers.services import competence, expiry


@bp.get("/competence")
@guard(MANAGE)
def competence_list(ctx: Ctx) -> AnyResponse:
    return _list(ctx, {}, {})


def _list(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    today = ctx.today
    known = competence.every(ctx)
    titles = {one.code: one.title for one in known}
    return page(
        "volunteers/competence.html",
        tabs=tabs(ctx, "competence_list"),
        waiting=[views.qualification(*row, today) for row in competence.waiting(ctx)],
        ending=[views.qualification(*row, today) for row in competence.ending(ctx)],
        competences=known,
        options=[(one.code, one.title) for one in known],
        roles=[(role, [titles.get(code, code) for code in role.requires]) for role in competence.roles(ctx)],
        values=values,
        errors=errors,
    )


def _list_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _list(ctx, typed(), error.fields)


@bp.post("/competence")
@guard(MANAGE, input=VolunteerCompetenceInput, invalid=_list_again)
def competence_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    competence.create(ctx, data)
    return to("competence_list")


@bp.post("/roles")
@guard(MANAGE, input=VolunteerRoleInput, invalid=_list_again)
def role_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    competence.create_role(ctx, **data)
    return to("competence_list")


@bp.post("/qualifications/<uuid:qualification>")
@guard(MANAGE, input=VolunteerQualificationStepInput)
def qualification_step(ctx: Ctx, data: dict[str, Any], qualification: UUID) -> AnyResponse:
    expiry.decide(ctx, qualification, data["what"])
    return to("competence_list")


@bp.get("/qualifications/<uuid:qualification>/proof")
@guard(MANAGE)
def proof(ctx: Ctx, qualification: UUID) -> AnyResponse:
    """The certificate beside which one decides; the look is written down, and the person can see it."""
    return file_answer(*competence.proof(ctx, qualification), inline=True)
