"""Booking: one time or many, for oneself, for a group, or with a client; all of it or nothing.

Every door (page, API, the sign at the door, a waiting list's offer, the storm) comes through `book`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Booked as SomethingBooked
from anxin.plugin import Ctx, Invalid, NotFound, Person, lazy, new_id, resources
from anxin_rooms import policy
from anxin_rooms.models import Booking, Holder
from anxin_rooms.schedule import MINUTE, RoomInfo, Span
from anxin_rooms.services import rules, served
from anxin_rooms.services.catalogue import known, room
from anxin_rooms.services.finding import day_slots

KIND = "rooms.room"
SERIES = 60  # days at once
NOBODY = lazy("Say who the booking is for.")


@dataclass(frozen=True)
class Wish:
    """What somebody would like to book. `person_id` None: for oneself. `helper`: a counsellor with this client."""

    room_id: UUID
    times: Sequence[Span]
    person_id: UUID | None = None
    people: int = 1
    title: str = ""
    note: str = ""
    source: str = "self"


@dataclass(frozen=True)
class Made:
    """What became of a wish: the bookings in their order, and whether a keeper still has to say yes."""

    ids: list[UUID]
    waits: bool


def window(ctx: Ctx, room_id: UUID, starts: datetime, ends: datetime, *, obey: bool = True) -> Span:
    """The kind of resource "rooms.room": from when to when a room is taken, pauses included."""
    found = room(ctx, room_id)
    if obey:
        rules.insist(ctx, found, [(starts, ends)])
    return found.whole(starts, ends)


def book(ctx: Ctx, wish: Wish) -> Made:
    """Book for the actor: for themself, or (hosts) an open booking in somebody's name."""
    found = room(ctx, wish.room_id)
    times = _times(wish.times)
    rules.insist(ctx, found, times, people=wish.people, walk_in=wish.source == "walk_in")
    mine = ctx.actor.person_id
    person_id = wish.person_id or mine
    if found.confidential and person_id != mine:
        raise Invalid(
            lazy("Only a person themself, or their counsellor, can book this room."), code="confidential"
        )
    if found.confidential and mine is not None:
        ctx.runtime.access.require(ctx, policy.USE.name)
    if person_id is not None and wish.source != "host":
        rules.insist_on_quota(ctx, person_id, times)
    if not found.confidential:
        rules.insist_on_unit_quota(ctx, ctx.actor.unit_id, times)
    return _write(ctx, found, wish, times, person_id, helper_id=None)


def book_with(ctx: Ctx, wish: Wish) -> Made:
    """A counsellor books a room with a person they work with: the room and the counsellor's own time, together.

    The person has agreed to `rooms.use`; whoever else looks sees a taken room and a busy counsellor.
    """
    found = room(ctx, wish.room_id)
    if wish.person_id is None:
        raise Invalid(fields={"person_id": [NOBODY]})
    if ctx.scalars(ctx.select(Person).where(Person.id == wish.person_id)).one_or_none() is None:
        raise NotFound()
    ctx.runtime.access.check(
        ctx, Holder(person_id=wish.person_id)
    )  # have they agreed to the guard's purpose?
    times = _times(wish.times)
    rules.insist(ctx, found, times, people=wish.people)
    served.insist_on_sessions(ctx, wish.person_id, times)
    return _write(ctx, found, wish, times, wish.person_id, helper_id=ctx.actor.person_id)


def _times(times: Sequence[Span]) -> list[Span]:
    if not 0 < len(times) <= SERIES:
        raise Invalid(lazy("Please book %(count)d days at most at once.", count=SERIES), code="series")
    return sorted(times)


