"""Telling the other party that a contract waits for it: whoever may sign or manage contracts there gets a notice."""

from uuid import UUID

import sqlalchemy as sa

from anxin.contracts.parties import Party
from anxin.contracts.permissions import MANAGE, SIGN
from anxin.identity.models import Membership, Person
from anxin.kernel import outbox
from anxin.kernel.ctx import Ctx
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.notices.services import notify
from anxin.tenancy.models import Contract

KIND = "contracts.attention"


def other_side(acting: Party) -> None:
    """After commit, one notice to each of the other party's people in charge."""
    to = "agency" if acting.side == "employer" else "employer"
    acting.there.enqueue(tell, contract_id=acting.contract.id, to=to, occasion=new_id())


@job("contracts.tell")
def tell(ctx: Ctx, *, contract_id: str, to: str, occasion: str) -> None:
    """In the employer's tenant: tell its own people, or hand the errand on to the agency's tenant."""
    if to == "employer":
        _tell_here(ctx, contract_id, occasion)
        return
    agency_id = ctx.db.scalars(
        sa.select(Contract.agency_id).where(
            Contract.tenant_id == ctx.tenant.id, Contract.id == UUID(contract_id)
        )
    ).one()
    payload = {"contract_id": contract_id, "occasion": occasion}
    outbox.put(ctx.runtime, agency_id, tell_agency.name, payload, key=occasion)


@job("contracts.tell_agency")
def tell_agency(ctx: Ctx, *, contract_id: str, occasion: str) -> None:
    """In the agency's tenant; it trusts only contracts that name it."""
    party_of = sa.select(Contract.id).where(
        Contract.id == UUID(contract_id), Contract.agency_id == ctx.tenant.id
    )
    if ctx.db.scalar(party_of) is not None:
        _tell_here(ctx, contract_id, occasion)


def _tell_here(ctx: Ctx, contract_id: str, occasion: str) -> None:
    for person_id in in_charge(ctx):
        notify(ctx, person_id, KIND, f"/service-contracts/{contract_id}", key=f"contract:{occasion}")


def in_charge(ctx: Ctx) -> list[UUID]:
    """The tenant's own people who may manage or sign contracts."""
    roles = [
        name for name, grants in ctx.tenant.roles.items() if MANAGE.name in grants or SIGN.name in grants
    ]
    rows = ctx.db.scalars(
        sa.select(Person.id)
        .join(
            Membership,
            sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id),
        )
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.state == "active",
            Person.contract_id.is_(None),
            Membership.role.in_(roles),
            sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
        )
        .distinct()
    )
    return list(rows)
