"""Recurring wishes as forms and programs write them: from a first time every so many weeks, and the days chosen."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from anxin.plugin import Invalid, lazy
from anxin_rooms.schedule import Span, weekly
from anxin_rooms.schemas import RoomTimeInput

YEAR = timedelta(days=366)
FAR = lazy("A series ends within a year.")
NONE = lazy("Choose at least one day.")
BAD = lazy("This is not a valid date and time.")


def weeks(data: Mapping[str, Any], zone: ZoneInfo) -> list[Span]:
    """All times of a recurring wish."""
    first = data["starts_at"], data["ends_at"]
    if not timedelta() <= data["until"] - first[0].astimezone(zone).date() <= YEAR:
        raise Invalid(fields={"until": [FAR]})
    return list(weekly(data["every"], first, data["until"], zone))


def chosen_times(texts: Sequence[str]) -> list[Span]:
    """ "2026-11-27T06:00:00Z/2026-11-27T07:00:00Z", one a day; an empty one is a day left out."""
    found = []
    for text in filter(None, texts):
        starts, _, ends = text.partition("/")
        try:
            times: Any = RoomTimeInput().load({"starts_at": starts, "ends_at": ends})
        except ValidationError as error:
            raise Invalid(fields={"times": [BAD]}) from error
        found.append((times["starts_at"], times["ends_at"]))
    if not found:
        raise Invalid(fields={"times": [NONE]})
    return found
