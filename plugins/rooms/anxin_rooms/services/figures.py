"""How rooms are used: counted behind the wall, released through disclosure control, a whole month at a time.

Open rooms are counted exactly: their bookings are activities that the keeper knows. A confidential room's numbers are
released only when at least k different people came, and then in steps of k ("at least"), so that neither a quiet room
nor the difference of two tables tells of one person. Months are whole: two periods cannot be subtracted.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Unit, disclosure
from anxin_rooms import policy
from anxin_rooms.models import Booking, Holder, Wait
from anxin_rooms.schedule import MINUTE, midnight, open_spans
from anxin_rooms.services.catalogue import Known, known

USED = ("booked", "here", "done")
STEP = 20  # shares of confidential rooms are rounded to a twentieth


@dataclass(frozen=True)
class Row:
    """A room's month. Cells print as their value or as a dash."""

    room_id: UUID
    name: str
    site: str
    type: str
    confidential: bool
    count: disclosure.Cell[int]
    share: disclosure.Cell[str]
    missed: disclosure.Cell[int]
    waits: disclosure.Cell[int]


@dataclass(frozen=True)
class Month:
    """The figures of one month."""

    first: date
    last: date
    rows: list[Row]
    hours: list[tuple[int, int, disclosure.Cell[int]]]  # hour, open bookings, confidential ones
    units: list[tuple[str, int, disclosure.Cell[int]]]  # unit, open bookings, confidential ones
    over: bool


def bounds(year: int, month: int) -> tuple[date, date]:
    """The first day of a month and of the next."""
    first = date(year, month, 1)
    return first, (first + timedelta(days=32)).replace(day=1)


def month(ctx: Ctx, year: int, number: int) -> Month:
    """What the union may see of a month; written down as a look at figures."""
    here = known(ctx)
    first, end = bounds(year, number)
    window = midnight(first, here.zone), midnight(end, here.zone)
    bookings = ctx.execute(
        sa.select(
            Booking.room_id,
            Booking.starts_at,
            Booking.ends_at,
            Booking.state,
            Booking.confidential,
            Booking.unit_id,
        )
        .where(
            Booking.tenant_id == ctx.tenant.id,
            Booking.starts_at >= window[0],
            Booking.starts_at < window[1],
            Booking.state.in_((*USED, "no_show")),
        )
        .limit(100_000)
    ).all()
    holders, waits = _behind_the_wall(ctx, window)
    k = ctx.settings["least_group"]
    ctx.audit(policy.FiguresRead(days=(end - first).days))
    return Month(
        first,
        end - timedelta(days=1),
        _rows(here, bookings, holders, waits, (first, end), k),
        _hours(here, bookings, holders, k),
        _units(ctx, bookings, holders, k),
        window[1] <= ctx.now,
    )


def _behind_the_wall(ctx: Ctx, window: tuple[Any, Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Holders of confidential bookings, and who waited: rows that never leave this module."""
    with ctx.figures() as session:
        holders = session.execute(
            sa.select(Booking.room_id, Holder.person_id, Holder.unit_id, Holder.starts_at, Booking.state)
            .join(Booking, sa.and_(Booking.tenant_id == Holder.tenant_id, Booking.id == Holder.booking_id))
            .where(
                Holder.tenant_id == ctx.tenant.id,
                Holder.starts_at >= window[0],
                Holder.starts_at < window[1],
                Booking.state.in_((*USED, "no_show")),
            )
            .limit(100_000)
        ).all()
        waits = session.execute(
            sa.select(Wait.room_id, Wait.person_id).where(
                Wait.tenant_id == ctx.tenant.id,
                Wait.starts_at >= window[0],
                Wait.starts_at < window[1],
                Wait.state.in_(("waiting", "expired", "left")),
            )
        ).all()
    return holders, waits


def _steps(people: Sequence[Any], k: int) -> disclosure.Cell[int]:
    """So many times, in steps; hidden unless at least k different people are behind them."""
    if len(set(people)) < k:
        return disclosure.Cell.hide()
    return disclosure.in_steps(len(people), k)


def _rows(  # noqa: PLR0917  (one caller)
    here: Known, bookings: Any, holders: Any, waits: Any, span: tuple[date, date], k: int
) -> list[Row]:
    used: dict[UUID, Any] = defaultdict(timedelta)
    count: Counter[UUID] = Counter()
    missed: Counter[UUID] = Counter()
    for one in bookings:
        if one.state == "no_show":
            missed[one.room_id] += 1
        else:
            count[one.room_id] += 1
            used[one.room_id] += one.ends_at - one.starts_at
    rows = []
    for room in here.rooms.values():
        share = _share(used[room.id], _open(here, room, span))
        waited = _steps([one.person_id for one in waits if one.room_id == room.id], k)
        if room.confidential:
            came = [one.person_id for one in holders if one.room_id == room.id and one.state != "no_show"]
            gone = [one.person_id for one in holders if one.room_id == room.id and one.state == "no_show"]
            counted, lost = _steps(came, k), _steps(gone, k)
            part = (
                disclosure.Cell(_percent(round(share * STEP) / STEP))
                if counted.shown
                else disclosure.Cell.hide()
            )
        else:
            counted, lost = disclosure.Cell(count[room.id]), disclosure.Cell(missed[room.id])
            part = disclosure.Cell(_percent(share))
        rows.append(
            Row(room.id, room.name, room.site, room.type, room.confidential, counted, part, lost, waited)
        )
    return rows


def _open(here: Known, room: Any, span: tuple[date, date]) -> timedelta:
    days = (span[0] + timedelta(days=n) for n in range((span[1] - span[0]).days))
    spans = [each for day in days for each in open_spans(room, day, here.zone, here.days)]
    return sum((end - start for start, end in spans), timedelta())


def _share(used: timedelta, all_: timedelta) -> float:
    return min(used / all_, 1.0) if all_ > MINUTE else 0.0


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"


def _hours(here: Known, bookings: Any, holders: Any, k: int) -> list[tuple[int, int, disclosure.Cell[int]]]:
    plain = Counter(one.starts_at.astimezone(here.zone).hour for one in bookings if not one.confidential)
    secret: dict[int, list[UUID]] = defaultdict(list)
    for one in holders:
        secret[one.starts_at.astimezone(here.zone).hour].append(one.person_id)
    every = set(plain) | set(secret)
    if not every:
        return []
    return [(hour, plain[hour], _steps(secret[hour], k)) for hour in range(min(every), max(every) + 1)]


def _units(ctx: Ctx, bookings: Any, holders: Any, k: int) -> list[tuple[str, int, disclosure.Cell[int]]]:
    plain = Counter(one.unit_id for one in bookings if one.unit_id and not one.confidential)
    secret: dict[UUID, list[UUID]] = defaultdict(list)
    for one in holders:
        if one.unit_id:
            secret[one.unit_id].append(one.person_id)
    shown = {unit: cell for unit, people in secret.items() if (cell := _steps(people, k)).shown}
    wanted = set(plain) | set(shown)
    if not wanted:
        return []
    units = ctx.scalars(
        sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id, Unit.id.in_(wanted)).order_by(Unit.path)
    )
    return [(unit.name, plain[unit.id], shown.get(unit.id, disclosure.Cell.hide())) for unit in units]
