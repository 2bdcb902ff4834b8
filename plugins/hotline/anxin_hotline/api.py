"""The API: the same services as the pages. Addresses of calls exist for helpers only."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import ApiBlueprint, Ctx, Served, guard
from anxin_hotline import forms
from anxin_hotline.calls import Call, FollowUp, Handover, Referral, Review
from anxin_hotline.models import Alert, Line, Summary
from anxin_hotline.pages.lines import told as line_told
from anxin_hotline.policy import CALLS, LOG, MANAGE, OWN, READ_FIGURES, SUPERVISE
from anxin_hotline.schemas import (
    CallActInput,
    CallInput,
    CallLevelOutput,
    CallLine,
    CallOutput,
    CallRiskInput,
    CallSavedOutput,
    CallsInput,
    DraftKeptOutput,
    HotlineAlertOutput,
    HotlineAttemptInput,
    HotlineAttributeInput,
    HotlineCallerOutput,
    HotlineClaimInput,
    HotlineCodeOutput,
    HotlineDraftInput,
    HotlineEmployerOutput,
    HotlineFeedbackOutput,
    HotlineFlagInput,
    HotlineFollowUpOutput,
    HotlineFormDraftOutput,
    HotlineFormInput,
    HotlineFormOutput,
    HotlineHandledInput,
    HotlineHandoverInput,
    HotlineHandoverOutput,
    HotlineLineInput,
    HotlineLineOutput,
    HotlineMergeInput,
    HotlineMonthOutput,
    HotlineOnCallInput,
    HotlineOnCallOutput,
    HotlineOperatorOutput,
    HotlinePlanInput,
    HotlineReferInput,
    HotlineReferralOutput,
    HotlineReviewInput,
    HotlineReviewLine,
    HotlineSettleInput,
    HotlineSheetOutput,
    HotlineSummaryLine,
    HotlineVersionLine,
    LineGapOutput,
    LineShiftInput,
    LineTurnOutput,
)
from anxin_hotline.services import (
    alerts,
    attributing,
    callers,
    crisis,
    figures,
    followups,
    form_editing,
    handovers,
    lines,
    logging,
    records,
    returning,
    seeing,
    summaries,
    supervision,
)

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
@guard(LOG, swift=True)
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
@bp.arguments(HotlineDraftInput)
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


@bp.get("/employers")
@guard(LOG)
@bp.response(200, HotlineEmployerOutput(many=True))
def list_employers(ctx: Ctx) -> list[Served]:
    """At an agency: whom the actor answers calls for, under running contracts. Empty everywhere else."""
    return attributing.employers(ctx)


@bp.post("/calls/<uuid:call>/employer")
@guard(LOG)
@bp.arguments(HotlineAttributeInput)
@bp.response(200, HotlineEmployerOutput)
def move_call(ctx: Ctx, data: dict[str, Any], call: UUID) -> Served:
    """The employer of a caller on the agency's line is known now: the log moves there, under the same id."""
    return attributing.attribute(ctx, call, data["contract_id"])


@bp.delete("/calls/<uuid:call>/employer")
@guard(LOG)
@bp.response(204)
def take_call_back(ctx: Ctx, call: UUID) -> None:
    """A log that was moved to the wrong employer comes back to the agency, within the hours its settings name."""
    returning.take_back(ctx, call)


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


@bp.get("/form")
@guard(LOG)
@bp.response(200, HotlineFormOutput)
def read_form(ctx: Ctx) -> dict[str, Any]:
    """The form in use: what a log's codes stand for."""
    number, definition = forms.current(ctx)
    return {"version": number, "definition": definition}


@bp.get("/form/versions")
@guard(MANAGE)
@bp.response(200, HotlineVersionLine(many=True))
def list_form_versions(ctx: Ctx) -> list[form_editing.Version]:
    return form_editing.versions(ctx)


@bp.get("/form/versions/<int:version>")
@guard(MANAGE)
@bp.response(200, HotlineFormOutput)
def read_form_version(ctx: Ctx, version: int) -> dict[str, Any]:
    return {"version": version, "definition": form_editing.version(ctx, version)}


@bp.get("/form/draft")
@guard(MANAGE)
@bp.response(200, HotlineFormDraftOutput)
def read_form_draft(ctx: Ctx) -> form_editing.Draft:
    return form_editing.draft(ctx)


@bp.put("/form/draft")
@guard(MANAGE)
@bp.arguments(HotlineFormInput)
@bp.response(200, HotlineFormDraftOutput)
def save_form_draft(ctx: Ctx, data: dict[str, Any]) -> form_editing.Draft:
    """Keep a draft of the next version; lines without a code get one. Nobody logs with it before it is published."""
    return form_editing.save(ctx, data["definition"], data["mark"] or None)


@bp.delete("/form/draft")
@guard(MANAGE)
@bp.response(204)
def discard_form_draft(ctx: Ctx) -> None:
    form_editing.discard(ctx)


