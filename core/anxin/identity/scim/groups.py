"""A directory's groups. A group means nothing until an admin says which role or unit its members get: whoever runs the
directory must not be able to make themselves an administrator here by naming a group so.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from scim2_models import (
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Reference,
    UniquenessException,
)

from anxin.identity import places, sessions
from anxin.identity.entries import RoleGiven, RoleTaken, ScimGroupChanged
from anxin.identity.factor_models import ScimGroup, ScimMember
from anxin.identity.models import Membership, Person, Role
from anxin.identity.scim.people import as_id
from anxin.identity.scim.shapes import Group, Member, text
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy
from anxin.tenancy.models import Unit


def all_of(ctx: Ctx) -> list[ScimGroup]:
    return list(
        ctx.db.scalars(
            sa.select(ScimGroup).where(ScimGroup.tenant_id == ctx.tenant.id).order_by(ScimGroup.title)
        )
    )


def row(ctx: Ctx, resource_id: str, *, lock: bool = False) -> ScimGroup:
    statement = sa.select(ScimGroup).where(
        ScimGroup.tenant_id == ctx.tenant.id, ScimGroup.id == (as_id(resource_id) or UUID(int=0))
    )
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFoundException(detail="No such group")
    return found


# ---- out ------------------------------------------------------------------------------------------------------------


def resources(ctx: Ctx, found: Iterable[ScimGroup]) -> list[Any]:
    listed = list(found)
    members: dict[UUID, list[Any]] = {}
    rows = ctx.db.execute(
        sa.select(ScimMember.group_id, ScimMember.person_id)
        .where(ScimMember.tenant_id == ctx.tenant.id, ScimMember.group_id.in_([one.id for one in listed]))
        .order_by(ScimMember.person_id)
    )
    for group_id, person_id in rows:
        member = Member(value=str(person_id), ref=Reference(f"Users/{person_id}"), type="User")
        members.setdefault(group_id, []).append(member)
    return [_resource(one, members.get(one.id, [])) for one in listed]


def _resource(one: ScimGroup, members: list[Any]) -> Any:
    people = ",".join(member.value for member in members)
    version = hashlib.sha256(f"{one.version}|{one.title}|{one.external_name}|{people}".encode()).hexdigest()[
        :16
    ]
    return Group(
        id=str(one.id),
        external_id=one.external_name,
        display_name=one.title,
        members=members or None,
        meta=Meta(
            resource_type="Group",
            created=one.made_at,
            last_modified=one.changed_at,
            version=f'W/"{version}"',
        ),
    )


# ---- in -------------------------------------------------------------------------------------------------------------


def create(ctx: Ctx, resource: Any) -> Any:
    _insist_unique(ctx, resource, None)
    one = ctx.add(ScimGroup(title="", made_at=ctx.now))
    one.version = 0
    return _write(ctx, one, resource, "made")


def update(ctx: Ctx, resource: Any, expected_version: str | None) -> Any:
    one = row(ctx, resource.id, lock=True)
    _check_version(ctx, one, expected_version)
    _insist_unique(ctx, resource, one.id)
    return _write(ctx, one, resource, "changed")


def delete(ctx: Ctx, resource_id: str, expected_version: str | None) -> None:
    one = row(ctx, resource_id, lock=True)
    _check_version(ctx, one, expected_version)
    change_members(ctx, one, added=set(), removed=_members(ctx, one))
    ctx.db.delete(one)
    ctx.audit(ScimGroupChanged(group_id=one.id, what="deleted"))
    ctx.db.flush()


def _check_version(ctx: Ctx, one: ScimGroup, expected: str | None) -> None:
    if expected is not None and resources(ctx, [one])[0].meta.version != expected:
        raise PreconditionFailedException


def _insist_unique(ctx: Ctx, resource: Any, own: UUID | None) -> None:
    taken = ctx.db.scalar(
        sa.select(ScimGroup.id).where(
            ScimGroup.tenant_id == ctx.tenant.id,
            ScimGroup.title == text(resource.display_name, 200),
            ScimGroup.id != (own or UUID(int=0)),
        )
    )
    if taken is not None:
        raise UniquenessException(detail="There is a group of this name already")


def _write(ctx: Ctx, one: ScimGroup, resource: Any, what: str) -> Any:
    title = text(resource.display_name, 200)
    if title is None:
        raise InvalidValueException(detail="A group needs a displayName")
    one.title, one.external_name = title, resource.external_id
    one.version, one.changed_at = one.version + 1, ctx.now
    ctx.db.flush()
    wanted, present = _wanted(ctx, resource), _members(ctx, one)
    change_members(ctx, one, added=wanted - present, removed=present - wanted)
    ctx.audit(ScimGroupChanged(group_id=one.id, what=what, count=len(wanted)))
    ctx.db.flush()
    return resources(ctx, [one])[0]


def _wanted(ctx: Ctx, resource: Any) -> set[UUID]:
    ids = {as_id(member.value) for member in resource.members or ()}
    known = set(
        ctx.db.scalars(
            sa.select(Person.id).where(
                Person.tenant_id == ctx.tenant.id,
                Person.kind != "agency_staff",
                Person.id.in_([one for one in ids if one is not None]),
            )
        )
    )
    if ids - known:
        raise InvalidValueException(detail="A member is no user here")
    return known


def _members(ctx: Ctx, one: ScimGroup) -> set[UUID]:
    return set(
        ctx.db.scalars(
            sa.select(ScimMember.person_id).where(
                ScimMember.tenant_id == ctx.tenant.id, ScimMember.group_id == one.id
            )
        )
    )


def change_members(ctx: Ctx, one: ScimGroup, *, added: set[UUID], removed: set[UUID]) -> None:
    """People come and go; what the group means is given and taken with it."""
    for person_id in sorted(added):
        ctx.add(ScimMember(group_id=one.id, person_id=person_id))
        _give(ctx, one, person_id)
    for person_id in sorted(removed):
        ctx.execute(
            sa.delete(ScimMember).where(
                ScimMember.tenant_id == ctx.tenant.id,
                ScimMember.group_id == one.id,
                ScimMember.person_id == person_id,
            )
        )
        _take(ctx, one, person_id)
    ctx.db.flush()


# ---- what a group means ---------------------------------------------------------------------------------------------


def set_meaning(ctx: Ctx, group_id: UUID, role: str | None, unit_id: UUID | None) -> None:
    """An admin's word: members get this role, or belong to this unit, or neither. Counts for everybody in it at once."""
    one = ctx.db.scalar(
        sa.select(ScimGroup)
        .where(ScimGroup.tenant_id == ctx.tenant.id, ScimGroup.id == group_id)
        .with_for_update()
    )
    if one is None:
        raise NotFound()
    _insist_fit(ctx, role, unit_id)
    members = sorted(_members(ctx, one))
    for person_id in members:
        _take(ctx, one, person_id)
    one.role, one.unit_id = role or None, unit_id
    for person_id in members:
        _give(ctx, one, person_id)
    ctx.audit(ScimGroupChanged(group_id=one.id, what="meaning", count=len(members)))


