"""What becomes of a booking: moved, cancelled, decided on, checked in, released. Each act has its rule and its entry."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, job, lazy, notify, resources
from anxin_rooms import policy
from anxin_rooms.models import HOLDING, Booking, Holder
from anxin_rooms.schedule import MINUTE
from anxin_rooms.services import mine, rules, served
from anxin_rooms.services.booking import KIND
from anxin_rooms.services.catalogue import room
from anxin_rooms.services.waiting import offer

EARLY = 15 * MINUTE  # before the beginning, checking in is open
OVER = lazy("This booking is over or was cancelled already.")
TOO_EARLY = lazy("You can check in from a quarter of an hour before the beginning.")
STARTED = lazy("This booking has begun; it cannot be moved any more.")


def cancel(ctx: Ctx, booking_id: UUID, *, rest: bool = False) -> int:
    """Cancel an own booking, or it and all later days of its series; how many days that were. Cancelling late is
    seen by the keeper as a mark on the day, without a name where the booking has none."""
    line = mine.one(ctx, booking_id)
    if not line.holds or line.ends_at <= ctx.now:
        raise Conflict(OVER, code="over")
    which = [booking_id]
    if rest and line.series_id is not None:
        which = list(
            ctx.scalars(
                sa.select(Booking.id).where(
                    Booking.tenant_id == ctx.tenant.id,
                    Booking.series_id == line.series_id,
                    Booking.starts_at >= line.starts_at,
                    Booking.state.in_(HOLDING),
                )
            )
        )
    late = line.starts_at - ctx.now < timedelta(hours=ctx.settings["late_hours"])
    end(ctx, which, "cancelled", late=late)
    ctx.audit(policy.Cancelled(booking_id=booking_id, days=len(which), late=late, subject_id=line.person_id))
    if not line.mine and line.person_id is not None:
        notify(ctx, line.person_id, policy.CHANGED.code, "/rooms/bookings")
    return len(which)


def move(ctx: Ctx, booking_id: UUID, starts: datetime, ends: datetime) -> None:
    """Move an own booking to another time of the same room; the old time is given back only when the new one is
    had."""
    line = mine.one(ctx, booking_id)
    if not line.holds:
        raise Conflict(OVER, code="over")
    if line.starts_at <= ctx.now:
        raise Conflict(STARTED, code="started")
    found = room(ctx, line.room_id)
    rules.insist(ctx, found, [(starts, ends)], people=line.people)
    if line.mine and line.person_id is not None:
        rules.insist_on_quota(ctx, line.person_id, [(starts, ends)], already=[(line.starts_at, line.ends_at)])
    _claim_again(ctx, line, starts, ends)
    waits = found.approval and line.source == "self" and not ctx.allowed(policy.KEEP)
    ctx.execute(
        sa.update(Booking)
        .where(Booking.tenant_id == ctx.tenant.id, Booking.id == booking_id)
        .values(starts_at=starts, ends_at=ends, state="asked" if waits else line.state)
    )
    ctx.execute(
        sa.update(Holder)
        .where(Holder.tenant_id == ctx.tenant.id, Holder.booking_id == booking_id)
        .values(starts_at=starts)
    )
    ctx.audit(policy.Moved(booking_id=booking_id, subject_id=line.person_id))
    ctx.enqueue(offer, room_id=str(line.room_id))
    if not line.mine and line.person_id is not None:
        notify(ctx, line.person_id, policy.CHANGED.code, "/rooms/bookings")


def _claim_again(ctx: Ctx, line: mine.Line, starts: datetime, ends: datetime) -> None:
    resources.give_back(ctx, [line.id])
    needs = [resources.Need(KIND, line.room_id)]
    if line.helper_id is not None:
        needs.append(resources.Need(resources.PERSON, line.helper_id))
    resources.take(ctx, line.id, needs, [(starts, ends)], obey=False)


def decide(ctx: Ctx, booking_id: UUID, *, yes: bool) -> None:
    """A keeper says yes or no to a request; the person is told by a job, since the keeper may not know who it is."""
    row = any_booking(ctx, booking_id)
    if row.state != "asked":
        raise Conflict()
    if yes:
        _set(ctx, [booking_id], state="booked")
    else:
        end(ctx, [booking_id], "refused")
    ctx.audit(policy.Decided(booking_id=booking_id, yes=yes, subject_id=row.organiser_id))
    ctx.enqueue(tell, booking_ids=[str(booking_id)], kind=policy.ANSWERED.code)


def remove(ctx: Ctx, booking_ids: Sequence[UUID]) -> None:
    """A keeper takes bookings out of the plan; those concerned are told by a job."""
    for booking_id in booking_ids:
        ctx.audit(policy.Cancelled(booking_id=booking_id))
    end(ctx, booking_ids, "cancelled")
    ctx.enqueue(tell, booking_ids=[str(each) for each in booking_ids], kind=policy.CHANGED.code)


def check_in(ctx: Ctx, booking_id: UUID) -> None:
    """The person is here. Again is as good as once."""
    line = mine.one(ctx, booking_id)
    if line.state == "here":
        return
    _insist_on_time(ctx, line.state, line.starts_at, line.ends_at)
    _set(ctx, [booking_id], state="here", here_at=ctx.now)
    ctx.audit(policy.CheckedIn(booking_id=booking_id, subject_id=line.person_id))


def mark_here(ctx: Ctx, booking_id: UUID) -> None:
    """The keeper saw that whoever booked came; a confidential booking stays without a name."""
    row = any_booking(ctx, booking_id)
    if row.state == "here":
        return
    _insist_on_time(ctx, row.state, row.starts_at, row.ends_at)
    _set(ctx, [booking_id], state="here", here_at=ctx.now)
    ctx.audit(policy.CheckedIn(booking_id=booking_id, subject_id=row.organiser_id))


def leave(ctx: Ctx, booking_id: UUID) -> None:
    """Done early: the rest of the time is free again."""
    line = mine.one(ctx, booking_id)
    if line.state != "here":
        raise Invalid(OVER)
    end(ctx, [booking_id], "done")
    ctx.audit(policy.Cancelled(booking_id=booking_id, subject_id=line.person_id))
    ctx.enqueue(served.count, booking_id=str(booking_id))


def _insist_on_time(ctx: Ctx, state: str, starts_at: datetime, ends_at: datetime) -> None:
    if state != "booked" or ends_at <= ctx.now:
        raise Conflict(OVER, code="over")
    if ctx.now < starts_at - EARLY:
        raise Conflict(TOO_EARLY, code="early")


def any_booking(ctx: Ctx, booking_id: UUID) -> Booking:
    """Any booking of the tenant, for keepers: who holds a confidential one is not in it."""
    row = ctx.scalars(
        sa.select(Booking).where(Booking.tenant_id == ctx.tenant.id, Booking.id == booking_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _set(ctx: Ctx, ids: Sequence[UUID], **values: object) -> None:
    ctx.execute(
        sa.update(Booking).where(Booking.tenant_id == ctx.tenant.id, Booking.id.in_(ids)).values(**values)
    )


def end(ctx: Ctx, ids: Sequence[UUID], state: str, *, late: bool = False) -> None:
    """The bookings hold nothing any more; whoever waits for the room is asked."""
    _set(ctx, ids, state=state, late=late, over_at=ctx.now)
    resources.give_back(ctx, ids)
    rooms = ctx.scalars(
        sa.select(Booking.room_id).where(Booking.tenant_id == ctx.tenant.id, Booking.id.in_(ids)).distinct()
    )
    for room_id in rooms:
        ctx.enqueue(offer, room_id=str(room_id))


@job("rooms.tell")
def tell(ctx: Ctx, *, booking_ids: list[str], kind: str) -> None:
    """Tell those whose bookings these are, and the counsellors who would have been there."""
    ids = [UUID(each) for each in booking_ids]
    people = set(
        ctx.scalars(
            sa.select(Booking.organiser_id).where(
                Booking.tenant_id == ctx.tenant.id, Booking.id.in_(ids), Booking.organiser_id.is_not(None)
            )
        )
    )
    rows = ctx.execute(
        sa.select(Holder.person_id, Holder.helper_id).where(
            Holder.tenant_id == ctx.tenant.id, Holder.booking_id.in_(ids)
        )
    )
    for row in rows:
        people |= {row.person_id, row.helper_id} - {None}
    for person_id in people:
        notify(ctx, person_id, kind, "/rooms/bookings")
