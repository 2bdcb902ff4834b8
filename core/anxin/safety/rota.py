"""The duty rota: who answers now, who will, and where nobody does.

A shift counts only while its helper may really answer: active, under a contract that runs on that day, and
holding a role that grants `safety.crisis.handle`. So an ended contract shows as a gap, not as a name nobody
reaches. In an agency's own tenant, for callers of its line, its own people answer: there is no contract to ask.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql as pg

from anxin.identity.models import Membership, Person
from anxin.identity.roles import keeps_a_line
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import lazy, local
from anxin.kernel.ids import new_id
from anxin.safety.entries import ShiftRemoved, ShiftSet
from anxin.safety.models import DutyShift
from anxin.safety.permissions import HANDLE, MANAGE_DUTY
from anxin.tenancy.models import Contract

ROLES = ("duty", "supervisor")
LONGEST_SHIFT = timedelta(days=7)
CRUMB = timedelta(minutes=1)  # a gap shorter than this is a rounding of times, nobody's absence


@dataclass(frozen=True)
class Shift:
    """A shift as the rota shows it; `counts` is false when its helper may not answer then."""

    id: UUID
    person_id: UUID
    name: str
    role: str
    starts_at: datetime
    ends_at: datetime
    counts: bool


@dataclass(frozen=True)
class Gap:
    """A stretch in which nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


def helpers(ctx: Ctx) -> Select[UUID, str]:
    """Everybody who may answer requests for help in this tenant today: (id, name)."""
    today = ctx.today
    runs = sa.and_(Contract.state == "running", Contract.starts_on <= today, Contract.ends_on >= today)
    return (
        sa.select(Person.id, Person.name)
        .outerjoin(
            Contract, sa.and_(Contract.tenant_id == Person.tenant_id, Contract.id == Person.contract_id)
        )
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.state == "active",
            Person.contract_id.is_(None) if _at_home(ctx) else runs,
            _holds(ctx, HANDLE.name),
        )
        .order_by(Person.sort_key, Person.id)
    )


def _at_home(ctx: Ctx) -> bool:
    """Is this an agency's own tenant, where its people answer callers of its own line?"""
    return keeps_a_line(ctx.tenant)


def may_answer(ctx: Ctx, person_id: UUID) -> bool:
    return ctx.db.execute(helpers(ctx).where(Person.id == person_id)).first() is not None


def managers(ctx: Ctx) -> list[UUID]:
    """Who keeps the rota."""
    found = sa.select(Person.id).where(
        Person.tenant_id == ctx.tenant.id, Person.state == "active", _holds(ctx, MANAGE_DUTY.name)
    )
    return list(ctx.db.scalars(found.order_by(Person.id)))


def _holds(ctx: Ctx, permission: str) -> sa.ColumnElement[bool]:
    roles = [role for role, grants in ctx.tenant.roles.items() if permission in grants]
    return sa.exists().where(
        Membership.tenant_id == Person.tenant_id,
        Membership.person_id == Person.id,
        Membership.role.in_(roles),
        Membership.since <= ctx.now,
        sa.or_(Membership.until.is_(None), Membership.until > ctx.now),
    )


def shifts(ctx: Ctx, start: datetime, end: datetime, *, role: str | None = None) -> list[Shift]:
    """Shifts that touch [start, end), in order."""
    rows = ctx.db.execute(
        sa.select(DutyShift, Person, Contract, _holds(ctx, HANDLE.name).label("holds"))
        .join(Person, sa.and_(Person.tenant_id == DutyShift.tenant_id, Person.id == DutyShift.person_id))
        .outerjoin(
            Contract, sa.and_(Contract.tenant_id == Person.tenant_id, Contract.id == Person.contract_id)
        )
        .where(
            DutyShift.tenant_id == ctx.tenant.id,
            DutyShift.starts_at < end,
            DutyShift.ends_at > start,
            *([DutyShift.role == role] if role else []),
        )
        .order_by(DutyShift.starts_at, DutyShift.role, DutyShift.ends_at, DutyShift.id)
    )
    return [
        Shift(
            shift.id,
            shift.person_id,
            person.name,
            shift.role,
            shift.starts_at,
            shift.ends_at,
            counts=person.state == "active" and holds and (_at_home(ctx) or _covered_by(contract, shift)),
        )
        for shift, person, contract, holds in rows
    ]


