"""The named staff of a contract. The agency names its own people, for roles the contract gives; either party takes
somebody off again, and then their sessions end with the call.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts import closing
from anxin.contracts.entries import StaffNamed, StaffRemoved
from anxin.contracts.parties import at_employer, find, party, side_of
from anxin.identity import sessions
from anxin.identity.apply import set_contact, set_roles
from anxin.identity.models import Login, Membership, Person
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from anxin.kernel.i18n import lazy
from anxin.tenancy.models import Contract


@dataclass(frozen=True)
class Named:
    """Somebody of the agency who may enter under the contract: `id` in the employer's tenant, `home_id` at home."""

    id: UUID
    home_id: UUID | None
    name: str
    roles: tuple[str, ...]


@contextmanager
def looking(ctx: Ctx, contract: Contract) -> Iterator[Ctx]:
    """The employer's tenant, to read the staff and roles of this contract from either side."""
    if side_of(ctx) == "employer":
        yield ctx
    else:
        with at_employer(ctx, contract.tenant_id, contract.id) as there:
            yield there


def named(there: Ctx, contract_id: UUID) -> list[Named]:
    """The active staff of a contract, in the employer's tenant."""
    roles = (
        sa.select(sa.func.array_agg(Membership.role))
        .where(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            sa.or_(Membership.until.is_(None), Membership.until > there.now),
        )
        .scalar_subquery()
    )
    rows = there.db.execute(
        sa.select(Person.id, Person.home_person_id, Person.name, roles)
        .where(
            Person.tenant_id == there.tenant.id,
            Person.contract_id == contract_id,
            Person.state == "active",
        )
        .order_by(Person.sort_key)
        .limit(200)
    )
    return [Named(row[0], row[1], row[2], tuple(sorted(row[3] or ()))) for row in rows]


def colleagues(ctx: Ctx) -> list[tuple[UUID, str]]:
    """The agency's own people who can sign in: whom its manager may name."""
    rows = ctx.db.execute(
        sa.select(Person.id, Person.name)
        .join(Login, sa.and_(Login.tenant_id == Person.tenant_id, Login.person_id == Person.id))
        .where(Person.tenant_id == ctx.tenant.id, Person.state == "active", Person.contract_id.is_(None))
        .order_by(Person.sort_key)
        .limit(500)
    )
    return [(row.id, row.name) for row in rows]


def name_person(ctx: Ctx, contract_id: UUID, colleague_id: UUID, roles: Sequence[str]) -> UUID:
    """The agency names one of its people for roles of the contract (again: with other roles). Returns who they are in
    the employer's tenant. Forbidden for the union: it does not choose the agency's people."""
    find(ctx, contract_id)
    if side_of(ctx) != "agency":
        raise Forbidden(lazy("The agency names its own people."))
    colleague = ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.id == colleague_id, Person.state == "active"
        )
    )
    if colleague is None:
        raise NotFound()
    with party(ctx, contract_id) as acting:
        contract = acting.contract
        if contract.state == "ended":
            raise Conflict(lazy("This contract has ended. Draft a new one."))
        if not roles or set(roles) - set(contract.roles):
            raise Invalid(fields={"roles": [lazy("Choose among the roles this contract gives.")]})
        person = _present(acting.there, contract, colleague)
        set_roles(acting.there, person.id, tuple(sorted(set(roles))))
        if colleague.contact and (mail := ctx.open(colleague, "contact").get("email")):
            set_contact(acting.there, person, email=mail)
        sessions.end_all(acting.there, person.id)
        told = tuple(sorted(set(roles)))
        acting.there.audit(StaffNamed(contract_id=contract.id, roles=told, subject_id=person.id))
        ctx.audit(StaffNamed(contract_id=contract.id, roles=told, subject_id=colleague.id))
        acting.there.db.flush()
        return person.id


def _present(there: Ctx, contract: Contract, colleague: Person) -> Person:
    row = there.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == there.tenant.id,
            Person.contract_id == contract.id,
            Person.home_person_id == colleague.id,
        )
    )
    if row is None:
        row = there.add(
            Person(
                kind="agency_staff",
                name=colleague.name,
                sort_key=sort_key(colleague.name),
                contract_id=contract.id,
                home_tenant_id=contract.agency_id,
                home_person_id=colleague.id,
            )
        )
    row.state, row.left_at, row.name = "active", None, colleague.name
    there.db.flush()
    return row


def remove(ctx: Ctx, contract_id: UUID, person_id: UUID) -> None:
    """Take somebody off the contract, from either side; their sessions and tokens end at once."""
    with party(ctx, contract_id) as acting:
        person = acting.there.db.scalar(
            sa.select(Person).where(
                Person.tenant_id == acting.there.tenant.id,
                Person.id == person_id,
                Person.contract_id == contract_id,
                Person.state == "active",
            )
        )
        if person is None:
            raise NotFound()
        ended = closing.leave(acting.there, person)
        entry = StaffRemoved(contract_id=contract_id, side=acting.side, sessions=ended, subject_id=person.id)
        acting.audit(entry)
