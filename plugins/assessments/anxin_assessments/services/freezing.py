"""Figures of a finished campaign are counted once, released once, and kept: what was published never moves.

A corrected key, a person who left or asked for erasure, a merged unit: none of them changes a report that is out.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, disclosure, job
from anxin_assessments import effect
from anxin_assessments.care_models import Interpretation
from anxin_assessments.figure_models import FOUR, Change, Frozen, Rollup, Tally
from anxin_assessments.models import Campaign, Outcome, Part, Sheet
from anxin_assessments.services import anonymous, catalogue, release, windows
from anxin_assessments.services.release import Row, Wave

AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Kept:
    """All that was published of a campaign."""

    waves: list[Wave]
    changes: list[Mapping[str, Any]]
    targets: list[Mapping[str, Any]]


@job("assessments.freeze")
def freeze_figures(ctx: Ctx, *, campaign_id: str) -> None:
    """After a campaign's end. Waits while the last answers are still being counted."""
    campaign = ctx.get(Campaign, UUID(campaign_id))
    if _mixed_just_now(ctx, campaign) or not freeze(ctx, campaign):
        ctx.enqueue(freeze_figures, at=ctx.now + AGAIN_AFTER, campaign_id=campaign_id)


@job("assessments.freeze_ended", every=timedelta(hours=1))
def freeze_ended(ctx: Ctx) -> None:
    """Campaigns whose last day has passed: their figures come out by themselves."""
    ended = ctx.scalars(
        ctx.select(Campaign).where(
            Campaign.state == "open", Campaign.closes_at <= ctx.now, Campaign.frozen_at.is_(None)
        )
    )
    for campaign in ended:
        if _mixed_just_now(ctx, campaign) or not freeze(ctx, campaign):
            ctx.enqueue(freeze_figures, at=ctx.now + AGAIN_AFTER, campaign_id=campaign.id)


def _mixed_just_now(ctx: Ctx, campaign: Campaign) -> bool:
    """Were the last anonymous slips moved in this very transaction? Figures are read in another, which does not
    see them before this one has committed."""
    return campaign.mode == "anonymous" and anonymous.mix_one(ctx, campaign) > 0


def freeze(ctx: Ctx, campaign: Campaign) -> bool:
    """Count and keep the figures, once. False while the campaign runs or its last answers are not counted yet."""
    if campaign.frozen_at is not None:
        return True
    if not windows.over(campaign, ctx.now):
        return False
    ctx.lock(f"assessments.freeze.{campaign.id}")
    ctx.db.refresh(campaign)
    if campaign.frozen_at is not None:
        return True
    if anonymous.unmixed(ctx, campaign) or (raw := _raw(ctx, campaign)) is None:
        return False
    waves = _wave_rows(ctx, campaign, raw)
    rows = [*waves, *_change_rows(ctx, campaign, raw), *_target_rows(ctx, campaign, raw, waves)]
    ctx.insert(Frozen, [{"campaign_id": campaign.id, "instrument": "", **row} for row in rows])
    campaign.frozen_at = ctx.now
    ctx.unaudited("figures counted for ever; every look at them is audited")
    return True


def thaw(ctx: Ctx, campaign: Campaign) -> Kept:
    """What was published, read back."""
    rows: dict[str, list[Frozen]] = defaultdict(list)
    for row in ctx.scalars(
        ctx.select(Frozen).where(Frozen.campaign_id == campaign.id).order_by(Frozen.kind, Frozen.place)
    ):
        rows[row.kind].append(row)
    waves: dict[str, list[Row]] = {key: [] for key in campaign.instruments}
    for row in rows["wave"]:
        waves[row.instrument].append(_row(row.figures))
    return Kept(
        [Wave(catalogue.instrument(ctx, key), found) for key, found in waves.items() if found],
        [{"instrument": row.instrument, **row.figures} for row in rows["change"]],
        [row.figures for row in rows["target"]],
    )


# ---- counting --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Raw:
    """Counts from behind the wall; they stay in this module."""

    counted: list[Any]  # instrument, scale, unit, band, people, sum
    people: Mapping[str, int]  # by instrument
    before: Mapping[str, int]  # people of the round before, by instrument
    changes: list[Any]
    plans: int


