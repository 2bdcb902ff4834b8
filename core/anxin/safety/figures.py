"""What an employer may know about help given: people per closed quarter, through disclosure control, and
nothing else.

No split by level, source or unit is published: it would subtract. A quarter appears only when it is over.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.kernel.disclosure import K_SHARE, Cell, Share, show_count
from anxin.kernel.i18n import local
from anxin.safety.entries import FiguresRead
from anxin.safety.models import Crisis

QUARTERS = 4


@dataclass(frozen=True)
class Quarter:
    """One closed quarter: how many people, and for how many of them every clock was kept."""

    year: int
    number: int
    people: Cell[int]
    in_time: Share


def quarters(ctx: Ctx) -> list[Quarter]:
    """The last closed quarters, newest first."""
    found = []
    with ctx.figures() as session:
        for begins, ends in _closed_quarters(ctx.now):
            people, kept = session.execute(_counts(begins, ends)).one()
            share = Share.of(kept, people, K_SHARE) if people else Share.hide()
            found.append(Quarter(begins.year, (begins.month + 2) // 3, show_count(people, K_SHARE), share))
    ctx.audit(FiguresRead(quarters=len(found)))
    return found


def _counts(begins: datetime, ends: datetime) -> sa.Select[int, int]:
    """(people, people with every clock kept) of one quarter; records without a person count one each."""
    whose = sa.func.coalesce(Crisis.person_id, Crisis.id)
    late = sa.or_(
        Crisis.contacted_at.is_(None),
        Crisis.contacted_at > Crisis.contact_by,
        Crisis.acknowledged_at > Crisis.acknowledge_by,
    )
    by_person = (
        sa.select(whose.label("whose"), sa.func.bool_or(late).label("late"))
        .where(Crisis.raised_at >= begins, Crisis.raised_at < ends)
        .group_by(whose)
        .subquery()
    )
    kept = sa.func.count().filter(sa.not_(by_person.c.late))
    return sa.select(sa.func.count(), kept).select_from(by_person)


def _closed_quarters(now: datetime) -> list[tuple[datetime, datetime]]:
    here = local(now)
    ends = here.replace(month=(here.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    for _number in range(QUARTERS):
        begins = ends.replace(
            year=ends.year - (ends.month == 1), month=10 if ends.month == 1 else ends.month - 3
        )
        found.append((begins, ends))
        ends = begins
    return found