@bp.post("/form/draft/publish")
@guard(MANAGE)
@bp.response(200, HotlineVersionLine)
def publish_form_draft(ctx: Ctx) -> form_editing.Version:
    """From now on calls are logged with it; logs written before keep their version."""
    form_editing.publish(ctx)
    return form_editing.versions(ctx)[0]


@bp.get("/handovers")
@guard(LOG)
@bp.response(200, HotlineHandoverOutput(many=True))
def list_handovers(ctx: Ctx) -> list[Handover]:
    return handovers.latest(ctx)


@bp.post("/handovers")
@guard(LOG)
@bp.arguments(HotlineHandoverInput)
@bp.response(201, HotlineHandoverOutput)
def write_handover(ctx: Ctx, data: dict[str, Any]) -> Handover:
    return handovers.write(ctx, data["line_id"], data["note"])


@bp.get("/handovers/<uuid:sheet>")
@guard(LOG)
@bp.response(200, HotlineSheetOutput)
def read_handover(ctx: Ctx, sheet: UUID) -> dict[str, Any]:
    """A sheet with its words; the look is written down."""
    found, note = handovers.read(ctx, sheet)
    names = ("id", "line_id", "from_id", "made_at", "acknowledged_at", "counts")
    return {name: getattr(found, name) for name in names} | {"note": note}


@bp.post("/handovers/<uuid:sheet>/acknowledge")
@guard(LOG)
@bp.response(200, HotlineHandoverOutput)
def acknowledge_handover(ctx: Ctx, sheet: UUID) -> Handover:
    return handovers.acknowledge(ctx, sheet)


@bp.get("/follow-ups")
@guard(LOG)
@bp.response(200, HotlineFollowUpOutput(many=True))
def list_follow_ups(ctx: Ctx) -> list[FollowUp]:
    """What is open, the worst clock first."""
    return [one.follow_up for one in followups.queue(ctx)]


@bp.post("/follow-ups/<uuid:follow_up>/take")
@guard(LOG)
@bp.response(200, HotlineFollowUpOutput)
def take_follow_up(ctx: Ctx, follow_up: UUID) -> FollowUp:
    return followups.take(ctx, follow_up)


@bp.post("/follow-ups/<uuid:follow_up>/attempts")
@guard(LOG)
@bp.arguments(HotlineAttemptInput)
@bp.response(200, HotlineFollowUpOutput)
def try_follow_up(ctx: Ctx, data: dict[str, Any], follow_up: UUID) -> FollowUp:
    return followups.attempt(ctx, follow_up, data["result"], data["note"])


@bp.delete("/follow-ups/<uuid:follow_up>")
@guard(LOG)
@bp.response(200, HotlineFollowUpOutput)
def cancel_follow_up(ctx: Ctx, follow_up: UUID) -> FollowUp:
    return followups.cancel(ctx, follow_up)


@bp.post("/calls/<uuid:call>/follow-ups")
@guard(LOG)
@bp.arguments(HotlinePlanInput)
@bp.response(201, HotlineFollowUpOutput)
def plan_follow_up(ctx: Ctx, data: dict[str, Any], call: UUID) -> FollowUp:
    return followups.plan(ctx, call, days=data["days"], kind=data["what"])


@bp.post("/calls/<uuid:call>/referrals")
@guard(LOG)
@bp.arguments(HotlineReferInput)
@bp.response(201, HotlineReferralOutput)
def refer_caller(ctx: Ctx, data: dict[str, Any], call: UUID) -> Referral:
    return followups.refer(ctx, call, data["to"])


@bp.post("/referrals/<uuid:referral>/settle")
@guard(LOG)
@bp.arguments(HotlineSettleInput)
@bp.response(200, HotlineReferralOutput)
def settle_referral(ctx: Ctx, data: dict[str, Any], referral: UUID) -> Referral:
    return followups.settle(ctx, referral, data["state"], data["note"])


@bp.post("/callers/<uuid:caller>/flags")
@guard(LOG)
@bp.arguments(HotlineFlagInput)
@bp.response(204)
def flag_caller(ctx: Ctx, data: dict[str, Any], caller: UUID) -> None:
    callers.flag(ctx, caller, data["kind"], data["days"], data["note"])


@bp.get("/callers/<uuid:caller>")
@guard(LOG)
@bp.response(200, HotlineCallerOutput)
def read_caller(ctx: Ctx, caller: UUID) -> dict[str, Any]:
    """A caller's card; the look is written down."""
    card = callers.card(ctx, caller)
    return {
        "id": card.caller.id,
        "contact": dict(card.contact),
        "code": card.code,
        "person_id": card.person_id,
        "merged_into": card.caller.merged_into,
        "flags": [
            {"id": flag.id, "kind": flag.kind, "until": flag.until, "note": note} for flag, note in card.flags
        ],
        "calls": [_line(call) for call in card.calls],
        "merges": card.merges,
    }


@bp.post("/callers/<uuid:caller>/code")
@guard(LOG)
@bp.response(201, HotlineCodeOutput)
def new_caller_code(ctx: Ctx, caller: UUID) -> dict[str, Any]:
    """A new call-back code to say on the telephone; an older one ends with it."""
    return {"code": callers.new_code(ctx, caller)}


