"""API of the safety room: the same services as its pages."""

from typing import Any
from uuid import UUID

from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.safety import acts, asking, cases, figures, glass, rota
from anxin.safety.models import BreakGlass, Crisis
from anxin.safety.permissions import CRISIS, HANDLE, MANAGE_DUTY, READ_FIGURES, SECOND_KEY
from anxin.safety.schemas import (
    AskedOutput,
    CaseLine,
    CaseOutput,
    CloseInput,
    ContactInput,
    GlassInput,
    GlassOutput,
    HandOverInput,
    NoteInput,
    QuarterOutput,
    RotaOutput,
    SecondInput,
    ShiftInput,
    SpanInput,
    line,
)

bp = ApiBlueprint("safety", __name__, core=True, description="Requests for help, the duty rota, counts")


def _line(crisis: Crisis) -> dict[str, Any]:
    return line(crisis, cases.code(crisis))


@bp.get("/cases")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, CaseLine(many=True))
def worklist(ctx: Ctx) -> list[dict[str, Any]]:
    """Open cases, the worst clock first, without names."""
    return [_line(crisis) for crisis in cases.worklist(ctx)]


@bp.get("/cases/<uuid:case>")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, CaseOutput)
def case(ctx: Ctx, case: UUID) -> dict[str, Any]:
    """One case with what contract and consent allow; the look is audited."""
    found = cases.read(ctx, case)
    return _line(found.crisis) | {"facts": found.facts, "timeline": found.timeline}


@bp.post("/cases/<uuid:case>/acknowledge")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, CaseLine)
def acknowledge(ctx: Ctx, case: UUID) -> dict[str, Any]:
    """Take the case on; 409 when a colleague was quicker."""
    return _line(acts.acknowledge(ctx, case))


@bp.post("/cases/<uuid:case>/contacted")
@guard(HANDLE, purpose=CRISIS)
@bp.arguments(ContactInput)
@bp.response(200, CaseLine)
def contacted(ctx: Ctx, data: dict[str, Any], case: UUID) -> dict[str, Any]:
    """The person was reached."""
    return _line(acts.contacted(ctx, case, data["note"]))


@bp.post("/cases/<uuid:case>/notes")
@guard(HANDLE, purpose=CRISIS)
@bp.arguments(NoteInput)
@bp.response(201, CaseLine)
def add_note(ctx: Ctx, data: dict[str, Any], case: UUID) -> dict[str, Any]:
    """Add a note, sealed for the person."""
    return _line(acts.add_note(ctx, case, data["note"]))


@bp.post("/cases/<uuid:case>/hand-over")
@guard(HANDLE, purpose=CRISIS)
@bp.arguments(HandOverInput)
@bp.response(200, CaseLine)
def hand_over(ctx: Ctx, data: dict[str, Any], case: UUID) -> dict[str, Any]:
    """Give the case to a colleague, who is told at once."""
    return _line(acts.hand_over(ctx, case, data["helper_id"]))


@bp.post("/cases/<uuid:case>/close")
@guard(HANDLE, purpose=CRISIS)
@bp.arguments(CloseInput)
@bp.response(200, CaseLine)
def close(ctx: Ctx, data: dict[str, Any], case: UUID) -> dict[str, Any]:
    """Sign the closing; a level-3 case then waits for a second person (`needs_second`)."""
    return _line(acts.close(ctx, case, data["outcome"]))


@bp.post("/cases/<uuid:case>/second")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, CaseLine)
def second_signature(ctx: Ctx, case: UUID) -> dict[str, Any]:
    """The second signature; 409 for whoever gave the first."""
    return _line(acts.second_signature(ctx, case))


@bp.post("/cases/<uuid:case>/reopen")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, CaseLine)
def reopen(ctx: Ctx, case: UUID) -> dict[str, Any]:
    """Take a signature back, or open a closed case again."""
    return _line(acts.reopen(ctx, case))


def _glass(ctx: Ctx, request: BreakGlass) -> dict[str, Any]:
    return {
        "id": request.id,
        "state": glass.stage(ctx, request),
        "reason": request.reason,
        "asked_at": request.asked_at,
        "expires_at": request.expires_at,
        "facts": glass.facts(ctx, request),
    }


@bp.post("/emergency")
@guard(HANDLE, purpose=CRISIS)
@bp.arguments(GlassInput)
@bp.response(201, GlassOutput)
def emergency_ask(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """The first of two keys to a person's name, unit and phone in imminent danger."""
    return _glass(ctx, glass.ask(ctx, reason=data["reason"], number=data["number"], case_id=data["case_id"]))


@bp.get("/emergency/<uuid:request_id>")
@guard(HANDLE, purpose=CRISIS)
@bp.response(200, GlassOutput)
def emergency(ctx: Ctx, request_id: UUID) -> dict[str, Any]:
    """Where a request stands, and the facts while both keys hold it open; each look is audited."""
    return _glass(ctx, glass.get(ctx, request_id))


@bp.post("/emergency/<uuid:request_id>/second")
@guard(SECOND_KEY, purpose=CRISIS)
@bp.arguments(SecondInput)
@bp.response(200, GlassOutput)
def emergency_second(ctx: Ctx, data: dict[str, Any], request_id: UUID) -> dict[str, Any]:
    """The second key, by a different person."""
    return _glass(ctx, glass.second(ctx, request_id, agree=data["agree"]))


@bp.get("/duty")
@guard(MANAGE_DUTY)
@bp.arguments(SpanInput, location="query")
@bp.response(200, RotaOutput)
def duty(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Shifts and gaps between two moments."""
    span = data["start"], data["end"]
    return {"shifts": rota.shifts(ctx, *span), "gaps": rota.gaps(ctx, *span)}


@bp.post("/duty")
@guard(MANAGE_DUTY)
@bp.arguments(ShiftInput)
@bp.response(204)
def duty_add(ctx: Ctx, data: dict[str, Any]) -> None:
    """Put a helper on the rota, for one week or several in a row. Those that are there already stay."""
    rota.set_shift(ctx, **data)


@bp.delete("/duty/<uuid:shift>")
@guard(MANAGE_DUTY)
@bp.response(204)
def duty_remove(ctx: Ctx, shift: UUID) -> None:
    """Take a shift that is not over off the rota."""
    rota.remove(ctx, shift)


@bp.post("/contact")
@guard(SIGNED_IN, purpose=CRISIS)
@bp.response(201, AskedOutput)
def ask_contact(ctx: Ctx) -> dict[str, Any]:
    """“Please call me”: tells the people on duty; once a day counts."""
    return {"contact_by": asking.ask_contact(ctx).contact_by}


@bp.get("/figures")
@guard(READ_FIGURES)
@bp.response(200, QuarterOutput(many=True))
def figures_of_quarters(ctx: Ctx) -> list[figures.Quarter]:
    """People helped in the last closed quarters, through disclosure control."""
    return figures.quarters(ctx)
