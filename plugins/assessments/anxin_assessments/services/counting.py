"""A finished round as numbers: one tally per instrument, with unit and band, without the person."""

from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, job
from anxin_assessments.models import Invitation, Outcome, Sheet, Tally
from anxin_assessments.services import catalogue

UNBANDED = "unbanded"  # its author gives no cut-offs: counted for participation and means


@job("assessments.count")
def count_round(ctx: Ctx, *, campaign_id: str, person_id: str) -> None:
    """Runs after the last submission of a round. People who stopped half-way are not counted, so that all
    instruments of a round are about the same people and nobody is found by comparing them."""
    campaign, person = UUID(campaign_id), UUID(person_id)
    unit_id = ctx.scalar(
        sa.select(Invitation.unit_id).where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign,
            Invitation.person_id == person,
        )
    )
    outcomes = ctx.scalars(
        ctx.select(Outcome)
        .join(Sheet, sa.and_(Sheet.tenant_id == Outcome.tenant_id, Sheet.id == Outcome.sheet_id))
        .where(Sheet.campaign_id == campaign, Sheet.person_id == person)
    )
    for outcome in outcomes:
        instrument = catalogue.instrument(ctx, outcome.instrument)
        scores = ctx.open(outcome, "scores")
        main = instrument.main_scale
        if scores["scales"][main] is None:
            continue
        ctx.add(
            Tally(
                campaign_id=campaign,
                instrument=outcome.instrument,
                unit_id=unit_id,
                band=scores["bands"].get(main, UNBANDED),
                score=scores["scales"][main],
            )
        )
