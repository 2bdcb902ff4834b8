"""Chinese working days (工作日): weekends off, statutory holidays off, and weekends worked instead (调休).

The year's list is the State Council's notice; a tenant keeps it in the plugin's settings. A year without a list counts
Monday to Friday, which is never shorter in working days than the truth by more than the holidays left out: the page
says so.
"""

from collections.abc import Collection
from datetime import date, timedelta

SATURDAY = 5


def is_workday(day: date, holidays: Collection[date], worked: Collection[date]) -> bool:
    if day in worked:
        return True
    return day.weekday() < SATURDAY and day not in holidays


def end_of_publicity(
    first: date, days: int, holidays: Collection[date] = (), worked: Collection[date] = ()
) -> date:
    """The last day of a publicity of so many working days. The day of publication does not count (自次日起算)."""
    if days < 1:
        raise ValueError("a publicity lasts at least one working day")
    day, left = first, days
    while left:
        day += timedelta(days=1)
        left -= is_workday(day, holidays, worked)
    return day
