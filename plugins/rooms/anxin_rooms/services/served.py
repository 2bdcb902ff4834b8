"""A counselling hour under a service contract: how many of the year's the person still has, and one unit when it is over.

It counts when somebody checked in and a counsellor of an agency was there. A job writes the unit, so that its entry in
the trail names nobody: the person, who may end the hour early, stands in no line about units.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Invalid, Person, job, lazy, local, record_if_served, sessions_left
from anxin_rooms.models import HOLDING, Booking, Holder
from anxin_rooms.schedule import MINUTE, Span

ALL_USED = lazy("All sessions of this year are used or booked. Ask the union whether it adds some.")


def left(ctx: Ctx, people: Sequence[UUID]) -> dict[UUID, int]:
    """How many sessions these people may still be booked this year under the actor's contract: what was not used less
    what is booked and not over. Empty where nothing limits them."""
    contract_id = ctx.actor.contract_id
    if contract_id is None:
        return {}
    unused = sessions_left(ctx, contract_id, people)
    booked = _booked(ctx, contract_id, list(unused))
    return {person_id: max(count - booked.get(person_id, 0), 0) for person_id, count in unused.items()}


def insist_on_sessions(ctx: Ctx, person_id: UUID, times: Sequence[Span]) -> None:
    """Refuse hours beyond what the contract gives the person this year; two helpers at once count one another."""
    ctx.lock(f"rooms.sessions:{person_id}")
    known = left(ctx, [person_id])
    this_year = [starts for starts, _ in times if local(starts).year == local(ctx.now).year]
    if person_id in known and len(this_year) > known[person_id]:
        raise Invalid(fields={"person_id": [ALL_USED]}, code="sessions")


def _booked(ctx: Ctx, contract_id: UUID, people: Sequence[UUID]) -> dict[UUID, int]:
    """Bookings that hold a room with a counsellor of this contract, until the end of the year."""
    if not people:
        return {}
    now = local(ctx.now)
    rows = ctx.execute(
        sa.select(Holder.person_id, sa.func.count().label("number"))
        .join(Booking, sa.and_(Booking.tenant_id == Holder.tenant_id, Booking.id == Holder.booking_id))
        .join(Person, sa.and_(Person.tenant_id == Holder.tenant_id, Person.id == Holder.helper_id))
        .where(
            Holder.tenant_id == ctx.tenant.id,
            Holder.person_id.in_(people),
            Holder.starts_at < datetime(now.year + 1, 1, 1, tzinfo=now.tzinfo),
            Booking.state.in_(HOLDING),
            Person.contract_id == contract_id,
        )
        .group_by(Holder.person_id)
    )
    return {row.person_id: row.number for row in rows}


def attended(ctx: Ctx, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the bookings that somebody checked in to and a counsellor had made with a client."""
    if not ids:
        return []
    return list(
        ctx.scalars(
            sa.select(Booking.id)
            .join(Holder, sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id))
            .where(
                Booking.tenant_id == ctx.tenant.id,
                Booking.id.in_(ids),
                Booking.state == "done",
                Booking.here_at.is_not(None),
                Holder.helper_id.is_not(None),
            )
        )
    )


@job("rooms.served")
def count(ctx: Ctx, *, booking_id: str) -> None:
    """One session of the counsellor's contract. Beyond what the contract gives the person (it may have been changed
    since the hour was booked) nothing is billed; without a contract neither."""
    row = ctx.execute(
        sa.select(Booking.starts_at, Booking.ends_at, Holder.person_id, Person.contract_id)
        .join(Holder, sa.and_(Holder.tenant_id == Booking.tenant_id, Holder.booking_id == Booking.id))
        .join(Person, sa.and_(Person.tenant_id == Holder.tenant_id, Person.id == Holder.helper_id))
        .where(
            Booking.tenant_id == ctx.tenant.id,
            Booking.id.in_(attended(ctx, [UUID(booking_id)])),
            Person.contract_id.is_not(None),
        )
    ).one_or_none()
    if row is None:
        return
    ctx.lock(f"rooms.sessions:{row.person_id}")
    if sessions_left(ctx, row.contract_id, [row.person_id]).get(row.person_id) == 0:
        return
    record_if_served(
        ctx,
        "rooms",
        "session",
        minutes=(row.ends_at - row.starts_at) // MINUTE,
        key=f"booking:{booking_id}",
        contract_id=row.contract_id,
        done_on=local(row.starts_at).date(),
        person_id=row.person_id,
    )
