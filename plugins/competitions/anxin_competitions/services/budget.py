"""What it costs: lines planned and spent, prizes to buy by kind, clothes to order by size."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, NotFound, Sheet, _, workbook
from anxin_competitions.models import SIZES, Cost, Entry, Kit, Member
from anxin_competitions.policy import BudgetChanged, SizeTold
from anxin_competitions.services import awards, competitions, entries


@dataclass(frozen=True)
class Budget:
    """Lines, sums in fen, prizes (what, how many, fen each) and clothes (size, how many)."""

    lines: Sequence[Cost]
    planned: int
    actual: int
    prizes: Sequence[tuple[str, int, int]]
    sizes: Mapping[str, int]
    untold: int

    @property
    def left(self) -> int:
        return self.planned - self.actual


def of(ctx: Ctx, competition_id: UUID) -> Budget:
    """The prizes that were given are part of what was spent."""
    found = competitions.one(ctx, competition_id)
    lines = list(ctx.scalars(ctx.select(Cost).where(Cost.competition_id == found.id).order_by(Cost.id)))
    given = Counter(
        (award.prize or award.title, award.cost_fen)
        for award in awards.listed(ctx, found.id)
        if award.revoked_at is None
    )
    sizes = Counter(
        ctx.db.scalars(
            sa.select(Kit.size).where(Kit.tenant_id == ctx.tenant.id, Kit.competition_id == found.id)
        )
    )
    return Budget(
        lines,
        sum(line.planned_fen for line in lines),
        sum(line.actual_fen for line in lines) + awards.costs(ctx, found.id),
        [(prize, count, fen) for (prize, fen), count in sorted(given.items())],
        {size: sizes[size] for size in SIZES if sizes[size]},
        max(len(_people(ctx, found.id)) - sum(sizes.values()), 0),
    )


def add(ctx: Ctx, competition_id: UUID, data: Mapping[str, Any]) -> Cost:
    found = competitions.one(ctx, competition_id)
    row = ctx.add(Cost(competition_id=found.id, **data))
    ctx.audit(BudgetChanged(competition_id=found.id, what="added"))
    return row


def change(ctx: Ctx, cost_id: UUID, data: Mapping[str, Any]) -> Cost:
    row = ctx.get(Cost, cost_id)
    for name, value in data.items():
        setattr(row, name, value)
    ctx.audit(BudgetChanged(competition_id=row.competition_id, what="changed"))
    return row


def remove(ctx: Ctx, cost_id: UUID) -> UUID:
    row = ctx.get(Cost, cost_id)
    ctx.db.delete(row)
    ctx.audit(BudgetChanged(competition_id=row.competition_id, what="removed"))
    return row.competition_id


def tell_size(ctx: Ctx, competition_id: UUID, size: str) -> Kit:
    """One's own size, for whoever is entered."""
    me = ctx.actor.person_id
    found = competitions.one(ctx, competition_id)
    if me is None or me not in _people(ctx, found.id):
        raise NotFound()
    row = own_size(ctx, found.id) or ctx.add(Kit(competition_id=found.id, person_id=me))
    row.size = size
    ctx.audit(SizeTold(competition_id=found.id, subject_id=me))
    return row


def own_size(ctx: Ctx, competition_id: UUID) -> Kit | None:
    return ctx.db.scalar(
        sa.select(Kit).where(
            Kit.tenant_id == ctx.tenant.id,
            Kit.competition_id == competition_id,
            Kit.person_id == ctx.actor.person_id,
        )
    )


def _people(ctx: Ctx, competition_id: UUID) -> set[UUID]:
    """Everybody who takes part, leaders and members."""
    live = (
        Entry.tenant_id == ctx.tenant.id,
        Entry.competition_id == competition_id,
        Entry.state.in_(entries.LIVE),
    )
    leaders = ctx.db.scalars(sa.select(Entry.person_id).where(*live))
    members = ctx.db.scalars(
        sa.select(Member.person_id)
        .join(Entry, sa.and_(Entry.tenant_id == Member.tenant_id, Entry.id == Member.entry_id))
        .where(*live)
    )
    return {*leaders, *members}


def book(found: Budget, titles: Mapping[str, Any]) -> bytes:
    """The same as XLSX."""
    lines = [
        (str(titles[line.kind]), line.title, line.planned_fen / 100, line.actual_fen / 100)
        for line in found.lines
    ]
    return workbook(
        [
            Sheet(
                _("Budget"),
                (_("Kind of cost"), _("Cost is for"), _("Planned (yuan)"), _("Spent (yuan)")),
                [*lines, (_("All lines together"), "", found.planned / 100, found.actual / 100)],
            ),
            Sheet(
                _("Prizes"),
                (_("Prize"), _("Pieces"), _("Yuan each")),
                [(prize, count, fen / 100) for prize, count, fen in found.prizes],
            ),
            Sheet(
                _("Clothes"),
                (_("Clothing size"), _("Pieces")),
                [*found.sizes.items(), (_("not told yet"), found.untold)],
            ),
        ]
    )
