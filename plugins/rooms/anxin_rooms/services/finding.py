"""Finding: when suits me first, then what is free then. One query for all rooms; the rest is reckoned from memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from anxin.plugin import Ctx, resources
from anxin_rooms.policy import HOST
from anxin_rooms.schedule import RoomInfo, Slot, Span, at, midnight, slots
from anxin_rooms.services.catalogue import known
from anxin_rooms.services.rules import problem

WHOLE_DAY = (0, 24)
LONGEST_PAUSE = timedelta(minutes=120)  # before or after a booking
PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24)}  # hours of the tenant's clock


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; everything but the day may be left open."""

    on: date
    type: str | None = None
    site_id: UUID | None = None
    equipment: str | None = None
    people: int = 1
    minutes: int | None = None
    part: str | None = None

    @property
    def anything(self) -> bool:
        """Would any room do?"""
        left_open = self.type is None and self.site_id is None and self.minutes is None
        return left_open and not self.equipment and self.people <= 1


class Found(NamedTuple):
    """A room with the times it offers on the day, and how many of them are free."""

    room: RoomInfo
    slots: list[Slot]
    free: int


def find(ctx: Ctx, wanted: Wanted) -> list[Found]:
    """The rooms that fit, those with free times first, each with its times of the day."""
    here, rooms = known(ctx), fitting(ctx, wanted)
    if not rooms:
        return []
    day_starts, day_ends = midnight(wanted.on, here.zone), midnight(wanted.on + timedelta(days=1), here.zone)
    claims = resources.busy(ctx, None, day_starts, day_ends)
    found, counts = [], dict[int, int]()
    for room, times in offered(ctx, rooms, wanted.on, claims, minutes=wanted.minutes, part=wanted.part):
        free = counts.get(id(times))  # rooms may share one list
        if free is None:
            free = counts[id(times)] = sum(slot.free for slot in times)
        found.append(Found(room, times, free))
    return sorted(found, key=lambda one: (not one.free, not one.slots))  # stable: else by site and name


def free_at(ctx: Ctx, wanted: Wanted, starts: datetime, ends: datetime) -> list[RoomInfo]:
    """The rooms that fit and can be booked for just this time, by site and name. `wanted.on`, `minutes` and `part` say
    nothing here."""
    host = ctx.allowed(HOST) or bool(ctx.actor.contract_id)
    taken = by_room(resources.busy(ctx, None, starts - LONGEST_PAUSE, ends + LONGEST_PAUSE))
    rooms = fitting(ctx, wanted)
    kinds = {room.alike: room for room in rooms}
    fine = {alike for alike, room in kinds.items() if problem(ctx, room, starts, ends, host=host) is None}
    rooms = [room for room in rooms if room.alike in fine]
    if not taken:
        return rooms
    return [room for room in rooms if not _meets(taken.get(room.id, ()), room.whole(starts, ends))]


def _meets(spans: Sequence[Span], whole: Span) -> bool:
    return any(start < whole[1] and end > whole[0] for start, end in spans)


def offered(
    ctx: Ctx,
    rooms: Iterable[RoomInfo],
    on: date,
    claims: Iterable[resources.Taken],
    *,
    minutes: int | None = None,
    part: str | None = None,
) -> Iterator[tuple[RoomInfo, list[Slot]]]:
    """Each room with its times of the day, or of a part of it. Rooms with the same times and nothing taken share one
    list: most rooms of most unions."""
    here, taken = known(ctx), by_room(claims)
    untouched: dict[int, list[Slot]] = {}
    first, last = (at(on, hour * 60, here.zone) for hour in PARTS.get(part or "", WHOLE_DAY))
    for room in rooms:
        spans = taken.get(room.id, ())
        found = None if spans else untouched.get(room.alike)
        if found is None:
            found = slots(room, on, here.zone, here.days, spans, ctx.now, minutes=minutes)
            found = [slot for slot in found if first <= slot.starts < last] if part in PARTS else found
        if not spans:
            untouched[room.alike] = found
        yield room, found


def by_room(claims: Iterable[resources.Taken]) -> Mapping[UUID, Sequence[Span]]:
    """What the claims take, by room, in order."""
    found: dict[UUID, list[Span]] = defaultdict(list)
    for claim in claims:
        found[claim.resource_id].append((claim.from_at, claim.until_at))
    return found


def day_slots(
    ctx: Ctx, room: RoomInfo, on: date, claims: Iterable[resources.Taken], *, minutes: int | None = None
) -> list[Slot]:
    """One room's times of one day, from claims that were read already."""
    here = known(ctx)
    taken = by_room(claim for claim in claims if claim.resource_id == room.id).get(room.id, ())
    return slots(room, on, here.zone, here.days, taken, ctx.now, minutes=minutes)


def week(
    ctx: Ctx, room: RoomInfo, first: date, *, minutes: int | None = None
) -> list[tuple[date, list[Slot]]]:
    """One room's times of the seven days from `first` on."""
    here = known(ctx)
    claims = resources.busy(
        ctx, [room.id], midnight(first, here.zone), midnight(first + timedelta(days=7), here.zone)
    )
    days = [first + timedelta(days=n) for n in range(7)]
    return [(day, day_slots(ctx, room, day, claims, minutes=minutes)) for day in days]


def fitting(ctx: Ctx, wanted: Wanted) -> list[RoomInfo]:
    """The rooms that fit, free or not, by site and name."""
    hosts = ctx.allowed(HOST) or bool(ctx.actor.contract_id)
    rooms = [room for room in known(ctx).rooms.values() if hosts or not room.for_hosts]
    return rooms if wanted.anything else [room for room in rooms if _fits(room, wanted)]


def _fits(room: RoomInfo, wanted: Wanted) -> bool:
    return (
        (wanted.type is None or room.type == wanted.type)
        and (wanted.site_id is None or room.site_id == wanted.site_id)
        and room.capacity >= wanted.people
        and (wanted.minutes is None or wanted.minutes <= room.longest)
        and (not wanted.equipment or wanted.equipment in room.equipment)
    )
