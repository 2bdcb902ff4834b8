"""Pages of people who are cared for, and of the counsellors who read what was handed on."""

from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, name_of, page
from anxin_volunteers import views
from anxin_volunteers.blueprint import bp, to, typed
from anxin_volunteers.policy import CARE, CARED, IN_DANGER, JOIN
from anxin_volunteers.schemas_care import (
    VolunteerOutcomeInput,
    VolunteerPeriodInput,
    VolunteerWelcomeInput,
)
from anxin_volunteers.services import care, concerns
from anxin_volunteers.words import OUTCOMES, REASONS


@bp.get("/care")
@guard(JOIN, purpose=CARED)
def care_home(ctx: Ctx) -> AnyResponse:
    """May somebody look in on me, when does a kind word help, and what was noted about visits."""
    return _care(ctx, {}, {})


def _care(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/care.html",
        welcome=care.own(ctx) is not None,
        periods=[views.period(*one) for one in care.periods(ctx)],
        visits=[views.visit(*one) for one in care.visits(ctx)],
        reasons=list(REASONS.items()),
        values=values,
        errors=errors,
    )


def _care_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _care(ctx, typed(), error.fields)


@bp.post("/care/welcome")
@guard(JOIN, purpose=CARED, input=VolunteerWelcomeInput)
def care_welcome(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    care.welcome(ctx, wanted=data["wanted"])
    return to("care_home")


@bp.post("/care/periods")
@guard(JOIN, purpose=CARED, input=VolunteerPeriodInput, invalid=_care_again)
def care_period(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    care.add_period(ctx, **data)
    return to("care_home")


@bp.post("/care/periods/<uuid:period>/remove")
@guard(JOIN, purpose=CARED)
def care_period_remove(ctx: Ctx, period: UUID) -> AnyResponse:
    care.remove_period(ctx, period)
    return to("care_home")


# ---- counsellors -----------------------------------------------------------------------------------------


@bp.get("/concerns")
@guard(CARE, purpose=CARED)
def concern_list(ctx: Ctx) -> AnyResponse:
    """Concerns about people one works with who agreed to it."""
    return page(
        "volunteers/concerns.html", concerns=[views.concern(row, name) for row, name in concerns.listed(ctx)]
    )


@bp.get("/concerns/<uuid:concern>")
@guard(CARE, purpose=CARED)
def concern(ctx: Ctx, concern: UUID) -> AnyResponse:
    return _read(ctx, concerns.read(ctx, concern), "volunteers.concern_handle")


@bp.get("/concerns/<uuid:concern>/urgent")
@guard(CARE, purpose=IN_DANGER)
def concern_urgent(ctx: Ctx, concern: UUID) -> AnyResponse:
    """Without consent: only what was raised as a danger to life (PIPL 13(4)); the look is written down."""
    return _read(ctx, concerns.read(ctx, concern, in_danger=True), "volunteers.concern_urgent_handle")


def _read(ctx: Ctx, found: concerns.Read, action: str) -> AnyResponse:
    return page(
        "volunteers/concern.html", **views.concern_read(found), outcomes=list(OUTCOMES.items()), action=action
    )


@bp.post("/concerns/<uuid:concern>/handle")
@guard(CARE, purpose=CARED, input=VolunteerOutcomeInput)
def concern_handle(ctx: Ctx, data: dict[str, Any], concern: UUID) -> AnyResponse:
    concerns.handle(ctx, concern, data["outcome"])
    return to("concern_list")


@bp.post("/concerns/<uuid:concern>/urgent/handle")
@guard(CARE, purpose=IN_DANGER, input=VolunteerOutcomeInput)
def concern_urgent_handle(ctx: Ctx, data: dict[str, Any], concern: UUID) -> AnyResponse:
    concerns.handle(ctx, concern, data["outcome"], in_danger=True)
    return to("concern_list")


@bp.get("/people/<uuid:person>/concern")
@guard(CARE, purpose=CARED)
def person_concern(ctx: Ctx, person: UUID) -> AnyResponse:
    """The newest concern about somebody one works with."""
    newest = concerns.newest(ctx, person)
    return _read(ctx, concerns.read(ctx, newest.id), "volunteers.concern_handle")


@bp.get("/people/<uuid:person>/concern/urgent")
@guard(CARE, purpose=IN_DANGER)
def person_concern_urgent(ctx: Ctx, person: UUID) -> AnyResponse:
    """The newest one that was raised as a danger to life."""
    newest = concerns.newest(ctx, person, in_danger=True)
    return _read(ctx, concerns.read(ctx, newest.id, in_danger=True), "volunteers.concern_urgent_handle")


@bp.get("/people/<uuid:person>/notes")
@guard(CARE, purpose=CARED)
def person_notes(ctx: Ctx, person: UUID) -> AnyResponse:
    """Visits and times of care of somebody one works with."""
    visits, periods = concerns.notes(ctx, person)
    return page(
        "volunteers/notes.html",
        name=name_of(ctx, person),
        visits=[views.visit(*one) for one in visits],
        periods=[views.period(*one) for one in periods],
    )