def _covered_by(contract: Contract | None, shift: DutyShift) -> bool:
    return (
        contract is not None
        and contract.state == "running"
        and contract.starts_on <= local(shift.starts_at).date()
        and contract.ends_on >= local(shift.ends_at - CRUMB).date()
    )


def who(ctx: Ctx, at: datetime | None = None, *, role: str = "duty") -> list[UUID]:
    """Who is on duty at a moment (now), each once."""
    moment = at or ctx.now
    found = shifts(ctx, moment, moment + timedelta(microseconds=1), role=role)
    return list(dict.fromkeys(shift.person_id for shift in found if shift.counts))


def gaps(ctx: Ctx, start: datetime, end: datetime) -> list[Gap]:
    """Where nobody is on duty between two moments. Supervisors do not fill gaps: they are called after the
    duty helper.
    """
    return uncovered((shift for shift in shifts(ctx, start, end, role="duty") if shift.counts), start, end)


def uncovered(on_duty: Iterable[Shift], start: datetime, end: datetime) -> list[Gap]:
    found, reached = [], start
    for shift in sorted(on_duty, key=lambda shift: shift.starts_at):
        if shift.starts_at - reached >= CRUMB:
            found.append(Gap(reached, min(shift.starts_at, end)))
        reached = max(reached, shift.ends_at)
    if end - reached >= CRUMB:
        found.append(Gap(reached, end))
    return found


def duty_covered(ctx: Ctx, start: datetime, end: datetime) -> bool:
    """Is somebody on duty the whole time? Without a rota nothing that asks about danger may be published."""
    return not gaps(ctx, start, end)


def set_shift(
    ctx: Ctx, *, person_id: UUID, role: str, starts_at: datetime, ends_at: datetime, weeks: int = 1
) -> int:
    """Put a helper on the rota, for one week or several in a row; returns how many shifts are new.

    Invalid when the times are wrong or the person may not answer requests for help.
    """
    if role not in ROLES:
        raise Invalid(fields={"role": [lazy("Choose counsellor or supervisor.")]})
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SHIFT:
        raise Invalid(fields={"ends_at": [lazy("The shift has to end after it begins, within seven days.")]})
    if not may_answer(ctx, person_id):
        raise Invalid(
            fields={"person_id": [lazy("Only counsellors of the contracted agency can be on duty.")]}
        )
    new = fill(
        ctx,
        [
            {"person_id": person_id, "role": role, "starts_at": starts_at + week, "ends_at": ends_at + week}
            for week in (timedelta(weeks=number) for number in range(weeks))
        ],
    )
    ctx.audit(ShiftSet(subject_id=person_id, shifts=new, role=role))
    return new


def fill(ctx: Ctx, rows: Sequence[dict[str, object]]) -> int:
    """Write shifts {person_id, role, starts_at, ends_at}; those that are there already stay. Returns how
    many are new. For tenant files and history; the caller audits.
    """
    if not rows:
        return 0
    values = [{"tenant_id": ctx.tenant.id, "id": new_id(), **row} for row in rows]
    made = ctx.execute(
        pg.insert(DutyShift)
        .values(values)
        .on_conflict_do_nothing(index_elements=["tenant_id", "person_id", "role", "starts_at"])
        .returning(DutyShift.id)
    )
    return len(made.all())


def remove(ctx: Ctx, shift_id: UUID) -> None:
    """Take a shift off the rota. What is over stays, because it tells who was on duty then."""
    shift = ctx.get(DutyShift, shift_id)
    if shift.ends_at <= ctx.now:
        raise NotFound()
    ctx.db.delete(shift)
    ctx.audit(ShiftRemoved(shift_id=shift.id, subject_id=shift.person_id))
