"""This module's part of the demo's invented history: two sites, ten rooms of eight kinds, what stands in them, six
weeks of bookings, a request, a repair, a closing and somebody who waits.

Called by `anxin demo` alone, once, in a new tenant. Times are drawn from what the rooms really offer; those ahead are
claimed like any booking.
"""

import random
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, current_zone, new_id, resources
from anxin_rooms import policy
from anxin_rooms.models import Booking, Closing, Equipment, Holder, Hours, Room, Site, Ticket, Wait
from anxin_rooms.opening import read_hours
from anxin_rooms.schedule import RoomInfo, Span, at, offers, open_spans
from anxin_rooms.services import catalogue
from anxin_rooms.services.booking import KIND

PLOT = Path(__file__).parent / "data" / "demo.toml"
BACK, AHEAD = 40, 12  # days
SEED = 20261122
Row = dict[str, Any]


def fill(ctx: Ctx, past: Any) -> None:
    """Write everything the story tells of this module. `past` is core's: the story with its people found."""
    ctx.unaudited("invented history; its entries are written as of their days")
    plot = tomllib.loads(PLOT.read_text("utf-8"))
    places = _places(ctx, plot["sites"])
    known = catalogue.read(ctx)
    dice = random.Random(SEED)  # the same day tells the same story
    told = list(_told(ctx, past, known, dice, plot))
    _write(ctx, past, told)
    _extras(ctx, past, known, places, plot)


def _places(ctx: Ctx, sites: list[Row]) -> dict[str, UUID]:
    """Sites, rooms, hours, equipment; returns rooms by their code."""
    rooms: dict[str, UUID] = {}
    for told in sites:
        site = ctx.add(Site(name=told["name"], address=told["address"], arrive=told["arrive"]))
        ctx.db.flush()
        for each in told["rooms"]:
            plain = {
                key: value for key, value in each.items() if key not in ("hours", "equipment", "busy", "who")
            }
            room = ctx.add(Room(site_id=site.id, **plain))
            ctx.db.flush()
            rooms[each["code"]] = room.id
            for days, text in each["hours"].items():
                first, _, last = days.partition("-")
                for weekday in range(int(first), int(last or first) + 1):
                    for opens, closes in read_hours(text):
                        ctx.add(Hours(room_id=room.id, weekday=weekday, opens=opens, closes=closes))
            for thing in each["equipment"]:
                ctx.add(Equipment(room_id=room.id, **thing))
        ctx.db.flush()
    return rooms


def _told(ctx: Ctx, past: Any, known: catalogue.Known, dice: random.Random, plot: Row) -> Iterator[Row]:
    """Bookings day by day: who, when, what became of them."""
    zone, today = current_zone(), past.story.now.astimezone(current_zone()).date()
    agreed = [told.number for told in past.story.decided if told.agreed and told.number in past.people]
    shares = {each["code"]: each["busy"] for site in plot["sites"] for each in site["rooms"]}
    for room in known.rooms.values():
        for n in range(-BACK, AHEAD):
            for span in _times(room, today + timedelta(days=n), known, zone, dice):
                near = 1.0 if n < 4 else 0.5
                if dice.random() < shares[room.code] * near:
                    yield _booking(past, room, span, dice.choice(agreed), dice, plot)


def _times(room: RoomInfo, on: date, known: catalogue.Known, zone: Any, dice: random.Random) -> list[Span]:
    """What a day offers; a group takes an afternoon, not an hour."""
    if room.type != "group":
        return list(offers(room, on, zone, known.days))
    spans = open_spans(room, on, zone, known.days)
    return [(at(on, 14 * 60, zone), at(on, dice.choice((16, 17)) * 60, zone))] if spans else []


def _booking(  # noqa: PLR0917  (one caller)
    past: Any, room: RoomInfo, span: Span, number: str, dice: random.Random, plot: Row
) -> Row:
    over = span[1] <= past.story.now
    made = span[0] - timedelta(days=dice.choice((1, 2, 3, 5)), minutes=dice.randrange(600))
    state = (
        "booked" if not over else "no_show" if dice.random() < (0.07 if room.check_in else 0.0) else "done"
    )
    return {
        "id": new_id(),
        "room": room,
        "span": span,
        "number": number,
        "state": state,
        "made_at": min(made, past.story.now - timedelta(hours=2)),
        "title": dice.choice(plot["titles"][room.type]) if room.type in plot["titles"] else "",
        "people": dice.randrange(6, room.capacity + 1) if room.type == "group" else 1,
    }


