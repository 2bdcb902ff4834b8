"""The own shifts as iCalendar (RFC 5545). The title is neutral: a calendar is often open on a desk."""

from datetime import UTC, datetime

from anxin.plugin import Ctx, _
from anxin_volunteers.services import shifts

WIDTH = 74


def of_me(ctx: Ctx) -> str:
    """Every fixed place of the actor from now on."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Anxin//Shifts//EN", "METHOD:PUBLISH"]
    for row in shifts.my_signups(ctx):
        if row.state != "assigned":
            continue
        lines += [
            "BEGIN:VEVENT",
            f"UID:{row.id}@{ctx.tenant.slug}",
            f"DTSTAMP:{stamp(ctx.now)}",
            f"DTSTART:{stamp(row.starts_at)}",
            f"DTEND:{stamp(row.ends_at)}",
            f"SUMMARY:{escaped(_('Appointment'))}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def folded(line: str) -> str:
    """Lines longer than 75 octets go on in the next, behind a space; a character is never cut."""
    parts, now = [], ""
    for sign in line:
        if len((now + sign).encode()) > WIDTH:
            parts.append(now)
            now = ""
        now += sign
    return "\r\n ".join([*parts, now])
