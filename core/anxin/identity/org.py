"""What happens to people when the org tree changes: closing and merging units. (The tree itself: tenancy.services.)"""

from uuid import UUID

import sqlalchemy as sa

from anxin.extension.events import UnitMerged
from anxin.identity import places
from anxin.identity.models import Membership, Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid
from anxin.kernel.i18n import lazy
from anxin.tenancy import services as tenancy
from anxin.tenancy.models import Unit


def close(ctx: Ctx, unit_id: UUID) -> None:
    """Close an empty unit; its history stays in all figures."""
    tenancy.unit(ctx, unit_id)
    people = ctx.db.scalar(
        sa.select(sa.func.count()).where(
            Person.tenant_id == ctx.tenant.id, Person.unit_id == unit_id, Person.state == "active"
        )
    )
    if people:
        raise Conflict(
            lazy(
                "%(count)d people still work here. Move them, or merge this unit into another.", count=people
            ),
            code="unit_has_people",
        )
    tenancy.close_unit(ctx, unit_id)


def merge(ctx: Ctx, unit_id: UUID, into_id: UUID) -> None:
    """Two units become one: people, units below and roles for the unit go over, and the merged one closes.

    Figures of rounds that were published before keep the units as they were then.
    """
    row, into = tenancy.unit(ctx, unit_id), tenancy.unit(ctx, into_id)
    if row.id == into.id or into.path.startswith(row.path):
        raise Invalid(fields={"into": [lazy("A unit cannot be merged into itself or a unit below it.")]})
    if row.closed_at is not None or into.closed_at is not None:
        raise Invalid(fields={"into": [lazy("This unit is closed.")]})
    for child in _children(ctx, row.id):
        tenancy.change_unit(ctx, child.id, name=child.name, parent_id=into.id)
    moved = _people(ctx, row.id, into.id)
    _roles(ctx, row.id, into.id)
    places.settle(ctx, moved)
    tenancy.close_merged(ctx, row.id, into.id)
    ctx.emit(UnitMerged(unit_id=row.id, into_id=into.id))


def _children(ctx: Ctx, unit_id: UUID) -> list[Unit]:
    return list(
        ctx.db.scalars(
            sa.select(Unit).where(
                Unit.tenant_id == ctx.tenant.id, Unit.parent_id == unit_id, Unit.closed_at.is_(None)
            )
        )
    )


def _people(ctx: Ctx, unit_id: UUID, into_id: UUID) -> list[UUID]:
    moved = ctx.execute(
        sa.update(Person)
        .where(Person.tenant_id == ctx.tenant.id, Person.unit_id == unit_id, Person.state == "active")
        .values(unit_id=into_id)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    return list(moved.scalars())


def _roles(ctx: Ctx, unit_id: UUID, into_id: UUID) -> None:
    """Roles for the unit go over; one the person holds there already ends here."""
    rows = ctx.db.scalars(
        sa.select(Membership).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.unit_id.in_((unit_id, into_id)),
        )
    ).all()
    there = {(row.person_id, row.role) for row in rows if row.unit_id == into_id}
    for row in rows:
        if row.unit_id != unit_id or (row.until is not None and row.until <= ctx.now):
            continue
        if (row.person_id, row.role) in there:
            row.until = ctx.now
        else:
            row.unit_id = into_id
