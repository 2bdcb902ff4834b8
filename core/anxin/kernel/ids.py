"""The one maker of ids: UUIDv7, made in the application so that a row's id is known before it is written."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): sorts by time of making, to the millisecond."""
    return uuid7()