def _raw(ctx: Ctx, campaign: Campaign) -> _Raw | None:
    with ctx.figures() as session:
        counted = session.execute(counts(ctx.tenant.id, campaign.id)).all()
        people = _by_instrument(counted)
        done = session.scalar(
            sa.select(sa.func.count())
            .select_from(Part)
            .where(Part.tenant_id == ctx.tenant.id, Part.campaign_id == campaign.id, Part.state == "done")
        )
        if max(people.values(), default=0) < (done or 0):
            return None
        changes = session.execute(
            sa.select(Change.instrument, Change.before, Change.after, Change.state).where(
                Change.tenant_id == ctx.tenant.id, Change.campaign_id == campaign.id
            )
        ).all()
        earlier = (
            session.execute(counts(ctx.tenant.id, campaign.before_id)).all() if campaign.before_id else []
        )
        plans = session.scalar(_plans(ctx, campaign)) or 0
    return _Raw(list(counted), people, _by_instrument(earlier), list(changes), plans)


def counts(tenant_id: UUID, campaign_id: UUID | None) -> sa.Select[Any]:
    """(instrument, scale, unit, band, people, sum): the folded sums and what is not folded yet."""
    columns = ("instrument", "scale", "unit_id", "band")
    folded = sa.select(*(getattr(Rollup, name) for name in columns), Rollup.people, Rollup.score).where(
        Rollup.tenant_id == tenant_id, Rollup.campaign_id == campaign_id
    )
    fresh = sa.select(
        *(getattr(Tally, name) for name in columns), sa.literal(1).label("people"), Tally.score
    ).where(Tally.tenant_id == tenant_id, Tally.campaign_id == campaign_id)
    both = sa.union_all(folded, fresh).subquery()
    group = [both.c[name] for name in columns]
    return sa.select(*group, sa.func.sum(both.c.people), sa.func.sum(both.c.score)).group_by(*group)


def _by_instrument(counted: Any) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for instrument, scale, _unit, _band, people, _score in counted:
        if scale == "":
            found[instrument] += people
    return dict(found)


def _plans(ctx: Ctx, campaign: Campaign) -> sa.Select[Any]:
    """How many people of this campaign were sent a personal plan."""
    return (
        sa.select(sa.func.count(sa.distinct(Interpretation.person_id)))
        .join(
            Outcome,
            sa.and_(Outcome.tenant_id == Interpretation.tenant_id, Outcome.id == Interpretation.outcome_id),
        )
        .join(Sheet, sa.and_(Sheet.tenant_id == Outcome.tenant_id, Sheet.id == Outcome.sheet_id))
        .where(
            Interpretation.tenant_id == ctx.tenant.id,
            Sheet.campaign_id == campaign.id,
            Interpretation.plan.is_not(None),
        )
    )


# ---- releasing -------------------------------------------------------------------------------------------


def _wave_rows(ctx: Ctx, campaign: Campaign, raw: _Raw) -> list[dict[str, Any]]:
    scope = release.scope_of(ctx, campaign, release.eligible_in(ctx, campaign))
    found = []
    for key in campaign.instruments:
        here = [row[1:] for row in raw.counted if row[0] == key]
        wave = release.wave_of(
            catalogue.instrument(ctx, key),
            scope,
            [(unit, band, people, score) for scale, unit, band, people, score in here if scale == ""],
            [(unit, scale, people, score) for scale, unit, _band, people, score in here if scale],
            release.thresholds_of(ctx),
        )
        found += [
            {
                "kind": "wave",
                "instrument": key,
                "place": place,
                "figures": _plain(_veiled(row) if campaign.group_id else row),
            }
            for place, row in enumerate(wave.rows)
        ]
    return found


def _veiled(row: Row) -> Row:
    """Of a group for special help: no number of people, and no share so exact that it gives one away."""
    told = row.figures
    return replace(
        row,
        figures=replace(
            told,
            eligible=0,
            answered=disclosure.Cell.hide(),
            participation=disclosure.Share.hide(),
            distribution=tuple(
                replace(one, count=disclosure.Cell.hide(), share=_cell(_rounded(one.share.value)))
                for one in told.distribution
            ),
            high=replace(told.high, part=_rounded(told.high.part), count=None),
        ),
    )


