"""Figures of campaigns: counted behind the wall, released only through kernel.disclosure, then kept for ever."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, disclosure
from anxin_assessments import policy
from anxin_assessments.models import Campaign, Part, Sheet
from anxin_assessments.services import freezing, release, windows
from anxin_assessments.services.release import Wave

RECENT = timedelta(days=30)
LARGE = 4  # times k: a unit of fewer people shows no progress, since a step up would be somebody


@dataclass(frozen=True)
class Progress:
    """How far a unit has come by this morning: at least so many, in steps; hidden for small units."""

    name: str
    depth: int
    invited: int
    spoken: disclosure.Cell[int]


@dataclass(frozen=True)
class CampaignFigures:
    """While a campaign runs only its progress is known ("at least", in steps); when it is over, all figures."""

    campaign: Campaign
    invited: int
    progress: disclosure.Cell[int]
    units: list[Progress] = field(default_factory=list)
    waves: list[Wave] = field(default_factory=list)
    changes: list[Mapping[str, Any]] = field(default_factory=list)
    targets: list[Mapping[str, Any]] = field(default_factory=list)
    counting: bool = False  # over, but the last answers are still being counted


def of_campaign(ctx: Ctx, campaign_id: UUID) -> CampaignFigures:
    """What the union may see of a campaign; written down as a look at figures."""
    campaign = ctx.get(Campaign, campaign_id)
    ctx.audit(policy.FiguresRead(campaign_id=campaign.id))
    if campaign.group_id is not None:
        return _of_group(ctx, campaign)
    eligible = release.eligible_in(ctx, campaign)
    invited = sum(eligible.values())
    if not windows.over(campaign, ctx.now) or not eligible:
        return CampaignFigures(
            campaign, invited, _progress(ctx, campaign), _progress_by_unit(ctx, campaign, eligible)
        )
    if not freezing.freeze(ctx, campaign):
        return CampaignFigures(campaign, invited, _progress(ctx, campaign), counting=True)
    kept = freezing.thaw(ctx, campaign)
    return CampaignFigures(
        campaign,
        invited,
        _progress(ctx, campaign),
        waves=kept.waves,
        changes=kept.changes,
        targets=kept.targets,
    )


def published(ctx: Ctx, limit: int = 20) -> list[tuple[Campaign, list[Wave]]]:
    """The campaigns whose figures are out, newest first; written down as one look at each."""
    campaigns = ctx.scalars(
        ctx.select(Campaign)
        .where(Campaign.frozen_at.is_not(None))
        .order_by(Campaign.frozen_at.desc(), Campaign.id.desc())
        .limit(limit)
    ).all()
    for campaign in campaigns:
        ctx.audit(policy.FiguresRead(campaign_id=campaign.id))
    return [(campaign, freezing.thaw(ctx, campaign).waves) for campaign in campaigns]


def _of_group(ctx: Ctx, campaign: Campaign) -> CampaignFigures:
    """Nothing while it runs, and no numbers of people afterwards: how many are in a group is not told. A job has
    counted it, since only jobs see who was invited."""
    figures = CampaignFigures(campaign, 0, disclosure.Cell.hide())
    if not windows.over(campaign, ctx.now):
        return figures
    if campaign.frozen_at is None:
        return replace(figures, counting=True)
    kept = freezing.thaw(ctx, campaign)
    return replace(figures, waves=kept.waves, changes=kept.changes, targets=kept.targets)


def _progress(ctx: Ctx, campaign: Campaign) -> disclosure.Cell[int]:
    k = release.thresholds_of(ctx).count
    return disclosure.in_steps(sum(_spoken(ctx, campaign, ctx.now).values()), k)


def _progress_by_unit(ctx: Ctx, campaign: Campaign, eligible: Mapping[UUID, int]) -> list[Progress]:
    """As of this morning: who watched a unit's number during the day would see when somebody answers.

    Only units of 4k people or more, in steps of k, and never so near to all that everybody had spoken.
    """
    k = release.thresholds_of(ctx).count
    scope = release.scope_of(ctx, campaign, eligible)
    spoken = _spoken(ctx, campaign, ctx.now.replace(hour=0, minute=0, second=0, microsecond=0))
    own = {
        unit: (people, min(spoken.get(unit, spoken.get(None, 0) if unit == scope.tree.root else 0), people))
        for unit, people in eligible.items()
    }
    rows = []
    for unit, (people, done) in scope.tree.totals(own, 2).items():
        shown = (
            disclosure.in_steps(min(done, people - k), k) if people >= LARGE * k else disclosure.Cell.hide()
        )
        rows.append((unit, Progress(scope.names[unit], scope.depth[unit], people, shown)))
    order = {unit: place for place, unit in enumerate(scope.depth)}
    return [row for unit, row in sorted(rows, key=lambda one: order[one[0]]) if row.invited]


def _spoken(ctx: Ctx, campaign: Campaign, until: datetime) -> dict[UUID | None, int]:
    """People who answered or declined, by unit: declining counts as done."""
    with ctx.figures() as session:
        rows = session.execute(
            release.parts(ctx, campaign, until, states=("done", "declined", "ticket"))
        ).all()
    found: dict[UUID | None, int] = defaultdict(int)
    for unit_id, people in rows:
        found[unit_id] += people
    return found


def recent_sheets(ctx: Ctx) -> disclosure.Cell[int]:
    """How many self-tests people finished in the last 30 days: at least this many, in steps."""
    with ctx.figures() as session:
        count = session.scalar(
            sa.select(sa.func.count())
            .select_from(Sheet)
            .where(Sheet.tenant_id == ctx.tenant.id, Sheet.submitted_at > ctx.now - RECENT)
        )
    return disclosure.in_steps(count or 0, release.thresholds_of(ctx).count)


__all__ = ["CampaignFigures", "Part", "Progress", "of_campaign", "recent_sheets"]
