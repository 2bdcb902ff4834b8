"""Taking an instrument: start or resume, answer one question, submit. A risk answer is told on at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, lazy, new_id
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Held, Outcome, Sheet
from anxin_assessments.services import alarms, campaigns, catalogue, results
from anxin_assessments.services.rounds import insist_fitting

CHOOSE: Any = lazy("Please choose one of the answers.")


# One answer is the request people make most of all, and the submission the one that sets most going: short statements,
# nothing of the ORM.
_HOLD = """
SELECT id, person_id, instrument, campaign_id, way, state, started_at, changed_at, hasty, answers
  FROM assessments.sheet
 WHERE tenant_id = %(tenant)s AND id = %(sheet)s AND person_id = %(person)s FOR UPDATE
"""
_CLOSE = """
UPDATE assessments.sheet SET answers = %(answers)s, state = 'submitted', submitted_at = %(now)s, changed_at = %(now)s
 WHERE tenant_id = %(tenant)s AND id = %(sheet)s
"""
_KEEP = """
UPDATE assessments.sheet SET answers = %(answers)s, changed_at = %(now)s, hasty = hasty + %(hasty)s
 WHERE tenant_id = %(tenant)s AND id = %(sheet)s
"""


S = TypeVar("S", Sheet, Held)


@dataclass(frozen=True)
class Sitting(Generic[S]):
    """An open or submitted sheet with its plain answers."""

    sheet: S
    instrument: Instrument
    answers: list[scoring.Answer | None]

    @property
    def missing(self) -> list[int]:
        """Questions that still want an answer; those that need not be asked are not among them."""
        spared = scoring.skipped(self.instrument, self.answers) | self.instrument.optional
        return [item for item, value in enumerate(self.answers, 1) if value is None and item not in spared]

    @property
    def next_item(self) -> int | None:
        """The first question without an answer; None when all are answered."""
        return next(iter(self.missing), None)

    @property
    def risk(self) -> scoring.Risk | None:
        """The gravest risk answer given so far."""
        found = [
            risk
            for item, value in enumerate(self.answers, 1)
            if (risk := scoring.risk_of_answer(self.instrument, item, value))
        ]
        return max(found, key=lambda risk: risk.level, default=None)


def start(ctx: Ctx, name: str, campaign_id: UUID | None = None, *, way: str = "own") -> Sheet:
    """Begin an instrument, or go on where it was left within the tenant's days. `way` says on what.

    Raises NotFound (not offered, not invited) or Conflict (answered already in this campaign, or on paper).
    """
    instrument = catalogue.offered_one(ctx, name)
    campaign = campaigns.insist_on_invitation(ctx, campaign_id, instrument) if campaign_id else None
    if (found := _last(ctx, instrument, campaign_id)) is not None:
        if found.state == "submitted":
            raise Conflict(lazy("You have answered this one already."), code="assessments.answered")
        _insist_on_screen(found)
        if found.changed_at > ctx.now - timedelta(days=ctx.settings["resume_days"]):
            return found
        ctx.execute(sa.delete(Sheet).where(Sheet.tenant_id == ctx.tenant.id, Sheet.id == found.id))
    return (
        make(ctx, _myself(ctx), instrument, campaign, way)
        or _last(ctx, instrument, campaign_id)
        or start(ctx, name, campaign_id, way=way)
    )


def _last(ctx: Ctx, instrument: Instrument, campaign_id: UUID | None) -> Sheet | None:
    """The sheet to go on with: the open one; in a campaign also a submitted one (answered once)."""
    mine = ctx.select(Sheet).where(
        Sheet.person_id == ctx.actor.person_id,
        Sheet.instrument == instrument.key,
        Sheet.campaign_id.is_not_distinct_from(campaign_id),
    )
    if campaign_id is None:
        mine = mine.where(Sheet.state == "open")
    return ctx.scalars(mine).first()


def _insist_on_screen(sheet: Sheet | Held) -> None:
    if sheet.way == "paper":
        raise Conflict(lazy("Your answers on paper are being entered."), code="assessments.on_paper")


def make(
    ctx: Ctx, person_id: UUID, instrument: Instrument, campaign: Campaign | None, way: str
) -> Sheet | None:
    """A fresh sheet; None when there is an open one, such as from another tab at this very moment."""
    sheet_id, campaign_id = new_id(), campaign.id if campaign else None
    blank = ctx.sealed(Sheet, "answers", sheet_id, person_id, [None] * instrument.items)
    made = ctx.scalar(
        insert(Sheet)
        .values(
            tenant_id=ctx.tenant.id,
            id=sheet_id,
            person_id=person_id,
            instrument=instrument.key,
            campaign_id=campaign_id,
            campaign_mode=campaign.mode if campaign else "named",
            way=way,
            answers=blank,
            state="open",
            started_at=ctx.now,
            changed_at=ctx.now,
        )
        .on_conflict_do_nothing()
        .returning(Sheet.id)
    )
    if made is None:
        return None
    ctx.audit(
        policy.SheetStarted(
            sheet_id=sheet_id, instrument=instrument.key, campaign_id=campaign_id, subject_id=person_id
        )
    )
    return ctx.get(Sheet, sheet_id)


def _myself(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise Conflict(lazy("Only a person can answer."), code="assessments.no_person")
    return ctx.actor.person_id


def look(ctx: Ctx, sheet_id: UUID) -> Sitting[Sheet]:
    """The own sheet with its answers so far."""
    sheet = ctx.get(Sheet, sheet_id)
    return Sitting(sheet, catalogue.instrument(ctx, sheet.instrument), ctx.open(sheet, "answers"))


def _insist_on_open(sheet: Sheet | Held) -> None:
    if sheet.state != "open":
        raise Conflict(lazy("You have submitted this one already."), code="assessments.submitted")
    _insist_on_screen(sheet)


def answer(ctx: Ctx, sheet_id: UUID, item: int, raw: Any) -> Sitting[Held]:
    """Keep one answer, as a form sends it. A risk answer reaches the duty counsellor from this very transaction."""
    sitting = _held(ctx, sheet_id)
    try:
        value = scoring.read_answer(sitting.instrument, item, raw)
    except scoring.AnswerError:
        said = lazy("Please give a number in this range.") if item in sitting.instrument.free else CHOOSE
        raise Invalid(fields={"value": [said]}) from None
    fresh = sitting.answers[item - 1] is None
    hasty = fresh and ctx.now - sitting.sheet.changed_at < timedelta(seconds=scoring.SECONDS_PER_ITEM)
    sitting.answers[item - 1] = value
    kept = ctx.sealed(Sheet, "answers", sheet_id, _myself(ctx), sitting.answers)
    ctx.last(
        _KEEP,
        {"answers": kept, "now": ctx.now, "hasty": int(hasty), "tenant": ctx.tenant.id, "sheet": sheet_id},
    )
    if risk := scoring.risk_of_answer(sitting.instrument, item, value):
        alarms.risk_answered(ctx, sitting.sheet, sitting.instrument, risk)
    else:
        ctx.unaudited("an answer kept on the way; the submission is audited")
    return sitting


def _held(ctx: Ctx, sheet_id: UUID) -> Sitting[Held]:
    """The own open sheet, held until the commit, so that two quick taps do not lose one another."""
    person_id = _myself(ctx)
    found = ctx.fast(_HOLD, {"tenant": ctx.tenant.id, "sheet": sheet_id, "person": person_id}).fetchone()
    if found is None:
        raise NotFound()
    sheet = Held(*found)
    _insist_on_open(sheet)
    answers = ctx.unseal(Sheet, "answers", sheet_id, person_id, sheet.answers)
    return Sitting(sheet, catalogue.instrument(ctx, sheet.instrument), answers)


def submit(ctx: Ctx, sheet_id: UUID) -> Outcome:
    """Score and close the sheet. Invalid names each unanswered question ("item-3")."""
    sitting = _held(ctx, sheet_id)
    if sitting.missing:
        raise Invalid(
            fields={
                f"item-{item}": [lazy("Question %(number)d has no answer yet.", number=item)]
                for item in sitting.missing
            }
        )
    return _close(ctx, sitting)


def fill(
    ctx: Ctx,
    name: str,
    answers: list[scoring.Answer | None],
    campaign_id: UUID | None = None,
    *,
    way: str = "own",
) -> Outcome:
    """Start, answer everything and submit in one go, for programs. The same rules and the same alarms."""
    sheet = start(ctx, name, campaign_id, way=way)
    sitting = _held(ctx, sheet.id)
    insist_fitting(sitting.instrument, answers)
    sitting.answers[:] = answers
    if sitting.missing:
        raise Invalid(fields={"answers": [lazy("Every question needs an answer.")]})
    for item, value in enumerate(answers, 1):
        if risk := scoring.risk_of_answer(sitting.instrument, item, value):
            alarms.risk_answered(ctx, sitting.sheet, sitting.instrument, risk)
    return _close(ctx, sitting)


def close(ctx: Ctx, sheet: Sheet, answers: list[scoring.Answer | None]) -> Outcome:
    """Keep these answers for good, in the context of the person or of a helper who holds their paper."""
    held = Held(*(getattr(sheet, name) for name in Held._fields))
    return _close(ctx, Sitting(held, catalogue.instrument(ctx, sheet.instrument), answers))


def _close(ctx: Ctx, sitting: Sitting[Held]) -> Outcome:
    sheet, instrument = sitting.sheet, sitting.instrument
    # how long somebody keyed says nothing about how long another took to answer
    seconds = None if sheet.way == "paper" else (ctx.now - sheet.started_at).total_seconds()
    result = scoring.score(instrument, sitting.answers, seconds=seconds, hasty=sheet.hasty)
    whose = {"tenant": ctx.tenant.id, "sheet": sheet.id}
    kept = ctx.sealed(Sheet, "answers", sheet.id, sheet.person_id, sitting.answers)
    ctx.last(_CLOSE, {**whose, "answers": kept, "now": ctx.now})
    outcome_id = new_id()
    row = {
        "id": outcome_id,
        "sheet_id": sheet.id,
        "person_id": sheet.person_id,
        "instrument": instrument.key,
        "scores": ctx.sealed(Outcome, "scores", outcome_id, sheet.person_id, result.as_json()),
        "made_at": ctx.now,
    }
    ctx.put(Outcome, row)
    alarms.scored(ctx, sheet, instrument, result)
    results.scored(ctx, sheet, result.level)
    campaigns.answered(ctx, sheet)
    ctx.audit(
        policy.SheetSubmitted(
            sheet_id=sheet.id,
            result_id=outcome_id,
            instrument=instrument.key,
            campaign_id=sheet.campaign_id,
            subject_id=sheet.person_id,
        )
    )
    return Outcome(tenant_id=ctx.tenant.id, **row)