@bp.delete("/flags/<uuid:flag>")
@guard(LOG)
@bp.response(204)
def end_flag(ctx: Ctx, flag: UUID) -> None:
    """Take a mark off before its time."""
    callers.end_flag(ctx, flag)


@bp.post("/callers/<uuid:caller>/merge")
@guard(LOG)
@bp.arguments(HotlineMergeInput)
@bp.response(204)
def merge_callers(ctx: Ctx, data: dict[str, Any], caller: UUID) -> None:
    callers.merge(ctx, caller, data["other"])


@bp.post("/merges/<uuid:merge>/undo")
@guard(LOG)
@bp.response(204)
def undo_merge(ctx: Ctx, merge: UUID) -> None:
    callers.unmerge(ctx, merge)


@bp.post("/mine")
@guard(OWN, purpose=CALLS)
@bp.arguments(HotlineClaimInput)
@bp.response(202)
def claim_calls(ctx: Ctx, data: dict[str, Any]) -> None:
    """Link the calls of a call-back code to the own account; the answer comes as a notice."""
    callers.claim(ctx, data["code"])


@bp.delete("/mine")
@guard(OWN, purpose=CALLS)
@bp.response(202)
def cut_calls(ctx: Ctx) -> None:
    callers.cut(ctx)


@bp.get("/on")
@guard(LOG)
@bp.arguments(HotlineOnCallInput, location="query")
@bp.response(200, HotlineOnCallOutput(many=True))
def on_call(ctx: Ctx, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The call that rings or is on under the telephone system's id, with the handle of its form; empty when none."""
    return [_line(call) | {"token": call.token} for call in logging.by_pbx(ctx, data["call"])]


@bp.get("/reviews")
@guard(SUPERVISE)
@bp.response(200, HotlineReviewLine(many=True))
def list_reviews(ctx: Ctx) -> list[Review]:
    return [review for review, _call in supervision.waiting(ctx)]


@bp.post("/reviews/<uuid:review>/begin")
@guard(SUPERVISE)
@bp.response(200, HotlineReviewLine)
def begin_review(ctx: Ctx, review: UUID) -> Review:
    return supervision.begin(ctx, review)


@bp.post("/reviews/<uuid:review>/finish")
@guard(SUPERVISE)
@bp.arguments(HotlineReviewInput)
@bp.response(200, HotlineReviewLine)
def finish_review(ctx: Ctx, data: dict[str, Any], review: UUID) -> Review:
    return supervision.finish(
        ctx, review, {name: data[name] for name in supervision.CRITERIA}, data["feedback"]
    )


@bp.get("/feedback")
@guard(LOG)
@bp.response(200, HotlineFeedbackOutput(many=True))
def list_feedback(ctx: Ctx) -> list[supervision.Feedback]:
    """What supervisors said about the own calls."""
    return supervision.own_feedback(ctx)


@bp.post("/reviews/<uuid:review>/read")
@guard(LOG)
@bp.response(204)
def read_feedback(ctx: Ctx, review: UUID) -> None:
    supervision.seen(ctx, review)


@bp.get("/operators")
@guard(SUPERVISE)
@bp.response(200, HotlineOperatorOutput(many=True))
def list_operators(ctx: Ctx) -> list[supervision.Operator]:
    """Figures per operator of the last thirty days, for supervisors alone; looking is written down."""
    return supervision.operators(ctx, ctx.now - timedelta(days=30))


@bp.post("/calls/<uuid:call>/review")
@guard(LOG)
@bp.response(201, HotlineReviewLine)
def ask_review(ctx: Ctx, call: UUID) -> Review:
    return supervision.ask(ctx, call)


@bp.post("/calls/<uuid:call>/incident")
@guard(LOG)
@bp.response(204)
def report_incident(ctx: Ctx, call: UUID) -> None:
    """A possible critical incident: the named owner hears of it at once, without the call."""
    alerts.incident(ctx, call)


@bp.get("/figures")
@guard(READ_FIGURES)
@bp.response(200, HotlineMonthOutput(many=True))
def read_figures(ctx: Ctx) -> list[figures.Month]:
    """The last closed months, through disclosure control."""
    return figures.months(ctx)


@bp.get("/figures/summaries")
@guard(READ_FIGURES)
@bp.response(200, HotlineSummaryLine(many=True))
def list_summaries(ctx: Ctx) -> list[Summary]:
    """The months whose summary was made by itself; each as a PDF below /hotline/figures/<month>.pdf."""
    return summaries.kept(ctx)


@bp.get("/alerts")
@guard(READ_FIGURES)
@bp.response(200, HotlineAlertOutput(many=True))
def list_alerts(ctx: Ctx) -> list[Alert]:
    return alerts.latest(ctx)


@bp.post("/alerts/<uuid:alert>")
@guard(READ_FIGURES)
@bp.arguments(HotlineHandledInput)
@bp.response(200, HotlineAlertOutput)
def handle_alert(ctx: Ctx, data: dict[str, Any], alert: UUID) -> Alert:
    return alerts.handle(ctx, alert, data["done"])
