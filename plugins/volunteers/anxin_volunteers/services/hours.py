"""Hours: check in by a code that changes, tell one's own, confirm, correct with a trace, count stars."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Forbidden, Invalid, NotFound, lazy, names_of, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Service, ServiceChange, Shift, Signup
from anxin_volunteers.services import people, shifts
from anxin_volunteers.services.shifts import ZONE

STEP = timedelta(seconds=60)  # a code lives for two of them
EARLY, LATE = timedelta(minutes=45), timedelta(hours=2)
STARS = (100, 300, 600, 1000, 1500)  # hours, one star more at each
LIMIT = 200


def stars(minutes: int) -> int:
    """How many stars these minutes are worth."""
    return sum(minutes >= hours * 60 for hours in STARS)


# ---- checking in -----------------------------------------------------------------------------------------


def code_of(ctx: Ctx, shift_id: UUID, at: datetime | None = None) -> str:
    """Six digits for a shift and a minute, from a key that is in no database."""
    slot = int((at or ctx.now).timestamp() // STEP.total_seconds())
    drawn = ctx.blind("text", f"volunteers.checkin:{shift_id}:{slot}")
    return f"{int.from_bytes(drawn[:8]) % 1_000_000:06d}"


def screen(ctx: Ctx, shift_id: UUID) -> tuple[shifts.Turn, str, int]:
    """What the screen at the door shows: the shift, the code of this minute, how many have come."""
    found = shifts.managed(ctx, shift_id)
    came = ctx.scalar(
        sa.select(sa.func.count())
        .select_from(Signup)
        .where(Signup.tenant_id == ctx.tenant.id, Signup.shift_id == shift_id, Signup.came_at.is_not(None))
    )
    return found, code_of(ctx, shift_id), came or 0


def check_in(ctx: Ctx, shift_id: UUID, code: str) -> Signup:
    """Be there: the code of this minute or the one before, in the time around the shift. Again: check out."""
    row = ctx.db.scalar(
        sa.select(Signup)
        .where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.shift_id == shift_id,
            Signup.person_id == ctx.actor.person_id,
            Signup.state == "assigned",
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    if not row.starts_at - EARLY <= ctx.now <= row.ends_at + LATE:
        raise Conflict(lazy("Checking in is open around the time of the shift."), code="volunteers.not_now")
    if code.strip() not in (code_of(ctx, shift_id), code_of(ctx, shift_id, ctx.now - STEP)):
        raise Invalid(fields={"code": [lazy("This code is over. Read the new one from the screen.")]})
    if row.came_at is None:
        row.came_at = ctx.now
    else:
        row.went_at = ctx.now
    what = "came" if row.went_at is None else "went"
    ctx.audit(entries.SignupChanged(shift_id=shift_id, what=what, subject_id=row.person_id))
    return row


def settle(ctx: Ctx, shift_id: UUID) -> int:
    """Confirm the hours of everybody who checked in: the shift's length, or to when they checked out earlier."""
    found = shifts.managed(ctx, shift_id)
    shift: Shift = found.shift
    if shift.ends_at > ctx.now:
        raise Conflict(lazy("The shift is not over yet."), code="volunteers.not_over")
    if shift.settled_at is not None:
        raise Conflict(lazy("The hours of this shift are confirmed already."), code="volunteers.settled")
    rows = ctx.scalars(
        sa.select(Signup).where(
            Signup.tenant_id == ctx.tenant.id, Signup.shift_id == shift_id, Signup.came_at.is_not(None)
        )
    ).all()
    for row in rows:
        end = min(row.went_at or shift.ends_at, shift.ends_at)
        begin = max(row.came_at or shift.starts_at, shift.starts_at)
        minutes = max(int((end - begin).total_seconds() // 60), 1)
        ctx.add(
            Service(
                person_id=row.person_id,
                signup_id=row.id,
                on_day=shift.starts_at.astimezone(ZONE).date(),
                minutes=minutes,
                source="checkin",
                state="confirmed",
                decided_by=ctx.actor.person_id,
                decided_at=ctx.now,
                made_at=ctx.now,
            )
        )
        ctx.audit(entries.HoursChanged(minutes=minutes, what="confirmed", subject_id=row.person_id))
    shift.settled_at = ctx.now
    ctx.audit(entries.ShiftChanged(shift_id=shift.id, what="settled"))
    return len(rows)


# ---- one's own -------------------------------------------------------------------------------------------


def claim(ctx: Ctx, *, on: date, minutes: int, what: str) -> Service:
    """Tell of service outside a shift; it counts once the union has confirmed it."""
    volunteer = people.insist_ready(ctx)
    if on > ctx.now.astimezone(ZONE).date():
        raise Invalid(fields={"on": [lazy("This day is still to come.")]})
    row = Service(
        person_id=volunteer.person_id,
        on_day=on,
        minutes=minutes,
        source="self",
        state="claimed",
        made_at=ctx.now,
    )
    ctx.seal(row, "what", what.strip())
    ctx.add(row)
    ctx.audit(entries.HoursChanged(minutes=minutes, what="claimed", subject_id=row.person_id))
    return row


def mine(ctx: Ctx) -> tuple[Sequence[Service], int]:
    """The own hours, newest first, and the confirmed minutes of all time."""
    rows = ctx.scalars(
        sa.select(Service)
        .where(Service.tenant_id == ctx.tenant.id, Service.person_id == ctx.actor.person_id)
        .order_by(Service.on_day.desc())
        .limit(LIMIT)
    ).all()
    return rows, total(ctx, [ctx.actor.person_id] if ctx.actor.person_id else []).get(ctx.actor.person_id, 0)  # type: ignore[arg-type]


def total(ctx: Ctx, ids: Sequence[UUID], *, until: date | None = None) -> dict[UUID, int]:
    """person → confirmed minutes."""
    statement = sa.select(Service.person_id, sa.func.sum(Service.minutes)).where(
        Service.tenant_id == ctx.tenant.id, Service.person_id.in_(ids), Service.state == "confirmed"
    )
    if until is not None:
        statement = statement.where(Service.on_day <= until)
    return {person: int(minutes) for person, minutes in ctx.db.execute(statement.group_by(Service.person_id))}


# ---- the union -------------------------------------------------------------------------------------------


def waiting(ctx: Ctx) -> list[tuple[Service, str, Any]]:
    """Told hours that nobody has confirmed, oldest first, with names and words; the look is written down."""
    rows = ctx.scalars(
        ctx.select(Service).where(Service.state == "claimed").order_by(Service.made_at).limit(LIMIT)
    ).all()
    return _opened(ctx, rows)


def recent(ctx: Ctx) -> list[tuple[Service, str, Any]]:
    """What was confirmed last, to correct it."""
    rows = ctx.scalars(
        ctx.select(Service).where(Service.state == "confirmed").order_by(Service.made_at.desc()).limit(50)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return [(row, names.get(row.person_id, ""), "") for row in rows]


def _opened(ctx: Ctx, rows: Sequence[Service]) -> list[tuple[Service, str, Any]]:
    names = names_of(ctx, [row.person_id for row in rows])
    for person_id in {row.person_id for row in rows}:
        ctx.audit(entries.PersonRead(fields=("hours",), subject_id=person_id))
    return [(row, names.get(row.person_id, ""), ctx.open(row, "what") if row.what else "") for row in rows]


def decide(ctx: Ctx, service_id: UUID, what: str) -> Service:
    """Confirm or refuse told hours; nobody confirms their own."""
    row = ctx.get(Service, service_id)
    if row.state != "claimed":
        raise Conflict()
    if row.person_id == ctx.actor.person_id:
        raise Forbidden(lazy("Somebody else confirms your own hours."), code="volunteers.own_hours")
    row.state = "confirmed" if what == "confirm" else "refused"
    row.decided_by, row.decided_at = ctx.actor.person_id, ctx.now
    ctx.audit(entries.HoursChanged(minutes=row.minutes, what=row.state, subject_id=row.person_id))
    notify(ctx, row.person_id, policy.NEWS.code, "/volunteers/hours")
    return row


def correct(ctx: Ctx, service_id: UUID, *, minutes: int, reason: str) -> Service:
    """Change confirmed hours; what they were stays beside them, and the person is told."""
    row = ctx.get(Service, service_id)
    if row.state != "confirmed":
        raise Conflict()
    if row.person_id == ctx.actor.person_id:
        raise Forbidden(lazy("Somebody else corrects your own hours."), code="volunteers.own_hours")
    ctx.add(
        ServiceChange(
            service_id=row.id,
            before=row.minutes,
            after=minutes,
            reason=reason,
            changed_by=ctx.actor.person_id,
            changed_at=ctx.now,
        )
    )
    row.minutes = minutes
    ctx.audit(entries.HoursChanged(minutes=minutes, what="corrected", subject_id=row.person_id))
    notify(ctx, row.person_id, policy.NEWS.code, "/volunteers/hours")
    return row


def changes(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, list[ServiceChange]]:
    """The corrections of these rows, oldest first."""
    found: dict[UUID, list[ServiceChange]] = {}
    for one in ctx.scalars(
        sa.select(ServiceChange)
        .where(ServiceChange.tenant_id == ctx.tenant.id, ServiceChange.service_id.in_(ids))
        .order_by(ServiceChange.changed_at)
    ):
        found.setdefault(one.service_id, []).append(one)
    return found
