"""The end of a contract: access ends with the call itself, jobs tidy up, and people confirm the rest by a date.

Ended at once: every session and token of the agency's people (their capabilities are revoked, and each request asks the
contract anyway). By job: their turns of duty, the people assigned to them, the files made for them here, and how to
reach them. By people, with dates: hand over, return, delete, receipt; whoever is late is reminded each day.
"""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts import telling
from anxin.contracts.entries import Ended, StepDone
from anxin.contracts.models import ClosingStep
from anxin.contracts.parties import find, party, side_of
from anxin.files.models import StoredFile
from anxin.identity import sessions
from anxin.identity.models import Assignment, Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, NotFound
from anxin.kernel.i18n import lazy, local
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.safety.models import Crisis, DutyShift
from anxin.tasks.models import TaskRow
from anxin.tenancy.models import Contract


class Due(NamedTuple):
    """A line of the list: who does it, and within how many days."""

    code: str
    side: str
    days: int


STEPS = (
    Due("access", "system", 0),
    Due("shifts", "system", 0),
    Due("assignments", "system", 0),
    Due("handover", "employer", 1),
    Due("return", "agency", 14),
    Due("delete", "agency", 30),
    Due("receipt", "employer", 37),
)


def close(there: Ctx, contract: Contract, side: str, reason: str, *, home: Ctx | None = None) -> None:
    """End the contract in its employer's tenant. `side` "system" is the calendar."""
    contract.state, contract.ended_at = "ended", there.now
    people = there.db.scalars(
        sa.select(Person).where(
            Person.tenant_id == there.tenant.id,
            Person.contract_id == contract.id,
            Person.state == "active",
        )
    ).all()
    ended = sum(leave(there, person) for person in people)
    today = local(there.now).date()
    for due in STEPS:
        step = there.add(
            ClosingStep(
                contract_id=contract.id,
                agency_id=contract.agency_id,
                code=due.code,
                side=due.side,
                due_on=today + timedelta(days=due.days),
            )
        )
        if due.code == "access":
            step.done_at, step.count = there.now, ended
    entry = Ended(contract_id=contract.id, side=side, reason=reason, people=len(people), sessions=ended)
    there.audit(entry)
    if home is not None and home is not there:
        home.audit(entry)
    there.enqueue(tidy, contract_id=contract.id)
    there.db.flush()


def leave(there: Ctx, person: Person) -> int:
    """Take a person of the agency out: sessions and tokens end now. Returns how many."""
    person.state, person.left_at = "left", there.now
    return sessions.end_all(there, person.id)


@job("contracts.tidy")
def tidy(ctx: Ctx, *, contract_id: str) -> None:
    """After the end: no turns of duty, no assignments and no copies are left to people who are not here any more; and how
    many cases were theirs is counted for the hand-over."""
    theirs = sa.select(Person.id).where(
        Person.tenant_id == ctx.tenant.id, Person.contract_id == UUID(contract_id)
    )
    shifts = ctx.execute(
        sa.delete(DutyShift).where(
            DutyShift.tenant_id == ctx.tenant.id,
            DutyShift.person_id.in_(theirs),
            DutyShift.ends_at > ctx.now,
        )
    ).rowcount  # type: ignore[attr-defined]  (a DML result has it)
    released = ctx.execute(
        sa.update(Assignment)
        .where(
            Assignment.tenant_id == ctx.tenant.id,
            Assignment.helper_id.in_(theirs),
            Assignment.until.is_(None),
        )
        .values(until=ctx.now)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]  (as above)
    cases = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Crisis)
        .where(Crisis.tenant_id == ctx.tenant.id, Crisis.state != "closed", Crisis.lead_id.in_(theirs))
    )
    _count(ctx, contract_id, "shifts", shifts)
    _count(ctx, contract_id, "assignments", released)
    _drop_copies(ctx, contract_id, theirs)
    step = _step(ctx, UUID(contract_id), "handover")
    step.count = cases
    if not cases:
        step.done_at = ctx.now


