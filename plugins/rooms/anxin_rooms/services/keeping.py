"""The keeper's day: what is on, who asks, what is broken, and closing a room with everybody told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, NotFound, job, lazy, names_of, resources, touch
from anxin_rooms import policy
from anxin_rooms.models import HOLDING, Booking, Closing, Equipment, Room, Site, Ticket
from anxin_rooms.schedule import RoomInfo, is_open, midnight
from anxin_rooms.services.booking import KIND
from anxin_rooms.services.catalogue import known, room
from anxin_rooms.services.changing import end, tell

PLACE = lazy("Choose either a room or a whole site.")
ENDS_EARLY = lazy("The end is not after the beginning.")
PAGE = 50


@dataclass(frozen=True)
class Entry:
    """A booking as its keeper sees it: of a confidential one only that the room is taken."""

    id: UUID
    room_id: UUID
    room: str
    site: str
    starts_at: datetime
    ends_at: datetime
    state: str
    confidential: bool
    title: str
    people: int
    late: bool
    organiser_id: UUID | None
    organiser: str = ""


_ENTRIES = """
SELECT b.id, b.room_id, r.name, s.name, b.starts_at, b.ends_at, b.state, b.confidential, b.title, b.people, b.late,
       b.organiser_id
  FROM rooms.booking b
  JOIN rooms.room r ON r.tenant_id = b.tenant_id AND r.id = b.room_id
  JOIN rooms.site s ON s.tenant_id = r.tenant_id AND s.id = r.site_id
 WHERE b.tenant_id = %(tenant)s AND """
_OF_DAY = "b.starts_at >= %(start)s AND b.starts_at < %(end)s AND b.state = ANY (%(states)s)"
_ASKED = "b.state = 'asked' AND b.starts_at > %(since)s"
_IN_ORDER = " ORDER BY b.starts_at, r.name LIMIT %(limit)s"


def _entries(ctx: Ctx, which: str, limit: int = 500, **values: Any) -> list[Entry]:
    """Bookings that a condition picks; whoever reads a name leaves an entry."""
    rows = ctx.fast(
        _ENTRIES + which + _IN_ORDER, {"tenant": ctx.tenant.id, "limit": limit, **values}
    ).fetchall()
    names = names_of(ctx, {row[-1] for row in rows} - {None})
    found = [Entry(*row, organiser=names.get(row[-1], "")) for row in rows]
    if any(one.organiser for one in found):
        ctx.audit(policy.ListRead(bookings=len(found)))
    return found


def day(ctx: Ctx, on: date) -> list[Entry]:
    """All bookings that begin on a day and were not cancelled."""
    zone = known(ctx).zone
    return _entries(
        ctx,
        _OF_DAY,
        start=midnight(on, zone),
        end=midnight(on + timedelta(days=1), zone),
        states=[*HOLDING, "done", "no_show"],
    )


def asked(ctx: Ctx) -> list[Entry]:
    """Requests that wait for a yes or no, soonest first."""
    return _entries(ctx, _ASKED, limit=PAGE, since=ctx.now - timedelta(days=1))


# ---- closing -----------------------------------------------------------------------------------------------


def closings(ctx: Ctx) -> Sequence[Any]:
    """What is closed or opened against the weekly hours, now or later."""
    return ctx.execute(
        sa.select(Closing, Room.name.label("room"), Site.name.label("site"))
        .outerjoin(Room, sa.and_(Room.tenant_id == Closing.tenant_id, Room.id == Closing.room_id))
        .outerjoin(
            Site,
            sa.and_(
                Site.tenant_id == Closing.tenant_id,
                Site.id == Closing.site_id,
            ),
        )
        .where(Closing.tenant_id == ctx.tenant.id, Closing.ends_at > ctx.now)
        .order_by(Closing.starts_at)
        .limit(PAGE)
    ).all()


def touched(ctx: Ctx, *, room_id: UUID | None, site_id: UUID | None, starts: datetime, ends: datetime) -> int:
    """How many bookings a closing would move or cancel."""
    return len(_in_the_way(ctx, _rooms_of(ctx, room_id, site_id), starts, ends))


def close(
    ctx: Ctx,
    *,
    room_id: UUID | None,
    site_id: UUID | None,
    starts_at: datetime,
    ends_at: datetime,
    kind: str = "closed",
    note: str = "",
) -> Closing:
    """Close (or open for once) a room or a site. Bookings in the way are moved or cancelled by a job, and everybody
    concerned is told; what is booked from now on keeps to it."""
    if (room_id is None) == (site_id is None):
        raise Invalid(fields={"room_id": [PLACE]})
    place = room(ctx, room_id).site_id if room_id is not None else site_id
    if place not in known(ctx).sites:
        raise NotFound()
    if ends_at <= starts_at:
        raise Invalid(fields={"ends_at": [ENDS_EARLY]})
    row = ctx.add(
        Closing(room_id=room_id, site_id=place, kind=kind, starts_at=starts_at, ends_at=ends_at, note=note)
    )
    ctx.db.flush()
    moved = 0
    if kind == "closed":
        moved = touched(ctx, room_id=room_id, site_id=site_id, starts=starts_at, ends=ends_at)
        ctx.enqueue(clear, closing_id=str(row.id))
    ctx.audit(policy.Closed(closing_id=row.id, moved=moved))
    touch(ctx)
    return row


def reopen(ctx: Ctx, closing_id: UUID) -> None:
    """Take a closing back; what was moved stays moved."""
    row = ctx.get(Closing, closing_id)
    ctx.db.delete(row)
    ctx.audit(policy.Closed(closing_id=closing_id))
    touch(ctx)


@job("rooms.clear")
def clear(ctx: Ctx, *, closing_id: str) -> None:
    """Move what is booked into a closed time to a like room at the same time, else cancel it; tell everybody."""
    row = ctx.scalars(
        sa.select(Closing).where(Closing.tenant_id == ctx.tenant.id, Closing.id == UUID(closing_id))
    )
    closing = row.one_or_none()
    if closing is None:
        return
    concerned = _in_the_way(
        ctx,
        _rooms_of(ctx, closing.room_id, closing.site_id),
        max(closing.starts_at, ctx.now),
        closing.ends_at,
    )
    for booking in concerned:
        if not _moved(ctx, booking):
            end(ctx, [booking.id], "cancelled")
    if concerned:
        tell.run(ctx, booking_ids=[str(booking.id) for booking in concerned], kind=policy.CHANGED.code)


def _rooms_of(ctx: Ctx, room_id: UUID | None, site_id: UUID | None) -> list[UUID]:
    return [room_id] if room_id else [one.id for one in known(ctx).rooms.values() if one.site_id == site_id]


def _in_the_way(ctx: Ctx, room_ids: Sequence[UUID], starts: datetime, ends: datetime) -> Sequence[Any]:
    return ctx.execute(
        sa.select(Booking.id, Booking.room_id, Booking.starts_at, Booking.ends_at, Booking.people)
        .where(
            Booking.tenant_id == ctx.tenant.id,
            Booking.room_id.in_(room_ids),
            Booking.starts_at >= starts - resources.LONGEST,
            Booking.starts_at < ends,
            Booking.ends_at > starts,
            Booking.state.in_(HOLDING),
        )
        .order_by(Booking.starts_at)
    ).all()


def _moved(ctx: Ctx, booking: Any) -> bool:
    """To the next best room of the same type: at the same site first."""
    here, present = known(ctx), known(ctx).rooms.get(booking.room_id)
    if present is None:
        return False
    others = [
        one
        for one in here.rooms.values()
        if one.id != present.id
        and one.type == present.type
        and one.confidential == present.confidential
        and one.capacity >= booking.people
        and is_open(one, booking.starts_at, booking.ends_at, here.zone, here.days)
    ]
    for other in sorted(others, key=lambda one: one.site_id != present.site_id):
        if _claimed(ctx, booking, present, other):
            return True
    return False


def _claimed(ctx: Ctx, booking: Any, present: RoomInfo, other: RoomInfo) -> bool:
    need = resources.Need(KIND, other.id)
    span = other.whole(booking.starts_at, booking.ends_at)
    try:
        resources.insert(ctx, [resources.claim(booking.id, need, booking.starts_at, booking.ends_at, span)])
    except resources.AlreadyTaken:
        return False
    resources.give_back(ctx, [booking.id], resource_id=present.id)
    ctx.execute(
        sa.update(Booking)
        .where(Booking.tenant_id == ctx.tenant.id, Booking.id == booking.id)
        .values(room_id=other.id)
    )
    return True


# ---- repairs -----------------------------------------------------------------------------------------------


def tickets(ctx: Ctx, *, done: bool = False) -> Sequence[Any]:
    """Repairs that wait, oldest first; or those that are done, newest first."""
    states = ("done",) if done else ("open", "doing")
    return ctx.execute(
        sa.select(Ticket, Room.name.label("room"), Equipment.name.label("equipment"))
        .join(Room, sa.and_(Room.tenant_id == Ticket.tenant_id, Room.id == Ticket.room_id))
        .outerjoin(
            Equipment, sa.and_(Equipment.tenant_id == Ticket.tenant_id, Equipment.id == Ticket.equipment_id)
        )
        .where(Ticket.tenant_id == ctx.tenant.id, Ticket.state.in_(states))
        .order_by(Ticket.made_at.desc() if done else Ticket.made_at)
        .limit(PAGE)
    ).all()


def report(ctx: Ctx, room_id: UUID, text: str, equipment_id: UUID | None = None) -> Ticket:
    """Somebody says what is broken; who says it is not kept. The equipment is not offered until it is mended."""
    room(ctx, room_id)
    if equipment_id is not None:
        _equipment_is(ctx, room_id, equipment_id, "faulty")
    row = ctx.add(Ticket(room_id=room_id, text=text, equipment_id=equipment_id))
    ctx.db.flush()
    ctx.audit(policy.TicketChanged(ticket_id=row.id, state="open"))
    return row


def work_on(ctx: Ctx, ticket_id: UUID, state: str, answer: str = "") -> None:
    """A repair goes on or is done; done equipment is offered again."""
    row = ctx.get(Ticket, ticket_id)
    row.state, row.answer = state, answer or row.answer
    row.done_at = ctx.now if state == "done" else None
    if row.equipment_id is not None:
        _equipment_is(
            ctx, row.room_id, row.equipment_id, {"open": "faulty", "doing": "repair"}.get(state, "fine")
        )
    ctx.audit(policy.TicketChanged(ticket_id=ticket_id, state=state))


def _equipment_is(ctx: Ctx, room_id: UUID, equipment_id: UUID, state: str) -> None:
    changed = ctx.execute(
        sa.update(Equipment)
        .where(
            Equipment.tenant_id == ctx.tenant.id, Equipment.id == equipment_id, Equipment.room_id == room_id
        )
        .values(state=state)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    touch(ctx)
