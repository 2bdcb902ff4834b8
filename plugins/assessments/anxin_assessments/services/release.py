"""From counts behind the wall to the figures of a wave: the one place where a campaign meets kernel.disclosure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Unit, disclosure
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Part, invitation_of
from anxin_assessments.services.counting import UNBANDED


@dataclass(frozen=True)
class Row:
    """One unit's line in the table of a campaign."""

    unit_id: UUID
    name: str
    depth: int
    figures: disclosure.UnitFigures[str]
    factors: Mapping[str, float] = field(default_factory=dict)  # means of subscales, where results are shown


@dataclass(frozen=True)
class Wave:
    """All units' figures of one instrument; the first row is everybody."""

    instrument: Instrument
    rows: list[Row]

    @property
    def all(self) -> Row:
        return self.rows[0]


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


def thresholds_of(ctx: Ctx) -> disclosure.Thresholds:
    return disclosure.Thresholds.for_tenant(
        count=ctx.settings["least_group"], share=ctx.settings["least_class"]
    )


def eligible_in(ctx: Ctx, campaign: Campaign) -> dict[UUID, int]:
    """Invited people by the unit they belonged to when the campaign was published."""
    root, model = campaign.unit_id or ctx.tenant.id, invitation_of(campaign)
    rows = ctx.execute(
        sa.select(model.unit_id, sa.func.count().label("people"))
        .where(model.tenant_id == ctx.tenant.id, model.campaign_id == campaign.id)
        .group_by(model.unit_id)
    )
    eligible: dict[UUID, int] = defaultdict(int)
    for row in rows:
        eligible[row.unit_id or root] += row.people
    return eligible


@dataclass(frozen=True)
class Scope:
    """A campaign's part of the org tree, with names and invited people by unit."""

    names: Mapping[UUID, str]
    tree: disclosure.Tree[UUID]
    eligible: Mapping[UUID, int]

    @cached_property
    def depth(self) -> Mapping[UUID, int]:
        """Units as an outline, each above the units below it, with how deep it stands."""
        return dict(_top_down(self))


def scope_of(ctx: Ctx, campaign: Campaign, eligible: Mapping[UUID, int]) -> Scope:
    """Without a unit as scope the tenant itself stands above its top units."""
    units = ctx.scalars(sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id)).all()
    names = {ctx.tenant.id: ctx.tenant.name} | {unit.id: unit.name for unit in units}
    parents: dict[UUID, UUID | None] = {unit.id: unit.parent_id or ctx.tenant.id for unit in units}
    parents[ctx.tenant.id] = None
    if (root := campaign.unit_id) is not None:
        inside = {unit.id for unit in units if root.hex in unit.path.split("/")} | {root}
        parents = {unit: parents[unit] for unit in inside} | {root: None}
    return Scope(names, disclosure.Tree.from_parents(parents), eligible)


def wave_of(
    instrument: Instrument,
    scope: Scope,
    counted: Sequence[Sequence[Any]],
    factors: Sequence[Sequence[Any]],
    thresholds: disclosure.Thresholds,
) -> Wave:
    """`counted`: (unit, band, people, sum of scores) of people attached to the unit itself; `factors`: (unit,
    scale, people, sum). A factor's mean is about the same people as the main one, so where that is shown, it is.
    """
    answers: dict[UUID, dict[str, int]] = defaultdict(dict)
    scores: dict[UUID, Any] = defaultdict(Fraction)
    for unit_id, band, people, score in counted:
        answers[unit_id or scope.tree.root][band] = people
        scores[unit_id or scope.tree.root] += Fraction(score)
    released = disclosure.release_wave(
        scope.tree,
        eligible=scope.eligible,
        answers=answers,
        order=bands_in_order(instrument),
        cut=cut_of(instrument),
        scores=scores,
        thresholds=thresholds,
    )
    means = _factor_means(scope, factors, thresholds.count)
    rows = [
        Row(unit, scope.names[unit], depth, released[unit], means[unit] if released[unit].mean.shown else {})
        for unit, depth in _top_down(scope)
        if released[unit].eligible
    ]
    return Wave(instrument, rows)


def _factor_means(scope: Scope, factors: Sequence[Sequence[Any]], k: int) -> Mapping[UUID, dict[str, float]]:
    """Mean of each factor in each unit with all below it, rounded like every other mean."""
    found: dict[UUID, dict[str, float]] = defaultdict(dict)
    for name in dict.fromkeys(scale for _unit, scale, _people, _sum in factors):
        own = {
            unit or scope.tree.root: (people, Fraction(total))
            for unit, scale, people, total in factors
            if scale == name
        }
        for unit, (people, total) in scope.tree.totals(own, 2).items():  # type: ignore[arg-type]  (exact sums)
            if (cell := disclosure.mean(total, people, k)).value is not None:
                found[unit][name] = cell.value
    return found


def _top_down(scope: Scope) -> list[tuple[UUID, int]]:
    """Units as an outline: each above the units below it, by name."""
    found, waiting = [], [(scope.tree.root, 0)]
    while waiting:
        unit, depth = waiting.pop()
        found.append((unit, depth))
        below = sorted(scope.tree.children.get(unit, ()), key=scope.names.__getitem__, reverse=True)
        waiting += [(child, depth + 1) for child in below]
    return found


def parts(
    ctx: Ctx, campaign: Campaign, until: datetime, *, states: tuple[str, ...]
) -> sa.Select[UUID | None, int]:
    """(unit, people) of an invited person's part in a campaign, spoken before a moment; for the figures door."""
    model = invitation_of(campaign)
    return (
        sa.select(model.unit_id, sa.func.count())
        .join(
            Part,
            sa.and_(
                Part.tenant_id == model.tenant_id,
                Part.campaign_id == model.campaign_id,
                Part.person_id == model.person_id,
            ),
        )
        .where(
            model.tenant_id == ctx.tenant.id,
            model.campaign_id == campaign.id,
            Part.state.in_(states),
            Part.made_at <= until,
        )
        .group_by(model.unit_id)
    )