def _drop_copies(ctx: Ctx, contract_id: str, theirs: sa.Select[Any]) -> None:
    """What lies here for them alone: files their tasks made, and their telephone and mail. The agency confirms the rest."""
    made = sa.select(TaskRow.file_id).where(TaskRow.tenant_id == ctx.tenant.id, TaskRow.owner_id.in_(theirs))
    files = ctx.execute(
        sa.delete(StoredFile)
        .where(StoredFile.tenant_id == ctx.tenant.id, StoredFile.id.in_(made))
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]  (as above)
    ctx.execute(
        sa.update(Person)
        .where(Person.tenant_id == ctx.tenant.id, Person.id.in_(theirs))
        .values(contact=None, phone_index=None, email_index=None)
        .execution_options(synchronize_session=False)
    )
    step = _step(ctx, UUID(contract_id), "delete")
    step.count = files
    ctx.audit(StepDone(contract_id=UUID(contract_id), step="delete", side="system", count=files))


def _count(ctx: Ctx, contract_id: str, code: str, count: int) -> None:
    step = _step(ctx, UUID(contract_id), code)
    step.done_at, step.count = ctx.now, count
    ctx.audit(StepDone(contract_id=UUID(contract_id), step=code, side="system", count=count))


@job("contracts.lapse", every=timedelta(hours=1))
def lapse(ctx: Ctx) -> None:
    """Contracts whose last day is over end like any other."""
    over = ctx.db.scalars(
        sa.select(Contract)
        .where(
            Contract.tenant_id == ctx.tenant.id,
            Contract.state == "running",
            Contract.ends_on < ctx.today,
        )
        .with_for_update()
    ).all()
    for contract in over:
        close(ctx, contract, "system", "expired")


@job("contracts.remind", every=timedelta(days=1))
def remind(ctx: Ctx) -> None:
    """Whoever still owes a step after an end is told of it on its day, and each day after."""
    late = ctx.db.execute(
        sa.select(ClosingStep.contract_id, ClosingStep.side)
        .where(
            ClosingStep.tenant_id == ctx.tenant.id,
            ClosingStep.done_at.is_(None),
            ClosingStep.side != "system",
            ClosingStep.due_on <= ctx.today,
        )
        .distinct()
    )
    for contract_id, side in late:
        ctx.enqueue(telling.tell, contract_id=contract_id, to=side, occasion=new_id())


# ---- the list ---------------------------------------------------------------------------------------------


def steps(ctx: Ctx, contract: Contract) -> list[ClosingStep]:
    """What has to be done after the end, in order; empty while the contract runs."""
    order = {due.code: number for number, due in enumerate(STEPS)}
    rows = ctx.db.scalars(
        sa.select(ClosingStep).where(
            ClosingStep.tenant_id == contract.tenant_id, ClosingStep.contract_id == contract.id
        )
    )
    return sorted(rows, key=lambda row: order[row.code])


def confirm(ctx: Ctx, contract_id: UUID, code: str) -> None:
    """A party says that its step is done. The receipt comes last: it confirms all the others."""
    find(ctx, contract_id)
    side = side_of(ctx)
    with party(ctx, contract_id) as acting:
        step = _step(acting.there, contract_id, code)
        if step.side != side:
            raise NotFound()
        if step.done_at is not None:
            raise Conflict(lazy("This step is confirmed already."))
        waiting = [
            one for one in steps(acting.there, acting.contract) if one.done_at is None and one.code != code
        ]
        if code == "receipt" and waiting:
            raise Conflict(lazy("Other steps are still open. Confirm the receipt when all is done."))
        step.done_at, step.done_by = ctx.now, acting.signer
        acting.audit(StepDone(contract_id=contract_id, step=code, side=side))


def _step(there: Ctx, contract_id: UUID, code: str) -> ClosingStep:
    found = there.db.scalar(
        sa.select(ClosingStep).where(
            ClosingStep.tenant_id == there.tenant.id,
            ClosingStep.contract_id == contract_id,
            ClosingStep.code == code,
        )
    )
    if found is None:
        raise NotFound()
    return found
