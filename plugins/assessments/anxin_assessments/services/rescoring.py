"""When a key turns out to be wrong: its sheets are scored by the corrected edition too, and both results stay."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from anxin.plugin import Ctx, job
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Outcome, Sheet
from anxin_assessments.services import alarms, catalogue

BATCH = 500


@job("assessments.recalculate", every=timedelta(hours=24))
def recalculate(ctx: Ctx) -> None:
    """Every key that corrects an earlier edition; does nothing where all is done. A batch a run and key."""
    for key in scoring.catalogue():
        if key.corrects is not None:
            rescore(ctx, catalogue.instrument(ctx, key.key))


def rescore(ctx: Ctx, key: Instrument) -> int:
    """Score the sheets of the edition that `key` corrects. Returns how many. A graver result is told on."""
    for sheet in _left(ctx, key):
        result = scoring.score(key, ctx.open(sheet, "answers"))
        row = Outcome(sheet_id=sheet.id, person_id=sheet.person_id, instrument=key.key, made_at=ctx.now)
        ctx.seal(row, "scores", result.as_json())
        ctx.add(row)
        ctx.audit(
            policy.Recalculated(
                sheet_id=sheet.id, result_id=row.id, instrument=key.key, subject_id=sheet.person_id
            )
        )
        if result.level > _before(ctx, sheet):
            alarms.scored(ctx, sheet, key, result)
    return len(_left(ctx, key))


def _left(ctx: Ctx, key: Instrument) -> Sequence[Sheet]:
    done = sa.select(Outcome.sheet_id).where(
        Outcome.tenant_id == ctx.tenant.id, Outcome.instrument == key.key
    )
    wrong = f"{key.id}-{key.corrects}"
    rows = ctx.select(Sheet).where(
        Sheet.instrument == wrong, Sheet.state == "submitted", Sheet.id.not_in(done)
    )
    return ctx.scalars(rows.order_by(Sheet.started_at).limit(BATCH)).all()


def _before(ctx: Ctx, sheet: Sheet) -> int:
    """The level the sheet's own key gave."""
    rows = ctx.select(Outcome).where(Outcome.sheet_id == sheet.id, Outcome.instrument == sheet.instrument)
    found = ctx.scalars(rows).first()
    return ctx.open(found, "scores")["level"] if found else 0
