"""Groups that are due special help (困难职工, 四特 …): who is in one is known to helpers and to the person, to no union.

The union names the groups and brings the lists, because it has them; from then on it never sees again who is in. That
holds in the database (core.care_group_member stands behind the employer wall, so lists are written by a job), and no
answer to an upload tells who was in before: it counts the rows that were understood, new or not.

    ids = groups.members(ctx, group_id)         # in a job: whom a round, a programme or an invitation is for
    groups.entitled(ctx, person_id, ["困难职工"])  # in a job or a decision: may this person use the service?

Figures about a group pass kernel.disclosure like all figures.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import entries
from anxin.identity.models import CareGroup, CareGroupMember, Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid, NotFound, ProgrammingError
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id

APART = re.compile(r"[、,，;；/]+")


@dataclass(frozen=True)
class Shown:
    """A group as the union sees it: never how many are in it now, only what it brought last."""

    id: UUID
    name: str
    about: str
    listed_at: datetime | None
    listed_rows: int | None
    closed_at: datetime | None


def all_of(ctx: Ctx) -> list[Shown]:
    """The tenant's groups by name, closed ones last."""
    rows = ctx.db.scalars(
        sa.select(CareGroup)
        .where(CareGroup.tenant_id == ctx.tenant.id)
        .order_by(CareGroup.closed_at.is_not(None), CareGroup.name)
    )
    return [Shown(row.id, row.name, row.about, row.listed_at, row.listed_rows, row.closed_at) for row in rows]


def get(ctx: Ctx, group_id: UUID) -> CareGroup:
    row = ctx.db.scalar(
        sa.select(CareGroup).where(CareGroup.tenant_id == ctx.tenant.id, CareGroup.id == group_id)
    )
    if row is None:
        raise NotFound()
    return row


def define(ctx: Ctx, name: str, about: str = "") -> CareGroup:
    """Name a group. Nothing in a name may tell about one person."""
    if name in {row.name for row in all_of(ctx)}:
        raise Invalid(fields={"name": [lazy("There is a group of this name already.")]})
    row = ctx.add(CareGroup(name=name, about=about))
    ctx.audit(entries.GroupDefined(group_id=row.id))
    return row


def close(ctx: Ctx, group_id: UUID) -> None:
    """End a group: nobody is in it any more, and no list can be brought."""
    row = get(ctx, group_id)
    if row.closed_at is not None:
        raise Conflict(lazy("This group has ended already."), code="group_closed")
    row.closed_at = ctx.now
    ctx.audit(entries.GroupClosed(group_id=row.id))


def put_in(ctx: Ctx, group_id: UUID, people: Iterable[UUID], *, whole: bool) -> None:
    """Write a list into a group; with `whole` who is not on it goes out. In a job or an operator's command only."""
    _insist_on_job(ctx)
    wanted = set(people)
    there = set(members(ctx, group_id))
    _begin(ctx, [(group_id, person_id) for person_id in wanted - there])
    if whole:
        _end(ctx, [(group_id, person_id) for person_id in there - wanted])


def from_roster(ctx: Ctx, cares: Mapping[UUID, str | None]) -> None:
    """What a roster's column of care says: the words of each person, "" or None for none. Unknown words found a group."""
    if not cares:
        return
    _insist_on_job(ctx)
    ids = {row.name: row.id for row in all_of(ctx) if row.closed_at is None}
    for word in sorted({word for said in cares.values() for word in words(said)} - ids.keys()):
        ids[word] = define(ctx, word).id
    wanted = {(ids[word], person_id) for person_id, said in cares.items() for word in words(said)}
    ctx.db.flush()
    there = {
        (row.group_id, row.person_id)
        for row in ctx.db.execute(_current(ctx, CareGroupMember.group_id, CareGroupMember.person_id))
        if row.person_id in cares
    }
    _begin(ctx, sorted(wanted - there))
    _end(ctx, sorted(there - wanted))


def words(said: str | None) -> list[str]:
    """The groups a cell names."""
    return [word for part in APART.split(said or "") if (word := part.strip())]


