"""What templates show: days, slots, bookings in words, the grid of a day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for
from markupsafe import Markup, escape

from anxin.plugin import _, clock_time, current_zone, local, month, resources, short_day, weekday
from anxin_rooms import words
from anxin_rooms.schedule import RoomInfo, Slot, at, open_spans
from anxin_rooms.services.catalogue import Known
from anxin_rooms.services.finding import Found
from anxin_rooms.services.keeping import Entry
from anxin_rooms.services.mine import Line

DAYS = 14
HOURS = (8, 21)  # of the grid, unless something lies outside
ANY, ANY_NAME = UUID(int=0), "\x00"  # a room whose times are drawn once for all that share them


def span(starts: datetime, ends: datetime) -> str:
    """10:00–10:50."""
    return f"{clock_time(starts)}–{clock_time(ends)}"


def when(starts: datetime, ends: datetime) -> str:
    """周二 11月24日 10:00–10:50."""
    return f"{short_day(starts)} {span(starts, ends)}"


def day_strip(today: date, chosen: date, link: Any, count: int = DAYS) -> list[dict[str, Any]]:
    """The days one can tap; a chosen day further away stands at the end."""
    every = [today + timedelta(days=n) for n in range(count)]
    if chosen not in every:
        every.append(chosen)
    return [
        {
            "href": link(day),
            "weekday": _("Today") if day == today else weekday(day),
            "day": day.day,
            "month": month(day),
            "current": day == chosen,
        }
        for day in every
    ]


def room_words(room: RoomInfo) -> dict[str, Any]:
    """A room for a card."""
    people = _("for %(people)d", people=room.capacity) if room.capacity > 1 else _("for one")
    return {
        "id": room.id,
        "name": room.name,
        "type": words.TYPES[room.type],
        "place": " · ".join(filter(None, (room.site, room.floor))),
        "facts": [people, *room.equipment[:4]],
        "confidential": room.confidential,
        "approval": room.approval,
        "walk_in": room.walk_in,
        "photo": url_for("rooms.photo", room=room.id) if room.has_photo else None,
        "href": url_for("rooms.room", room=room.id),
    }


def room_line(room: RoomInfo) -> dict[str, Any]:
    """A room for a list."""
    said = room_words(room)
    return {
        "href": said["href"],
        "icon": "calendar-days",
        "title": room.name,
        "text": f"{said['type']} · {said['place']}",
    }


class SlotLink(NamedTuple):
    """A time as a button: taken ones lead nowhere."""

    label: str
    free: bool
    href: str


def slot_links(
    room_id: UUID, found: Iterable[Slot], endpoint: str = "rooms.ask", **values: Any
) -> list[SlotLink]:
    """One address is built for all of them: a page may show some thousand."""
    page = url_for(endpoint, room=room_id, **values)
    page += "&" if "?" in page else "?"
    zone = current_zone()
    return [
        SlotLink(label, slot.free, page + times)
        for slot in found
        for label, times in (_as_link(slot.starts, slot.ends, zone),)
    ]


@lru_cache(maxsize=8192)
def _as_link(starts: datetime, ends: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """A time on that clock, and as an address carries it; rooms side by side offer the same times."""
    times = f"starts_at={iso(starts)}&ends_at={iso(ends)}"  # a colon needs no escape in a query
    return f"{starts.astimezone(zone):%H:%M}", times


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def found(one: Found) -> dict[str, Any]:
    return room_words(one.room) | {"slots": slot_links(one.room.id, one.slots), "free": one.free}


def line(one: Line, now: datetime) -> dict[str, Any]:
    """An own booking for a list or its page."""
    state, tone = words.STATES[one.state]
    return {
        "id": one.id,
        "href": url_for("rooms.booking", booking=one.id),
        "icon": "calendar-check" if one.holds else "calendar-days",
        "title": when(one.starts_at, one.ends_at),
        "text": " · ".join(filter(None, (one.room, one.title, one.site, one.floor))),
        "tag": state,
        "tone": tone,
        "ahead": one.holds and one.ends_at > now,
    }


def entry(one: Entry) -> dict[str, Any]:
    """A booking for its keeper."""
    state, tone = words.STATES[one.state]
    return {
        "id": one.id,
        "room": one.room,
        "site": one.site,
        "time": span(one.starts_at, one.ends_at),
        "when": when(one.starts_at, one.ends_at),
        "what": words.TAKEN if one.confidential else (one.title or words.TAKEN),
        "who": one.organiser,
        "people": "" if one.confidential else one.people,
        "state": one.state,
        "state_text": state,
        "tone": tone,
        "late": one.late,
    }


def grid(
    here: Known,
    offered: Iterable[tuple[RoomInfo, list[Slot]]],
    on: date,
    claims: Sequence[resources.Taken],
    entries: Sequence[Entry],
) -> dict[str, Any]:
    """A day of many rooms: hours across, a row a room; what is free is a link, what is taken says no more than its
    keeper may know."""
    offered = list(offered)
    said = {one.id: one for one in entries}
    first, last = _hours(here.zone, claims, on, [room for room, _ in offered], here)
    marks = [at(on, hour * 60, here.zone) for hour in range(first, last + 1)]
    taken: dict[UUID, list[resources.Taken]] = {}
    for claim in claims:
        taken.setdefault(claim.resource_id, []).append(claim)
    show, untouched = url_for("rooms.room", room=ANY), dict[int, str]()
    rows = []
    for room, slots in offered:
        if room.id in taken:
            cells = list(_cells(room, marks, taken[room.id], said, slots))
        else:
            drawn = untouched.get(id(slots))  # rooms with nothing taken share one list of times
            if drawn is None:
                any_ = replace(room, id=ANY, name=ANY_NAME)
                cells = _cells(any_, marks, (), said, slots)
                drawn = untouched[id(slots)] = "".join(str(cell["ready"]) for cell in cells)
            ready = drawn.replace(str(ANY), str(room.id)).replace(ANY_NAME, escape(room.name))
            cells = [{"ready": Markup(ready)}]  # noqa: S704  (made of what _free_links escaped)
        rows.append({"name": room.name, "href": show.replace(str(ANY), str(room.id)), "cells": cells})
    return {"hours": [f"{hour}:00" for hour in range(first, last)], "rows": rows}


def _hours(zone: ZoneInfo, claims: Any, on: date, rooms: Any, here: Known) -> tuple[int, int]:
    kinds = {room.alike: room for room in rooms}.values()
    spans = [span for room in kinds for span in open_spans(room, on, zone, here.days)]
    spans += [(claim.starts_at, claim.ends_at) for claim in claims]
    hours = [(a.astimezone(zone), b.astimezone(zone)) for a, b in spans]
    low = min([a.hour if a.date() == on else 0 for a, _ in hours], default=HOURS[0])
    high = max([(b.hour + bool(b.minute)) if b.date() == on else 24 for _, b in hours], default=HOURS[1])
    return min(low, 9), max(high, low + 1, 17)


def _cells(
    room: RoomInfo,
    marks: Sequence[datetime],
    claims: Sequence[resources.Taken],
    said: dict[UUID, Entry],
    offered: Sequence[Slot],
) -> Iterator[dict[str, Any]]:
    """A cell an hour (`marks`: each hour's beginning, and the end); a claim spans the hours it touches, two in one hour
    stand in one cell. Hours with nothing in them but free times come together, as ready cells."""
    links = _free_links(room, offered)
    nth, last = 0, len(marks) - 1
    ready: list[str] = []
    while nth < last:
        wide, inside = _inside(claims, marks, nth) if claims else (1, ())
        free = ""
        while links and links[-1][0] < marks[nth + wide]:
            free += links.pop()[1]
        if inside:
            if ready:
                yield {"ready": Markup("".join(ready))}  # noqa: S704  (made of what _free_links escaped)
                ready = []
            busy = [_busy(claim, said.get(claim.holder_id)) for claim in inside]
            yield {"wide": wide, "busy": busy, "free": Markup(free)}  # noqa: S704  (as above)
        else:
            ready.append(f"<td>{free}</td>")
        nth += wide
    yield {"ready": Markup("".join(ready))}  # noqa: S704  (as above)


def _inside(
    claims: Sequence[resources.Taken], marks: Sequence[datetime], nth: int
) -> tuple[int, Sequence[resources.Taken]]:
    """How many hours a cell spans from the nth mark on, and the claims that stand in it."""
    wide = 1
    while True:
        end = marks[nth + wide]
        inside = [claim for claim in claims if claim.starts_at < end and claim.ends_at > marks[nth]]
        if not inside or nth + wide >= len(marks) - 1 or inside[-1].ends_at <= end:
            return wide, inside
        wide += 1


def _free_links(room: RoomInfo, offered: Sequence[Slot]) -> list[tuple[datetime, str]]:
    """The free times as links in HTML, the last first: whoever shows them takes the earliest from the end. Some thousand
    stand on one page, so each is filled in here and not by the template."""
    page = escape(url_for("rooms.ask", room=room.id) + "?")
    tail = f'<span class="sr"> {escape(room.name)}, {escape(_("free"))}</span></a>'
    zone = current_zone()
    found = []
    for slot in reversed(offered):
        if slot.free:
            label, times = _as_link(slot.starts, slot.ends, zone)
            to = f"{page}{times.replace('&', '&amp;')}"
            link = f'<a class="free" href="{to}"><span class="tiny num">{label}</span>'
            found.append((slot.starts, link + tail))
    return found


def _busy(claim: resources.Taken, known: Entry | None) -> dict[str, Any]:
    open_ = known is not None and not known.confidential
    return {
        "time": span(claim.starts_at, claim.ends_at),
        "what": (known.title or words.TAKEN) if known and open_ else words.TAKEN,
        "who": known.organiser if known and open_ else "",
        "asked": known is not None and known.state == "asked",
    }


def today(now: datetime) -> date:
    return local(now).date()
