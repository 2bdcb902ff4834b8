"""The monthly statement (月度结算单): units of a closed month and what waited before it, added up by kind and price.

Issued once, by the agency, the union or, in the first days of the month after, by a job; then it never changes. It is
also all that a union sees of use: a kind stands on it with at least k units, fewer wait for a later month, so that no
two statements subtract to a few. What still waits when the contract has ended and its last statement is out, stays
unbilled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts.entries import StatementIssued
from anxin.contracts.models import ServiceUnit, Statement
from anxin.contracts.parties import find, mine, party
from anxin.kernel.ctx import Ctx
from anxin.kernel.disclosure import show_count
from anxin.kernel.errors import Conflict, NotFound
from anxin.kernel.i18n import lazy, local
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.tenancy.models import Contract

PAGE = 36
ISSUE_AFTER = 3  # days into the next month: whoever records late still gets in


@dataclass(frozen=True)
class Line:
    """One line: how often, how many minutes in all, at which price."""

    kind: str
    units: int
    minutes: int
    price_fen: int

    @property
    def sum_fen(self) -> int:
        return self.units * self.price_fen

    def plain(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "units": self.units,
            "minutes": self.minutes,
            "price_fen": self.price_fen,
            "sum_fen": self.sum_fen,
        }


def month_before(day: date) -> date:
    """The first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=32)).replace(day=1)


def issue(ctx: Ctx, contract_id: UUID, month: date) -> UUID:
    """Issue the statement of a closed month, from either side. Conflict when the month is not over, or it is issued."""
    with party(ctx, contract_id) as acting:
        made = make(acting.there, acting.contract, month)
        entry = _entry(made)
        if acting.home is not acting.there:
            acting.home.audit(entry)
        return made.id


def make(there: Ctx, contract: Contract, month: date) -> Statement:
    """As `issue`, in the employer's tenant (jobs and the demo come here)."""
    month = month.replace(day=1)
    if after(month) > local(there.now).date():
        raise Conflict(lazy("A statement is issued when its month is over."))
    there.lock(f"contracts.statement:{contract.id}")
    known = there.db.scalar(
        sa.select(Statement.id).where(
            Statement.tenant_id == there.tenant.id,
            Statement.contract_id == contract.id,
            Statement.month >= month,
        )
    )
    if known is not None:
        raise Conflict(lazy("The statement of this month, or of a later one, is out already."))
    lines = [line for line in _waiting(there, contract, after(month)) if show_count(line.units).shown]
    row = there.add(
        Statement(
            id=new_id(),
            contract_id=contract.id,
            agency_id=contract.agency_id,
            month=month,
            number=f"{contract.number}-{month:%Y%m}",
            lines=[line.plain() for line in lines],
            total_fen=sum(line.sum_fen for line in lines),
            issued_at=there.now,
        )
    )
    there.db.flush()
    for line in lines:
        there.execute(
            sa.update(ServiceUnit)
            .where(*_billable(contract, after(month)))
            .where(ServiceUnit.kind == line.kind, ServiceUnit.price_fen == line.price_fen)
            .values(statement_id=row.id)
            .execution_options(synchronize_session=False)
        )
    there.audit(_entry(row))
    return row


def _entry(row: Statement) -> StatementIssued:
    return StatementIssued(
        contract_id=row.contract_id,
        statement_id=row.id,
        month=f"{row.month:%Y-%m}",
        units=sum(line["units"] for line in row.lines),
    )


def _billable(contract: Contract, before: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ServiceUnit.tenant_id == contract.tenant_id,
        ServiceUnit.contract_id == contract.id,
        ServiceUnit.done_on < before,
        ServiceUnit.statement_id.is_(None),
    )


def _waiting(ctx: Ctx, contract: Contract, before: date) -> list[Line]:
    rows = ctx.db.execute(
        sa.select(
            ServiceUnit.kind,
            sa.func.count(),
            sa.func.sum(ServiceUnit.minutes),
            ServiceUnit.price_fen,
        )
        .where(*_billable(contract, before))
        .group_by(ServiceUnit.kind, ServiceUnit.price_fen)
        .order_by(ServiceUnit.kind, ServiceUnit.price_fen)
    )
    return [Line(*row) for row in rows]


@job("contracts.statements", every=timedelta(hours=12))
def issue_due(ctx: Ctx) -> None:
    """Last month's statements, once the first days of the month have gone by; nothing served, nothing issued."""
    today = ctx.today
    if today.day <= ISSUE_AFTER:
        return
    month = month_before(today)
    newest = (
        sa.select(sa.func.max(Statement.month))
        .where(Statement.tenant_id == Contract.tenant_id, Statement.contract_id == Contract.id)
        .scalar_subquery()
    )
    due = ctx.db.scalars(
        sa.select(Contract).where(
            Contract.tenant_id == ctx.tenant.id,
            Contract.state != "draft",
            sa.or_(newest.is_(None), newest < month),
        )
    ).all()
    for contract in due:
        if any(show_count(line.units).shown for line in _waiting(ctx, contract, after(month))):
            make(ctx, contract, month)


# ---- reading ----------------------------------------------------------------------------------------------


def issued(ctx: Ctx, contract: Contract) -> list[Statement]:
    """The statements of a contract, newest first."""
    return list(
        ctx.db.scalars(
            sa.select(Statement)
            .where(Statement.tenant_id == contract.tenant_id, Statement.contract_id == contract.id)
            .order_by(Statement.month.desc())
            .limit(PAGE)
        )
    )


def get(ctx: Ctx, statement_id: UUID) -> tuple[Statement, Contract]:
    """A statement of one of this party's contracts; NotFound for every other."""
    found = ctx.db.execute(
        sa.select(Statement, Contract)
        .join(
            Contract, sa.and_(Contract.tenant_id == Statement.tenant_id, Contract.id == Statement.contract_id)
        )
        .where(
            Statement.tenant_id.in_(sa.select(Contract.tenant_id).where(mine(ctx))),
            Statement.id == statement_id,
            mine(ctx),
        )
    ).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def months_due(ctx: Ctx, contract: Contract, rows: Sequence[Statement]) -> list[date]:
    """The closed months a statement could be issued for now, newest first (at most a year back)."""
    month, found = month_before(ctx.today), []
    newest = rows[0].month if rows else None
    while len(found) < 12 and month >= contract.starts_on.replace(day=1) and (not newest or month > newest):
        found.append(month)
        month = month_before(month)
    return found


def unbilled(ctx: Ctx, contract_id: UUID) -> list[Line]:
    """What waits to be billed, exactly: for the agency alone, which gave the services. A union sees statements."""
    contract = find(ctx, contract_id)
    if ctx.tenant.id != contract.agency_id:
        raise NotFound()
    return _waiting(ctx, contract, date.max)


def use_by_month(rows: Sequence[Statement]) -> list[tuple[date, dict[str, int]]]:
    """Billed units by month and kind, oldest first: the utilisation both parties see."""
    return [
        (row.month, {line["kind"]: line["units"] for line in row.lines})
        for row in sorted(rows, key=lambda row: row.month)
    ]


def yuan(fen: int) -> str:
    """40000 → 400.00"""
    return f"{fen // 100:,}.{fen % 100:02d}"
