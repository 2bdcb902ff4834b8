"""The one clock. Everything asks `now()`, so that tests can travel and a request has a single moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_travelled: ContextVar[timedelta] = ContextVar("travelled", default=timedelta())


def now() -> datetime:
    """The present moment as an aware datetime in UTC."""
    return datetime.now(UTC) + _travelled.get()


@contextmanager
def travel(to: datetime | timedelta) -> Iterator[None]:
    """Move the clock for the block: to a moment, or by a span. For tests; nested travel adds up."""
    span = to if isinstance(to, timedelta) else to - now()
    token = _travelled.set(_travelled.get() + span)
    try:
        yield
    finally:
        _travelled.reset(token)