def members(ctx: Ctx, group_id: UUID) -> list[UUID]:
    """Who is in a group and still here. In a job: to an admin's own context the database shows nobody."""
    _insist_on_job(ctx)
    return list(
        ctx.db.scalars(
            _current(ctx, CareGroupMember.person_id)
            .join(
                Person,
                sa.and_(
                    Person.tenant_id == CareGroupMember.tenant_id, Person.id == CareGroupMember.person_id
                ),
            )
            .where(CareGroupMember.group_id == group_id, Person.state == "active")
        )
    )


def entitled(ctx: Ctx, person_id: UUID, names: Sequence[str]) -> bool:
    """Is the person in one of these groups? Answers the person themself, helpers and jobs; to others always no."""
    return bool(
        ctx.db.scalar(
            _current(ctx, sa.literal(True)).where(
                CareGroupMember.person_id == person_id, CareGroup.name.in_(names)
            )
        )
    )


def mine(ctx: Ctx) -> list[str]:
    """The groups the signed-in person is in."""
    return list(
        ctx.db.scalars(
            _current(ctx, CareGroup.name)
            .where(CareGroupMember.person_id == ctx.actor.person_id)
            .order_by(CareGroup.name)
        )
    )


def of_person(ctx: Ctx, person_id: UUID) -> list[str]:
    """For a helper: the groups of a person they work with, who agreed that helpers know; the look is recorded."""
    ctx.get(Person, person_id)  # absent, foreign and not-yours alike are not found
    found = ctx.scalars(ctx.select(CareGroupMember).where(CareGroupMember.person_id == person_id)).all()
    ids = [row.group_id for row in found if row.until is None]
    ctx.audit(entries.GroupsRead(subject_id=person_id))
    return list(
        ctx.db.scalars(
            sa.select(CareGroup.name)
            .where(CareGroup.tenant_id == ctx.tenant.id, CareGroup.id.in_(ids), CareGroup.closed_at.is_(None))
            .order_by(CareGroup.name)
        )
    )


def _current(ctx: Ctx, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(*columns)
        .select_from(CareGroupMember)
        .join(
            CareGroup,
            sa.and_(
                CareGroup.tenant_id == CareGroupMember.tenant_id, CareGroup.id == CareGroupMember.group_id
            ),
        )
        .where(
            CareGroupMember.tenant_id == ctx.tenant.id,
            CareGroupMember.until.is_(None),
            CareGroup.closed_at.is_(None),
        )
    )


def _begin(ctx: Ctx, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    if pairs:
        ctx.insert(
            CareGroupMember,
            [
                {"id": new_id(), "group_id": group, "person_id": person, "since": ctx.now}
                for group, person in pairs
            ],
        )


def _end(ctx: Ctx, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    if pairs:
        ctx.execute(
            sa.update(CareGroupMember)
            .where(
                CareGroupMember.tenant_id == ctx.tenant.id,
                CareGroupMember.until.is_(None),
                sa.tuple_(CareGroupMember.group_id, CareGroupMember.person_id).in_(pairs),
            )
            .values(until=ctx.now)
            .execution_options(synchronize_session=False)
        )


def _insist_on_job(ctx: Ctx) -> None:
    if ctx.actor.reach != "system":
        raise ProgrammingError("who is in a group is read and written by jobs alone: enqueue one")


# ---- a person's own copy and erasure ------------------------------------------------------------------------------


def own_copy(ctx: Ctx, person_id: UUID) -> list[dict[str, str | None]]:
    rows = ctx.db.execute(
        sa.select(CareGroup.name, CareGroupMember.since, CareGroupMember.until)
        .join(
            CareGroupMember,
            sa.and_(
                CareGroup.tenant_id == CareGroupMember.tenant_id, CareGroup.id == CareGroupMember.group_id
            ),
        )
        .where(CareGroupMember.tenant_id == ctx.tenant.id, CareGroupMember.person_id == person_id)
        .order_by(CareGroupMember.since)
    )
    return [
        {"group": name, "since": since.isoformat(), "until": until and until.isoformat()}
        for name, since, until in rows
    ]


def own_erase(ctx: Ctx, person_id: UUID) -> int:
    gone = ctx.execute(
        sa.delete(CareGroupMember).where(
            CareGroupMember.tenant_id == ctx.tenant.id, CareGroupMember.person_id == person_id
        )
    )
    return gone.rowcount  # type: ignore[attr-defined]