def _write(  # noqa: PLR0917  (one call, from the doors above)
    ctx: Ctx,
    found: RoomInfo,
    wish: Wish,
    times: Sequence[Span],
    person_id: UUID | None,
    helper_id: UUID | None,
) -> Made:
    ids = [new_id() for _ in times]
    _claim(ctx, found, ids, times, helper_id)
    secret = found.confidential or helper_id is not None
    waits = found.approval and helper_id is None and wish.source != "host" and not ctx.allowed(policy.KEEP)
    series = new_id() if len(times) > 1 else None
    made_by = ctx.actor.person_id if ctx.actor.person_id != person_id else None
    rows = [
        {
            "id": booking_id,
            "room_id": found.id,
            "series_id": series,
            "starts_at": starts,
            "ends_at": ends,
            "state": "asked" if waits else "booked",
            "source": "helper" if helper_id else wish.source,
            "confidential": secret,
            "organiser_id": None if secret else person_id,
            "made_by": None if secret else made_by,
            "title": "" if secret else wish.title,
            "people": wish.people,
            "unit_id": None if secret else ctx.actor.unit_id,
            "made_at": ctx.now,
        }
        for booking_id, (starts, ends) in zip(ids, times, strict=True)
    ]
    if len(rows) == 1:
        ctx.put(Booking, rows[0])
    else:
        ctx.insert(Booking, rows)
    if secret and person_id is not None:
        _hold(ctx, ids, times, person_id, helper_id, wish.note)
    ctx.audit(policy.Booked(booking_id=ids[0], room_id=found.id, days=len(ids), subject_id=person_id))
    for booking_id in ids:
        ctx.emit(
            SomethingBooked(booking_id=booking_id, resource=KIND, person_id=None if secret else person_id)
        )
    return Made(ids, waits)


def _claim(
    ctx: Ctx, found: RoomInfo, ids: Sequence[UUID], times: Sequence[Span], helper_id: UUID | None
) -> None:
    rows = []
    for booking_id, (starts, ends) in zip(ids, times, strict=True):
        need = resources.Need(KIND, found.id)
        rows.append(resources.claim(booking_id, need, starts, ends, found.whole(starts, ends)))
        if helper_id is not None:
            person = resources.Need(resources.PERSON, helper_id)
            rows.append(resources.claim(booking_id, person, starts, ends, (starts, ends)))
    resources.insert(ctx, rows, later=True)


def _hold(  # noqa: PLR0917  (as above)
    ctx: Ctx,
    ids: Sequence[UUID],
    times: Sequence[Span],
    person_id: UUID,
    helper_id: UUID | None,
    note: str,
) -> None:
    rows = []
    unit_id = ctx.actor.unit_id if person_id == ctx.actor.person_id else _unit_of(ctx, person_id)
    for booking_id, (starts, _) in zip(ids, times, strict=True):
        row_id = new_id()
        sealed = ctx.sealed(Holder, "note", row_id, person_id, note) if note else None
        rows.append(
            {
                "id": row_id,
                "booking_id": booking_id,
                "person_id": person_id,
                "helper_id": helper_id,
                "unit_id": unit_id,
                "starts_at": starts,
                "note": sealed,
                "made_at": ctx.now,
            }
        )
    ctx.insert(Holder, rows)


def _unit_of(ctx: Ctx, person_id: UUID) -> UUID | None:
    return ctx.scalar(
        sa.select(Person.unit_id).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
    )


@dataclass(frozen=True)
class Occurrence:
    """One day of a recurring wish: what stands in its way, and what else that day offers."""

    starts: datetime
    ends: datetime
    problem: Any
    others: list[Span]

    @property
    def free(self) -> bool:
        return self.problem is None


def preview(ctx: Ctx, room_id: UUID, times: Sequence[Span]) -> list[Occurrence]:
    """How each day of a recurring wish stands, before anything is booked: conflicts are shown per day, with the free
    times of the same day to change to."""
    found = room(ctx, room_id)
    times = _times(times)
    here = known(ctx)
    host = ctx.allowed(policy.HOST) or bool(ctx.actor.contract_id)
    taken = resources.busy(ctx, [found.id], times[0][0] - timedelta(days=1), times[-1][1] + timedelta(days=2))
    answer = []
    for starts, ends in times:
        a, b = found.whole(starts, ends)
        said = rules.problem(ctx, found, starts, ends, host=host)
        if said is None and any(claim.from_at < b and claim.until_at > a for claim in taken):
            said = lazy("already taken")
        on = starts.astimezone(here.zone).date()
        minutes = int((ends - starts) / MINUTE)
        others = (
            [
                (slot.starts, slot.ends)
                for slot in day_slots(ctx, found, on, taken, minutes=minutes)
                if slot.free and (slot.starts, slot.ends) != (starts, ends)
            ]
            if said is not None
            else []
        )
        answer.append(Occurrence(starts, ends, said, others))
    return answer


def people_of(ctx: Ctx) -> list[tuple[UUID, str]]:
    """The people a counsellor works with, by name: whom a room can be booked with."""
    rows = ctx.scalars(
        ctx.select(Person).where(Person.state == "active").order_by(Person.sort_key).limit(200)
    )
    return [(row.id, row.name) for row in rows]
