"""Dates, times and numbers as people here write them: 11月22日 星期日, Sunday 22 November, 14:02.

All functions take the aware UTC datetimes that the database keeps and show them on the tenant's clock.
"""

from __future__ import annotations

import datetime as dt
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers

from anxin.kernel.clock import now
from anxin.kernel.i18n.choice import DEFAULT_ZONE, current_locale, current_zone

ZONE = ZoneInfo(DEFAULT_ZONE)  # for code without a tenant; pages and mails use current_zone()

# (this year, another year); CLDR's own patterns put a comma in English and no space before 星期.
_LONG = {"zh_CN": ("M月d日 EEEE", "y年M月d日 EEEE"), "en": ("EEEE d MMMM", "EEEE d MMMM y")}
_SHORT = {"zh_CN": ("EEE M月d日", "EEE y年M月d日"), "en": ("EEE d MMM", "EEE d MMM y")}
_DAY = {"zh_CN": ("M月d日", "y年M月d日"), "en": ("d MMM", "d MMM y")}


def local(value: dt.datetime) -> dt.datetime:
    """The same instant on the tenant's clock. Naive values are refused: nobody knows what they mean."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place on a page; use anxin.kernel.clock.now()")
    return value.astimezone(current_zone())


def _as_date(value: dt.date | dt.datetime) -> dt.date:
    return local(value).date() if isinstance(value, dt.datetime) else value


@cache
def _babel(locale: str) -> Locale:
    """Babel's own object: given a name it searches its data folder for each date, most of a page's time."""
    return Locale.parse(locale)


def _format(value: dt.date | dt.datetime, patterns: dict[str, tuple[str, str]]) -> str:
    date, locale = _as_date(value), current_locale()
    return _written(date, patterns[locale][date.year != local(now()).year], locale)


@lru_cache(maxsize=4096)
def _written(date: dt.date, pattern: str, locale: str) -> str:
    """A page has dozens of the same few days."""
    return dates.format_date(date, pattern, locale=_babel(locale))


def long_day(value: dt.date | dt.datetime) -> str:
    """11月22日 星期日 / Sunday 22 November; the year appears when it is not this one."""
    return _format(value, _LONG)


def short_day(value: dt.date | dt.datetime) -> str:
    """周日 11月22日 / Sun 22 Nov."""
    return _format(value, _SHORT)


def day(value: dt.date | dt.datetime) -> str:
    """11月22日 / 22 Nov."""
    return _format(value, _DAY)


def weekday(value: dt.date | dt.datetime) -> str:
    """周日 / Sun."""
    return _written(_as_date(value), "EEE", current_locale())


def month(value: dt.date | dt.datetime) -> str:
    """11月 / Nov."""
    return _written(_as_date(value), "MMM", current_locale())


def clock_time(value: dt.datetime) -> str:
    """14:02, always 24 hours."""
    return local(value).strftime("%H:%M")


def moment(value: dt.datetime) -> str:
    """11月22日 14:02 / 22 Nov 14:02."""
    return f"{day(value)} {clock_time(value)}"


def number(value: float) -> str:
    """12,600."""
    return numbers.format_decimal(value, locale=_babel(current_locale()))


def percent(share: float, digits: int = 0) -> str:
    """A share of one as a percentage: 0.118 → 12%; digits=1 → 11.8%."""
    return f"{share * 100:.{digits}f}%"