def _insist_fit(ctx: Ctx, role: str | None, unit_id: UUID | None) -> None:
    if role and unit_id:
        raise Invalid(fields={"unit_id": [lazy("Choose a role or a unit, not both.")]})
    if role:
        found = ctx.db.scalar(sa.select(Role).where(Role.tenant_id == ctx.tenant.id, Role.name == role))
        if found is None:
            raise NotFound()
        if found.helper:
            raise Invalid(
                fields={
                    "role": [
                        lazy(
                            "This role reads personal care data. Only staff under a service contract may have it."
                        )
                    ]
                }
            )
    if unit_id and not ctx.db.scalar(
        sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id, Unit.id == unit_id)
    ):
        raise NotFound()


def _held(ctx: Ctx, one: ScimGroup, person_id: UUID) -> Membership | None:
    return ctx.db.scalar(
        sa.select(Membership).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.person_id == person_id,
            Membership.role == one.role,
            Membership.unit_id.is_(None),
        )
    )


def _give(ctx: Ctx, one: ScimGroup, person_id: UUID) -> None:
    if one.role:
        held = _held(ctx, one, person_id)
        if held is None:
            ctx.add(Membership(person_id=person_id, role=one.role, since=ctx.now))
        else:
            held.until = None
        ctx.db.flush()
        sessions.end_all(ctx, person_id)
        ctx.audit(RoleGiven(subject_id=person_id, role=one.role))
    elif one.unit_id:
        ctx.execute(
            sa.update(Person)
            .where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
            .values(unit_id=one.unit_id)
        )
        places.settle(ctx, [person_id])


def _take(ctx: Ctx, one: ScimGroup, person_id: UUID) -> None:
    """Unless another group gives the same role."""
    if not one.role:
        return
    others = ctx.db.scalar(
        sa.select(ScimMember.id)
        .join(
            ScimGroup,
            sa.and_(ScimGroup.tenant_id == ScimMember.tenant_id, ScimGroup.id == ScimMember.group_id),
        )
        .where(
            ScimMember.tenant_id == ctx.tenant.id,
            ScimMember.person_id == person_id,
            ScimGroup.role == one.role,
            ScimGroup.id != one.id,
        )
    )
    held = _held(ctx, one, person_id)
    if others is None and held is not None and held.until is None:
        held.until = ctx.now
        ctx.db.flush()
        sessions.end_all(ctx, person_id)
        ctx.audit(RoleTaken(subject_id=person_id, role=one.role))
