"""The org tree in use: subtrees, paths, names. (Editing it: services.py.)"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.tenancy.models import Unit, UnitMove


def below(ctx: Ctx, roots: Iterable[UUID]) -> list[UUID]:
    """The ids of these units and all below them, remembered for the request."""
    key = ("units below", frozenset(roots))
    if key not in ctx.notes:
        paths = ctx.db.scalars(
            sa.select(Unit.path).where(Unit.tenant_id == ctx.tenant.id, Unit.id.in_(key[1]))
        ).all()
        # a range over text in "C" order is what an index can serve under row-level security (LIKE is not leakproof)
        ranges = [sa.and_(Unit.path >= path, Unit.path < path + "~") for path in paths]
        ctx.notes[key] = (
            list(ctx.db.scalars(sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id, sa.or_(*ranges))))
            if ranges
            else []
        )
    return ctx.notes[key]


def step(unit_id: UUID) -> str:
    """A unit's own part of a path."""
    return f"/{unit_id.hex}"


def options(units: Iterable[Unit]) -> list[tuple[UUID, str]]:
    """For a select: units in tree order, deeper ones indented."""
    return [(row.id, "\u3000" * (row.path.count("/") - 1) + row.name) for row in units]


@dataclass(frozen=True)
class Place:
    """A unit as it stood at a moment."""

    name: str
    parent_id: UUID | None


def tree_at(ctx: Ctx, at: datetime) -> dict[UUID, Place]:
    """The org tree as it was at a moment: names and parents before later moves, renames and merges, so that figures
    of a past round keep their shape. Holds every unit there ever was.
    """
    rows = ctx.db.execute(
        sa.select(Unit.id, Unit.name, Unit.parent_id).where(Unit.tenant_id == ctx.tenant.id)
    )
    tree = {row.id: Place(row.name, row.parent_id) for row in rows}
    later = ctx.db.execute(
        sa.select(UnitMove.unit_id, UnitMove.what, UnitMove.before)
        .where(UnitMove.tenant_id == ctx.tenant.id, UnitMove.moved_at > at)
        .order_by(UnitMove.moved_at.desc(), UnitMove.id.desc())
    )
    for unit_id, what, before in later:
        now = tree[unit_id]
        if what == "renamed":
            tree[unit_id] = Place(before or now.name, now.parent_id)
        elif what == "moved":
            tree[unit_id] = Place(now.name, UUID(before) if before else None)
    return tree
