"""Bookings as a person meets them: the own ones, and (helpers) those with the people they work with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, NotFound
from anxin_rooms.models import HOLDING, Booking, Holder, Room, Site

PAGE = 20


@dataclass(frozen=True)
class Line:
    """A booking with its room, for whoever it belongs to. `mine`: the reader is who comes."""

    id: UUID
    series_id: UUID | None
    room_id: UUID
    room: str
    floor: str
    site: str
    arrive: str
    code: str
    starts_at: datetime
    ends_at: datetime
    state: str
    source: str
    confidential: bool
    title: str
    people: int
    mine: bool
    person_id: UUID | None
    helper_id: UUID | None

    @property
    def holds(self) -> bool:
        return self.state in HOLDING


def _lines(ctx: Ctx) -> Any:
    me = ctx.actor.person_id
    join = sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id)
    return (
        sa.select(
            Booking.id,
            Booking.series_id,
            Booking.room_id,
            Room.name,
            Room.floor,
            Site.name,
            Site.arrive,
            Room.code,
            Booking.starts_at,
            Booking.ends_at,
            Booking.state,
            Booking.source,
            Booking.confidential,
            Booking.title,
            Booking.people,
            sa.func.coalesce(sa.or_(Booking.organiser_id == me, Holder.person_id == me), sa.false()),
            sa.func.coalesce(Holder.person_id, Booking.organiser_id),
            Holder.helper_id,
        )
        .select_from(Booking)
        .outerjoin(Holder, join)
        .join(Room, sa.and_(Room.tenant_id == Booking.tenant_id, Room.id == Booking.room_id))
        .join(Site, sa.and_(Site.tenant_id == Room.tenant_id, Site.id == Room.site_id))
        .where(Booking.tenant_id == ctx.tenant.id)
    )


def one(ctx: Ctx, booking_id: UUID) -> Line:
    """A booking that belongs to the actor: theirs, made by them, or with a client; else NotFound."""
    me = ctx.actor.person_id
    row = ctx.execute(
        _lines(ctx).where(
            Booking.id == booking_id,
            sa.or_(
                Booking.organiser_id == me,
                Booking.made_by == me,
                Holder.person_id == me,
                Holder.helper_id == me,
            ),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return Line(*row)


def coming(ctx: Ctx, *, limit: int = PAGE) -> list[Line]:
    """What the actor has booked and is not over, soonest first."""
    ids = _own_ids(ctx, ctx.now - timedelta(hours=12), None, limit=limit * 2)
    lines = _of(ctx, ids)
    return [line for line in lines if line.ends_at > ctx.now and line.holds][:limit]


def past(ctx: Ctx, *, before: datetime | None = None, limit: int = PAGE) -> list[Line]:
    """What is over or was cancelled, newest first; `before` pages on."""
    until = before or ctx.now + timedelta(days=400)
    ids = _own_ids(ctx, None, until, limit=limit * 2)
    lines = [line for line in _of(ctx, ids) if line.ends_at <= ctx.now or not line.holds]
    return lines[::-1][:limit]


def _of(ctx: Ctx, ids: Sequence[UUID]) -> list[Line]:
    if not ids:
        return []
    rows = ctx.execute(_lines(ctx).where(Booking.id.in_(ids)).order_by(Booking.starts_at, Booking.id))
    return [Line(*row) for row in rows]


def _own_ids(ctx: Ctx, start: datetime | None, end: datetime | None, *, limit: int) -> list[UUID]:
    """Ids of own bookings by their time, each side by its own index: open ones by organiser, others by holder."""
    me = ctx.actor.person_id
    found: list[tuple[datetime, UUID]] = []
    sides = (
        (Booking.starts_at, Booking.id, Booking.organiser_id),
        (Holder.starts_at, Holder.booking_id, Holder.person_id),
    )
    for when, which, whose in sides:
        asked = sa.select(when, which).where(whose == me, whose.class_.tenant_id == ctx.tenant.id)
        asked = asked.where(when >= start) if start else asked
        asked = asked.where(when < end) if end else asked
        found += ctx.execute(asked.order_by(when if start else when.desc()).limit(limit)).all()  # type: ignore[arg-type]
    found.sort(reverse=start is None)
    return [booking_id for _, booking_id in found[:limit]]


def with_clients(ctx: Ctx, start: datetime, end: datetime) -> list[Line]:
    """A helper's own bookings with people they work with, between two moments."""
    rows = ctx.execute(
        _lines(ctx)
        .where(
            Holder.tenant_id == ctx.tenant.id,
            Holder.helper_id == ctx.actor.person_id,
            Holder.starts_at >= start,
            Holder.starts_at < end,
        )
        .order_by(Booking.starts_at)
        .limit(200)
    )
    return [Line(*row) for row in rows]
