"""The rules every booking obeys, from whichever door it comes: the room's own, and what one person may hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, day, lazy
from anxin_rooms.models import HOLDING, Booking, Holder
from anxin_rooms.policy import HOST
from anxin_rooms.schedule import GRID, MINUTE, RoomInfo, Span, is_open, offers
from anxin_rooms.services.catalogue import known

PAST = lazy("This time is over.")
CLOSED = lazy("The room is closed at this time.")
NOT_OFFERED = lazy("The room does not offer this time. Please choose one of the times it shows.")
HOSTS_ONLY = lazy("This room is booked by the union for groups. Please ask them.")
OVERLAP = lazy("You have booked something else at this time.")
UNIT_FULL = lazy("Your unit has used its bookings of this month.")


class Refused(Conflict):
    """A rule about how much somebody may book."""

    code = "quota"


def problem(ctx: Ctx, room: RoomInfo, starts: datetime, ends: datetime, *, host: bool) -> Any:
    """Why the room's own rules refuse this time, for a reader; None when they do not. Hosts choose their times
    freely within the hours; everybody else takes one of those offered."""
    here = known(ctx)
    if starts < ctx.now - 10 * MINUTE:
        return PAST
    if starts > ctx.now + timedelta(days=room.ahead) and not host:
        return lazy("This room can be booked %(days)d days ahead.", days=room.ahead)
    if not starts < ends <= starts + room.longest * MINUTE:
        return lazy("This room can be booked for %(minutes)d minutes at most.", minutes=room.longest)
    if not is_open(room, starts, ends, here.zone, here.days):
        return CLOSED
    if starts.second or starts.microsecond or starts.minute % GRID or ends.minute % GRID:
        return NOT_OFFERED
    if not host and (starts, ends) not in _offered(ctx, room, starts, ends):
        return NOT_OFFERED
    return None


def insist(
    ctx: Ctx, room: RoomInfo, times: Sequence[Span], *, people: int = 1, walk_in: bool = False
) -> None:
    """Raise Invalid for the first time that the room's rules refuse."""
    host = ctx.actor.kind == "system" or ctx.allowed(HOST)
    if room.for_hosts and not host and not ctx.actor.contract_id:
        raise Invalid(HOSTS_ONLY, code="hosts_only")
    if people > room.capacity:
        raise Invalid(
            fields={"people": [lazy("%(people)d people fit into this room.", people=room.capacity)]}
        )
    for starts, ends in times:
        said = problem(ctx, room, starts, ends, host=host or walk_in or bool(ctx.actor.contract_id))
        if said is not None:
            raise Invalid(said, fields={"starts_at": [said]})


def _offered(ctx: Ctx, room: RoomInfo, starts: datetime, ends: datetime) -> set[Span]:
    here = known(ctx)
    length = int((ends - starts).total_seconds() // 60)
    return set(offers(room, starts.astimezone(here.zone).date(), here.zone, here.days, minutes=length))


@dataclass(frozen=True)
class Held:
    """What a person holds: their bookings around a time, and what they missed lately."""

    ahead: list[Span]  # still held: nothing else fits beside them
    times: list[Span]  # all that counts for the quota, used ones included
    missed: list[datetime]


def held(ctx: Ctx, person_id: UUID, start: datetime, end: datetime) -> Held:
    """Open and confidential bookings of one person between two moments (own, or seen by a helper)."""
    since = ctx.now - timedelta(days=ctx.settings["missed_days"])
    low, high = min(since, start), max(end, ctx.now)
    plain = sa.select(Booking.starts_at, Booking.ends_at, Booking.state).where(
        Booking.tenant_id == ctx.tenant.id,
        Booking.organiser_id == person_id,
        Booking.starts_at >= low,
        Booking.starts_at < high,
    )
    private = (
        sa.select(Booking.starts_at, Booking.ends_at, Booking.state)
        .join(Holder, sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id))
        .where(
            Holder.tenant_id == ctx.tenant.id,
            Holder.person_id == person_id,
            Holder.starts_at >= low,
            Holder.starts_at < high,
        )
    )
    rows = ctx.execute(sa.union_all(plain, private)).all()
    return Held(
        [(row.starts_at, row.ends_at) for row in rows if row.state in HOLDING],
        [(row.starts_at, row.ends_at) for row in rows if row.state in (*HOLDING, "done")],
        [row.starts_at for row in rows if row.state == "no_show" and row.starts_at >= since],
    )


def insist_on_quota(
    ctx: Ctx, person_id: UUID, times: Sequence[Span], *, already: Sequence[Span] = ()
) -> None:
    """Raise Refused when the person would hold more than the tenant allows, or two things at once.

    One person's bookings wait for each other, so that two posts at the same moment count one another.
    """
    zone = known(ctx).zone
    ctx.lock(f"rooms:{person_id}")
    first, last = min(times)[0].astimezone(zone).date(), max(times)[0].astimezone(zone).date()
    mine = held(
        ctx,
        person_id,
        _begin(first.replace(day=1) - timedelta(days=7), zone),
        _begin(last + timedelta(days=38), zone),
    )
    _pause(ctx, mine)
    present = [time for time in mine.times if time not in already]
    ahead = [time for time in mine.ahead if time not in already]
    for starts, ends in times:
        if any(a < ends and starts < b for a, b in ahead):
            raise Refused(OVERLAP, code="overlap")
        present.append((starts, ends))
        ahead.append((starts, ends))
        on = starts.astimezone(zone).date()
        dates = [a.astimezone(zone).date() for a, _ in present]
        week, month = ctx.settings["per_week"], ctx.settings["per_month"]
        if week and sum(each.isocalendar()[:2] == on.isocalendar()[:2] for each in dates) > week:
            raise Refused(
                lazy(
                    "You have %(count)d bookings in this week already; that is as many as possible.",
                    count=week,
                )
            )
        if month and sum((each.year, each.month) == (on.year, on.month) for each in dates) > month:
            raise Refused(
                lazy(
                    "You have %(count)d bookings in this month already; that is as many as possible.",
                    count=month,
                )
            )


def insist_on_unit_quota(ctx: Ctx, unit_id: UUID | None, times: Sequence[Span]) -> None:
    """Open bookings of one unit in one month; confidential ones never count, since the count would tell of them."""
    limit = ctx.settings["per_unit_month"]
    if not limit or unit_id is None:
        return
    zone = known(ctx).zone
    ctx.lock(f"rooms:{unit_id}")
    for month in sorted({starts.astimezone(zone).date().replace(day=1) for starts, _ in times}):
        end = (month + timedelta(days=32)).replace(day=1)
        count = ctx.scalar(
            sa.select(sa.func.count()).where(
                Booking.tenant_id == ctx.tenant.id,
                Booking.unit_id == unit_id,
                Booking.starts_at >= _begin(month, zone),
                Booking.starts_at < _begin(end, zone),
                Booking.state.in_((*HOLDING, "done")),
            )
        )
        new = sum(month <= starts.astimezone(zone).date() < end for starts, _ in times)
        if count + new > limit:
            raise Refused(UNIT_FULL)


def _pause(ctx: Ctx, mine: Held) -> None:
    limit, days = ctx.settings["missed_limit"], ctx.settings["pause_days"]
    if not limit or len(mine.missed) < limit:
        return
    until = max(mine.missed) + timedelta(days=days)
    if until > ctx.now:
        raise Refused(
            lazy(
                "You missed several bookings without cancelling. You can book again from %(day)s on.",
                day=day(until),
            )
        )


def _begin(on: date, zone: Any) -> datetime:
    return datetime.combine(on, time(), zone)
