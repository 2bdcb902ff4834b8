"""The API: the same services as the pages. Addresses of calls exist for helpers only."""

from typing import Any
from uuid import UUID

from anxin.plugin import ApiBlueprint, Ctx, guard
from anxin_hotline.calls import Call, Handover
from anxin_hotline.models import Line
from anxin_hotline.pages.lines import told as line_told
from anxin_hotline.policy import LOG, MANAGE
from anxin_hotline.schemas import (
    CallActInput,
    CallInput,
    CallLevelOutput,
    CallLine,
    CallOutput,
    CallRiskInput,
    CallSavedOutput,
    CallsInput,
    DraftInput,
    DraftKeptOutput,
    HandoverInput,
    HandoverOutput,
    HotlineLineInput,
    HotlineLineOutput,
    LineGapOutput,
    LineShiftInput,
    LineTurnOutput,
)
from anxin_hotline.services import crisis, handovers, lines, logging, records, seeing

bp = ApiBlueprint(
    "hotline", __name__, description="Calls of a support line: lines, logs, crises, what follows"
)
_OF_CALL = (
    "id",
    "state",
    "line_id",
    "operator_id",
    "caller_id",
    "channel",
    "topic",
    "risk",
    "next",
    "known",
    "nature",
    "crisis_id",
    "started_at",
    "answered_at",
    "ended_at",
    "logged_at",
)


def _line(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in _OF_CALL} | {"code": seeing.code(call.id)}


