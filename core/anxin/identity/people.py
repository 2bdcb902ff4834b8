"""People: finding them and their names."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx


def names_of(ctx: Ctx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people, for rows the caller may see already."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = ctx.db.execute(
        sa.select(Person.id, Person.name).where(Person.tenant_id == ctx.tenant.id, Person.id.in_(wanted))
    )
    return {person_id: name for person_id, name in found}


def name_of(ctx: Ctx, person_id: UUID) -> str:
    return names_of(ctx, [person_id]).get(person_id, "")
