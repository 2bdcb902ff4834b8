"""People: adding, changing, moving, leaving, coming back; roles. The only writers of person and membership rows.
(Listing and searching: people_list.py.)
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.extension.events import PersonLeft
from anxin.identity import entries, factors, groups, places, sessions, signin, ways_in
from anxin.identity.apply import set_contact
from anxin.identity.models import Membership, Person, Placement, Role
from anxin.identity.names import sort_key
from anxin.identity.people_list import has_account
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxin.kernel.i18n import lazy, local
from anxin.tenancy.models import Unit

RELATIONS = {
    "spouse": lazy("Spouse"),
    "child": lazy("Child"),
    "parent": lazy("Parent"),
    "other": lazy("Other relative"),
}
OWN_KINDS = ("employee", "outsourced", "family", "volunteer")


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


def get(ctx: Ctx, person_id: UUID) -> Person:
    """One person within the actor's scope; the look is recorded."""
    person = ctx.get(Person, person_id)
    ctx.audit(entries.PersonRead(subject_id=person.id, fields=("name", "number", "unit")))
    return person


def contact_of(ctx: Ctx, person: Person) -> dict[str, str]:
    """Phone and mail address, opened for somebody who may change them; the look is recorded."""
    if person.contact is None:
        return {}
    ctx.audit(entries.PersonRead(subject_id=person.id, fields=("contact",)))
    return dict(ctx.open(person, "contact"))


def relatives(ctx: Ctx, person_id: UUID) -> list[Person]:
    """Family members linked to a worker whom the caller may see."""
    return list(
        ctx.db.scalars(
            sa.select(Person)
            .where(
                Person.tenant_id == ctx.tenant.id, Person.relative_of == person_id, Person.state == "active"
            )
            .order_by(Person.sort_key, Person.id)
        )
    )


def linked_worker(ctx: Ctx, person: Person) -> Person | None:
    """The worker a family member belongs to."""
    if person.relative_of is None:
        return None
    return ctx.db.scalar(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == person.relative_of)
    )


def add(ctx: Ctx, data: dict[str, Any]) -> Person:
    """Add somebody with the role "employee"."""
    _check_unit(ctx, data.get("unit_id"))
    _check_number(ctx, data.get("number") or None)
    person = Person(name=data["name"], sort_key="", kind="employee")
    ctx.add(person)
    _write(ctx, person, data)
    ctx.db.flush()
    _write_contact(ctx, person, data)
    ctx.add(Membership(person_id=person.id, role="employee"))
    places.settle(ctx, [person.id], at=_start_of(ctx, data.get("moved_on")))
    ctx.audit(entries.PersonAdded(subject_id=person.id, how="page"))
    return person


def change(ctx: Ctx, person_id: UUID, data: dict[str, Any]) -> Person:
    """Correct a record, or move somebody (`unit_id`, since `moved_on`): the old place stays in the history."""
    person = _own(ctx, person_id)
    _check_unit(ctx, data.get("unit_id"))
    if (number := data.get("number") or None) != person.number:
        _check_number(ctx, number)
    before = {name: getattr(person, name) for name in _FIELDS}
    _write(ctx, person, data)
    changed = [name for name, old in before.items() if getattr(person, name) != old]
    changed += _write_contact(ctx, person, data)
    if changed:
        places.settle(ctx, [person.id], at=_start_of(ctx, data.get("moved_on")))
        ctx.audit(entries.PersonChanged(subject_id=person.id, fields=tuple(changed)))
    return person


_FIELDS = ("name", "number", "unit_id", "kind", "hired_on", "traits", "relative_of", "relation")


def _write(ctx: Ctx, person: Person, data: dict[str, Any]) -> None:
    person.name, person.sort_key = data["name"], sort_key(data["name"])
    person.number, person.unit_id = data.get("number") or None, data.get("unit_id")
    person.kind = data.get("kind") or person.kind
    person.hired_on = data.get("hired_on") or person.hired_on
    told = {name: data[name] for name in ("job", "employer") if data.get(name) is not None}
    person.traits = {key: value for key, value in {**(person.traits or {}), **told}.items() if value}
    if person.kind != "family":
        person.relative_of = person.relation = None
    elif data.get("worker"):
        person.relative_of = _worker(ctx, data["worker"])
        person.relation = data.get("relation") or person.relation or "other"
    elif person.relative_of is None:
        raise Invalid(fields={"worker": [lazy("Write the employee number of the worker they belong to.")]})


def _worker(ctx: Ctx, number: str) -> UUID:
    """The worker a family member belongs to."""
    found = ctx.db.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id,
            Person.number == number.strip().upper(),
            Person.state == "active",
            Person.kind.in_(("employee", "outsourced")),
        )
    )
    if found is None:
        raise Invalid(fields={"worker": [lazy("Nobody here has this employee number.")]})
    return found


