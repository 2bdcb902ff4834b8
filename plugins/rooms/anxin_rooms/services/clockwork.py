"""What happens without anybody: reminders, release of no-shows, ends, expired requests and offers."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, job, notify
from anxin_rooms import policy
from anxin_rooms.models import HOLDING, Booking, Holder
from anxin_rooms.schedule import MINUTE
from anxin_rooms.services import served, waiting
from anxin_rooms.services.catalogue import known
from anxin_rooms.services.changing import end

EVERY = timedelta(minutes=5)
BEFORE = (timedelta(days=1), timedelta(hours=1))  # reminders; the second only where the first is long ago
AT_ONCE = 500


@job("rooms.clockwork", every=EVERY)
def clockwork(ctx: Ctx) -> None:
    """Every five minutes. Each part may run twice without harm: states move once, notices have keys."""
    release(ctx)
    finish(ctx)
    waiting.expire(ctx)
    remind(ctx)


def release(ctx: Ctx) -> list[UUID]:
    """Who has not checked in a while past the beginning, in a room that asks for it, gives it up."""
    asking = [one.id for one in known(ctx).rooms.values() if one.check_in]
    late = ctx.now - timedelta(minutes=ctx.settings["release_minutes"])
    rows = list(
        ctx.scalars(
            sa.select(Booking.id)
            .where(
                Booking.tenant_id == ctx.tenant.id,
                Booking.state == "booked",
                Booking.room_id.in_(asking),
                Booking.starts_at < late,
                Booking.starts_at > ctx.now - timedelta(days=2),
            )
            .limit(AT_ONCE)
        )
    )
    if rows:
        end(ctx, rows, "no_show")
        for booking_id in rows:
            ctx.audit(policy.Released(booking_id=booking_id))
    return rows


def finish(ctx: Ctx) -> int:
    """What is over is done; a request nobody decided on is refused."""
    over = sa.and_(
        Booking.tenant_id == ctx.tenant.id,
        Booking.starts_at < ctx.now,
        Booking.ends_at <= ctx.now,
        Booking.state.in_(HOLDING),
    )
    done = ctx.scalars(
        sa.update(Booking)
        .where(over)
        .values(state=sa.case((Booking.state == "asked", "refused"), else_="done"), over_at=ctx.now)
        .returning(Booking.id)
        .execution_options(synchronize_session=False)
    ).all()
    for booking_id in served.attended(ctx, done):
        ctx.enqueue(served.count, booking_id=str(booking_id))
    return len(done)


def remind(ctx: Ctx) -> None:
    """Once a day ahead, once an hour ahead; the notice names neither room nor service."""
    for before in BEFORE:
        starts, ends = ctx.now + before, ctx.now + before + 2 * EVERY
        soon = (
            Booking.tenant_id == ctx.tenant.id,
            Booking.state == "booked",
            Booking.starts_at >= starts,
            Booking.starts_at < ends,
            Booking.made_at < ctx.now - MINUTE,
        )
        rows = ctx.execute(
            sa.select(Booking.id, sa.func.coalesce(Holder.person_id, Booking.organiser_id), Holder.helper_id)
            .outerjoin(
                Holder, sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id)
            )
            .where(*soon)
            .limit(AT_ONCE)
        ).all()
        for booking_id, *people in rows:
            for person_id in filter(None, people):
                key = f"rooms:{int(before.total_seconds())}:{booking_id}"
                notify(ctx, person_id, policy.SOON.code, f"/rooms/bookings/{booking_id}", key=key)
