"""A finished round as numbers without the person: tallies of each scale, and before and after.

Rows are appended, never updated, so that people who submit at the same moment do not wait for each other; a
worker folds them into sums. Whoever reads adds what is not folded yet, so figures are exact at any moment.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, job
from anxin_assessments import effect
from anxin_assessments.figure_models import Change, Tally
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Invitation, Outcome, Part, Sheet
from anxin_assessments.services import catalogue

ROUND = ""  # instead of an instrument: a finished round
UNBANDED = "unbanded"  # its author gives no cut-offs: counted for participation and means
FACTORS_FROM = 20  # items: the subscales of shorter instruments are shown to people, not to groups

FOLD = sa.text("""
WITH taken AS (
    DELETE FROM assessments.tally WHERE tenant_id = (SELECT guard.tenant())
    RETURNING campaign_id, instrument, scale, unit_id, band, level, score),
summed AS (
    SELECT campaign_id, instrument, scale, unit_id, band, level, count(*)::integer AS people, sum(score) AS score
      FROM taken GROUP BY 1, 2, 3, 4, 5, 6)
INSERT INTO assessments.rollup AS r
       (tenant_id, id, campaign_id, instrument, scale, unit_id, band, level, people, score)
SELECT (SELECT guard.tenant()), gen_random_uuid(), campaign_id, instrument, scale, unit_id, band, level, people, score
  FROM summed
    ON CONFLICT (tenant_id, campaign_id, instrument, scale, unit_id, band, level)
    DO UPDATE SET people = r.people + excluded.people, score = r.score + excluded.score
""")


@job("assessments.count")
def count_round(ctx: Ctx, *, campaign_id: str, person_id: str) -> None:
    """Runs after the last submission of a round. People who stopped half-way are not counted, so that all
    instruments of a round are about the same people and nobody is found by comparing them."""
    campaign, person = ctx.get(Campaign, UUID(campaign_id)), UUID(person_id)
    unit_id = ctx.scalar(
        sa.select(Invitation.unit_id).where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign.id,
            Invitation.person_id == person,
        )
    )
    # the round itself, so that freezing can wait for the last one; also when a scale could not be scored
    ctx.add(Tally(campaign_id=campaign.id, unit_id=unit_id, instrument=ROUND, scale="", band="", score=0))
    before = _scores(ctx, campaign.before_id, person) if _took_part(ctx, campaign.before_id, person) else {}
    for key, scores in _scores(ctx, campaign.id, person).items():
        instrument = catalogue.instrument(ctx, key)
        for row in tallies(instrument, scores):
            ctx.add(Tally(campaign_id=campaign.id, unit_id=unit_id, **row))
        if (change := _change(instrument, before.get(key), scores)) is not None:
            ctx.add(Change(campaign_id=campaign.id, instrument=key, **change))


def tallies(instrument: Instrument, scores: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The main scale with band and level, and the factors of a long instrument, as columns of a tally."""
    main = instrument.main_scale
    if scores["scales"].get(main) is None:
        return
    yield {
        "instrument": instrument.key,
        "scale": "",
        "band": scores["bands"].get(main, UNBANDED),
        "level": scores["level"],
        "score": scores["scales"][main],
    }
    for name in factors(instrument):
        if (value := scores["scales"].get(name)) is not None:
            yield {"instrument": instrument.key, "scale": name, "band": "", "level": None, "score": value}


def factors(instrument: Instrument) -> list[str]:
    """The subscales a group's profile shows: those over a part of the items."""
    if instrument.items < FACTORS_FROM:
        return []
    return [
        scale.name
        for scale in instrument.scales.values()
        if scale.name != instrument.main_scale and 0 < len(scale.items) < instrument.items
    ]


def _scores(ctx: Ctx, campaign_id: UUID | None, person_id: UUID) -> dict[str, dict[str, Any]]:
    """What a person scored in a campaign, by edition."""
    outcomes = ctx.scalars(
        ctx.select(Outcome)
        .join(Sheet, sa.and_(Sheet.tenant_id == Outcome.tenant_id, Sheet.id == Outcome.sheet_id))
        .where(
            Sheet.campaign_id == campaign_id,
            Sheet.person_id == person_id,
            Outcome.instrument == Sheet.instrument,
        )
    )
    return {outcome.instrument: ctx.open(outcome, "scores") for outcome in outcomes}


def _took_part(ctx: Ctx, campaign_id: UUID | None, person_id: UUID) -> bool:
    return campaign_id is not None and bool(
        ctx.scalar(
            sa.select(Part.id).where(
                Part.tenant_id == ctx.tenant.id,
                Part.campaign_id == campaign_id,
                Part.person_id == person_id,
                Part.state == "done",
            )
        )
    )


def _change(
    instrument: Instrument, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Before and after on the scale the key compares by; None without both."""
    if before is None:
        return None
    scale = instrument.change.scale if instrument.change else instrument.main_scale
    was, now = before["scales"].get(scale), after["scales"].get(scale)
    if was is None or now is None:
        return None
    return {"before": was, "after": now, "state": effect.state_of(instrument, was, now)}


@job("assessments.fold", every=timedelta(minutes=10))
def fold(ctx: Ctx) -> None:
    """Add what was appended to the sums; appended rows are gone afterwards, in the same transaction."""
    ctx.lock("assessments.fold")
    ctx.execute(FOLD)
