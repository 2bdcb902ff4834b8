"""A context's link to the database: one connection of the pool, for plain statements and for the ORM alike.

Both work in the same transaction. Short requests that every person makes hundreds of times (one answer, one booking)
use the driver alone; the ORM's session over the same connection is made when somebody first asks for it.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event
from sqlalchemy.orm import Session

from anxin.kernel.errors import SignInRequired

BAD_CAPABILITY = "28000"


class LinkSession(Session):
    """The ORM's session over a link; tells `flushed` when it sent changes."""

    flushed: Callable[[], None] | None = None


@event.listens_for(LinkSession, "after_flush")
def _after_flush(session: LinkSession, flush_context: Any) -> None:
    if session.flushed is not None and (session.new or session.dirty or session.deleted):
        session.flushed()


class Link:
    """Taken from the pool when first used; `close` gives it back, and whatever was not committed is gone."""

    def __init__(self, engine: Engine, flushed: Callable[[], None] | None = None) -> None:
        self._engine = engine
        self.flushed = flushed
        self._pooled: PoolProxiedConnection | None = None
        self._connection: Connection | None = None
        self._session: LinkSession | None = None

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """psycopg's connection, inside the link's transaction."""
        if self._pooled is None:
            self._pooled = self._engine.raw_connection()
            if self._engine.get_execution_options():  # such as an isolation level: SQLAlchemy applies them
                self._connection = Connection(self._engine, self._pooled)
        return self._pooled.driver_connection  # type: ignore[return-value]

    @property
    def session(self) -> LinkSession:
        """The ORM over the same connection and transaction."""
        if self._session is None:
            _ = self.driver  # from the pool, if that has not happened
            if self._connection is None:
                self._connection = Connection(self._engine, self._pooled)
            self._session = LinkSession(self._connection, expire_on_commit=False)
            self._session.flushed = self.flushed
        return self._session

    @property
    def in_orm(self) -> bool:
        """Has anybody asked for the ORM's session?"""
        return self._session is not None

    def flush(self) -> None:
        """Send what the ORM's rows have gathered."""
        if self._session is not None:
            self._session.flush()

    def commit(self) -> None:
        if self._session is not None:
            self._session.commit()
        elif self._pooled is not None:
            self.driver.commit()

    def rollback(self) -> None:
        if self._session is not None:
            self._session.rollback()
        elif self._pooled is not None:
            self.driver.rollback()

    def close(self) -> None:
        """Give the connection back. The link may be used again, with another one."""
        session, pooled = self._session, self._pooled
        self._session = self._connection = self._pooled = None
        try:
            if session is not None:
                session.close()
        finally:
            if pooled is not None:
                pooled.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def enter(
    driver: psycopg.Connection[Any], token: str, query: str | None = None, parameters: Any = None
) -> tuple[Any, list[Any]]:
    """Enter a tenant with a session's token, in one round trip together with `query` (who is this?).

    Returns guard.enter's row (tenant, person, reach) and the query's rows. Raises SignInRequired when the capability
    is unknown, revoked or too old.
    """
    try:
        with driver.pipeline():
            entered = driver.execute("SELECT * FROM guard.enter(%s)", (token,), prepare=True)
            found = driver.execute(query, parameters, prepare=True) if query else None  # type: ignore[call-overload]
    except Exception as error:
        if getattr(error, "sqlstate", None) == BAD_CAPABILITY:
            driver.rollback()
            raise SignInRequired() from None
        raise
    return entered.fetchone(), found.fetchall() if found is not None else []