def _change_rows(ctx: Ctx, campaign: Campaign, raw: _Raw) -> list[dict[str, Any]]:
    """Before and after of all who finished both rounds.

    Shown only when the people of either round who are not in both are none or k at least: else their own mean
    could be worked out from the two waves.
    """
    k = release.thresholds_of(ctx)
    found = []
    for place, key in enumerate(campaign.instruments):
        pairs = [(float(row.before), float(row.after)) for row in raw.changes if row.instrument == key]
        rest = [raw.people.get(key, 0) - len(pairs), raw.before.get(key, 0) - len(pairs)]
        if len(pairs) < k.share or any(0 < left < k.count or left < 0 for left in rest):
            figures: dict[str, Any] | None = None
        else:
            figures = _change(ctx, key, pairs, [row.state for row in raw.changes if row.instrument == key], k)
        if campaign.before_id is not None and (pairs or raw.before.get(key)):
            found.append(
                {"kind": "change", "instrument": key, "place": place, "figures": figures or {"hidden": True}}
            )
    return found


def _change(
    ctx: Ctx,
    key: str,
    pairs: list[tuple[float, float]],
    states: list[str | None],
    k: disclosure.Thresholds,
) -> dict[str, Any] | None:
    instrument = catalogue.instrument(ctx, key)
    measured = effect.effect(instrument, pairs)
    if measured is None:
        return None
    told: dict[str, Any] = {
        name: None if value is None else round(value, 2 if name.startswith("size") else 1)
        for name, value in asdict(measured).items()
    }
    told["people"] = disclosure.in_steps(len(pairs), k.count).value
    told["reliable"] = instrument.change.reliable if instrument.change else None
    order = [state for state in FOUR if state in states] if all(states) else []
    shares = disclosure.suppress_distribution({state: states.count(state) for state in order}, k.share)
    told["states"] = (
        [{"states": list(one.bands), "share": _rounded(one.share.value)} for one in shares] if order else []
    )
    return told


def _rounded(share: float | None) -> float | None:
    """In steps of 5 %: the number of people is not public, and an exact share could give it away."""
    return None if share is None else round(share * 20) / 20


def _target_rows(
    ctx: Ctx, campaign: Campaign, raw: _Raw, waves: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What was planned, and what came of it. Participation is the one released with the wave, said again."""
    people = max(raw.people.values(), default=0)
    plans = disclosure.Share.of(min(raw.plans, people), people, release.thresholds_of(ctx).share)
    part = _rounded(plans.part)  # an exact share of a number that is not public could give it away
    reached = {
        "took_part": waves[0]["figures"]["participation"] if waves else _share(disclosure.Share.hide()),
        "with_plan": {"kind": plans.kind.value, "part": part, "count": None},
    }
    return [
        {"kind": "target", "place": place, "figures": {"what": what, "planned": planned, **reached[what]}}
        for place, (what, planned) in enumerate(sorted(campaign.targets.items()))
    ]


# ---- plain and back --------------------------------------------------------------------------------------


def _plain(row: Row) -> dict[str, Any]:
    told = row.figures
    return {
        "unit_id": str(row.unit_id),
        "name": row.name,
        "depth": row.depth,
        "eligible": told.eligible,
        "answered": told.answered.value,
        "participation": _share(told.participation),
        "mean": told.mean.value,
        "distribution": [
            {"bands": list(one.bands), "count": one.count.value, "share": one.share.value}
            for one in told.distribution
        ],
        "high": _share(told.high),
        "factors": dict(row.factors),
    }


def _share(share: disclosure.Share) -> dict[str, Any]:
    return {"kind": share.kind.value, "part": share.part, "count": share.count}


def share_from(plain: Mapping[str, Any]) -> disclosure.Share:
    return disclosure.Share(disclosure.ShareKind(plain["kind"]), plain["part"], plain["count"])


def _cell(value: Any) -> disclosure.Cell[Any]:
    return disclosure.Cell.hide() if value is None else disclosure.Cell(value)


def _row(plain: Mapping[str, Any]) -> Row:
    return Row(
        UUID(plain["unit_id"]),
        plain["name"],
        plain["depth"],
        disclosure.UnitFigures(
            eligible=plain["eligible"],
            answered=_cell(plain["answered"]),
            participation=share_from(plain["participation"]),
            mean=_cell(plain["mean"]),
            distribution=tuple(
                disclosure.Bin(tuple(one["bands"]), _cell(one["count"]), _cell(one["share"]))
                for one in plain["distribution"]
            ),
            high=share_from(plain["high"]),
        ),
        plain["factors"],
    )