@bp.post("/calls")
@guard(LOG)
@bp.arguments(CallInput)
@bp.response(201, CallSavedOutput)
def log_call(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Log a whole call. The same token again gives the same answer and saves nothing twice."""
    saved = logging.save(ctx, data["token"], data)
    return {
        "id": saved.call_id,
        "code": seeing.code(saved.call_id),
        "level": saved.level,
        "crisis_id": saved.crisis_id,
    }


@bp.post("/drafts")
@guard(LOG)
@bp.arguments(DraftInput)
@bp.response(200, DraftKeptOutput)
def keep_draft(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Merge what changed into an unfinished log."""
    return logging.keep(ctx, data["token"], data["n"], data["fields_"])


@bp.get("/calls")
@guard(LOG)
@bp.arguments(CallsInput, location="query")
@bp.response(200, CallLine(many=True))
def list_calls(ctx: Ctx, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The own calls (a supervisor: all), newest first, 30 at a time; `before` pages on."""
    return [
        _line(call)
        for call in seeing.page(ctx, topic=data["topic"] or None, risk=data["risk"], before=data["before"])
    ]


@bp.get("/ringing")
@guard(LOG)
@bp.response(200, CallLine(many=True))
def list_ringing(ctx: Ctx) -> list[dict[str, Any]]:
    """What the telephone system says is ringing now."""
    return [_line(call) for call in logging.ringing(ctx)]


@bp.get("/calls/<uuid:call>")
@guard(LOG)
@bp.response(200, CallOutput)
def read_call(ctx: Ctx, call: UUID) -> dict[str, Any]:
    """One call with its words; the look is written down."""
    found = seeing.get(ctx, call)
    record = records.read(ctx, found)
    return _line(found) | {"note": record.note, "answers": {"risk": record.risk, "own": record.own}}


@bp.post("/calls/<uuid:call>/answer")
@guard(LOG)
@bp.response(200, CallLine)
def answer_call(ctx: Ctx, call: UUID) -> dict[str, Any]:
    return _line(logging.answer(ctx, call))


@bp.post("/calls/<uuid:call>/discard")
@guard(LOG)
@bp.response(204)
def discard_call(ctx: Ctx, call: UUID) -> None:
    logging.discard(ctx, call)


@bp.post("/calls/<uuid:call>/risk")
@guard(LOG)
@bp.arguments(CallRiskInput)
@bp.response(200, CallLevelOutput)
def assess_risk(ctx: Ctx, data: dict[str, Any], call: UUID) -> dict[str, Any]:
    """The structured questions; those on duty are told at once when they have to be."""
    return {"level": crisis.assess(ctx, call, data)}


@bp.post("/calls/<uuid:call>/acts")
@guard(LOG)
@bp.arguments(CallActInput)
@bp.response(204)
def act_on_call(ctx: Ctx, data: dict[str, Any], call: UUID) -> None:
    """120 or 110 called, family reached, or a note."""
    crisis.act(ctx, call, data["kind"], data["note"])


@bp.get("/lines")
@guard(MANAGE)
@bp.response(200, HotlineLineOutput(many=True))
def list_lines(ctx: Ctx) -> list[Line]:
    return lines.every(ctx)


@bp.post("/lines")
@guard(MANAGE)
@bp.arguments(HotlineLineInput)
@bp.response(201, HotlineLineOutput)
def make_line(ctx: Ctx, data: dict[str, Any]) -> Line:
    return lines.save(ctx, None, line_told(data))


@bp.put("/lines/<uuid:line>")
@guard(MANAGE)
@bp.arguments(HotlineLineInput)
@bp.response(200, HotlineLineOutput)
def change_line(ctx: Ctx, data: dict[str, Any], line: UUID) -> Line:
    return lines.save(ctx, line, line_told(data))


@bp.get("/lines/<uuid:line>/gaps")
@guard(MANAGE)
@bp.response(200, LineGapOutput(many=True))
def line_gaps(ctx: Ctx, line: UUID) -> list[dict[str, Any]]:
    """Gaps of the coming fortnight."""
    found = ctx.get(Line, line)
    return [
        {
            "line_id": found.id,
            "starts_at": gap.starts_at,
            "ends_at": gap.ends_at,
            "seats": gap.seats,
            "people": gap.people,
        }
        for gap in lines.gaps(ctx, found, ctx.now, ctx.now + lines.AHEAD)
    ]


@bp.get("/lines/<uuid:line>/shifts")
@guard(MANAGE)
@bp.response(200, LineTurnOutput(many=True))
def line_shifts(ctx: Ctx, line: UUID) -> list[lines.Turn]:
    found = ctx.get(Line, line)
    return lines.rota(ctx, ctx.now, ctx.now + lines.AHEAD, line_id=found.id)


@bp.post("/lines/<uuid:line>/shifts")
@guard(MANAGE)
@bp.arguments(LineShiftInput)
@bp.response(204)
def add_shift(ctx: Ctx, data: dict[str, Any], line: UUID) -> None:
    lines.set_shift(ctx, line, **data)


@bp.delete("/shifts/<uuid:shift>")
@guard(MANAGE)
@bp.response(204)
def drop_shift(ctx: Ctx, shift: UUID) -> None:
    lines.remove(ctx, shift)


@bp.post("/shifts/<uuid:shift>/offer")
@guard(LOG)
@bp.response(204)
def offer_shift(ctx: Ctx, shift: UUID) -> None:
    lines.offer(ctx, shift)


@bp.post("/shifts/<uuid:shift>/take")
@guard(LOG)
@bp.response(204)
def take_shift(ctx: Ctx, shift: UUID) -> None:
    lines.take(ctx, shift)


@bp.get("/handovers")
@guard(LOG)
@bp.response(200, HandoverOutput(many=True))
def list_handovers(ctx: Ctx) -> list[Handover]:
    return handovers.latest(ctx)


@bp.post("/handovers")
@guard(LOG)
@bp.arguments(HandoverInput)
@bp.response(201, HandoverOutput)
def write_handover(ctx: Ctx, data: dict[str, Any]) -> Handover:
    return handovers.write(ctx, data["line_id"], data["note"])


@bp.post("/handovers/<uuid:sheet>/acknowledge")
@guard(LOG)
@bp.response(200, HandoverOutput)
def acknowledge_handover(ctx: Ctx, sheet: UUID) -> Handover:
    return handovers.acknowledge(ctx, sheet)
