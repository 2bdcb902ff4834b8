"""Finding: when suits me first, then what is free then. One query for all rooms; the rest is reckoned from memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from anxin.plugin import Ctx, resources
from anxin_rooms.policy import HOST
from anxin_rooms.schedule import RoomInfo, Slot, Span, midnight, slots
from anxin_rooms.services.catalogue import known

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


@dataclass(frozen=True)
class Found:
    """A room with the times it offers on the day."""

    room: RoomInfo
    slots: list[Slot]

    @property
    def free(self) -> int:
        return sum(slot.free for slot in self.slots)


def find(ctx: Ctx, wanted: Wanted) -> list[Found]:
    """The rooms that fit, those with free times first, each with its times of the day."""
    here = known(ctx)
    rooms = [room for room in here.rooms.values() if _fits(ctx, room, wanted)]
    if not rooms:
        return []
    day_starts, day_ends = midnight(wanted.on, here.zone), midnight(wanted.on + timedelta(days=1), here.zone)
    claims = resources.busy(ctx, None, day_starts, day_ends)
    found = [
        Found(room, _part(ctx, wanted, times))
        for room, times in offered(ctx, rooms, wanted.on, claims, minutes=wanted.minutes)
    ]
    return sorted(found, key=lambda one: (not one.free, not one.slots))  # stable: else by site and name


def offered(
    ctx: Ctx,
    rooms: Iterable[RoomInfo],
    on: date,
    claims: Iterable[resources.Taken],
    *,
    minutes: int | None = None,
) -> Iterator[tuple[RoomInfo, list[Slot]]]:
    """Each room with its times of the day. Rooms with the same times and nothing taken share one list: most rooms of
    most unions."""
    here, taken = known(ctx), by_room(claims)
    untouched: dict[tuple[object, ...], list[Slot]] = {}
    for room in rooms:
        spans = taken.get(room.id, ())
        found = None if spans else untouched.get(room.times)
        if found is None:
            found = slots(room, on, here.zone, here.days, spans, ctx.now, minutes=minutes)
        if not spans:
            untouched[room.times] = found
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


def _fits(ctx: Ctx, room: RoomInfo, wanted: Wanted) -> bool:
    if room.for_hosts and not (ctx.allowed(HOST) or ctx.actor.contract_id):
        return False
    return (
        (wanted.type is None or room.type == wanted.type)
        and (wanted.site_id is None or room.site_id == wanted.site_id)
        and room.capacity >= wanted.people
        and (wanted.minutes is None or wanted.minutes <= room.longest)
        and (not wanted.equipment or wanted.equipment in room.equipment)
    )


def _part(ctx: Ctx, wanted: Wanted, found: list[Slot]) -> list[Slot]:
    if wanted.part not in PARTS:
        return found
    zone, (low, high) = known(ctx).zone, PARTS[wanted.part]
    return [slot for slot in found if low <= slot.starts.astimezone(zone).hour < high]
