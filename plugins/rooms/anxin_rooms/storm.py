"""Many at once for one room: what the exclusion is for, tried out against a running database.

Every attempt is a booking through the same service that pages and API call, in a transaction of its own.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Semaphore
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from anxin.plugin import Ctx, resources
from anxin_rooms.models import Booking
from anxin_rooms.schedule import GRID, MINUTE
from anxin_rooms.services import setting_up
from anxin_rooms.services.booking import Wish, book

DAYS = 5  # over which the attempts are spread
LENGTHS = (30, 50, 60, 90)
WEEK = {day: [(0, 1440)] for day in range(1, 8)}
NAME = "storm"


@dataclass(frozen=True)
class Storm:
    """What came of it: each attempt was answered by a booking or by "taken"; `overlaps` counts pairs."""

    attempts: int
    answered: int
    booked: int
    overlaps: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"seconds": round(self.seconds, 3)}


def storm(ctx: Ctx, attempts: int, threads: int) -> Storm:
    """Book one room so many times from so many threads; the room is gone afterwards."""
    ctx.unaudited("a measurement in a room of its own, which is removed")
    with ctx.beside() as setting:
        room_id, site_id = _room(setting)
    try:
        tries = list(_tries(room_id, ctx.now, attempts))
        with ctx.beside() as reader:  # everybody starts with the rooms known, as in a process that serves
            tenant = reader.runtime.caches["directory"].by_id(ctx.tenant.id)
        ctx.tenant = tenant
        seats = Semaphore(ctx.runtime.engine.pool.size() - 1)  # type: ignore[attr-defined]  (one is this command's own)
        begin = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            answers = list(pool.map(lambda wish: _try(ctx, wish, seats), tries))
        seconds = time.perf_counter() - begin
        with ctx.beside() as reader:
            overlaps = _overlaps(reader, room_id)
    finally:
        with ctx.beside() as clearing:
            _clear(clearing, room_id, site_id)
    return Storm(
        attempts,
        sum(one is not None for one in answers),
        sum(one is True for one in answers),
        overlaps,
        seconds,
    )


def _room(ctx: Ctx) -> tuple[UUID, UUID]:
    site = setting_up.save_site(ctx, {"name": NAME, "address": "", "arrive": ""})
    data = {
        "site_id": site.id, "name": NAME, "type": "group", "capacity": 1, "confidential": False, "approval": False,
        "on_holidays": True, "step": 5, "minutes": 30, "longest": 120, "before": 0, "after": 0, "hours": WEEK,
    }  # fmt: skip
    return setting_up.save_room(ctx, data).id, site.id


def _tries(room_id: UUID, now: datetime, attempts: int) -> Any:
    first = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    for _ in range(attempts):
        starts = first + random.randrange(DAYS * 24 * 60 // GRID) * GRID * MINUTE
        yield Wish(room_id, [(starts, starts + random.choice(LENGTHS) * MINUTE)], source="host")


def _try(ctx: Ctx, wish: Wish, seats: Semaphore) -> bool | None:
    """True: booked; False: taken; None: no answer. A thread waits for a seat, as a request does for a web thread."""
    try:
        with seats, ctx.beside() as one:
            book(one, wish)
    except resources.AlreadyTaken:
        return False
    except Exception:  # whatever else comes out is an attempt without an answer, and is counted as one
        return None
    return True


def _overlaps(ctx: Ctx, room_id: UUID) -> int:
    first, second = aliased(Booking), aliased(Booking)
    return ctx.scalar(
        sa.select(sa.func.count())
        .select_from(first)
        .join(second, sa.and_(second.tenant_id == first.tenant_id, second.room_id == first.room_id))
        .where(
            first.tenant_id == ctx.tenant.id,
            first.room_id == room_id,
            first.id < second.id,
            first.starts_at < second.ends_at,
            second.starts_at < first.ends_at,
        )
    )


def _clear(ctx: Ctx, room_id: UUID, site_id: UUID) -> None:
    ctx.unaudited("the measurement's room goes as it came")
    ids = list(
        ctx.scalars(
            sa.select(Booking.id).where(Booking.tenant_id == ctx.tenant.id, Booking.room_id == room_id)
        )
    )
    for begin in range(0, len(ids), 1000):
        part = ids[begin : begin + 1000]
        resources.give_back(ctx, part)
        ctx.execute(sa.delete(Booking).where(Booking.tenant_id == ctx.tenant.id, Booking.id.in_(part)))
    setting_up.drop(ctx, room_id, site_id)
