"""Rows 6 and 7: rooms. Fifty clients on one room, and what a hundred rooms cost to search, to show and to book.

Indico does not run here. Where it ran, it created 64 bookings a second, searched 57 times and drew 39 calendars, and the
floor apps 3,410, 4,180 and 1,260, on the same machine in one run: so many times Indico is a share of the floor app, and
that share is measured here, with as many clients as its rates and times tell of (64/s of 57 ms each: four).
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.bench.bench import Bench
from tests.bench.load import Client
from tests.bench.measure import Cost
from tests.bench.registry import Finding, row

from anxin_rooms.services import setting_up

ROOMS, CROWD, SLOTS = 100, 50, 60
CLIENTS = 4
WEEK = {day: [(0, 1440)] for day in range(1, 8)}
SEARCH = 40 * 57 / 4180
SHARES = {"create": 25 * 64 / 3410, "search": SEARCH, "page": SEARCH, "day": 20 * 39 / 1260}
JSON = "Content-Type: application/json\r\n"


@row(6, "50 clients on one room")
def crowd(bench: Bench) -> Iterable[Finding]:
    """Every client tries every hour of three days. Anything but 201 and 409 ends the row."""
    (room,) = _rooms(bench, 1)
    begin = _begin()
    path = f"{bench.tenancy.base}/api/rooms/rooms/{room}/bookings"

    def one(client: Client, number: int) -> None:
        client.send("POST", path, _wish(begin + timedelta(hours=number % SLOTS)), JSON, (201, 409))

    before = _deadlocks(bench)
    cost = bench.ours(one, CROWD, cookies=bench.tenancy.admin.cookies)()
    figures = {
        "attempts": bench.requests,
        "attempts/s": round(cost.rate),
        "deadlocks": _deadlocks(bench) - before,
    }
    overlaps, booked = _overlaps(bench, room)
    yield Finding(
        "bookings of one room that overlap", overlaps, 0, unit="", figures=figures | {"booked": booked}
    )
    yield Finding("deadlocks", figures["deadlocks"], 0, unit="", figures=figures)
    wanted = min(SLOTS, bench.requests)
    yield Finding("hours that somebody got", booked, wanted, unit="", at_least=True, figures=figures)


@row(7, "a hundred rooms: create, search, one day of all")
def hundred(bench: Bench) -> Iterable[Finding]:
    rooms = _rooms(bench, ROOMS)
    base, cookies = bench.tenancy.base, bench.tenancy.admin.cookies
    day = (_begin() + timedelta(days=30)).date()  # beyond what "create" books: free here as in the floor
    starts, ends = f"{day}T09:00Z", f"{day}T10:00Z"
    searching = bench.floor(lambda client, number: client.get(f"/free?starts={starts}&ends={ends}"), CLIENTS)
    works = {
        "create": (_creating(bench, rooms), _floor_creating(bench)),
        "search": (
            bench.ours(
                lambda client, number: client.get(
                    f"{base}/api/rooms/rooms?starts_at={starts}&ends_at={ends}"
                ),
                CLIENTS,
                cookies=cookies,
            ),
            searching,
        ),
        "page": (
            bench.ours(
                lambda client, number: client.get(f"{base}/rooms/?on={day}&part=morning"),
                CLIENTS,
                cookies=cookies,
            ),
            searching,
        ),
        "day": (
            bench.ours(
                lambda client, number: client.get(f"{base}/rooms/plan?on={day}"), CLIENTS, cookies=cookies
            ),
            bench.floor(lambda client, number: client.get(f"/day?on={day}"), CLIENTS),
        ),
    }
    words = {
        "create": "create a booking",
        "search": "which of 100 rooms are free at a time, for a program (so did the peer)",
        "page": "twenty of 100 rooms with all their free times, as a page",
        "day": "one day of 100 rooms, as a page",
    }
    indico = {"create": 64, "search": 57, "page": 57, "day": 39}
    floors = {"create": 3410, "search": 4180, "page": 4180, "day": 1260}
    for name, (ours, floor) in works.items():
        comparison = bench.compare(ours=ours, floor=floor)
        rate = comparison.rate("ours", "floor")
        yield Finding(
            f"{words[name]}: rate / rate of its floor app",
            rate,
            SHARES[name],
            at_least=True,
            figures={
                "/s": round(1 / comparison.median("ours", "wall")),
                "floor /s": round(1 / comparison.median("floor", "wall")),
                "× Indico, derived": round(rate * floors[name] / indico[name], 1),
                **comparison.figures("ours", "floor"),
            },
        )


def _begin() -> datetime:
    return (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _wish(starts: datetime) -> bytes:
    times = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    return json.dumps({**times, "host": True}).encode()


def _rooms(bench: Bench, count: int) -> list[UUID]:
    """Reading rooms that are always open, by the hour."""
    with bench.tenancy.scope() as ctx, ctx.acting(plugin="rooms"):
        site = setting_up.save_site(
            ctx, {"name": f"职工之家 {ctx.now:%H%M%S%f}", "address": "", "arrive": ""}
        )
        plain = {
            "site_id": site.id, "type": "reading", "capacity": 4, "confidential": False, "approval": False,
            "on_holidays": True, "step": 60, "minutes": 60, "longest": 240, "before": 0, "after": 0, "hours": WEEK,
        }  # fmt: skip
        return [
            setting_up.save_room(ctx, {**plain, "name": f"阅览室 {number}"}).id for number in range(count)
        ]


def _creating(bench: Bench, rooms: list[UUID]) -> Callable[[], Cost]:
    """Each flow books an hour that nobody has."""
    begin, done = _begin(), 0
    base = bench.tenancy.base

    def run() -> Cost:
        nonlocal done
        first = done
        done += bench.requests

        def one(client: Client, number: int) -> None:
            hours, room = divmod(first + number, len(rooms))
            body = _wish(begin + timedelta(hours=hours))
            client.send("POST", f"{base}/api/rooms/rooms/{rooms[room]}/bookings", body, JSON, 201)

        return bench.ours(one, CLIENTS, cookies=bench.tenancy.admin.cookies)()

    return run


def _floor_creating(bench: Bench) -> Callable[[], Cost]:
    begin, done = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400), 0

    def run() -> Cost:
        nonlocal done
        first = done
        done += bench.requests * 4

        def one(client: Client, number: int) -> None:
            hours, room = divmod(first + number, ROOMS)
            starts = begin + timedelta(hours=hours)
            fields = {
                "room": room + 1,
                "starts": starts.isoformat(),
                "ends": (starts + timedelta(hours=1)).isoformat(),
            }
            client.post("/book", fields, expect=201)

        return bench.floor(one, CLIENTS)()

    return run


def _overlaps(bench: Bench, room: UUID) -> tuple[int, int]:
    """(pairs that overlap, bookings) of one room, as the database has them."""
    with bench.on.owner() as owner:
        return owner.execute(
            "SELECT (SELECT count(*) FROM rooms.booking a JOIN rooms.booking b ON a.room_id = b.room_id AND a.id < b.id "
            "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.room_id = %(r)s), "
            "(SELECT count(*) FROM rooms.booking WHERE room_id = %(r)s)",
            {"r": room},
        ).fetchone()  # type: ignore[return-value]  (always one row)


def _deadlocks(bench: Bench) -> int:
    with bench.on.owner() as owner:
        return owner.execute("SELECT sum(deadlocks)::int FROM pg_stat_database").fetchone()[0]  # type: ignore[index]
