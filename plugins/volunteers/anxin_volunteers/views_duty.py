"""What the templates of shifts show, made plain."""

from typing import Any

from flask import url_for

from anxin.plugin import Ctx, _, clock_time, short_day
from anxin_volunteers import words
from anxin_volunteers.models import Signup, Swap
from anxin_volunteers.services import shifts
from anxin_volunteers.services.roster import Proposal, Wish
from anxin_volunteers.services.shifts import Turn


def when(starts_at: Any, ends_at: Any) -> str:
    """周六 11月28日 09:00–11:30."""
    return f"{short_day(starts_at)} {clock_time(starts_at)}–{clock_time(ends_at)}"


def turn(one: Turn) -> dict[str, Any]:
    return {
        "id": one.shift.id,
        "title": one.task.title,
        "about": one.task.about,
        "when": when(one.shift.starts_at, one.shift.ends_at),
        "state": one.shift.state,
        "free": one.free,
        "places": [
            {
                "need": place.need.id,
                "role": place.role.title,
                "said": _("%(taken)d of %(wanted)d", taken=place.taken, wanted=place.need.count),
                "free": place.free,
                "waiting": place.waiting,
            }
            for place in one.places
        ],
        "href": url_for("volunteers.shift", shift=one.shift.id),
    }


def mine(ctx: Ctx, row: Signup, *, details: bool = False) -> dict[str, Any]:
    """The own place; where it is and what to bring only once it is fixed."""
    found = shifts.turn(ctx, row.shift_id)
    fixed = row.state == "assigned"
    role = next((place.role.title for place in found.places if place.need.id == row.need_id), "")
    return {
        "id": row.id,
        "shift": row.shift_id,
        "title": found.task.title,
        "role": role,
        "when": when(row.starts_at, row.ends_at),
        "state": row.state,
        "state_text": words.SIGNUPS[row.state],
        "tone": words.SIGNUP_TONES.get(row.state),
        "until": when(row.expires_at, row.expires_at).rpartition("–")[0] if row.expires_at else None,
        "place": found.task.place if fixed else "",
        "details": found.task.details if fixed and details else "",
        "mates": shifts.mates(ctx, row) if fixed and details else [],
        "begun": row.starts_at <= ctx.now,
    }


def asked(ctx: Ctx, swap: Swap, row: Signup, name: str) -> dict[str, Any]:
    found = shifts.turn(ctx, row.shift_id)
    return {
        "id": swap.id,
        "text": _("%(name)s asks you to take over", name=name),
        "title": found.task.title,
        "when": when(row.starts_at, row.ends_at),
    }


def person(row: Signup, name: str, found: Turn) -> dict[str, Any]:
    role = next((place.role.title for place in found.places if place.need.id == row.need_id), "")
    return {
        "id": row.id,
        "name": name,
        "role": role,
        "state": row.state,
        "state_text": words.SIGNUPS[row.state],
        "tone": words.SIGNUP_TONES.get(row.state),
        "late": row.late,
        "live": row.state in ("offered", "assigned", "waiting", "invited"),
        "may_accept": row.state in ("offered", "waiting"),
        "came": clock_time(row.came_at) if row.came_at else None,
    }


def grid() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Weekdays with the parts of the day, as checkboxes."""
    return [
        (name, [(f"{at}-{part}", text) for part, text in words.PARTS_OF_DAY.items()])
        for at, name in enumerate(words.WEEKDAYS)
    ]


def proposal(found: Proposal) -> dict[str, Any]:
    return {
        "assigned": found.assigned,
        "missing": found.missing,
        "rows": [_wish(wish, found) for wish in found.wishes],
        "first": short_day(found.first),
        "last": short_day(found.last),
    }


def _wish(wish: Wish, found: Proposal) -> dict[str, Any]:
    shift = wish.turn.shift
    return {
        "when": when(shift.starts_at, shift.ends_at),
        "task": wish.turn.task.title,
        "role": wish.place.role.title,
        "taken": _("%(taken)d of %(wanted)d", taken=wish.place.taken, wanted=wish.place.need.count),
        "there": "、".join(found.names[person] for person in wish.there),
        "proposed": "、".join(found.names[person] for person in wish.proposed),
        "missing": wish.missing,
        "why": words.UNMET[wish.why],
        "tone": "warn" if wish.missing else "ok",
        "href": url_for("volunteers.shift", shift=shift.id),
    }
