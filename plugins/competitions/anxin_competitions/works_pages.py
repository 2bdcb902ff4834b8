"""Pages around works and refusals: handing files in, copies without names, appeals."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, file_answer, guard, page
from anxin_competitions import views, words
from anxin_competitions.blueprint import bp, to
from anxin_competitions.policy import ENTER, JUDGE, MANAGE, TAKE_PART
from anxin_competitions.schemas import ContestAnswerInput, ContestTextInput
from anxin_competitions.services import appeals, competitions, entries, works

# ---- the author ------------------------------------------------------------------------------------------


@bp.get("/entries/<uuid:entry>")
@guard(ENTER)
def own_entry(ctx: Ctx, entry: UUID) -> AnyResponse:
    """One's own entry: its file, what became of it, words of the judges, an appeal."""
    return _own(ctx, entry, {})


def _own(ctx: Ctx, entry_id: UUID, errors: Any) -> AnyResponse:
    found = entries.own_or_managed(ctx, entry_id)
    competition = competitions.one(ctx, found.competition_id)
    mine = found.person_id == ctx.actor.person_id
    appeal = appeals.of_entry(ctx, found.id) if mine else None
    return page(
        "competitions/entry.html",
        entry=found,
        competition=competition,
        category=competitions.category(ctx, competition.id, found.category_id),
        state=words.ENTRY_STATES[found.state],
        tone=words.ENTRY_TONES.get(found.state),
        reason=ctx.open(found, "sealed_reason") if found.sealed_reason and mine else "",
        filed=competition.preset in works.FILED,
        may_file=competition.state == "open" and found.state in entries.LIVE,
        may_appeal=mine and found.state == "refused" and appeal is None,
        appeal={"state": words.OBJECTIONS[appeal.state], "told": appeals.told(ctx, appeal)}
        if appeal
        else None,
        comments=works.comments(ctx, found, competition),
        values=request.form.to_dict() if errors else {},
        errors=errors,
    )


def _own_again(ctx: Ctx, error: Invalid, entry: UUID) -> AnyResponse:
    return _own(ctx, entry, error.fields)


@bp.post("/entries/<uuid:entry>/work")
@guard(ENTER, purpose=TAKE_PART, invalid=_own_again)
def work_hand_in(ctx: Ctx, entry: UUID) -> AnyResponse:
    entries.own_or_managed(ctx, entry)
    works.hand_in(ctx, entry, works.WORK.take(request))
    return to("own_entry", entry=entry)


@bp.get("/entries/<uuid:entry>/work")
@guard(ENTER)
def work(ctx: Ctx, entry: UUID) -> AnyResponse:
    return file_answer(*works.read(ctx, entry), inline=True)


@bp.post("/entries/<uuid:entry>/appeal")
@guard(ENTER, input=ContestTextInput, invalid=_own_again)
def appeal_make(ctx: Ctx, data: dict[str, Any], entry: UUID) -> AnyResponse:
    appeals.appeal(ctx, entry, data["text"])
    return to("own_entry", entry=entry)


# ---- the organisers ----------------------------------------------------------------------------------------


@bp.get("/entries/<uuid:entry>/copy")
@guard(MANAGE)
def work_copy(ctx: Ctx, entry: UUID) -> AnyResponse:
    return _copy(ctx, entry, {})


def _copy(ctx: Ctx, entry_id: UUID, errors: Any) -> AnyResponse:
    """The work and its copy for the judges."""
    found = entries.own_or_managed(ctx, entry_id)
    return page(
        "competitions/work_copy.html",
        entry=found,
        row=views.entries(ctx, [found])[0],
        competition=competitions.one(ctx, found.competition_id),
        errors=errors,
    )


def _copy_again(ctx: Ctx, error: Invalid, entry: UUID) -> AnyResponse:
    return _copy(ctx, entry, error.fields)


@bp.post("/entries/<uuid:entry>/copy")
@guard(MANAGE, invalid=_copy_again)
def work_redact(ctx: Ctx, entry: UUID) -> AnyResponse:
    """An uploaded copy, or the work as it is."""
    entries.own_or_managed(ctx, entry)
    sent = request.files.get("file")
    works.redact(ctx, entry, works.WORK.take(request) if sent and sent.filename else None)
    return to("work_copy", entry=entry)


@bp.get("/entries/<uuid:entry>/copy/file")
@guard(MANAGE)
def work_copy_file(ctx: Ctx, entry: UUID) -> AnyResponse:
    return file_answer(*works.copy_of(ctx, entry), inline=True)


@bp.get("/appeals/<uuid:appeal>")
@guard(MANAGE)
def appeal(ctx: Ctx, appeal: UUID) -> AnyResponse:
    return _appeal(ctx, appeal, {})


def _appeal(ctx: Ctx, appeal_id: UUID, errors: Any) -> AnyResponse:
    found, entry, text, reply = appeals.read(ctx, appeal_id)
    return page(
        "competitions/appeal.html",
        appeal=found,
        row=views.entries(ctx, [entry])[0],
        reason=ctx.open(entry, "sealed_reason") if entry.sealed_reason else "",
        competition=entry.competition_id,
        text=text,
        reply=reply,
        own=entry.decided_by == ctx.actor.person_id,
        words=words,
        errors=errors,
    )


def _appeal_again(ctx: Ctx, error: Invalid, appeal: UUID) -> AnyResponse:
    return _appeal(ctx, appeal, error.fields)


@bp.post("/appeals/<uuid:appeal>")
@guard(MANAGE, input=ContestAnswerInput, invalid=_appeal_again)
def appeal_answer(ctx: Ctx, data: dict[str, Any], appeal: UUID) -> AnyResponse:
    appeals.answer(ctx, appeal, **data)
    return to("appeal", appeal=appeal)


# ---- judges ------------------------------------------------------------------------------------------------


@bp.get("/judging/<uuid:assignment>/work")
@guard(JUDGE)
def judging_work(ctx: Ctx, assignment: UUID) -> AnyResponse:
    """The copy without names; 404 for a work one stepped back from."""
    return file_answer(*works.for_judge(ctx, assignment), inline=True)
