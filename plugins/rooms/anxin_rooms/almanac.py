"""Which weekday's hours a date keeps: statutory holidays, 调休 workdays, and the tenant's own days over both.

A year nobody has entered yet is an ordinary year. Booking never waits for a calendar.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "calendar.toml"


@dataclass(frozen=True)
class Special:
    """A date that is not like its weekday: a holiday, or a workday that keeps the hours of `follows` (1 is Monday)."""

    kind: str
    name: str = ""
    follows: int | None = None


@cache
def shipped() -> Mapping[date, Special]:
    """The calendar that comes with the software, day by day."""
    found: dict[date, Special] = {}
    for year in tomllib.loads(SOURCE.read_text("utf-8")).values():
        for holiday in year["holidays"]:
            days = (holiday["to"] - holiday["from"]).days + 1
            for n in range(days):
                found[holiday["from"] + timedelta(days=n)] = Special("holiday", holiday["name"])
        for workday in year["workdays"]:
            found[workday] = Special("workday")
    return found


def special(on: date, own: Mapping[date, Special]) -> Special | None:
    """What the tenant, else the shipped calendar, says about a date. `usual` takes a shipped day back."""
    said = own.get(on) or shipped().get(on)
    return None if said is None or said.kind == "usual" else said


def weekday(on: date, own: Mapping[date, Special], *, on_holidays: bool) -> int | None:
    """The weekday (1 is Monday) whose hours hold on a date; None: closed for a holiday."""
    said = special(on, own)
    if said is None:
        return on.isoweekday()
    if said.kind == "holiday":
        return on.isoweekday() if on_holidays else None
    # a make-up Saturday or Sunday is a working day: without a word which one, it is like a Monday
    return said.follows or 1
