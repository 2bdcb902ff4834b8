"""How many people of a campaign stand at each of the four levels: for the agency's helpers, never for an employer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx
from anxin_assessments.figure_models import Rollup, Tally
from anxin_assessments.models import Campaign

SHOWN = 5


@dataclass(frozen=True)
class Levels:
    """One instrument of a campaign: people at level 0, 1, 2, 3."""

    title: str
    instrument: str
    people: tuple[int, int, int, int]


def of_campaigns(ctx: Ctx) -> list[Levels]:
    """The newest campaigns, exact numbers without units. The page behind it is clinical: no role of an employer
    can open it."""
    newest = ctx.scalars(
        ctx.select(Campaign)
        .where(Campaign.state != "draft", Campaign.mode != "anonymous")
        .order_by(Campaign.made_at.desc())
        .limit(SHOWN)
    ).all()
    titles = {campaign.id: campaign.title for campaign in newest}
    with ctx.figures() as session:
        found = session.execute(_counts(ctx, list(titles))).all()
    rows: dict[tuple[str, str], list[int]] = {}
    for campaign_id, instrument, level, people in found:
        rows.setdefault((titles[campaign_id], instrument), [0, 0, 0, 0])[level] += people
    return [Levels(title, key, tuple(people)) for (title, key), people in sorted(rows.items())]  # type: ignore[arg-type]


def _counts(ctx: Ctx, campaigns: list[UUID]) -> sa.Select[Any, Any, Any, Any]:
    folded = sa.select(Rollup.campaign_id, Rollup.instrument, Rollup.level, Rollup.people).where(
        Rollup.tenant_id == ctx.tenant.id, Rollup.campaign_id.in_(campaigns), Rollup.level.is_not(None)
    )
    fresh = sa.select(Tally.campaign_id, Tally.instrument, Tally.level, sa.literal(1)).where(
        Tally.tenant_id == ctx.tenant.id, Tally.campaign_id.in_(campaigns), Tally.level.is_not(None)
    )
    both = sa.union_all(folded, fresh).subquery()
    return sa.select(
        both.c.campaign_id, both.c.instrument, both.c.level, sa.func.sum(both.c.people)
    ).group_by(both.c.campaign_id, both.c.instrument, both.c.level)