def _write(ctx: Ctx, past: Any, told: list[Row]) -> None:
    ahead = [row for row in told if row["span"][1] > past.story.now]
    claims = [
        resources.claim(
            row["id"],
            resources.Need(KIND, row["room"].id),
            row["span"][0],
            row["span"][1],
            row["room"].whole(*row["span"]),
        )
        for row in ahead
    ]
    for begin in range(0, len(claims), 500):
        resources.insert(ctx, claims[begin : begin + 500])
    ctx.insert(Booking, [_row(past, row) for row in told])
    ctx.insert(Holder, [_holder(past, row) for row in told if row["room"].confidential])
    for row in told:
        person = past.person(row["number"])
        entry = policy.Booked(booking_id=row["id"], room_id=row["room"].id, subject_id=person.person_id)
        past.write(
            entry, person, row["made_at"], purpose=policy.USE.name if row["room"].confidential else None
        )


def _row(past: Any, row: Row) -> Row:
    secret, person_id = row["room"].confidential, past.people[row["number"]]
    return {
        "id": row["id"],
        "room_id": row["room"].id,
        "starts_at": row["span"][0],
        "ends_at": row["span"][1],
        "state": row["state"],
        "source": "walk_in" if row["room"].walk_in else "self",
        "confidential": secret,
        "organiser_id": None if secret else person_id,
        "title": "" if secret else row["title"],
        "people": row["people"],
        "unit_id": None if secret else past.units[person_id],
        "made_at": row["made_at"],
        "here_at": row["span"][0] if row["state"] == "done" and row["room"].check_in else None,
        "over_at": row["span"][1] if row["state"] in ("done", "no_show") else None,
    }


def _holder(past: Any, row: Row) -> Row:
    person_id = past.people[row["number"]]
    return {
        "booking_id": row["id"],
        "person_id": person_id,
        "unit_id": past.units[person_id],
        "starts_at": row["span"][0],
        "made_at": row["made_at"],
    }


def _extras(ctx: Ctx, past: Any, known: catalogue.Known, rooms: dict[str, UUID], plot: Row) -> None:
    """What waits for the keeper, and one person who waits for a time."""
    zone, today = known.zone, past.story.now.astimezone(known.zone).date()
    for told in plot["tickets"]:
        made = past.story.now - timedelta(days=told["days_ago"])
        ctx.add(Ticket(room_id=rooms[told["room"]], text=told["text"], state=told["state"], made_at=made))
    for told in plot["closings"]:
        on = today + timedelta(days=told["in_days"])
        span = {"starts_at": at(on, 0, zone), "ends_at": at(on + timedelta(days=told["days"]), 0, zone)}
        room = known.rooms[rooms[told["room"]]]
        ctx.add(Closing(site_id=room.site_id, room_id=room.id, kind="closed", note=told["note"], **span))
    asked = plot["asked"]
    room = known.rooms[rooms[asked["room"]]]
    day = next(
        today + timedelta(days=n)
        for n in range(AHEAD, AHEAD + 20)
        if (today + timedelta(days=n)).isoweekday() == asked["weekday"]
        and open_spans(room, today + timedelta(days=n), zone, known.days)
    )
    span = at(day, 14 * 60, zone), at(day, 16 * 60, zone)
    number = next(told.number for told in past.story.decided if told.agreed)
    row = {
        "id": new_id(), "room": room, "span": span, "number": number, "state": "asked", "title": asked["title"],
        "people": asked["people"], "made_at": past.story.now - timedelta(hours=5),
    }  # fmt: skip
    _write(ctx, past, [row])
    _somebody_waits(ctx, past, known, rooms[plot["waits"]])


def _somebody_waits(ctx: Ctx, past: Any, known: catalogue.Known, room_id: UUID) -> None:
    claims = resources.busy(ctx, [room_id], past.story.now, past.story.now + timedelta(days=AHEAD))
    numbers = [told.number for told in past.story.decided if told.agreed][1:4]
    for claim, number in zip(claims[1:4], numbers, strict=False):
        person_id = past.people[number]
        ctx.add(
            Wait(
                room_id=room_id,
                person_id=person_id,
                unit_id=past.units[person_id],
                starts_at=claim.starts_at,
                ends_at=claim.ends_at,
                made_at=past.story.now - timedelta(hours=3),
            )
        )
