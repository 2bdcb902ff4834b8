"""The agency's side of a notice that an employer's tenant sends to one of its staff."""

from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.jobs import job
from anxin.notices.channels import DELIVER, runs
from anxin.notices.services import put
from anxin.tenancy.models import Contract


@job(DELIVER)
def deliver_from_contract(
    ctx: Ctx, *, contract_id: str, person_id: str, notice_id: str, kind: str, link: str, urgent: bool
) -> None:
    """In the agency: a notice from an employer it serves. It leads through “enter”, never straight into the
    employer's pages, and says neither which employer nor what about. Checked again here: the agency trusts
    its own contract only.
    """
    contract = ctx.db.scalar(
        sa.select(Contract).where(Contract.id == UUID(contract_id), Contract.agency_id == ctx.tenant.id)
    )
    staff = ctx.db.scalar(
        sa.select(Person.state).where(Person.tenant_id == ctx.tenant.id, Person.id == UUID(person_id))
    )
    if contract is None or not runs(ctx, contract) or staff != "active":
        return
    put(ctx, UUID(person_id), kind, link, urgent=urgent, key=f"contract:{notice_id}", contract_id=contract.id)
