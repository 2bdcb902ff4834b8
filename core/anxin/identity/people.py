"""People: finding them, adding, changing, leaving; roles. The only writers of person and membership rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.extension.events import PersonLeft
from anxin.identity import entries, sessions
from anxin.identity.apply import set_contact
from anxin.identity.models import Membership, Person, Role
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxin.kernel.i18n import lazy
from anxin.tenancy.models import Unit

PAGE = 20


@dataclass(frozen=True)
class Listed:
    """A line of the list of people."""

    id: UUID
    name: str
    number: str | None
    kind: str
    state: str
    unit: str | None
    roles: Sequence[str]


@dataclass(frozen=True)
class PageOf:
    """A page of a list: rows, and the keys of its neighbours."""

    rows: Sequence[Listed]
    after: str | None
    total: int


def names_of(ctx: Ctx, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of these people, for rows the caller may see already."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = ctx.db.execute(
        sa.select(Person.id, Person.name).where(Person.tenant_id == ctx.tenant.id, Person.id.in_(wanted))
    )
    return dict(found.all())  # type: ignore[arg-type]


def name_of(ctx: Ctx, person_id: UUID) -> str:
    return names_of(ctx, [person_id]).get(person_id, "")


def listed(ctx: Ctx, *, search: str = "", unit_id: UUID | None = None, after: str | None = None) -> PageOf:
    """A page of people the actor may see, by pinyin; `search` is the beginning of a name, its pinyin, or a number."""
    statement = ctx.select(Person).where(Person.state == "active")
    if unit_id is not None:
        statement = statement.where(Person.unit_id == unit_id)
    if search:
        statement = statement.where(_matches(search.strip()))
    total = ctx.scalar(sa.select(sa.func.count()).select_from(statement.subquery()))
    if after:
        statement = statement.where(sa.func.concat(Person.sort_key, "|", Person.id) > after)
    people = list(ctx.scalars(statement.order_by(Person.sort_key, Person.id).limit(PAGE + 1)))
    more = people[PAGE:]
    people = people[:PAGE]
    ctx.audit(entries.PeopleRead(count=len(people)))
    return PageOf(_rows(ctx, people), f"{people[-1].sort_key}|{people[-1].id}" if more else None, total)


def _matches(text: str) -> sa.ColumnElement[bool]:
    """A prefix as ranges, which an index serves under row-level security (LIKE is not leakproof)."""
    key = " ".join(text.lower().split())
    sounds = sort_key(text) if any("\u4e00" <= sign <= "\u9fff" for sign in text) else key
    by_sound = sa.and_(Person.sort_key >= sounds, Person.sort_key < sounds + "\uffff")
    if key not in (text, sounds):
        by_sound = sa.and_(by_sound, sa.func.starts_with(Person.name, text))
    return sa.or_(by_sound, Person.number == text.upper())


def _rows(ctx: Ctx, people: Sequence[Person]) -> list[Listed]:
    units = dict(
        ctx.db.execute(
            sa.select(Unit.id, Unit.name).where(
                Unit.tenant_id == ctx.tenant.id, Unit.id.in_({row.unit_id for row in people if row.unit_id})
            )
        ).all()  # type: ignore[arg-type]
    )
    held: dict[UUID, list[str]] = {}
    for person_id, role in ctx.db.execute(
        sa.select(Membership.person_id, Membership.role).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.person_id.in_([row.id for row in people]),
            sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
        )
    ):
        held.setdefault(person_id, []).append(role)
    return [
        Listed(
            row.id,
            row.name,
            row.number,
            row.kind,
            row.state,
            units.get(row.unit_id) if row.unit_id else None,
            [ctx.tenant.role_titles.get(role, role) for role in held.get(row.id, []) if role != "employee"],
        )
        for row in people
    ]


def get(ctx: Ctx, person_id: UUID) -> Person:
    """One person within the actor's scope; the look is recorded."""
    person = ctx.get(Person, person_id)
    ctx.audit(entries.PersonRead(subject_id=person.id, fields=("name", "number", "unit")))
    return person


def add(ctx: Ctx, data: dict[str, Any]) -> Person:
    """Add somebody with the role "employee"."""
    _check_unit(ctx, data.get("unit_id"))
    person = Person(
        name=data["name"],
        sort_key=sort_key(data["name"]),
        number=data.get("number") or None,
        kind=data.get("kind") or "employee",
        unit_id=data.get("unit_id"),
    )
    _check_number(ctx, person.number)
    ctx.add(person)
    ctx.db.flush()
    if data.get("phone") or data.get("email"):
        set_contact(ctx, person, phone=data.get("phone"), email=data.get("email"))
    ctx.add(Membership(person_id=person.id, role="employee"))
    ctx.audit(entries.PersonAdded(subject_id=person.id, how="page"))
    return person


