"""Weekly duty turns of a tenant file as shifts with dates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from anxin.tenancy.files import DutyTurn


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on duty from one moment to another; `post` is "counsellor" or "supervisor"."""

    agency: str
    login: str
    post: str
    starts_at: datetime
    ends_at: datetime


def shifts(turns: Iterable[DutyTurn], first: date, days: int, timezone: str) -> Iterator[Shift]:
    """All shifts that begin in the given days, by their beginning. A turn whose end is not after its start
    runs over midnight; 00:00–00:00 is a whole day."""
    zone, turns = ZoneInfo(timezone), list(turns)
    for at in range(days):
        day = first + timedelta(days=at)
        for turn in sorted(turns, key=lambda each: each.since):
            if day.weekday() in turn.days:
                last = day if turn.until > turn.since else day + timedelta(days=1)
                starts = datetime.combine(day, turn.since, zone)
                yield Shift(
                    turn.agency, turn.staff, turn.post, starts, datetime.combine(last, turn.until, zone)
                )


def gaps(on_duty: Iterable[Shift], starts: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches between two moments in which nobody of these shifts is on duty."""
    found, at = [], starts
    for shift in sorted(on_duty, key=lambda each: each.starts_at):
        if shift.starts_at > at:
            found.append((at, min(shift.starts_at, ends)))
        at = max(at, shift.ends_at)
        if at >= ends:
            break
    if at < ends:
        found.append((at, ends))
    return [gap for gap in found if gap[0] < gap[1]]
