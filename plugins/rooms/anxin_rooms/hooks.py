"""Where the plugin meets other rooms: home page, workbench, a person's copy and erasure, and what others tell."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import url_for

from anxin.plugin import (
    Card,
    ConsentWithdrawn,
    Ctx,
    PersonLeft,
    _,
    clock_time,
    hookimpl,
    resources,
    short_day,
)
from anxin_rooms import demo as invented
from anxin_rooms import policy
from anxin_rooms.models import HOLDING, Booking, Holder, Room, Wait
from anxin_rooms.services import mine
from anxin_rooms.services.changing import end


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    """The way to book, and the next three bookings of this person."""
    if not ctx.allowed(policy.BOOK):
        return
    yield Card(
        title=_("Book a room"),
        text=_("Counselling, music, a quiet hour"),
        href=url_for("rooms.index"),
        icon="calendar-days",
        order=30,
    )
    for line in mine.coming(ctx, limit=3):
        yield Card(
            title=f"{short_day(line.starts_at)} {clock_time(line.starts_at)}",
            text=f"{line.room} · {line.site}",
            href=url_for("rooms.booking", booking=line.id),
            icon="calendar-check",
            order=30,
            when=line.starts_at,
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Every booking and every place on a waiting list, with the room."""
    join = sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id)
    theirs = sa.union(
        sa.select(Booking.id).where(Booking.tenant_id == ctx.tenant.id, Booking.organiser_id == person_id),
        sa.select(Holder.booking_id).where(Holder.tenant_id == ctx.tenant.id, Holder.person_id == person_id),
    )
    rows = ctx.execute(
        sa.select(Booking, Holder, Room.name.label("room"))
        .outerjoin(Holder, join)
        .join(Room, sa.and_(Room.tenant_id == Booking.tenant_id, Room.id == Booking.room_id))
        .where(Booking.tenant_id == ctx.tenant.id, Booking.id.in_(theirs))
        .order_by(Booking.starts_at)
    ).all()
    waits = ctx.execute(
        sa.select(Wait.starts_at, Wait.state, Room.name.label("room"))
        .join(Room, sa.and_(Room.tenant_id == Wait.tenant_id, Room.id == Wait.room_id))
        .where(Wait.tenant_id == ctx.tenant.id, Wait.person_id == person_id)
    ).all()
    return {
        "bookings": [
            {
                "room": row.room,
                "starts": row.Booking.starts_at.isoformat(),
                "ends": row.Booking.ends_at.isoformat(),
                "state": row.Booking.state,
                "title": row.Booking.title,
                "people": row.Booking.people,
                "note": ctx.open(row.Holder, "note") if row.Holder is not None and row.Holder.note else "",
            }
            for row in rows
        ],
        "waiting": [
            {"room": row.room, "starts": row.starts_at.isoformat(), "state": row.state} for row in waits
        ],
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """What lies ahead is cancelled; then nothing says any more whose a booking was. Times and states stay."""
    _cancel_ahead(ctx, person_id)
    mine_ = ctx.tenant.id
    counts = {
        "holder": _rows(
            ctx, sa.delete(Holder).where(Holder.tenant_id == mine_, Holder.person_id == person_id)
        ),
        "wait": _rows(ctx, sa.delete(Wait).where(Wait.tenant_id == mine_, Wait.person_id == person_id)),
        "booking": _rows(
            ctx,
            sa.update(Booking)
            .where(Booking.tenant_id == mine_, Booking.organiser_id == person_id)
            .values(organiser_id=None, title=""),
        ),
    }
    counts["booking"] += _rows(
        ctx,
        sa.update(Booking)
        .where(Booking.tenant_id == mine_, Booking.made_by == person_id)
        .values(made_by=None),
    )
    counts["holder"] += _rows(
        ctx,
        sa.update(Holder)
        .where(Holder.tenant_id == mine_, Holder.helper_id == person_id)
        .values(helper_id=None),
    )
    if any(counts.values()):
        ctx.audit(policy.RoomsErased(bookings=counts["booking"] + counts["holder"], subject_id=person_id))
    return counts


def on_withdrawn(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """Who takes the consent back has no confidential booking ahead any more, and waits for nothing."""
    if event.purpose == policy.USE.name:
        _cancel_ahead(ctx, event.person_id, confidential_only=True)


def on_left(ctx: Ctx, event: PersonLeft) -> None:
    """Who left the tenant leaves no room taken."""
    _cancel_ahead(ctx, event.person_id)


def _cancel_ahead(ctx: Ctx, person_id: UUID, *, confidential_only: bool = False) -> None:
    ahead = (Booking.tenant_id == ctx.tenant.id, Booking.starts_at > ctx.now, Booking.state.in_(HOLDING))
    private = (
        sa.select(Booking.id)
        .join(Holder, sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id))
        .where(*ahead, Holder.person_id == person_id)
    )
    ids = list(ctx.scalars(private))
    if not confidential_only:
        ids += list(ctx.scalars(sa.select(Booking.id).where(*ahead, Booking.organiser_id == person_id)))
    if ids:
        end(ctx, ids, "cancelled")
        for booking_id in ids:
            ctx.audit(policy.Cancelled(booking_id=booking_id, subject_id=person_id))
    waits = list(
        ctx.scalars(
            sa.select(Wait.id).where(
                Wait.tenant_id == ctx.tenant.id,
                Wait.person_id == person_id,
                Wait.state.in_(("waiting", "offered")),
            )
        )
    )
    if waits:
        resources.give_back(ctx, waits)
        ctx.execute(
            sa.update(Wait)
            .where(Wait.tenant_id == ctx.tenant.id, Wait.id.in_(waits))
            .values(state="left", offer_until=None)
        )


def _rows(ctx: Ctx, statement: Any) -> int:
    return ctx.execute(statement).rowcount  # type: ignore[attr-defined]


@hookimpl
def demo(ctx: Ctx, story: Any) -> None:
    """The invented rooms and bookings of `anxin demo`."""
    invented.fill(ctx, story)