def change(ctx: Ctx, person_id: UUID, data: dict[str, Any]) -> Person:
    person = ctx.get(Person, person_id)
    if person.kind == "agency_staff":
        raise Forbidden(lazy("People of the agency are changed in the contract."), code="agency_staff")
    _check_unit(ctx, data.get("unit_id"))
    number = data.get("number") or None
    if number != person.number:
        _check_number(ctx, number)
    before = (person.name, person.number, person.unit_id)
    person.name, person.number, person.unit_id = data["name"], number, data.get("unit_id")
    person.sort_key = sort_key(data["name"])
    after = (person.name, person.number, person.unit_id)
    changed = tuple(
        key for key, old, new in zip(("name", "number", "unit"), before, after, strict=True) if old != new
    )
    if changed:
        ctx.audit(entries.PersonChanged(subject_id=person.id, fields=changed))
    return person


def leave(ctx: Ctx, person_id: UUID) -> None:
    """Somebody left: their sessions end at once; their records stay as retention says."""
    person = ctx.get(Person, person_id)
    if person.id == ctx.actor.person_id:
        raise Conflict(lazy("You cannot record your own leaving."), code="own_leaving")
    person.state, person.left_at = "left", ctx.now
    sessions.end_all(ctx, person.id)
    ctx.audit(entries.PersonLeftEntry(subject_id=person.id))
    ctx.emit(PersonLeft(person_id=person.id))


# ---- roles --------------------------------------------------------------------------------------------------------


def roles(ctx: Ctx) -> list[Role]:
    return list(
        ctx.db.scalars(
            sa.select(Role).where(Role.tenant_id == ctx.tenant.id).order_by(Role.helper, Role.name)
        )
    )


def memberships(ctx: Ctx, person_id: UUID) -> list[Membership]:
    return list(
        ctx.db.scalars(
            sa.select(Membership).where(
                Membership.tenant_id == ctx.tenant.id,
                Membership.person_id == person_id,
                sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
            )
        )
    )


def give_role(ctx: Ctx, person_id: UUID, role: str, unit_id: UUID | None = None) -> None:
    """Give a role; helpers' roles go to staff under a contract only. Sessions end, so that new rights begin cleanly."""
    person = ctx.get(Person, person_id)
    row = next((one for one in roles(ctx) if one.name == role), None)
    if row is None:
        raise NotFound()
    if row.helper and person.kind != "agency_staff":
        raise Invalid(
            fields={
                "role": [
                    lazy(
                        "This role reads personal care data. Only staff under a service contract may have it."
                    )
                ]
            }
        )
    _check_unit(ctx, unit_id)
    held = ctx.db.scalar(
        sa.select(Membership).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.person_id == person.id,
            Membership.role == role,
            Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id,
        )
    )
    if held is None:
        ctx.add(Membership(person_id=person.id, role=role, unit_id=unit_id, since=ctx.now))
    else:
        held.until = None
    sessions.end_all(ctx, person.id)
    ctx.audit(entries.RoleGiven(subject_id=person.id, role=role, unit_id=unit_id))


def take_role(ctx: Ctx, person_id: UUID, membership_id: UUID) -> None:
    """Take a role back, from the next request on. The last admin of a tenant keeps theirs."""
    person = ctx.get(Person, person_id)
    row = ctx.db.scalar(
        sa.select(Membership).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.person_id == person.id,
            Membership.id == membership_id,
        )
    )
    if row is None:
        raise NotFound()
    if person.id == ctx.actor.person_id and "identity.roles.manage" in ctx.tenant.roles.get(row.role, {}):
        raise Conflict(
            lazy("You cannot take this role from yourself. Ask another administrator."), code="own_role"
        )
    row.until = ctx.now
    sessions.end_all(ctx, person.id)
    ctx.audit(entries.RoleTaken(subject_id=person.id, role=row.role))


def _check_unit(ctx: Ctx, unit_id: UUID | None) -> None:
    if unit_id is not None:
        known = ctx.db.scalar(sa.select(Unit.id).where(Unit.tenant_id == ctx.tenant.id, Unit.id == unit_id))
        if known is None:
            raise Invalid(fields={"unit_id": [lazy("This unit does not exist.")]})


def _check_number(ctx: Ctx, number: str | None) -> None:
    if number is not None:
        taken = ctx.db.scalar(
            sa.select(Person.id).where(Person.tenant_id == ctx.tenant.id, Person.number == number)
        )
        if taken is not None:
            raise Invalid(fields={"number": [lazy("Somebody has this employee number already.")]})


# ---- a person's own copy and erasure ------------------------------------------------------------------------------


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """The identity room's part of a person's copy."""
    person = ctx.db.scalar(sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id))
    if person is None:
        return {}
    return {
        "name": person.name,
        "employee_number": person.number,
        "kind": person.kind,
        "hired_on": person.hired_on and person.hired_on.isoformat(),
        "birth_year": person.birth_year,
        "contact": ctx.open(person, "contact") if person.contact else {},
        "traits": person.traits,
        "roles": [row.role for row in memberships(ctx, person_id)],
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Contact data and confidential groups go with the person's key; name, number and unit stay the roster's."""
    done = ctx.execute(
        sa.update(Person)
        .where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
        .values(
            contact=None,
            confidential=None,
            phone_index=None,
            email_index=None,
            birth_year=None,
            gender=None,
            traits={},
        )
    )
    return {"person": done.rowcount}  # type: ignore[attr-defined]
