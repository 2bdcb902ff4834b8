"""What the templates of hours and thanks show, made plain."""

from collections.abc import Sequence
from typing import Any

from anxin.plugin import _, day
from anxin_volunteers import words
from anxin_volunteers.models import Award, Objection, Recognition, Service, ServiceChange


def hours(row: Service, changes: Sequence[ServiceChange]) -> dict[str, Any]:
    return {
        "day": day(row.on_day),
        "hours": f"{row.minutes / 60:.1f}",
        "source": words.SOURCES[row.source],
        "state_text": words.HOUR_STATES[row.state],
        "tone": {"claimed": "warn", "confirmed": "ok"}.get(row.state),
        "changes": [
            _(
                "%(day)s: %(before)d to %(after)d minutes (%(reason)s)",
                day=day(one.changed_at),
                before=one.before,
                after=one.after,
                reason=words.CORRECTIONS[one.reason],
            )
            for one in changes
        ],
    }


def told(row: Service, name: str, what: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": name,
        "day": day(row.on_day),
        "minutes": row.minutes,
        "hours": f"{row.minutes / 60:.1f}",
        "what": what,
    }


def reasons() -> list[tuple[str, Any]]:
    return list(words.CORRECTIONS.items())


def certificate(award: Award, year: int) -> dict[str, Any]:
    return {
        "id": award.id,
        "year": year,
        "number": award.number,
        "hours": f"{award.minutes / 60:.1f}",
        "stars": "★" * award.stars,
        "ready": award.file_id is not None,
    }


def public(found: tuple[Recognition, list[tuple[Award, str]]] | None) -> dict[str, Any]:
    """The list that is public, or none."""
    if found is None:
        return {"year": None, "rows": [], "until": None}
    recognition, people = found
    return {
        "year": recognition.year,
        "until": day(recognition.public_until) if recognition.public_until else None,
        "rows": [_entry(award, name) for award, name in people],
    }


def _entry(award: Award, name: str) -> dict[str, Any]:
    return {"id": award.id, "name": name, "hours": f"{award.minutes / 60:.1f}", "stars": "★" * award.stars}


def recognition(row: Recognition, people: list[tuple[Award, str]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "year": row.year,
        "least": row.least_hours,
        "state": row.state,
        "state_text": words.LISTS[row.state],
        "until": day(row.public_until) if row.public_until else None,
        "people": len(people),
        "rows": [_entry(award, name) for award, name in people[:50]],
    }


def objection(row: Objection, name: str, text: str) -> dict[str, Any]:
    return {"id": row.id, "about": name, "text": text, "came": day(row.made_at)}
