"""Services given, as units without names, and the year's sessions a person may have under the contract.

A module calls `record_service_unit` in the transaction of the service itself. The row says what, on which day and at
which price. Its id is a keyed hash of the module's own key, so that recording twice is one row, and nobody who has only
the database finds the way back to a person. The cap is counted apart, behind the employer wall, by `person_id`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.errors import NotNullViolation
from sqlalchemy.dialects import postgresql as pg

from anxin.contracts.entries import SessionCounted, UnitRecorded, UnitWithdrawn
from anxin.contracts.models import ServiceUnit, SessionUse
from anxin.contracts.words import KINDS
from anxin.kernel.ctx import Ctx, Refusal
from anxin.kernel.errors import Conflict, NotFound, ProgrammingError
from anxin.kernel.i18n import lazy, local
from anxin.kernel.ids import new_id
from anxin.tenancy.models import Contract

# A contract that does not cover the module or the day gives no row, and so does a key that was recorded before.
_RECORD = """
INSERT INTO core.service_unit
       (tenant_id, id, contract_id, agency_id, module, kind, done_on, minutes, price_fen)
SELECT c.tenant_id, %(id)s, c.id, c.agency_id, %(module)s, %(kind)s, %(day)s, %(minutes)s,
       coalesce(%(price)s::int, (c.terms -> 'prices' ->> %(kind)s)::int, 0)
  FROM core.contract c
 WHERE c.tenant_id = %(tenant)s AND c.id = %(contract)s AND %(module)s = ANY (c.services)
   AND c.state <> 'draft' AND %(day)s BETWEEN c.starts_on AND c.ends_on
ON CONFLICT DO NOTHING
"""

# The same for whom the way in has just said that it covers: without a row of the contract it is refused.
_RECORD_OWN = """
INSERT INTO core.service_unit
       (tenant_id, id, contract_id, agency_id, module, kind, done_on, minutes, price_fen)
SELECT %(tenant)s, %(id)s, %(contract)s, c.agency_id, %(module)s, %(kind)s, %(day)s, %(minutes)s,
       coalesce((c.terms -> 'prices' ->> %(kind)s)::int, 0)
  FROM (SELECT) AS once
  LEFT JOIN core.contract c ON c.tenant_id = %(tenant)s AND c.id = %(contract)s AND %(module)s = ANY (c.services)
   AND c.state <> 'draft' AND %(day)s BETWEEN c.starts_on AND c.ends_on
"""

CAPPED = ("session",)  # the kinds that count towards a person's sessions of the year


def record_service_unit(
    ctx: Ctx,
    contract_id: UUID,
    module: str,
    kind: str,
    *,
    minutes: int,
    key: str,
    price_fen: int | None = None,
    done_on: date | None = None,
    person_id: UUID | None = None,
) -> bool:
    """Record one service given under a contract of this tenant; False when `key` was recorded before.

    `kind` is one of words.KINDS; `minutes` is 0 where nobody measures them; `key` is the module's own name for this
    service ("counselling:<id>"), kept only as a keyed hash. Without `price_fen` the contract's price counts. With
    `person_id` a session also counts towards the person's year (Conflict when none is left); the unit itself never
    carries the person. Works in an employer's tenant.
    """
    if kind not in KINDS:
        raise ProgrammingError(f"{kind} is no kind of service (anxin.contracts.words.KINDS)")
    contract = ctx.db.get(Contract, (ctx.tenant.id, contract_id))
    if contract is None or module not in contract.services:
        raise NotFound()
    day = done_on or ctx.today
    if not _runs(contract, day):
        raise _over()
    return _record(
        ctx,
        contract.id,
        module,
        kind,
        minutes=minutes,
        key=key,
        price_fen=price_fen,
        day=day,
        person_id=person_id,
    )


def withdraw_service_unit(ctx: Ctx, contract_id: UUID, module: str, key: str) -> bool:
    """Take back a unit that turned out to be none of this contract's; False when there is none. Conflict once a
    statement bills it: what was billed stays as it was."""
    unit = (
        ServiceUnit.tenant_id == ctx.tenant.id,
        ServiceUnit.id == _unlinkable(ctx, f"{module}:{key}"),
        ServiceUnit.contract_id == contract_id,
    )
    row = ctx.db.execute(
        sa.select(ServiceUnit.id, ServiceUnit.kind, ServiceUnit.statement_id).where(*unit).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    if row.statement_id is not None:
        raise Conflict(lazy("This service is on a statement already."), code="billed")
    ctx.execute(sa.delete(ServiceUnit).where(*unit))
    ctx.audit(UnitWithdrawn(contract_id=contract_id, kind=row.kind, subject_id=row.id))
    return True


def record_if_served(
    ctx: Ctx,
    module: str,
    kind: str,
    *,
    minutes: int,
    key: str,
    contract_id: UUID | None = None,
    done_on: date | None = None,
    person_id: UUID | None = None,
) -> bool:
    """`record_service_unit` for what somebody of an agency has just finished: under `contract_id`, else the actor's own.

    Whoever works here without a contract, or under one that does not cover the module or that day, did the same work
    and is billed to nobody: False, and their work goes on. A price that was not agreed counts as nothing.
    """
    if kind not in KINDS:
        raise ProgrammingError(f"{kind} is no kind of service (anxin.contracts.words.KINDS)")
    contract_id = contract_id or ctx.actor.contract_id
    if contract_id is None:
        return False
    day = done_on or ctx.today
    return _record(
        ctx, contract_id, module, kind, minutes=minutes, key=key, price_fen=None, day=day, person_id=person_id
    )


def record_own(ctx: Ctx, module: str, kind: str, *, minutes: int, key: str) -> None:
    """`record_if_served` for what the actor has finished in this very request and never before: nobody waits for an
    answer. Conflict, with the commit, when the contract ends at that moment."""
    if kind not in KINDS:
        raise ProgrammingError(f"{kind} is no kind of service (anxin.contracts.words.KINDS)")
    contract_id = ctx.actor.contract_id
    if contract_id is None or module not in ctx.actor.services:
        return
    unit_id = _unlinkable(ctx, f"{module}:{key}")
    ctx.last(
        _RECORD_OWN,
        {
            "tenant": ctx.tenant.id,
            "id": unit_id,
            "contract": contract_id,
            "module": module,
            "kind": kind,
            "day": ctx.today,
            "minutes": minutes,
        },
        new=True,
        refused=Refusal("core.service_unit", _over, NotNullViolation),
    )
    ctx.audit(UnitRecorded(contract_id=contract_id, kind=kind, subject_id=unit_id))


def _record(
    ctx: Ctx,
    contract_id: UUID,
    module: str,
    kind: str,
    *,
    minutes: int,
    key: str,
    price_fen: int | None,
    day: date,
    person_id: UUID | None,
) -> bool:
    """The unit, if the contract covers it: one statement, since a call that is being saved waits for it."""
    unit_id = _unlinkable(ctx, f"{module}:{key}")
    made = ctx.fast(
        _RECORD,
        {
            "tenant": ctx.tenant.id,
            "id": unit_id,
            "contract": contract_id,
            "module": module,
            "kind": kind,
            "day": day,
            "minutes": minutes,
            "price": price_fen,
        },
    ).rowcount
    if not made:
        return False
    ctx.audit(UnitRecorded(contract_id=contract_id, kind=kind, subject_id=unit_id))
    if person_id is not None and kind in CAPPED:
        use_session(ctx, ctx.db.get_one(Contract, (ctx.tenant.id, contract_id)), person_id, day.year)
    return True


def _over() -> Conflict:
    return Conflict(lazy("The contract does not run on that day."))


def _runs(contract: Contract, day: date) -> bool:
    return contract.state != "draft" and contract.starts_on <= day <= contract.ends_on


def _unlinkable(ctx: Ctx, key: str) -> UUID:
    """The key under the deployment's blind-index key: stable, without a time in it, and not to be undone."""
    blind = ctx.runtime.keyring.blind(ctx.tenant.id, "service_unit", key, kind="text")
    return UUID(bytes=blind[:16], version=4)


