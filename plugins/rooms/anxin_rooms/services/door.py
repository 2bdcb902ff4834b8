"""At the door: what the room does now, whether the one who scans has booked it, and using it on the spot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from anxin.plugin import Ctx, Invalid, lazy, resources
from anxin_rooms.schedule import GRID, MINUTE, RoomInfo, Slot, is_open
from anxin_rooms.services import changing, finding, mine
from anxin_rooms.services.booking import Wish, book
from anxin_rooms.services.catalogue import known

LENGTHS = (15, 30, 45, 60, 90)
BUSY = lazy("Somebody is in the room, or will be soon.")
NO_WALK_IN = lazy("Please book this room beforehand.")


@dataclass(frozen=True)
class Now:
    """For the screen: when the room is taken, now and next; nobody's name."""

    free: bool
    until: datetime | None
    next: list[tuple[datetime, datetime]]


@dataclass(frozen=True)
class AtDoor:
    """For who scans the code."""

    now: Now
    own: mine.Line | None
    lengths: list[int]  # minutes one may use the room now; empty: not now
    later: list[Slot]


def now(ctx: Ctx, room: RoomInfo) -> Now:
    claims = resources.busy(ctx, [room.id], ctx.now, ctx.now + timedelta(hours=12))
    here = next((claim for claim in claims if claim.starts_at <= ctx.now < claim.ends_at), None)
    coming = [(claim.starts_at, claim.ends_at) for claim in claims if claim.starts_at > ctx.now]
    until = here.ends_at if here else coming[0][0] if coming else None
    return Now(here is None, until, coming[:3])


def state(ctx: Ctx, room: RoomInfo) -> AtDoor:
    """Everything a person at the door may want."""
    here = known(ctx)
    own = next(
        (
            line
            for line in mine.coming(ctx)
            if line.room_id == room.id and line.starts_at - changing.EARLY <= ctx.now < line.ends_at
        ),
        None,
    )
    claims = resources.busy(ctx, [room.id], ctx.now - timedelta(hours=12), ctx.now + timedelta(hours=24))
    later = finding.day_slots(ctx, room, ctx.now.astimezone(here.zone).date(), claims)
    lengths = (
        []
        if own or not room.walk_in
        else [n for n in LENGTHS if n <= room.longest and _fits(ctx, room, n, claims)]
    )
    return AtDoor(now(ctx, room), own, lengths, [slot for slot in later if slot.free])


def use(ctx: Ctx, room: RoomInfo, minutes: int | None) -> UUID:
    """Book the room from this moment and check in; the person is here."""
    if not room.walk_in:
        raise Invalid(NO_WALK_IN, code="no_walk_in")
    starts = _begin(ctx)
    length = minutes or room.minutes
    length -= length % GRID
    made = book(ctx, Wish(room.id, [(starts, starts + max(length, GRID) * MINUTE)], source="walk_in"))
    changing.check_in(ctx, made.ids[0])
    return made.ids[0]


def _begin(ctx: Ctx) -> datetime:
    """The last five minutes' mark."""
    return ctx.now.replace(second=0, microsecond=0) - (ctx.now.minute % GRID) * MINUTE


def _fits(ctx: Ctx, room: RoomInfo, minutes: int, claims: list[resources.Taken]) -> bool:
    here, starts = known(ctx), _begin(ctx)
    ends = starts + minutes * MINUTE
    a, b = room.whole(starts, ends)
    return is_open(room, starts, ends, here.zone, here.days) and not any(
        claim.from_at < b and claim.until_at > a for claim in claims
    )
