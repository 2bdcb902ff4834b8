"""The list of people: by pinyin, filtered, a page at a time. Searching needs an index that row-level security lets be
used, so a prefix is a range of text in "C" order (LIKE is not leakproof).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select

from anxin.identity import entries
from anxin.identity.factor_models import Passkey
from anxin.identity.models import Login, Membership, MessengerAccount, Person, ProviderAccount
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy
from anxin.tenancy.models import Unit
from anxin.tenancy.units import below

PAGE = 20
KINDS = {
    "employee": lazy("Employee"),
    "outsourced": lazy("Outsourced staff"),
    "family": lazy("Family member"),
    "volunteer": lazy("Volunteer"),
    "agency_staff": lazy("Agency staff"),
}
STATES = {"active": lazy("Here"), "left": lazy("Left")}
LAST = "\uffff"


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
    hired_on: date | None
    job: str | None


@dataclass(frozen=True)
class PageOf:
    """A page of a list: rows, and where the next one begins."""

    rows: Sequence[Listed]
    after: str | None
    total: int


@dataclass(frozen=True)
class Filter:
    """Whom to list. `unit_id` means the unit and all below it; `search` is the beginning of a name, its pinyin, its
    initials ("lxf"), a whole employee number or a whole phone number; `account="none"`: people who cannot sign in yet."""

    search: str = ""
    unit_id: UUID | None = None
    kind: str | None = None
    state: str = "active"
    account: str | None = None


def wanted(ctx: Ctx, chosen: Filter) -> Select[tuple[Person]]:
    """The people the actor may see who fit the filter."""
    statement = ctx.select(Person).where(Person.state == chosen.state)
    if chosen.unit_id is not None:
        statement = statement.where(Person.unit_id.in_(below(ctx, [chosen.unit_id])))
    if chosen.kind:
        statement = statement.where(Person.kind == chosen.kind)
    if chosen.account == "none":
        statement = statement.where(Person.kind != "agency_staff", ~_has_account())
    if text := chosen.search.strip():
        statement = statement.where(_matches(ctx, text))
    return statement


def listed(ctx: Ctx, chosen: Filter, *, after: str | None = None) -> PageOf:
    """A page of people; the look is recorded."""
    statement = wanted(ctx, chosen)
    total = ctx.scalar(sa.select(sa.func.count()).select_from(statement.subquery()))
    if after:
        statement = statement.where(sa.tuple_(Person.sort_key, Person.id) > sa.tuple_(*_place(after)))
    people = list(ctx.scalars(statement.order_by(Person.sort_key, Person.id).limit(PAGE + 1)))
    more = people[PAGE:]
    people = people[:PAGE]
    ctx.audit(entries.PeopleRead(count=len(people)))
    return PageOf(rows(ctx, people), f"{people[-1].sort_key}|{people[-1].id}" if more else None, total)


def _place(after: str) -> tuple[Any, Any]:
    key, _bar, last = after.rpartition("|")
    try:
        return sa.literal(key, sa.Text(collation="C")), sa.literal(UUID(last))
    except ValueError:
        raise Invalid(fields={"after": [lazy("This page of the list does not exist.")]}) from None


def _matches(ctx: Ctx, text: str) -> sa.ColumnElement[bool]:
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        key = sort_key(text)
        # the range is found by the index, the characters then tell 林 from 临
        return sa.and_(
            Person.sort_key >= key, Person.sort_key < key + LAST, sa.func.starts_with(Person.name, text)
        )
    key = "".join(text.lower().split())
    found = [
        sa.and_(Person.sound >= key, Person.sound < key + LAST),
        sa.and_(Person.initials >= key, Person.initials < key + LAST),
        Person.number == text.upper(),
    ]
    if key.isdigit() and len(key) >= 7:
        found.append(Person.phone_index == ctx.blind("phone", key))
    return sa.or_(*found)


def _has_account() -> sa.ColumnElement[bool]:
    own = (
        sa.select(sa.literal(1))
        .where(Login.tenant_id == Person.tenant_id, Login.person_id == Person.id, Login.password.is_not(None))
        .exists()
    )
    employers = (
        sa.select(sa.literal(1))
        .where(ProviderAccount.tenant_id == Person.tenant_id, ProviderAccount.person_id == Person.id)
        .exists()
    )
    messengers = (
        sa.select(sa.literal(1))
        .where(MessengerAccount.tenant_id == Person.tenant_id, MessengerAccount.person_id == Person.id)
        .exists()
    )
    passkeys = (
        sa.select(sa.literal(1))
        .where(Passkey.tenant_id == Person.tenant_id, Passkey.person_id == Person.id)
        .exists()
    )
    return sa.or_(own, employers, messengers, passkeys)


def has_account(ctx: Ctx, person_id: UUID) -> bool:
    """Can this person sign in already, by a passphrase, a passkey or through the employer? It says nothing about any use."""
    return bool(
        ctx.db.scalar(
            sa.select(Person.id).where(
                Person.tenant_id == ctx.tenant.id, Person.id == person_id, _has_account()
            )
        )
    )


def rows(ctx: Ctx, people: Sequence[Person]) -> list[Listed]:
    """Lines for people the caller may see."""
    ids = [row.id for row in people]
    units = _units(ctx, people)
    held = _roles(ctx, ids)
    return [
        Listed(
            row.id,
            row.name,
            row.number,
            row.kind,
            row.state,
            units.get(row.unit_id) if row.unit_id else None,
            [ctx.tenant.role_titles.get(role, role) for role in held.get(row.id, []) if role != "employee"],
            row.hired_on,
            row.traits.get("job"),
        )
        for row in people
    ]


def _units(ctx: Ctx, people: Sequence[Person]) -> dict[UUID, str]:
    found = ctx.db.execute(
        sa.select(Unit.id, Unit.name).where(
            Unit.tenant_id == ctx.tenant.id, Unit.id.in_({row.unit_id for row in people if row.unit_id})
        )
    )
    return dict(found.all())  # type: ignore[arg-type]


def _roles(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    held: dict[UUID, list[str]] = {}
    for person_id, role in ctx.db.execute(
        sa.select(Membership.person_id, Membership.role).where(
            Membership.tenant_id == ctx.tenant.id,
            Membership.person_id.in_(ids),
            sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
        )
    ):
        held.setdefault(person_id, []).append(role)
    return held
