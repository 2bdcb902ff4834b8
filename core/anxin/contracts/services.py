"""A contract's life: drafted, worded anew, signed by both, in force, ended. The only writers of contract and versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts import closing, content, telling
from anxin.contracts.content import Content
from anxin.contracts.entries import Began, Proposed, Signed, Withdrawn
from anxin.contracts.models import ClosingStep, ContractVersion
from anxin.contracts.parties import Party, Side, at_employer, find, mine, others, party, side_of
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, Invalid, NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Contract

PAGE = 50


@dataclass(frozen=True)
class Shown:
    """A contract as either party sees it: what holds, what is proposed, and what still has to be done after its end."""

    contract: Contract
    side: Side
    other: TenantInfo
    content: Content
    proposed: ContractVersion | None
    versions: list[ContractVersion]
    steps: list[ClosingStep]

    @property
    def signed_by_us(self) -> bool:
        return self.proposed is not None and bool(getattr(self.proposed, f"{self.side}_signed_at"))


def listed(ctx: Ctx) -> list[tuple[Contract, TenantInfo, ContractVersion | None]]:
    """The contracts of this party, those in force first: with the other party and what is proposed."""
    order = sa.case({"draft": 0, "running": 1}, value=Contract.state, else_=2)
    rows = ctx.db.scalars(
        sa.select(Contract).where(mine(ctx)).order_by(order, Contract.ends_on.desc()).limit(PAGE * 4)
    ).all()
    open_ = {
        row.contract_id: row
        for row in ctx.db.scalars(
            sa.select(ContractVersion).where(
                ContractVersion.tenant_id.in_({row.tenant_id for row in rows}),
                ContractVersion.contract_id.in_([row.id for row in rows]),
                ContractVersion.state == "proposed",
            )
        )
    }
    names = others(ctx, rows)
    return [(row, names[row.id], open_.get(row.id)) for row in rows]


def shown(ctx: Ctx, contract_id: UUID) -> Shown:
    row = find(ctx, contract_id)
    versions = list(
        ctx.db.scalars(
            sa.select(ContractVersion)
            .where(ContractVersion.tenant_id == row.tenant_id, ContractVersion.contract_id == row.id)
            .order_by(ContractVersion.number.desc())
            .limit(PAGE)
        )
    )
    proposed = next((one for one in versions if one.state == "proposed"), None)
    return Shown(
        row,
        side_of(ctx),
        others(ctx, [row])[row.id],
        content.of(row),
        proposed,
        versions,
        closing.steps(ctx, row),
    )


def partners(ctx: Ctx) -> list[TenantInfo]:
    """Whom a union may draft a contract with: the platform's agencies. (An agency names the union by its short name.)"""
    return [one for one in ctx.runtime.caches["directory"].all() if one.kind == "agency"]


def draft(ctx: Ctx, other: str, number: str, data: Mapping[str, Any]) -> UUID:
    """A new contract with the party of this short name, as a first proposed wording. Signing is a second step."""
    side = side_of(ctx)
    try:
        partner: TenantInfo = ctx.runtime.caches["directory"].by_slug(other)
    except NotFound:
        partner = ctx.tenant
    if (partner.kind == "agency") == (side == "agency"):
        raise Invalid(fields={"other": [lazy("There is nobody of this short name to sign with.")]})
    if side == "employer":
        return _draft(ctx, ctx, side, partner.id, number, data)
    with at_employer(ctx, partner.id, None) as there:
        return _draft(ctx, there, side, ctx.tenant.id, number, data)


def _draft(  # noqa: PLR0917  (called twice, from `draft`)
    home: Ctx, there: Ctx, side: Side, agency_id: UUID, number: str, data: Mapping[str, Any]
) -> UUID:
    made = content.make(there, data)
    there.lock("contracts.number")
    taken = there.db.scalar(
        sa.select(Contract.id).where(Contract.tenant_id == there.tenant.id, Contract.number == number)
    )
    if taken is not None:
        raise Invalid(fields={"number": [lazy("There is a contract of this number already.")]})
    row = Contract(id=new_id(), agency_id=agency_id, number=number, state="draft")
    content.put(row, made)
    there.add(row)
    there.db.flush()
    _word(Party(side, there, home, row), 1, made)
    return row.id


