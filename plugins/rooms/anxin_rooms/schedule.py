"""When a room is open and which times it offers: pure functions of what is known, so that they can be tried out.

Everything is in aware UTC datetimes; weekly hours are minutes of the day on the tenant's clock.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from anxin_rooms import almanac
from anxin_rooms.almanac import Special

Span = tuple[datetime, datetime]
MINUTE = timedelta(minutes=1)
GRID = 5  # minutes: no booking begins between


@dataclass(frozen=True)
class RoomInfo:
    """What deciding about a time needs to know of a room."""

    id: UUID
    site_id: UUID
    site: str
    name: str
    type: str
    floor: str
    capacity: int
    confidential: bool
    code: str
    step: int
    stagger: int
    minutes: int
    longest: int
    before: int
    after: int
    ahead: int
    approval: bool
    walk_in: bool
    check_in: bool
    for_hosts: bool
    on_holidays: bool
    has_photo: bool
    equipment: tuple[str, ...] = ()
    hours: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    closed: tuple[Span, ...] = ()
    opened: tuple[Span, ...] = ()
    alike: int = 0  # of a tenant's rooms, those with the same number have the same `rules`

    def whole(self, starts: datetime, ends: datetime) -> Span:
        """The time a booking takes, pauses included."""
        return starts - self.before * MINUTE, ends + self.after * MINUTE

    @property
    def rules(self) -> tuple[object, ...]:
        """Rooms that agree in this offer the same times on every day, and take and refuse the same ones."""
        own = self.on_holidays, self.step, self.stagger, self.minutes, self.longest, self.ahead
        return tuple(self.hours.items()), self.closed, self.opened, own


@dataclass(frozen=True, slots=True)
class Slot:
    """A time a room offers."""

    starts: datetime
    ends: datetime
    free: bool


@lru_cache(maxsize=1024)
def midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone).astimezone(UTC)


@lru_cache(maxsize=8192)  # rooms open and close at the same few minutes of the same few days
def at(on: date, minute: int, zone: ZoneInfo) -> datetime:
    """The moment of a minute of the day (1440: the end of it)."""
    days, rest = divmod(minute, 1440)
    return datetime.combine(on + timedelta(days=days), time(rest // 60, rest % 60), zone).astimezone(UTC)


def open_spans(room: RoomInfo, on: date, zone: ZoneInfo, own: Mapping[date, Special]) -> list[Span]:
    """When a room is open on a date: weekly hours, opened for once, less what is closed; in order, joined."""
    day = almanac.weekday(on, own, on_holidays=room.on_holidays)
    spans = [(at(on, a, zone), at(on, b, zone)) for a, b in room.hours.get(day, ())] if day else []
    if room.opened:
        first, last = midnight(on, zone), midnight(on + timedelta(days=1), zone)
        spans += [(max(a, first), min(b, last)) for a, b in room.opened if a < last and b > first]
        spans = _joined(spans)
    return list(_without(spans, room.closed)) if room.closed else spans


def _joined(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _without(spans: Sequence[Span], closed: Sequence[Span]) -> Iterator[Span]:
    for span in spans:
        parts = [span]
        for start, end in closed:
            parts = [
                part for a, b in parts for part in ((a, min(b, start)), (max(a, end), b)) if part[0] < part[1]
            ]
        yield from parts


def is_open(
    room: RoomInfo, starts: datetime, ends: datetime, zone: ZoneInfo, own: Mapping[date, Special]
) -> bool:
    """Is the room open all through this time? (A time over midnight is asked of both days.)"""
    first, last = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    spans = _joined([span for day in days for span in open_spans(room, day, zone, own)])
    return any(a <= starts and ends <= b for a, b in spans)


def offers(
    room: RoomInfo, on: date, zone: ZoneInfo, own: Mapping[date, Special], *, minutes: int | None = None
) -> Iterator[Span]:
    """The times a room offers on a date, taken or not."""
    length, step = (minutes or room.minutes) * MINUTE, room.step * MINUTE
    for start, end in open_spans(room, on, zone, own):
        begins = start + room.stagger * MINUTE
        while begins + length <= end:
            yield begins, begins + length
            begins += step


def slots(  # noqa: PLR0917  (what one day of one room is made of)
    room: RoomInfo,
    on: date,
    zone: ZoneInfo,
    own: Mapping[date, Special],
    taken: Sequence[Span],
    now: datetime,
    *,
    minutes: int | None = None,
) -> list[Slot]:
    """The offers of a date that are not over, each free or not. `taken`: what the room's claims take, in order."""
    if not taken:
        times = offers(room, on, zone, own, minutes=minutes)
        return [Slot(starts, ends, True) for starts, ends in times if starts >= now]
    edges = [end for _, end in taken]  # claims of one room never overlap, so their ends are in order too
    found = []
    for starts, ends in offers(room, on, zone, own, minutes=minutes):
        if starts < now:
            continue
        before, after = room.whole(starts, ends)
        nth = bisect_right(edges, before)
        found.append(Slot(starts, ends, nth == len(taken) or taken[nth][0] >= after))
    return found


def weekly(every: int, first: Span, until: date, zone: ZoneInfo) -> Iterator[Span]:
    """The same time every so many weeks up to a date, on the tenant's clock."""
    starts = first[0].astimezone(zone)
    length = first[1] - first[0]
    day = starts.date()
    while day <= until:
        begins = datetime.combine(day, starts.timetz().replace(tzinfo=None), zone).astimezone(UTC)
        yield begins, begins + length
        day += timedelta(weeks=every)
