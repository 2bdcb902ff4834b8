"""From which side somebody acts. A contract's rows live in the employer's tenant. The employer's own people act there;
the agency's act from the agency's tenant, and reach the employer's rows of this contract, nothing else, through here.

Who works for an agency inside an employer's tenant is neither: they never act for a party there, whatever role they hold.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.actor import Actor, TenantInfo
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.entry import Entry, Refused
from anxin.kernel.errors import Forbidden, NotFound
from anxin.tenancy.models import Contract

Side = Literal["employer", "agency"]


@dataclass(frozen=True)
class Party:
    """One side at work on one contract: `there` is the employer's tenant, `home` the actor's own."""

    side: Side
    there: Ctx
    home: Ctx
    contract: Contract

    def audit(self, entry: Entry) -> None:
        """In the employer's trail, and an agency's act in its own too."""
        self.there.audit(entry)
        if self.home is not self.there:
            self.home.audit(entry)

    @property
    def signer(self) -> str:
        return self.home.actor.name


def side_of(ctx: Ctx) -> Side:
    """Which side this actor stands on. Forbidden for an agency's staff inside an employer's tenant."""
    if ctx.actor.contract_id is not None:
        raise Forbidden(record=Refused(code="not_a_party", what="contracts"))
    return "agency" if ctx.tenant.kind == "agency" else "employer"


def mine(ctx: Ctx) -> sa.ColumnElement[bool]:
    """The contracts of the actor's own side (a union never reads as the agency of another, nor the reverse)."""
    own = Contract.agency_id if side_of(ctx) == "agency" else Contract.tenant_id
    return own == ctx.tenant.id


def find(ctx: Ctx, contract_id: UUID) -> Contract:
    """A contract this tenant is a party of, to read; NotFound for every other."""
    row = ctx.db.scalar(sa.select(Contract).where(Contract.id == contract_id, mine(ctx)))
    if row is None:
        raise NotFound()
    return row


def others(ctx: Ctx, rows: Sequence[Contract]) -> dict[UUID, TenantInfo]:
    """The other party of each contract, by the contract's id."""
    directory, side = ctx.runtime.caches["directory"], side_of(ctx)
    return {row.id: directory.by_id(row.agency_id if side == "employer" else row.tenant_id) for row in rows}


@contextmanager
def party(ctx: Ctx, contract_id: UUID) -> Iterator[Party]:
    """Act on a contract from one's own side; two acts at once come one after the other. The agency's act in the
    employer's tenant is committed when the block ends."""
    known = find(ctx, contract_id)
    if side_of(ctx) == "employer":
        yield Party("employer", ctx, ctx, _locked(ctx, known.id))
        return
    with at_employer(ctx, known.tenant_id, known.id) as there:
        yield Party("agency", there, ctx, _locked(there, known.id))


@contextmanager
def at_employer(ctx: Ctx, employer_id: UUID, contract_id: UUID | None) -> Iterator[Ctx]:
    """The employer's tenant for an act of the agency; its trail names the agency and the contract."""
    employer = ctx.runtime.caches["directory"].by_id(employer_id)
    actor = Actor(
        kind="person",
        reach="system",
        name=ctx.actor.name,
        agency=ctx.tenant.name,
        contract_id=contract_id,
        roles=ctx.actor.roles,
    )
    with tenant_scope(ctx.runtime, employer, actor) as there:
        yield there


def _locked(there: Ctx, contract_id: UUID) -> Contract:
    return there.db.scalars(
        sa.select(Contract)
        .where(Contract.tenant_id == there.tenant.id, Contract.id == contract_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
