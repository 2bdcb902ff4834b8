"""Guessing is slowed down: after five failures each further one doubles the wait, up to fifteen minutes."""

from datetime import datetime, timedelta
from typing import Final

from anxin.kernel.errors import TooMany
from anxin.kernel.i18n import lazy

FREE_TRIES: Final = 5
LONGEST_WAIT: Final = timedelta(minutes=15)


def wait(failures: int, failed_at: datetime | None, now: datetime) -> timedelta:
    if failures < FREE_TRIES or failed_at is None:
        return timedelta()
    pause = min(LONGEST_WAIT, timedelta(seconds=15 * 2 ** min(failures - FREE_TRIES, 10)))
    return max(timedelta(), failed_at + pause - now)


def too_many(left: timedelta) -> TooMany:
    return TooMany(
        lazy("Too many tries. Please wait %(minutes)s minutes.", minutes=max(1, left.seconds // 60))
    )
