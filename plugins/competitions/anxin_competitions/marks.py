"""Marks as people write and read them: 12.34 seconds, 1:02.50, 5.86 metres, 182 times; whole units inside."""

import re
from decimal import Decimal, InvalidOperation

from anxin.plugin import Invalid, _

CLOCK = re.compile(r"^(?:(\d{1,2}):)?(?:(\d{1,3}):)?(\d{1,5}(?:\.\d{1,3})?)\Z")
THOUSAND = 1000
MOST = 10**12


def read(text: str, measure: str) -> int:
    """The mark in whole units (milliseconds, millimetres, thousandths of a point, a count, a place), or Invalid."""
    plain = text.strip().replace("：", ":").replace("．", ".").replace("，", ".")
    value = _clock(plain) if measure == "time" else _number(plain, measure)
    if value is None or not 0 <= value < MOST:
        raise Invalid(fields={"mark": [_hint(measure)]})
    return value


def write(mark: int, measure: str) -> str:
    """The same mark for people; `read(write(mark))` is the mark."""
    if measure == "time":
        minutes, milliseconds = divmod(mark, 60 * THOUSAND)
        hours, minutes = divmod(minutes, 60)
        seconds = f"{Decimal(milliseconds) / THOUSAND:.3f}"
        seconds = seconds.removesuffix("0")
        if hours:
            return f"{hours}:{minutes:02d}:{seconds.zfill(5)}"
        return f"{minutes}:{seconds.zfill(5)}" if minutes else seconds
    if measure in {"distance", "points"}:
        digits = f"{Decimal(mark) / THOUSAND:.3f}"
        return digits.removesuffix("0")
    return str(mark)


def _clock(text: str) -> int | None:
    found = CLOCK.match(text)
    if found is None:
        return None
    first, second, seconds = found.groups()
    hours, minutes = (first, second) if second is not None else (None, first)
    total = (int(hours or 0) * 60 + int(minutes or 0)) * 60 * THOUSAND
    return total + int(Decimal(seconds) * THOUSAND)


def _number(text: str, measure: str) -> int | None:
    try:
        value = Decimal(text) * (THOUSAND if measure in {"distance", "points"} else 1)
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value == value.to_integral_value() else None


def _hint(measure: str) -> str:
    return {
        "time": _("Write seconds like 12.34, or minutes like 1:02.50."),
        "distance": _("Write metres like 5.86."),
        "points": _("Write points like 92.5."),
    }.get(measure, _("Write a whole number."))
