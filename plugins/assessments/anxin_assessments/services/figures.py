"""Figures of campaigns: counted behind the wall, released only through kernel.disclosure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Unit, disclosure
from anxin_assessments import policy
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Invitation, Part, Sheet, Tally
from anxin_assessments.services import campaigns, catalogue
from anxin_assessments.services.counting import UNBANDED

RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """One unit's line in the table of a campaign."""

    unit_id: UUID
    name: str
    depth: int
    figures: disclosure.UnitFigures[str]


@dataclass(frozen=True)
class Wave:
    """All units' figures of one instrument; the first row is everybody."""

    instrument: Instrument
    rows: list[Row]

    @property
    def all(self) -> Row:
        return self.rows[0]


@dataclass(frozen=True)
class CampaignFigures:
    """While a campaign runs only `progress` is known ("at least", in steps); when it is over, its waves."""

    campaign: Campaign
    invited: int
    progress: disclosure.Cell[int]
    waves: list[Wave]


def of_campaign(ctx: Ctx, campaign_id: UUID) -> CampaignFigures:
    """What the union may see of a campaign; written down as a look at figures."""
    campaign = ctx.get(Campaign, campaign_id)
    eligible = _eligible(ctx, campaign)
    thresholds = _thresholds(ctx)
    with ctx.figures() as session:
        done = session.scalar(
            sa.select(sa.func.count())
            .select_from(Part)
            .where(Part.tenant_id == ctx.tenant.id, Part.campaign_id == campaign.id, Part.state == "done")
        )
        tallies = session.execute(
            sa.select(Tally.instrument, Tally.unit_id, Tally.band, sa.func.count(), sa.func.sum(Tally.score))
            .where(Tally.tenant_id == ctx.tenant.id, Tally.campaign_id == campaign.id)
            .group_by(Tally.instrument, Tally.unit_id, Tally.band)
        ).all()
    waves = []
    if campaigns.over(campaign, ctx.now) and eligible:
        scope = _scope(ctx, campaign, eligible)
        for key in campaign.instruments:
            counted = [row[1:] for row in tallies if row[0] == key]
            waves.append(_wave(catalogue.instrument(ctx, key), scope, counted, thresholds))
    ctx.audit(policy.FiguresRead(campaign_id=campaign.id))
    progress = disclosure.in_steps(done or 0, thresholds.count)
    return CampaignFigures(campaign, sum(eligible.values()), progress, waves)


def recent_sheets(ctx: Ctx) -> disclosure.Cell[int]:
    """How many self-tests people finished in the last 30 days: at least this many, in steps."""
    with ctx.figures() as session:
        count = session.scalar(
            sa.select(sa.func.count())
            .select_from(Sheet)
            .where(Sheet.tenant_id == ctx.tenant.id, Sheet.submitted_at > ctx.now - RECENT)
        )
    return disclosure.in_steps(count or 0, _thresholds(ctx).count)


def bands_in_order(instrument: Instrument) -> list[str]:
    """The bands of the main scale from untroubled to troubled."""
    codes = [band.code for band in instrument.main_bands] or [UNBANDED]
    return codes if instrument.higher_is == "worse" else codes[::-1]


def cut_of(instrument: Instrument) -> str | None:
    """The first band, from untroubled to troubled, in which a counsellor is offered."""
    offer = instrument.offer_counsellor
    if offer is None or offer.scale != instrument.main_scale:
        return None
    starts = {band.code: band.start for band in instrument.bands[offer.scale]}
    return next((code for code in bands_in_order(instrument) if offer.hit(starts[code])), None)


def _thresholds(ctx: Ctx) -> disclosure.Thresholds:
    return disclosure.Thresholds.for_tenant(
        count=ctx.settings["least_group"], share=ctx.settings["least_class"]
    )


def _eligible(ctx: Ctx, campaign: Campaign) -> dict[UUID, int]:
    """Invited people by the unit they belonged to when the campaign was published."""
    root = campaign.unit_id or ctx.tenant.id
    rows = ctx.execute(
        sa.select(Invitation.unit_id, sa.func.count().label("people"))
        .where(Invitation.tenant_id == ctx.tenant.id, Invitation.campaign_id == campaign.id)
        .group_by(Invitation.unit_id)
    )
    eligible: dict[UUID, int] = defaultdict(int)
    for row in rows:
        eligible[row.unit_id or root] += row.people
    return eligible


@dataclass(frozen=True)
class _Scope:
    """A campaign's part of the org tree, with names and invited people by unit."""

    names: Mapping[UUID, str]
    tree: disclosure.Tree[UUID]
    eligible: Mapping[UUID, int]


def _scope(ctx: Ctx, campaign: Campaign, eligible: Mapping[UUID, int]) -> _Scope:
    """Without a unit as scope the tenant itself stands above its top units."""
    units = ctx.scalars(sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id)).all()
    names = {ctx.tenant.id: ctx.tenant.name} | {unit.id: unit.name for unit in units}
    parents: dict[UUID, UUID | None] = {unit.id: unit.parent_id or ctx.tenant.id for unit in units}
    parents[ctx.tenant.id] = None
    if (root := campaign.unit_id) is not None:
        inside = {unit.id for unit in units if root.hex in unit.path.split("/")} | {root}
        parents = {unit: parents[unit] for unit in inside} | {root: None}
    return _Scope(names, disclosure.Tree.from_parents(parents), eligible)


def _wave(
    instrument: Instrument,
    scope: _Scope,
    counted: Sequence[Sequence[Any]],
    thresholds: disclosure.Thresholds,
) -> Wave:
    """`counted`: (unit, band, people, sum of scores) of people attached to the unit itself."""
    answers: dict[UUID, dict[str, int]] = defaultdict(dict)
    scores: dict[UUID, int] = defaultdict(int)
    for unit_id, band, people, score in counted:
        answers[unit_id or scope.tree.root][band] = people
        scores[unit_id or scope.tree.root] += score
    released = disclosure.release_wave(
        scope.tree,
        eligible=scope.eligible,
        answers=answers,
        order=bands_in_order(instrument),
        cut=cut_of(instrument),
        scores=scores,
        thresholds=thresholds,
    )
    rows = [
        Row(unit, scope.names[unit], depth, released[unit])
        for unit, depth in _top_down(scope)
        if released[unit].eligible
    ]
    return Wave(instrument, rows)


def _top_down(scope: _Scope) -> list[tuple[UUID, int]]:
    """Units as an outline: each above the units below it, by name."""
    found, waiting = [], [(scope.tree.root, 0)]
    while waiting:
        unit, depth = waiting.pop()
        found.append((unit, depth))
        below = sorted(scope.tree.children.get(unit, ()), key=scope.names.__getitem__, reverse=True)
        waiting += [(child, depth + 1) for child in below]
    return found
