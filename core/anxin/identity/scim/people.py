"""A directory's users and our people: one is written onto the other.

A person of the roster is the same person, found by employee number (or by a user name that is one): the directory adopts
them. `active=false` and deletion are leaving: sessions end at once, records stay as retention says.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from scim2_models import Meta, NotFoundException, PreconditionFailedException, UniquenessException

from anxin.identity import entries, people, places
from anxin.identity.apply import set_contact
from anxin.identity.factor_models import ScimGroup, ScimMember, ScimUser
from anxin.identity.models import Membership, Person
from anxin.identity.names import sort_key
from anxin.identity.scim import shapes
from anxin.identity.scim.shapes import text
from anxin.kernel.canonical import canonical_json
from anxin.kernel.ctx import Ctx
from anxin.tenancy.models import Unit

Row = tuple[Person, ScimUser | None]


def rows(ctx: Ctx, *where: Any) -> list[Row]:
    """People the directory sees: whoever works here, and whoever it brought itself."""
    statement = _visible(ctx, sa.select(Person, ScimUser)).where(*where).order_by(Person.id)
    return [(row.Person, row.ScimUser) for row in ctx.db.execute(statement)]


def _visible(ctx: Ctx, statement: Any) -> Any:
    return statement.outerjoin(
        ScimUser, sa.and_(ScimUser.tenant_id == Person.tenant_id, ScimUser.person_id == Person.id)
    ).where(
        Person.tenant_id == ctx.tenant.id,
        Person.kind != "agency_staff",
        sa.or_(Person.state == "active", sa.and_(ScimUser.id.is_not(None), Person.state == "left")),
    )


def count(ctx: Ctx) -> int:
    return ctx.db.scalar(_visible(ctx, sa.select(sa.func.count()).select_from(Person))) or 0


def page(ctx: Ctx, offset: int, limit: int) -> list[Row]:
    statement = _visible(ctx, sa.select(Person, ScimUser)).order_by(Person.id).offset(offset).limit(limit)
    return [(row.Person, row.ScimUser) for row in ctx.db.execute(statement)]


def one(ctx: Ctx, resource_id: str, *, lock: bool = False) -> Row:
    person_id = as_id(resource_id)
    if person_id is None:
        raise NotFoundException(detail="No such user")
    if lock:
        ctx.db.execute(
            sa.select(Person.id)
            .where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
            .with_for_update()
        )
    found = rows(ctx, Person.id == person_id)
    if not found:
        raise NotFoundException(detail="No such user")
    return found[0]


def as_id(resource_id: str | None) -> UUID | None:
    try:
        return UUID(resource_id or "")
    except ValueError:
        return None


# ---- out ------------------------------------------------------------------------------------------------------------


def resources(ctx: Ctx, found: Iterable[Row]) -> list[Any]:
    """As the directory sees them; units and groups are fetched once for all."""
    listed = list(found)
    ids = [person.id for person, _ in listed]
    units = _units(ctx, {person.unit_id for person, _ in listed if person.unit_id})
    groups = _groups(ctx, ids)
    return [_resource(ctx, person, known, units, groups.get(person.id, [])) for person, known in listed]


def _resource(
    ctx: Ctx, person: Person, known: ScimUser | None, units: dict[UUID, str], groups: list[Any]
) -> Any:
    said = ctx.keys.open(ScimUser, "document", known.id, person.id, known.document) if known else {}
    made = shapes.Person.model_validate(said) if said else _from_roster(person)
    made.id = str(person.id)
    made.user_name = said.get("userName") or person.number or str(person.id)
    made.external_id = known.external_name if known else None
    if person.state != "active" or made.active is False or not known:
        made.active = person.state == "active"
    if (_name(made) or text(made.user_name, 60)) != person.name:  # renamed here since
        made.display_name = person.name
    work = made[shapes.EnterpriseUser] or shapes.EnterpriseUser()
    work.employee_number = person.number
    if known is None and person.unit_id:
        work.department = units.get(person.unit_id)
    made[shapes.EnterpriseUser] = work if work.employee_number or work.department else None
    made.groups = groups or None
    made.meta = Meta(
        resource_type="User",
        created=person.made_at,
        last_modified=known.changed_at if known else person.made_at,
        version=_version(made, known),
    )
    return made


def _from_roster(person: Person) -> Any:
    return shapes.Person(
        user_name=person.number or str(person.id),
        name=shapes.Name(formatted=person.name),
        display_name=person.name,
    )


def _version(made: Any, known: ScimUser | None) -> str:
    """Changes with whatever the answer says, however it came about."""
    said = made.model_dump(exclude={"meta", "groups"})
    digest = hashlib.sha256(canonical_json({"v": known.version if known else 0, "said": said}))
    return f'W/"{digest.hexdigest()[:16]}"'


def _units(ctx: Ctx, ids: set[UUID]) -> dict[UUID, str]:
    found = ctx.db.execute(
        sa.select(Unit.id, Unit.name).where(Unit.tenant_id == ctx.tenant.id, Unit.id.in_(ids))
    )
    return {row.id: row.name for row in found}


def _groups(ctx: Ctx, ids: list[UUID]) -> dict[UUID, list[Any]]:
    found = ctx.db.execute(
        sa.select(ScimMember.person_id, ScimGroup.id, ScimGroup.title)
        .join(
            ScimGroup,
            sa.and_(ScimGroup.tenant_id == ScimMember.tenant_id, ScimGroup.id == ScimMember.group_id),
        )
        .where(ScimMember.tenant_id == ctx.tenant.id, ScimMember.person_id.in_(ids))
        .order_by(ScimGroup.title)
    )
    groups: dict[UUID, list[Any]] = {}
    for person_id, group_id, title in found:
        groups.setdefault(person_id, []).append(
            shapes.Membership(value=str(group_id), ref=shapes.Reference(f"Groups/{group_id}"), display=title)
        )
    return groups


# ---- in -------------------------------------------------------------------------------------------------------------


def create(ctx: Ctx, resource: Any) -> Any:
    _insist_unique(ctx, resource, None)
    person = _on_roster(ctx, resource)
    if person is None:
        name = _name(resource) or resource.user_name
        person = ctx.add(Person(name=name, sort_key=sort_key(name)))
        ctx.db.flush()
        ctx.add(Membership(person_id=person.id, role="employee"))
        ctx.audit(entries.PersonAdded(subject_id=person.id, how="scim"))
    known = _write(ctx, person, None, resource)
    return resources(ctx, [(person, known)])[0]


def update(ctx: Ctx, resource: Any, expected_version: str | None) -> Any:
    person, known = one(ctx, resource.id, lock=True)
    _check_version(ctx, person, known, expected_version)
    _insist_unique(ctx, resource, person.id)
    known = _write(ctx, person, known, resource)
    return resources(ctx, [(person, known)])[0]


def delete(ctx: Ctx, resource_id: str, expected_version: str | None) -> None:
    person, known = one(ctx, resource_id, lock=True)
    _check_version(ctx, person, known, expected_version)
    if person.state == "active":
        people.leave(ctx, person.id)
    for group_id in ctx.db.scalars(
        sa.select(ScimMember.group_id).where(
            ScimMember.tenant_id == ctx.tenant.id, ScimMember.person_id == person.id
        )
    ).all():
        from_group(ctx, group_id, person.id)
    if known is not None:
        ctx.db.delete(known)
    ctx.audit(entries.PersonChanged(subject_id=person.id, fields=("scim",)))
    ctx.db.flush()


def from_group(ctx: Ctx, group_id: UUID, person_id: UUID) -> None:
    from anxin.identity.scim import groups  # a group's members are people, who leave it: one needs the other

    groups.change_members(ctx, groups.row(ctx, str(group_id)), added=set(), removed={person_id})


def _check_version(ctx: Ctx, person: Person, known: ScimUser | None, expected: str | None) -> None:
    if expected is not None and resources(ctx, [(person, known)])[0].meta.version != expected:
        raise PreconditionFailedException


def _insist_unique(ctx: Ctx, resource: Any, own: UUID | None) -> None:
    wanted = resource.user_name.strip().lower()
    taken = ctx.db.scalar(
        sa.select(ScimUser.person_id).where(
            ScimUser.tenant_id == ctx.tenant.id,
            ScimUser.user_name == wanted,
            ScimUser.person_id != (own or UUID(int=0)),
        )
    )
    number = _number(resource)
    if taken is None and number is not None:
        holder = sa.select(Person.id).where(Person.tenant_id == ctx.tenant.id, Person.number == number)
        if own is None:  # somebody of the roster is adopted, unless the directory has them already
            holder = holder.join(
                ScimUser, sa.and_(ScimUser.tenant_id == Person.tenant_id, ScimUser.person_id == Person.id)
            )
        else:
            holder = holder.where(Person.id != own)
        taken = ctx.db.scalar(holder)
    if taken is not None:
        raise UniquenessException(detail="Somebody has this user name or employee number already")


def _on_roster(ctx: Ctx, resource: Any) -> Person | None:
    for number in filter(None, (_number(resource), text(resource.user_name, 40))):
        found = ctx.db.execute(
            sa.select(Person, ScimUser.id)
            .outerjoin(
                ScimUser, sa.and_(ScimUser.tenant_id == Person.tenant_id, ScimUser.person_id == Person.id)
            )
            .where(
                Person.tenant_id == ctx.tenant.id,
                Person.number == number,
                Person.kind != "agency_staff",
                Person.state != "erased",
            )
        ).one_or_none()
        if found is not None and found[1] is None:
            return found[0]
    return None


def _number(resource: Any) -> str | None:
    work = resource[shapes.EnterpriseUser]
    return text(work.employee_number, 40) if work else None


def _name(resource: Any) -> str | None:
    given = resource.name
    parts = (given.family_name or "", given.given_name or "") if given else ("", "")
    apart = " " if all(parts) and "".join(parts).isascii() else ""
    spelled = apart.join(reversed(parts)) if apart else "".join(parts)
    return (
        text(resource.display_name, 60) or text(given.formatted if given else None, 60) or text(spelled, 60)
    )


def _write(ctx: Ctx, person: Person, known: ScimUser | None, resource: Any) -> ScimUser:
    is_new = known is None
    row = known or ScimUser(person_id=person.id, version=0, made_at=ctx.now)
    row.user_name, row.external_name = resource.user_name.strip().lower(), resource.external_id
    row.version, row.changed_at = row.version + 1, ctx.now
    ctx.seal(row, "document", resource.model_dump(exclude={"id", "meta", "groups"}))
    if is_new:
        ctx.add(row)
    ctx.db.flush()
    _write_person(ctx, person, resource, keep_number=is_new)
    _contact(ctx, person, resource)
    _come_or_go(ctx, person, active=resource.active is not False)
    ctx.db.flush()
    return row


def _write_person(ctx: Ctx, person: Person, resource: Any, *, keep_number: bool) -> None:
    """`keep_number`: adopting somebody who came without a number must not take theirs away."""
    before = (person.name, person.number, person.unit_id)
    person.name = _name(resource) or text(resource.user_name, 60) or person.name
    person.sort_key = sort_key(person.name)
    work = resource[shapes.EnterpriseUser]
    person.number = _number(resource) or (person.number if keep_number else None)
    person.unit_id = _unit_named(ctx, work.department if work else None) or person.unit_id
    after = (person.name, person.number, person.unit_id)
    names = ("name", "number", "unit")
    changed = tuple(name for name, old, new in zip(names, before, after, strict=True) if old != new)
    ctx.audit(entries.PersonChanged(subject_id=person.id, fields=changed or ("scim",)))


def _contact(ctx: Ctx, person: Person, resource: Any) -> None:
    def chief(values: Any) -> str | None:
        listed = [one for one in values or () if one.value]
        best = next((one for one in listed if one.primary), listed[0] if listed else None)
        return text(best.value, 200) if best else None

    phone, email = chief(resource.phone_numbers), chief(resource.emails)
    if phone or email:
        set_contact(ctx, person, phone=phone, email=email)


def _unit_named(ctx: Ctx, department: str | None) -> UUID | None:
    """The one open unit of that name or code; none when two are called alike."""
    if not department:
        return None
    found = ctx.db.scalars(
        sa.select(Unit.id)
        .where(
            Unit.tenant_id == ctx.tenant.id,
            Unit.closed_at.is_(None),
            sa.or_(Unit.name == department, Unit.code == department),
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _come_or_go(ctx: Ctx, person: Person, *, active: bool) -> None:
    if not active and person.state == "active":
        people.leave(ctx, person.id)
    elif active and person.state == "left":
        people.come_back(ctx, person.id)
    places.settle(ctx, [person.id])
