"""From an answer or a score to the people who must know. Core keeps the ladder, the rota and the clocks."""

from anxin.plugin import Ctx, raise_crisis
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Held, Sheet

ATTENTION = 2  # from this level on somebody is told by name


def risk_answered(ctx: Ctx, sheet: Sheet | Held, instrument: Instrument, risk: scoring.Risk) -> None:
    """A risk item's answer. Given again for the same sheet and item it changes nothing unless graver.

    Below ATTENTION only the person is spoken to, by the help card.
    """
    if risk.level < ATTENTION:
        ctx.unaudited("an answer kept on the way; the submission is audited")
        return
    _tell(ctx, sheet, f"assessments.{instrument.id}.{risk.item}", level=risk.level, reason="answer")
    ctx.audit(
        policy.RiskAnswered(
            sheet_id=sheet.id,
            instrument=instrument.key,
            item=risk.item,
            level=risk.level,
            subject_id=sheet.person_id,
        )
    )


def scored(ctx: Ctx, sheet: Sheet | Held, instrument: Instrument, result: scoring.Result) -> None:
    """A score that asks for attention by itself; risk answers were told on when they were given."""
    by_score = max(
        (trigger.level for trigger in instrument.triggers if trigger.hit_by(result.scales)), default=0
    )
    if by_score < ATTENTION:
        return
    _tell(ctx, sheet, f"assessments.{instrument.id}.score", level=by_score, reason="score")
    ctx.audit(
        policy.AttentionRaised(
            sheet_id=sheet.id, instrument=instrument.key, level=by_score, subject_id=sheet.person_id
        )
    )


def contact_wished(ctx: Ctx, sheet: Sheet, instrument: Instrument) -> None:
    """The person asks for a counsellor's call from the help card."""
    _tell(ctx, sheet, f"assessments.{instrument.id}.asked", level=ATTENTION, reason="asked")
    ctx.audit(policy.ContactWished(sheet_id=sheet.id, instrument=instrument.key, subject_id=sheet.person_id))


def _tell(ctx: Ctx, sheet: Sheet | Held, source: str, *, level: int, reason: str) -> None:
    raise_crisis(
        ctx,
        person_id=sheet.person_id,
        level=level,
        source=source,
        key=f"{source}:{sheet.id}",
        reason=reason,
        purpose=policy.SELF.name,
    )
