"""What the templates of courses, meetings, notices and figures show, made plain."""

from typing import Any

from flask import url_for

from anxin.plugin import clock_time, long_day, moment, short_day
from anxin_volunteers import words
from anxin_volunteers.models import Attendance, Attendee, Meeting, MeetingNote, TeamNotice
from anxin_volunteers.services import insight as figures
from anxin_volunteers.services.insight import Insight
from anxin_volunteers.services.training import Seat


def lesson(one: Seat) -> dict[str, Any]:
    row = one.lesson
    return {
        "id": row.id,
        "course": one.course.title,
        "about": one.course.about,
        "when": f"{short_day(row.starts_at)} {clock_time(row.starts_at)}–{clock_time(row.ends_at)}",
        "place": row.place,
        "seats": row.seats,
        "taken": one.taken,
        "free": one.free,
        "state": row.state,
        "state_text": words.HELD_STATES[row.state],
        "mine": one.mine,
        "mine_text": words.CAME[one.mine] if one.mine else "",
        "tone": words.CAME_TONES.get(one.mine or ""),
        "href": url_for("volunteers.lesson", lesson=row.id),
    }


def seat(row: Attendance | Attendee, name: str) -> dict[str, Any]:
    return {
        "person_id": row.person_id,
        "name": name,
        "state": row.state,
        "state_text": words.CAME[row.state],
        "tone": words.CAME_TONES.get(row.state),
    }


def meeting(row: Meeting, mine: str | None = None) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": words.MEETINGS[row.kind],
        "title": row.title,
        "when": f"{long_day(row.starts_at)} {clock_time(row.starts_at)}–{clock_time(row.ends_at)}",
        "place": row.place,
        "state": row.state,
        "state_text": words.HELD_STATES[row.state],
        "mine_text": words.CAME[mine] if mine else "",
        "tone": words.CAME_TONES.get(mine or ""),
        "href": url_for("volunteers.my_meeting" if mine else "volunteers.meeting", meeting=row.id),
    }


def told(row: MeetingNote | TeamNotice, name: str, text: str) -> dict[str, Any]:
    return {"who": name, "when": moment(row.made_at), "text": text}


def insight(found: Insight) -> dict[str, Any]:
    most = max([*found.months, 1])
    return {
        "year": found.year,
        "states": [(words.STATES[state], count) for state, count in sorted(found.states.items())],
        "people": found.people,
        "served": found.served,
        "hours": figures.hours_of(found.minutes),
        "months": [
            (at, figures.hours_of(minutes), minutes / most) for at, minutes in enumerate(found.months, 1)
        ],
        "branches": [
            {
                "name": one.name,
                "people": one.people,
                "hours": figures.hours_of(one.minutes),
                "covered": f"{one.covered} / {one.units}",
            }
            for one in found.branches
        ],
        "skills": found.skills,
        "filled": f"{found.filled} / {found.places}",
        "lessons": found.lessons,
        "seats": found.seats,
        "concerns": figures.at_least(found.answers.concerns),
        "to_agency": figures.took(found.answers.to_agency),
        "to_end": figures.took(found.answers.to_end),
        "hidden": not found.answers.concerns.shown,
    }
