"""The org tree in use: subtrees, paths, names. (Editing it: services.py.)"""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.tenancy.models import Unit


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
