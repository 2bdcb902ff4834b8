"""What the demo's contracts say and what came of them: an amendment both have signed, one that waits for a signature,
half a year of services without names, their statements, and the figures published to the union above.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from anxin.contracts import content, rollups, statements
from anxin.contracts.models import ContractVersion, ServiceUnit
from anxin.identity.models import Membership, Person
from anxin.kernel.actor import Actor
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n.choice import current_zone
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Contract

MONTHS = 6
# kind → (module, least, most a month, minutes each; 0: nobody measures it)
SERVED = {
    "session": ("rooms", 14, 34, 50),
    "interpretation": ("assessments", 8, 22, 0),
    "call": ("hotline", 9, 26, 18),
    "visit": ("volunteers", 5, 9, 0),
    "group": ("rooms", 2, 7, 90),
    "lecture": ("rooms", 0, 3, 120),
}
OPEN_IN = "qinghe"  # where an amendment waits for the union's signature
MANAGER = "许安澜"


def tell(ctx: Ctx) -> None:
    """The whole story of one union's contracts; entries are written as of today."""
    ctx.unaudited("invented history")
    officer = _officer(ctx)
    for contract in ctx.db.scalars(
        sa.select(Contract).where(Contract.tenant_id == ctx.tenant.id, Contract.state == "running")
    ).all():
        _amend(ctx, contract, officer)
        _serve(ctx, contract)
    if ctx.tenant.parent_id is not None:
        with _as(ctx, officer):
            for month in _months(ctx, 4):
                rollups.publish(ctx, month)


def _months(ctx: Ctx, count: int) -> list[date]:
    """The last closed months, oldest first."""
    found = [statements.month_before(ctx.today)]
    while len(found) < count:
        found.append(statements.month_before(found[-1]))
    return found[::-1]


def _officer(ctx: Ctx) -> Actor:
    row = ctx.db.execute(
        sa.select(Person.id, Person.name)
        .join(
            Membership,
            sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id),
        )
        .where(Person.tenant_id == ctx.tenant.id, Membership.role == "union_admin")
        .order_by(Person.number)
        .limit(1)
    ).one()
    return Actor(kind="person", reach="system", person_id=row.id, name=row.name, roles=("union_admin",))


@contextmanager
def _as(ctx: Ctx, actor: Actor) -> Iterator[None]:
    before, ctx.actor = ctx.actor, actor
    try:
        yield
    finally:
        ctx.actor = before


def _amend(ctx: Ctx, contract: Contract, officer: Actor) -> None:
    """Version 2, in force: what the tenant's file says. And in one union version 3, signed by the agency only."""
    told = content.of(contract)
    signed = ctx.now - timedelta(days=200)
    _version(ctx, contract, 2, told, state="agreed", agency=signed, employer=signed, officer=officer)
    if ctx.tenant.slug == OPEN_IN:
        more = told | {"sessions_per_person": 8, "prices": told["prices"] | {"session": 42000}}
        _version(ctx, contract, 3, more, state="proposed", agency=ctx.now - timedelta(days=2))


def _version(
    ctx: Ctx,
    contract: Contract,
    number: int,
    told: content.Content,
    *,
    state: str,
    agency: datetime,
    employer: datetime | None = None,
    officer: Actor | None = None,
) -> None:
    ctx.add(
        ContractVersion(
            contract_id=contract.id,
            agency_id=contract.agency_id,
            number=number,
            proposed_by="agency",
            content=told,
            digest=content.digest(contract, number, told),
            state=state,
            made_at=agency - timedelta(days=3),
            agency_signed_at=agency,
            agency_signer=MANAGER,
            employer_signed_at=employer,
            employer_signer=officer.name if officer else None,
        )
    )
    ctx.db.flush()


def _serve(ctx: Ctx, contract: Contract) -> None:
    """Services of the last months and of this one, and the statements of those that are over."""
    dice, prices = random.Random(f"{ctx.tenant.slug} served"), content.of(contract)["prices"]
    this_month = ctx.today.replace(day=1)
    for month in [*_months(ctx, MONTHS), this_month]:
        days = max((min(statements.after(month), ctx.today) - month).days, 1)
        ctx.insert(
            ServiceUnit,
            [
                {
                    "id": new_id(),
                    "contract_id": contract.id,
                    "agency_id": contract.agency_id,
                    "module": module if module in contract.services else contract.services[0],
                    "kind": kind,
                    "done_on": month + timedelta(days=dice.randrange(days)),
                    "minutes": minutes,
                    "price_fen": prices.get(kind, 0),
                    "statement_id": None,
                }
                for kind, (module, least, most, minutes) in SERVED.items()
                for _each in range(dice.randint(least, most))
            ],
        )
    for month in _months(ctx, MONTHS):
        issued_on = datetime.combine(statements.after(month) + timedelta(days=3), time(9), current_zone())
        before, ctx.now = ctx.now, min(issued_on, ctx.now)
        try:
            statements.make(ctx, contract, month)
        finally:
            ctx.now = before