def propose(ctx: Ctx, contract_id: UUID, data: Mapping[str, Any]) -> int:
    """Word the contract anew: the open proposal, or an amendment of what is in force. Earlier signatures on an open
    proposal are gone with its words. Returns the version's number."""
    with party(ctx, contract_id) as acting:
        if acting.contract.state == "ended":
            raise Conflict(lazy("This contract has ended. Draft a new one."))
        made = content.make(acting.there, data)
        open_ = _open(acting)
        if open_ is None and made == content.of(acting.contract):
            raise Invalid(lazy("Nothing differs from what is agreed already."))
        return _word(acting, open_.number if open_ else _latest(acting) + 1, made, open_)


def _word(acting: Party, number: int, made: Content, row: ContractVersion | None = None) -> int:
    there, contract = acting.there, acting.contract
    if row is None:
        row = there.add(
            ContractVersion(
                contract_id=contract.id,
                agency_id=contract.agency_id,
                number=number,
                proposed_by=acting.side,
                content=made,
                digest="",
            )
        )
    row.content, row.proposed_by = made, acting.side
    row.digest = content.digest(contract, number, made)
    row.employer_signed_at = row.employer_signer = row.agency_signed_at = row.agency_signer = None
    if contract.state == "draft":
        content.put(contract, made)
    acting.audit(Proposed(contract_id=contract.id, version=number, side=acting.side))
    telling.other_side(acting)
    there.db.flush()
    return number


def sign(ctx: Ctx, contract_id: UUID, digest: str) -> bool:
    """Sign the open wording for one's own side, exactly as it was shown (`digest`); True when both have signed and it
    is in force. Conflict when the words have changed since."""
    with party(ctx, contract_id) as acting:
        row = _open(acting)
        if row is None or row.digest != digest or row.digest != _computed(acting, row):
            raise Conflict(lazy("The wording has changed since you read it. Read it again before you sign."))
        if getattr(row, f"{acting.side}_signed_at") is not None:
            raise Conflict(lazy("Your side has signed this already."))
        setattr(row, f"{acting.side}_signed_at", ctx.now)
        setattr(row, f"{acting.side}_signer", acting.signer)
        acting.audit(
            Signed(contract_id=row.contract_id, version=row.number, side=acting.side, digest=row.digest)
        )
        both = row.employer_signed_at is not None and row.agency_signed_at is not None
        if both:
            _begin(acting, row)
        telling.other_side(acting)
        acting.there.db.flush()
        return both


def _computed(acting: Party, row: ContractVersion) -> str:
    return content.digest(acting.contract, row.number, row.content)


def _begin(acting: Party, row: ContractVersion) -> None:
    contract = acting.contract
    content.put(contract, row.content)
    contract.employer_signed_at, contract.agency_signed_at = row.employer_signed_at, row.agency_signed_at
    contract.state, row.state = "running", "agreed"
    acting.audit(Began(contract_id=contract.id, version=row.number))


def withdraw(ctx: Ctx, contract_id: UUID) -> None:
    """Take the open proposal back, from either side; a contract that was never agreed on is over with it."""
    with party(ctx, contract_id) as acting:
        row = _open(acting)
        if row is None:
            raise Conflict(lazy("Nothing is proposed at the moment."))
        row.state = "withdrawn"
        if acting.contract.state == "draft":
            acting.contract.state, acting.contract.ended_at = "ended", ctx.now
        acting.audit(Withdrawn(contract_id=row.contract_id, version=row.number, side=acting.side))
        telling.other_side(acting)


def end(ctx: Ctx, contract_id: UUID, reason: str) -> None:
    """End a contract in force, from either side: access ends with this call, and what has to follow is listed."""
    with party(ctx, contract_id) as acting:
        if acting.contract.state != "running":
            raise Conflict(lazy("Only a contract in force can be ended."))
        closing.close(acting.there, acting.contract, acting.side, reason, home=acting.home)
        telling.other_side(acting)


def due_today(ctx: Ctx, row: Contract) -> bool:
    """Is today among the contract's days?"""
    return row.starts_on <= ctx.today <= row.ends_on


def _open(acting: Party) -> ContractVersion | None:
    return acting.there.db.scalar(
        sa.select(ContractVersion).where(
            ContractVersion.tenant_id == acting.there.tenant.id,
            ContractVersion.contract_id == acting.contract.id,
            ContractVersion.state == "proposed",
        )
    )


def _latest(acting: Party) -> int:
    """The highest version there was; a contract from a tenant's file counts as version 1."""
    highest = sa.select(sa.func.max(ContractVersion.number)).where(
        ContractVersion.tenant_id == acting.there.tenant.id,
        ContractVersion.contract_id == acting.contract.id,
    )
    return acting.there.db.scalar(highest) or 1
