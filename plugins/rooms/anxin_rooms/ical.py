"""iCalendar (RFC 5545) of bookings under a neutral title: whoever looks over a shoulder reads "已预约", and a time."""

from collections.abc import Iterable
from datetime import datetime

from flask import Response

from anxin.plugin import _
from anxin_rooms.services.mine import Line

STATUS = {"booked": "CONFIRMED", "here": "CONFIRMED", "done": "CONFIRMED", "asked": "TENTATIVE"}
LONGEST = 73  # octets of a line before it is folded; continuation lines begin with a space


def answer(lines: Iterable[Line], now: datetime, *, name: str = "calendar.ics") -> Response:
    response = Response(calendar(lines, now), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def calendar(lines: Iterable[Line], now: datetime) -> str:
    """The bookings as events; of an open one the place is told, of a confidential one not even that."""
    found = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Anxin//Rooms//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    title = _text(_("Appointment"))
    for line in lines:
        found += [
            "BEGIN:VEVENT",
            f"UID:{line.id}@anxin",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(line.starts_at)}",
            f"DTEND:{_moment(line.ends_at)}",
            f"SUMMARY:{title}",
            *([] if line.confidential else [f"LOCATION:{_text(f'{line.site} {line.room}')}"]),
            f"STATUS:{STATUS.get(line.state, 'CANCELLED')}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    return "".join(f"{folded}\r\n" for line in (*found, "END:VCALENDAR") for folded in _fold(line))


def _moment(value: datetime) -> str:
    return value.strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> Iterable[str]:
    """Lines of at most 75 octets, never cutting a character."""
    part = ""
    for sign in line:
        if len((part + sign).encode()) > LONGEST:
            yield part
            part = " "
        part += sign
    yield part