def use_session(ctx: Ctx, contract: Contract, person_id: UUID, year: int) -> int:
    """Count one of the person's sessions of the year, at once and for good; returns how many are used. Conflict when
    the contract allows no more; two at the last one: one of them gets it."""
    cap = contract.terms.get("sessions_per_person")
    counted = pg.insert(SessionUse).values(
        tenant_id=ctx.tenant.id,
        id=new_id(),
        person_id=person_id,
        contract_id=contract.id,
        year=year,
        used=1,
        changed_at=ctx.now,
    )
    row: Any = SessionUse.__table__.c
    used = ctx.execute(
        counted.on_conflict_do_update(
            index_elements=["tenant_id", "contract_id", "person_id", "year"],
            set_={"used": row.used + 1, "changed_at": ctx.now},
            where=(row.used < cap) if cap is not None else None,
        ).returning(row.used)
    ).scalar_one_or_none()
    if used is None or cap == 0:
        raise Conflict(lazy("All sessions of this year are used. Ask the union whether it adds some."))
    ctx.audit(SessionCounted(contract_id=contract.id, subject_id=person_id))
    return used


def sessions_left(ctx: Ctx, contract_id: UUID, people: Sequence[UUID]) -> dict[UUID, int]:
    """How many sessions each of these people may still have this year; nobody is in it when the contract sets no limit.
    Asked for oneself, or by a helper who is to book one."""
    contract = ctx.db.scalar(
        sa.select(Contract).where(Contract.tenant_id == ctx.tenant.id, Contract.id == contract_id)
    )
    if contract is None:
        raise NotFound()
    cap = (contract.terms or {}).get("sessions_per_person")
    if cap is None or not people:
        return {}
    rows = ctx.db.execute(
        sa.select(SessionUse.person_id, SessionUse.used).where(
            SessionUse.tenant_id == ctx.tenant.id,
            SessionUse.contract_id == contract_id,
            SessionUse.person_id.in_(people),
            SessionUse.year == local(ctx.now).year,
        )
    )
    used = {row.person_id: row.used for row in rows}
    return {person_id: max(cap - used.get(person_id, 0), 0) for person_id in people}


def running_contract(ctx: Ctx, module: str) -> Contract | None:
    """The contract under which this module is served here today (the newest, if there are several)."""
    today = ctx.today
    return ctx.db.scalar(
        sa.select(Contract)
        .where(
            Contract.tenant_id == ctx.tenant.id,
            Contract.state == "running",
            Contract.starts_on <= today,
            Contract.ends_on >= today,
            sa.literal(module) == sa.any_(Contract.services),
        )
        .order_by(Contract.starts_on.desc())
        .limit(1)
    )
