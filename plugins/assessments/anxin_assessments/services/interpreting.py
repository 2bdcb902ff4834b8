"""A counsellor's reading of a result: written, sealed, sent to the person; and what still waits for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, lazy, names_of, notify, record_if_served
from anxin_assessments import policy
from anxin_assessments.care_models import Interpretation
from anxin_assessments.models import Outcome, Sheet

WAITING_FOR = timedelta(days=120)
LISTED = 50
UNTIMED = 0  # nobody measures how long somebody reads and writes


@dataclass(frozen=True)
class Reading:
    """An interpretation, opened."""

    text: str
    plan: str | None
    sent_at: datetime


@dataclass(frozen=True)
class Waiting:
    """A result nobody has interpreted yet. What it says is read on the person's page, where the look is audited."""

    person_id: UUID
    name: str
    instrument: str
    made_at: datetime
    promised: bool  # a campaign of the mode "confidential" promises an interpretation


def waiting(ctx: Ctx) -> list[Waiting]:
    """Results of people this helper may read that have no interpretation: promised ones first, oldest first."""
    read = sa.exists().where(
        Interpretation.tenant_id == Outcome.tenant_id, Interpretation.outcome_id == Outcome.id
    )
    rows = ctx.execute(
        ctx.select(Outcome)
        .join(Sheet, sa.and_(Sheet.tenant_id == Outcome.tenant_id, Sheet.id == Outcome.sheet_id))
        .with_only_columns(Outcome.person_id, Outcome.instrument, Outcome.made_at, Sheet.campaign_mode)
        .where(Outcome.made_at > ctx.now - WAITING_FOR, ~read)
        .order_by(sa.desc(Sheet.campaign_mode == "confidential"), Outcome.made_at)
        .limit(LISTED)
    ).all()
    names = names_of(ctx, {row.person_id for row in rows})
    return [
        Waiting(
            row.person_id,
            names.get(row.person_id, ""),
            row.instrument,
            row.made_at,
            row.campaign_mode == "confidential",
        )
        for row in rows
    ]


def send(ctx: Ctx, person_id: UUID, outcome_id: UUID, *, text: str, plan: str = "") -> Interpretation:
    """Write it once for a result; the person is told that something waits, not what. Conflict the second time. Under a
    contract it is one unit served."""
    outcome = ctx.get(Outcome, outcome_id)
    ctx.lock(f"assessments.interpret.{outcome.id}")
    if outcome.person_id != person_id or _of(ctx, [outcome.id]):
        raise Conflict(lazy("Somebody has interpreted this result already."), code="assessments.interpreted")
    row = Interpretation(
        outcome_id=outcome.id, person_id=outcome.person_id, made_by=ctx.actor.person_id, sent_at=ctx.now
    )
    ctx.seal(row, "text", text.strip())
    if plan.strip():
        ctx.seal(row, "plan", plan.strip())
    ctx.add(row)
    notify(
        ctx,
        outcome.person_id,
        policy.INTERPRETED.code,
        f"/assessments/results/{outcome.id}",
        key=f"interpreted:{outcome.id}",
    )
    ctx.audit(
        policy.InterpretationSent(
            outcome_id=outcome.id, with_plan=row.plan is not None, subject_id=outcome.person_id
        )
    )
    record_if_served(ctx, "assessments", "interpretation", minutes=UNTIMED, key=f"interpreted:{outcome.id}")
    return row


def of_results(ctx: Ctx, outcomes: Sequence[UUID]) -> dict[UUID, Reading]:
    """Interpretations of these results, opened; the caller audits a helper's look."""
    return {
        row.outcome_id: Reading(
            ctx.open(row, "text"), ctx.open(row, "plan") if row.plan is not None else None, row.sent_at
        )
        for row in _of(ctx, outcomes)
    }


def mine(ctx: Ctx, outcome_id: UUID) -> Reading | None:
    """What a counsellor wrote on the own result; seen from now on."""
    found = _of(ctx, [outcome_id])
    if found and found[0].read_at is None:
        found[0].read_at = ctx.now
        ctx.unaudited("a seen-mark on what was written for oneself")
    return of_results(ctx, [outcome_id]).get(outcome_id)


def _of(ctx: Ctx, outcomes: Sequence[UUID]) -> Sequence[Interpretation]:
    return ctx.scalars(ctx.select(Interpretation).where(Interpretation.outcome_id.in_(outcomes))).all()
