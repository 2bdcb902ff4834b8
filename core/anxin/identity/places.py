"""Who was where when. A person's row says where they are now; this keeps the road there.

Whoever changes units or states calls `settle` in the same transaction; a nightly job catches what came in by another
road, so that the history never lies for more than a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person, Placement
from anxin.kernel.ctx import Ctx
from anxin.kernel.jobs import job
from anxin.tenancy.models import Unit

_END = sa.text(
    "UPDATE core.placement l SET until = greatest(:at, l.since) FROM core.person p "
    "WHERE l.tenant_id = CAST(:t AS uuid) AND p.tenant_id = l.tenant_id AND p.id = l.person_id "
    "AND l.until IS NULL "
    "AND l.unit_id IS DISTINCT FROM CASE WHEN p.state = 'active' THEN p.unit_id END "
    "AND (:every OR p.id = ANY (CAST(:ids AS uuid[])))"
)
_BEGIN = sa.text(
    "INSERT INTO core.placement (tenant_id, id, person_id, unit_id, since) "
    "SELECT p.tenant_id, gen_random_uuid(), p.id, p.unit_id, :at FROM core.person p "
    "WHERE p.tenant_id = CAST(:t AS uuid) AND p.state = 'active' AND p.unit_id IS NOT NULL "
    "AND (:every OR p.id = ANY (CAST(:ids AS uuid[]))) AND NOT EXISTS (SELECT 1 FROM core.placement l "
    "WHERE l.tenant_id = p.tenant_id AND l.person_id = p.id AND l.until IS NULL)"
)


@dataclass(frozen=True)
class Stay:
    """One stretch of time in one unit."""

    unit: str
    since: datetime
    until: datetime | None


def settle(ctx: Ctx, people: Iterable[UUID] | None = None, *, at: datetime | None = None) -> None:
    """Bring the history to where these people (None: all) are now; the change counts from `at` (None: this moment)."""
    ctx.db.flush()
    chosen = {"every": people is None, "ids": list(people or ()), "t": ctx.tenant.id, "at": at or ctx.now}
    ctx.execute(_END, chosen)
    ctx.execute(_BEGIN, chosen)


def stays(ctx: Ctx, person_id: UUID) -> list[Stay]:
    """Where a person has been, newest first. The caller has checked that the actor may see the person."""
    rows = ctx.db.execute(
        sa.select(Unit.name, Placement.since, Placement.until)
        .join(Unit, sa.and_(Unit.tenant_id == Placement.tenant_id, Unit.id == Placement.unit_id))
        .where(Placement.tenant_id == ctx.tenant.id, Placement.person_id == person_id)
        .order_by(Placement.since.desc(), Placement.until.desc().nulls_first())
    )
    return [Stay(*row) for row in rows]


def counted_at(ctx: Ctx, units: Sequence[UUID], at: datetime) -> dict[UUID, int]:
    """How many people each unit had at a moment: headcount, which is public (see kernel.disclosure)."""
    found = ctx.db.execute(
        sa.select(Placement.unit_id, sa.func.count())
        .where(
            Placement.tenant_id == ctx.tenant.id,
            Placement.unit_id.in_(units),
            Placement.since <= at,
            sa.or_(Placement.until.is_(None), Placement.until > at),
        )
        .group_by(Placement.unit_id)
    )
    return dict(found.all())  # type: ignore[arg-type]


def headcounts(ctx: Ctx) -> dict[UUID, int]:
    """How many people work in each unit now, themselves alone (not those below)."""
    found = ctx.db.execute(
        sa.select(Person.unit_id, sa.func.count())
        .where(Person.tenant_id == ctx.tenant.id, Person.state == "active", Person.unit_id.is_not(None))
        .group_by(Person.unit_id)
    )
    return dict(found.all())  # type: ignore[arg-type]


@job("identity.settle", every=timedelta(days=1))
def settle_all(ctx: Ctx) -> None:
    """People who came in or moved by a road that forgot to say so."""
    settle(ctx)
