"""Hours and thanks over the API: the same services as the pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, guard
from anxin_volunteers.blueprint import api_bp
from anxin_volunteers.policy import JOIN, MANAGE, SERVE
from anxin_volunteers.schemas_duty import VolunteerSignupOutput
from anxin_volunteers.schemas_service import (
    VolunteerCheckinInput,
    VolunteerCorrectionInput,
    VolunteerHoursInput,
    VolunteerHoursOutput,
    VolunteerHoursStepInput,
    VolunteerListInputOfYear,
    VolunteerObjectionInput,
    VolunteerObjectionStepInput,
    VolunteerRecognitionOutput,
)
from anxin_volunteers.services import hours, thanks


@api_bp.post("/shifts/<uuid:shift>/checkin")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerCheckinInput)
@api_bp.response(200, VolunteerSignupOutput)
def checkin(ctx: Ctx, data: dict[str, Any], shift: UUID) -> Any:
    """Check in with the code of this minute; again to check out."""
    return hours.check_in(ctx, shift, data["code"])


@api_bp.post("/shifts/<uuid:shift>/settle")
@guard(MANAGE)
@api_bp.response(204)
def settle(ctx: Ctx, shift: UUID) -> None:
    """Confirm the hours of everybody who checked in."""
    hours.settle(ctx, shift)


@api_bp.get("/hours")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerHoursOutput(many=True))
def mine(ctx: Ctx) -> Any:
    """My hours."""
    return hours.mine(ctx)[0]


@api_bp.post("/hours")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerHoursInput)
@api_bp.response(201, VolunteerHoursOutput)
def claim(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Tell of service outside a shift."""
    return hours.claim(ctx, **data)


@api_bp.post("/hours/<uuid:service>/decisions")
@guard(MANAGE)
@api_bp.arguments(VolunteerHoursStepInput)
@api_bp.response(200, VolunteerHoursOutput)
def decide(ctx: Ctx, data: dict[str, Any], service: UUID) -> Any:
    """Confirm or refuse told hours."""
    return hours.decide(ctx, service, data["what"])


@api_bp.post("/hours/<uuid:service>/corrections")
@guard(MANAGE)
@api_bp.arguments(VolunteerCorrectionInput)
@api_bp.response(200, VolunteerHoursOutput)
def correct(ctx: Ctx, data: dict[str, Any], service: UUID) -> Any:
    """Correct confirmed hours, with a trace."""
    return hours.correct(ctx, service, **data)


@api_bp.post("/recognitions")
@guard(MANAGE)
@api_bp.arguments(VolunteerListInputOfYear)
@api_bp.response(201, VolunteerRecognitionOutput)
def draw_up(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Draw up the list of a year."""
    return thanks.draw_up(ctx, **data)


@api_bp.post("/recognitions/<uuid:recognition>/publish")
@guard(MANAGE)
@api_bp.response(200, VolunteerRecognitionOutput)
def publish(ctx: Ctx, recognition: UUID) -> Any:
    """Make the list public."""
    return thanks.publish(ctx, recognition)


@api_bp.post("/recognitions/<uuid:recognition>/grant")
@guard(MANAGE)
@api_bp.response(204)
def grant(ctx: Ctx, recognition: UUID) -> None:
    """Grant it after the public days; certificates are printed by a task."""
    thanks.grant(ctx, recognition)


@api_bp.post("/awards/<uuid:award>/objections")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerObjectionInput)
@api_bp.response(204)
def object_to(ctx: Ctx, data: dict[str, Any], award: UUID) -> None:
    """Object to an entry while the list is public."""
    thanks.object_to(ctx, award, data["text"])


@api_bp.post("/objections/<uuid:objection>/decisions")
@guard(MANAGE)
@api_bp.arguments(VolunteerObjectionStepInput)
@api_bp.response(204)
def objection_decide(ctx: Ctx, data: dict[str, Any], objection: UUID) -> None:
    """Uphold or reject an objection."""
    thanks.decide(ctx, objection, data["what"])
