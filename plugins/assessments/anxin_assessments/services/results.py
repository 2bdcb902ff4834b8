"""Reading results: the own ones, and those of a person one works with, when that person agrees."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Person, job, notify
from anxin_assessments import policy
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Held, Outcome, Sheet
from anxin_assessments.services import catalogue

AGAIN_AFTER = timedelta(days=14)
RETEST_AFTER = (timedelta(days=182), timedelta(days=91), timedelta(days=91), timedelta(days=91))  # by level


@dataclass(frozen=True)
class Record:
    """One scored sheet, opened: what pages and the API show."""

    outcome: Outcome
    instrument: Instrument
    scores: dict[str, Any]
    answers: list[int | None] | None = None

    @property
    def band(self) -> str | None:
        return self.scores["bands"].get(self.instrument.main_scale)

    @property
    def value(self) -> int | float | None:
        return self.scores["scales"].get(self.instrument.main_scale)

    @property
    def made_at(self) -> datetime:
        return self.outcome.made_at

    @property
    def risky(self) -> bool:
        return bool(self.scores["risks"])


def one(ctx: Ctx, outcome_id: UUID) -> Record:
    """The own result; NotFound for anybody else's."""
    return _record(ctx, ctx.get(Outcome, outcome_id))


def mine(ctx: Ctx) -> list[Record]:
    """All own results, newest first."""
    rows = ctx.scalars(
        ctx.select(Outcome)
        .where(Outcome.person_id == ctx.actor.person_id)
        .order_by(Outcome.made_at.desc(), Outcome.id.desc())
    )
    return [_record(ctx, row) for row in rows]


def of_person(ctx: Ctx, person_id: UUID) -> list[Record]:
    """A person's results with their answers, oldest first, for a helper; written down as a look.

    ConsentRefused when the person has results and does not agree (any longer) to a counsellor's reading them.
    """
    newest = ctx.scalar(
        sa.select(Outcome.id)
        .where(Outcome.tenant_id == ctx.tenant.id, Outcome.person_id == person_id)
        .order_by(Outcome.made_at.desc())
        .limit(1)
    )
    if newest is None:
        ctx.get(Person, person_id)  # a person without results is shown to those who may see the person
        return []
    ctx.get(Outcome, newest)  # the one place that tells "not assigned" from "does not agree"
    rows = ctx.scalars(
        ctx.select(Outcome).where(Outcome.person_id == person_id).order_by(Outcome.made_at, Outcome.id)
    ).all()
    sheets = {
        sheet.id: sheet
        for sheet in ctx.scalars(ctx.select(Sheet).where(Sheet.id.in_([row.sheet_id for row in rows])))
    }
    ctx.audit(policy.ResultsRead(results=len(rows), subject_id=person_id))
    return [_record(ctx, row, sheets[row.sheet_id]) for row in rows]


def _record(ctx: Ctx, row: Outcome, sheet: Sheet | None = None) -> Record:
    return Record(
        outcome=row,
        instrument=catalogue.instrument(ctx, row.instrument),
        scores=ctx.open(row, "scores"),
        answers=ctx.open(sheet, "answers") if sheet is not None else None,
    )


@job("assessments.again")
def remind_of_instrument(ctx: Ctx, *, person_id: str, instrument: str) -> None:
    """The reminder somebody asked for; its text names neither the instrument nor the service."""
    notify(ctx, UUID(person_id), policy.AGAIN.code, f"/assessments/take/{instrument}")


@job("assessments.retest")
def offer_retest(ctx: Ctx, *, sheet_id: str) -> None:
    """Offer to look again, unless the person has done so since, or the sheet is gone."""
    sheet = ctx.scalars(ctx.select(Sheet).where(Sheet.id == UUID(sheet_id))).one_or_none()
    if sheet is None:
        return
    newer = ctx.scalar(
        sa.select(Sheet.id)
        .where(
            Sheet.tenant_id == ctx.tenant.id,
            Sheet.person_id == sheet.person_id,
            Sheet.instrument == sheet.instrument,
            Sheet.started_at > sheet.started_at,
        )
        .limit(1)
    )
    if newer is None:
        link = f"/assessments/take/{sheet.instrument.rsplit('-', 1)[0]}"
        notify(ctx, sheet.person_id, policy.RETEST.code, link, key=f"retest:{sheet.id}")


def scored(ctx: Ctx, sheet: Sheet | Held, level: int) -> None:
    """After a score: half a year later, or a quarter where it was not easy, the person is offered to look again."""
    ctx.enqueue(offer_retest, at=ctx.now + RETEST_AFTER[level], sheet_id=sheet.id)


def remind_again(ctx: Ctx, outcome_id: UUID) -> datetime:
    """Ask to be reminded of the same instrument in two weeks. Returns when."""
    record = one(ctx, outcome_id)
    at = ctx.now + AGAIN_AFTER
    ctx.enqueue(
        remind_of_instrument, at=at, person_id=record.outcome.person_id, instrument=record.instrument.id
    )
    ctx.audit(policy.ReminderSet(instrument=record.instrument.key, subject_id=record.outcome.person_id))
    return at
