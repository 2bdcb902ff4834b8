"""The liaison network over the API: the same services as the pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, guard
from anxin_volunteers.blueprint import api_bp
from anxin_volunteers.models import Concern
from anxin_volunteers.policy import CARE, CARED, IN_DANGER, JOIN, REPORT
from anxin_volunteers.schemas_care import (
    VolunteerColleagueOutput,
    VolunteerConcernInput,
    VolunteerConcernListedOutput,
    VolunteerConcernOutput,
    VolunteerHandOnOutput,
    VolunteerNotesOutput,
    VolunteerOutcomeInput,
    VolunteerPeriodInput,
    VolunteerPeriodOutput,
    VolunteerSlipOutput,
    VolunteerVisitInput,
    VolunteerWelcomeInput,
)
from anxin_volunteers.services import care, concerns, handons, liaison


@api_bp.get("/liaison/colleagues")
@guard(REPORT)
@api_bp.response(200, VolunteerColleagueOutput(many=True))
def colleagues(ctx: Ctx) -> Any:
    """The people of my units by name."""
    return liaison.colleagues(ctx)


@api_bp.get("/liaison/slips")
@guard(REPORT)
@api_bp.response(200, VolunteerSlipOutput(many=True))
def slips(ctx: Ctx) -> Any:
    """What I handed in, by its state."""
    return liaison.mine(ctx)


@api_bp.post("/liaison/<uuid:person>/concerns")
@guard(REPORT)
@api_bp.arguments(VolunteerConcernInput)
@api_bp.response(201, VolunteerSlipOutput)
def concern_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> Any:
    """Hand on a concern by observable facts."""
    return liaison.report(ctx, person, **data)


@api_bp.post("/liaison/<uuid:person>/visits")
@guard(REPORT)
@api_bp.arguments(VolunteerVisitInput)
@api_bp.response(201, VolunteerSlipOutput)
def visit_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> Any:
    """Note a visit to somebody who had agreed to it."""
    return liaison.visit(ctx, person, on=data["on"], kind=data["kind"], help_=data["help"], note=data["note"])


@api_bp.post("/liaison/<uuid:person>/periods")
@guard(REPORT)
@api_bp.arguments(VolunteerPeriodInput)
@api_bp.response(201, VolunteerSlipOutput)
def period_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> Any:
    """Note a time of care for somebody who agreed."""
    return liaison.period(ctx, person, **data)


@api_bp.get("/handons")
@guard(REPORT)
@api_bp.response(200, VolunteerHandOnOutput(many=True))
def handon_list(ctx: Ctx) -> Any:
    """What waits for me as a lead."""
    return handons.waiting(ctx)


@api_bp.post("/handons/<uuid:handon>")
@guard(REPORT)
@api_bp.response(204)
def handon_pass(ctx: Ctx, handon: UUID) -> None:
    """Hand on to the next level."""
    handons.hand_on(ctx, handon)


@api_bp.get("/care/periods")
@guard(JOIN, purpose=CARED)
@api_bp.response(200, VolunteerPeriodOutput(many=True))
def periods(ctx: Ctx) -> Any:
    """My times of care."""
    return [_period(row, reason) for row, reason in care.periods(ctx)]


def _period(row: Any, reason: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "reason": reason,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "by_self": row.by_self,
    }


@api_bp.post("/care/periods")
@guard(JOIN, purpose=CARED)
@api_bp.arguments(VolunteerPeriodInput)
@api_bp.response(201, VolunteerPeriodOutput)
def period_add(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Say when a kind word helps."""
    return _period(care.add_period(ctx, **data), data["reason"])


@api_bp.delete("/care/periods/<uuid:period>")
@guard(JOIN, purpose=CARED)
@api_bp.response(204)
def period_remove(ctx: Ctx, period: UUID) -> None:
    """Delete one of them."""
    care.remove_period(ctx, period)


@api_bp.post("/care/welcome")
@guard(JOIN, purpose=CARED)
@api_bp.arguments(VolunteerWelcomeInput)
@api_bp.response(204)
def welcome(ctx: Ctx, data: dict[str, Any]) -> None:
    """Agree to be looked in on, or no longer."""
    care.welcome(ctx, wanted=data["wanted"])


@api_bp.get("/concerns")
@guard(CARE, purpose=CARED)
@api_bp.response(200, VolunteerConcernListedOutput(many=True))
def concern_list(ctx: Ctx) -> Any:
    """Concerns about people one works with who agreed to it, without their words; open ones first."""
    return [{**_plain(row), "name": name} for row, name in concerns.listed(ctx)]


@api_bp.get("/people/<uuid:person>/notes")
@guard(CARE, purpose=CARED)
@api_bp.response(200, VolunteerNotesOutput)
def person_notes(ctx: Ctx, person: UUID) -> Any:
    """Visits and times of care of somebody one works with."""
    visits, periods = concerns.notes(ctx, person)
    return {
        "visits": [{"visited_on": row.visited_on, **what} for row, what in visits],
        "periods": [
            {"id": row.id, "reason": reason, "starts_on": row.starts_on, "ends_on": row.ends_on}
            for row, reason in periods
        ],
    }


@api_bp.get("/concerns/<uuid:concern>")
@guard(CARE, purpose=CARED)
@api_bp.response(200, VolunteerConcernOutput)
def concern_read(ctx: Ctx, concern: UUID) -> Any:
    """What a liaison officer noticed, with the person's consent."""
    return _concern(concerns.read(ctx, concern))


@api_bp.get("/concerns/<uuid:concern>/urgent")
@guard(CARE, purpose=IN_DANGER)
@api_bp.response(200, VolunteerConcernOutput)
def concern_read_urgent(ctx: Ctx, concern: UUID) -> Any:
    """What was raised as a danger to life."""
    return _concern(concerns.read(ctx, concern, in_danger=True))


def _concern(found: concerns.Read) -> dict[str, Any]:
    return {**_plain(found.concern), **found.facts}


def _plain(row: Concern) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "person_id", "state", "urgent", "made_at")}


@api_bp.post("/concerns/<uuid:concern>/handle")
@guard(CARE, purpose=CARED)
@api_bp.arguments(VolunteerOutcomeInput)
@api_bp.response(204)
def concern_handle(ctx: Ctx, data: dict[str, Any], concern: UUID) -> None:
    """Finish with it."""
    concerns.handle(ctx, concern, data["outcome"])


@api_bp.post("/concerns/<uuid:concern>/urgent/handle")
@guard(CARE, purpose=IN_DANGER)
@api_bp.arguments(VolunteerOutcomeInput)
@api_bp.response(204)
def concern_handle_urgent(ctx: Ctx, data: dict[str, Any], concern: UUID) -> None:
    """Finish with what was raised as a danger to life."""
    concerns.handle(ctx, concern, data["outcome"], in_danger=True)