def _write_contact(ctx: Ctx, person: Person, data: dict[str, Any]) -> list[str]:
    """Phone and mail: None leaves them, an empty text takes them away."""
    told = {name: data[name] for name in ("phone", "email") if data.get(name) is not None}
    if not told:
        return []
    known = ctx.keys.open(Person, "contact", person.id, person.id, person.contact) if person.contact else {}
    value = {key: text for key, text in {**known, **told}.items() if text}
    if value == known:
        return []
    person.contact = None
    person.phone_index = person.email_index = None
    if value:
        set_contact(ctx, person, phone=value.get("phone"), email=value.get("email"))
    return ["contact"]


def _start_of(ctx: Ctx, day: date | None) -> datetime | None:
    """The beginning of a day that has begun, here; None: now."""
    if day is None:
        return None
    here = local(ctx.now)
    if day > here.date():
        raise Invalid(fields={"moved_on": [lazy("This day has not come yet.")]})
    return datetime.combine(day, time(), here.tzinfo).astimezone(UTC)


def _own(ctx: Ctx, person_id: UUID) -> Person:
    """A person whose record the union keeps."""
    person = ctx.get(Person, person_id)
    if person.kind == "agency_staff":
        raise Forbidden(lazy("People of the agency are changed in the contract."), code="agency_staff")
    return person


def leave(ctx: Ctx, person_id: UUID) -> None:
    """Somebody left: their sessions end at once; their records stay as retention says. Their family leaves along."""
    person = _own(ctx, person_id)
    if person.id == ctx.actor.person_id:
        raise Conflict(lazy("You cannot record your own leaving."), code="own_leaving")
    for one in (person, *relatives(ctx, person.id)):
        mark_left(ctx, one)
    places.settle(ctx, [person.id])


def mark_left(ctx: Ctx, person: Person) -> None:
    """One person's leaving; the caller settles the history of places afterwards."""
    person.state, person.left_at = "left", ctx.now
    sessions.end_all(ctx, person.id)
    ctx.audit(entries.PersonLeftEntry(subject_id=person.id))
    ctx.emit(PersonLeft(person_id=person.id))


def come_back(ctx: Ctx, person_id: UUID) -> None:
    """Somebody who had left is here again, with the roles they had, in the unit they had."""
    person = _own(ctx, person_id)
    if person.state != "left":
        raise Conflict(lazy("This person has not left."), code="not_left")
    person.state, person.left_at = "active", None
    places.settle(ctx, [person.id])
    ctx.audit(entries.PersonReturned(subject_id=person.id))


def first_link(ctx: Ctx, person_id: UUID) -> str:
    """A single-use link for somebody who cannot sign in yet. Who has an account gets none from here: whoever made the
    link could become that person and read what is theirs alone.
    """
    person = _own(ctx, person_id)
    if person.state != "active" or has_account(ctx, person.id):
        raise Conflict(
            lazy("This person can sign in already. Whoever had a link could read what is theirs alone."),
            code="has_account",
        )
    return signin.make_link(ctx, person.id, "activate")


def end_sessions(ctx: Ctx, person_id: UUID) -> int:
    """Somebody lost a phone, or a leaver must be out at once: all their sessions and tokens end."""
    person = ctx.get(Person, person_id)
    count = sessions.end_all(ctx, person.id)
    ctx.audit(entries.SessionEnded(subject_id=person.id, count=count))
    return count


def reset_factors(ctx: Ctx, person_id: UUID) -> None:
    """Forget the second step of somebody who lost phone and codes; their sessions end, and they set up a new one at the
    next sign-in. Nobody does this for themselves: whoever holds an open session must not get rid of the second step."""
    person = ctx.get(Person, person_id)
    if person.id == ctx.actor.person_id:
        raise Conflict(lazy("Ask another administrator to reset your own second step."), code="own_factors")
    factors.take_all(ctx, person.id)
    sessions.end_all(ctx, person.id)
    ctx.audit(entries.FactorsReset(subject_id=person.id))


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
        "relation": person.relation,
        "groups": groups.own_copy(ctx, person_id),
        "units": [
            {
                "unit": stay.unit,
                "since": stay.since.isoformat(),
                "until": stay.until and stay.until.isoformat(),
            }
            for stay in places.stays(ctx, person_id)
        ],
        "signing_in": ways_in.own_copy(ctx, person_id),
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Contact data and groups go with the person's key; name, number and unit stay the roster's."""
    done = ctx.execute(
        sa.update(Person)
        .where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
        .values(
            contact=None,
            phone_index=None,
            email_index=None,
            birth_year=None,
            gender=None,
            traits={},
        )
    )
    past = ctx.execute(
        sa.delete(Placement).where(
            Placement.tenant_id == ctx.tenant.id,
            Placement.person_id == person_id,
            Placement.until.is_not(None),
        )
    )
    counts = {"person": done.rowcount, "placement": past.rowcount}  # type: ignore[attr-defined]
    return counts | {"group": groups.own_erase(ctx, person_id)} | ways_in.own_erase(ctx, person_id)
