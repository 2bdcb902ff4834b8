"""A context's link to the database: one connection of the pool, for plain statements and for the ORM alike.

Both work in the same transaction. Short requests that every person makes hundreds of times (one answer, one booking)
use plain statements alone; the ORM's session over the same connection is made when somebody first asks for it.

Plain statements are prepared once a connection, and those that need not wait for each other go together: BEGIN with the
first, changes that were held back with the next question, COMMIT with the last, and in a brief link what makes the
connection forget with COMMIT. A round trip costs a short request more than most of its statements.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import TracebackType
from typing import Any, Self, cast

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, TransactionStatus
from sqlalchemy import Connection, Engine, PoolProxiedConnection, event
from sqlalchemy.orm import Session

from anxin.kernel import wire
from anxin.kernel.db import COULD_LEAVE_MORE, ENDS, FORGET, FORGET_ROWS, FORGOT, LATER, NAMES, PLAIN
from anxin.kernel.errors import SignInRequired

BAD_CAPABILITY = "28000"
NO_SUCH_STATEMENT = b"26000"
ENTER = "SELECT * FROM guard.enter(%(token)s)"
# One statement at a time comes this way, so none of these can bring a PREPARE along; nor can a function they call: the
# application makes none, and the guard's own prepare nothing.
PREPARES_NOTHING = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|NOTIFY|SET TRANSACTION)\b")
PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")
# in a connection's pool record:
ADAPTED = "adapted"  # how each type is written and read
FORGETS = "forgets"  # what makes it forget that only read and changed rows
BEGIN, COMMIT = "BEGIN", "COMMIT"

Parameters = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Parameters]


class Outdated(Exception):
    """What was remembered of somebody is not so any more: whoever relied on it begins anew, and nothing has happened."""


class LinkSession(Session):
    """The ORM's session over a link; tells `flushed` when it sent changes."""

    flushed: Callable[[], None] | None = None


@event.listens_for(LinkSession, "after_flush")
def _after_flush(session: LinkSession, flush_context: Any) -> None:
    if session.flushed is not None and (session.new or session.dirty or session.deleted):
        session.flushed()


class Answer:
    """What a plain statement gave: its rows as tuples, and how many it found or changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def fetchone(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows


class Link:
    """Taken from the pool when first used; `close` gives it back, and whatever was not committed is gone."""

    def __init__(self, engine: Engine, flushed: Callable[[], None] | None = None) -> None:
        self._engine = engine
        self.flushed = flushed
        self._pooled: PoolProxiedConnection | None = None
        self._driver: psycopg.Connection[Any] | None = None
        self._known: dict[Any, Any] = {}  # kept with the connection, see _begin_to_know
        self._connection: Connection | None = None
        self._session: LinkSession | None = None
        self._way: Statement | None = None  # in, with the first statement of each transaction: a brief link
        self._inside = False  # this transaction has gone that way
        self._sure = True  # it has let somebody in
        self._plain = True  # nothing has been done that could leave a prepared statement behind
        self._forgot = False  # what the connection knew went with the last COMMIT

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """psycopg's connection, inside the link's transaction."""
        self._plain = self._forgot = False
        return self._taken()

    def _taken(self) -> psycopg.Connection[Any]:
        if self._driver is None:
            self._pooled = self._engine.raw_connection()
            self._known = self._pooled.info
            self._driver = cast("psycopg.Connection[Any]", self._pooled.driver_connection)
            if self._engine.get_execution_options():  # such as an isolation level: SQLAlchemy applies them
                self._connection = Connection(self._engine, self._pooled)
        return self._driver

    @property
    def prepared(self) -> Mapping[tuple[str, Any], bytes]:
        """What this connection has prepared: (statement, types of its parameters) → its name."""
        return self._known.get("prepared", {})

    def execute(self, statement: str, parameters: Parameters = ()) -> Answer:
        """Run plain SQL ("%s" or "%(name)s") in the link's transaction. Raises psycopg's errors."""
        return self.run(((statement, parameters),))[0]

    def run(self, statements: Sequence[Statement], *, whole: bool = False) -> list[Answer]:
        """Several plain statements in one round trip; gives their answers. None may need to know another's. `whole`: they
        only ask, so a brief link may make a transaction of them.

        Raises psycopg's error of the first that fails; those after it are not run. Outdated: see `enter_with_next`.
        """
        results = self._exchange(statements, last=whole and self._enters)
        adapted = self._known[ADAPTED]
        return [_answer(adapted, result) for result in results]

    @property
    def _enters(self) -> bool:
        """Does the way in go with the next statement?"""
        return self._way is not None and not self._inside

    def _exchange(self, statements: Sequence[Statement], *, last: bool = False) -> list[Any]:
        """Their results; what has to be said before them goes along, and COMMIT after the `last` ones of a transaction, and
        in a brief link what makes the connection forget.

        What a brief link sends at once, from the way in to the last of it, is a transaction as it is: PostgreSQL needs no
        BEGIN and COMMIT for that.
        """
        self._forgot = False
        driver = self._driver or self._taken()
        if ADAPTED not in self._known:
            _begin_to_know(self._known, driver)
        enters = self._enters
        first, begins = self._opening(driver)
        at_once = last and enters and begins == BEGIN
        if begins and not at_once:
            first = (*first, (begins, ()))
        if enters:
            first = (*first, cast("Statement", self._way))
        after = ((COMMIT, ()),) if last and not at_once else ()
        ready = [self._ready(driver, *one) for one in (*first, *statements, *after)]
        done = len(ready)
        forgets = last and self._way is not None and self._plain
        if forgets:
            ready += self._forgetting(driver)
        results = self._sent(driver, ready)
        if enters:
            self._insist_on_way(driver, results[: len(first)])
        self._inside = not last
        for result in results[len(first) : None if at_once else done]:
            self._insist(driver, result)
        self._forgot = forgets and all(result.status in wire.FINE for result in results[done:])
        return results[len(first) : len(first) + len(statements)]

    def _insist_on_way(self, driver: psycopg.Connection[Any], results: Sequence[Any]) -> None:
        """Outdated unless the last of these, the way in, lets them in as before."""
        try:
            for result in results:
                self._insist(driver, result)
        except psycopg.Error as error:
            if error.sqlstate == BAD_CAPABILITY:
                raise Outdated from error
            raise
        self._sure = True

    def _opening(self, driver: psycopg.Connection[Any]) -> tuple[tuple[Statement, ...], str]:
        """What has to be said before the next statement, and what begins its transaction: nothing, inside one."""
        over = self._known.pop(ENDS, False)
        if not over and driver.pgconn.transaction_status != TransactionStatus.IDLE:
            return (), ""
        level = driver.isolation_level
        begin = f"{BEGIN} ISOLATION LEVEL {level.name.replace('_', ' ')}" if level else BEGIN
        return ((COMMIT, ()),) if over else (), begin

    def _ready(self, driver: psycopg.Connection[Any], statement: str, parameters: Parameters) -> wire.Ready:
        """A statement as the connection takes it, prepared when it comes for the first time."""
        known = self._known
        text, names, plain = _numbered(statement)
        self._plain = self._plain and plain
        values: Any = ()
        types: Any = ()
        formats: Any = ()
        if names:
            adapted = known[ADAPTED]
            values = [parameters[name] for name in names]  # type: ignore[call-overload, index]
            values = adapted.dump_sequence(values, [PyFormat.AUTO] * len(values))
            types, formats = adapted.types, adapted.formats
        name = known["prepared"].get((statement, types))
        if name is None:
            name = self._prepare(driver, statement, text, types)
        return wire.Ready(name, values, formats)

    def _forgetting(self, driver: psycopg.Connection[Any]) -> Sequence[wire.Ready]:
        """What makes a connection forget, prepared like everything else."""
        known = self._known
        if FORGETS not in known:
            more = driver.pgconn.exec_(COULD_LEAVE_MORE.encode())
            self._insist(driver, more)
            known[FORGETS] = [
                wire.Ready(self._prepare(driver, one, one.encode(), ()))
                for one in (FORGET_ROWS if more.get_value(0, 0) == b"f" else FORGET)
            ]
        return known[FORGETS]

    def _prepare(self, driver: psycopg.Connection[Any], statement: str, text: bytes, types: Any) -> bytes:
        prepared: dict[Any, bytes] = self._known["prepared"]
        name = f"{self._known[NAMES]}{len(prepared)}".encode()
        self._insist(driver, driver.pgconn.prepare(name, text, types))
        prepared[statement, types] = name
        return name

    def _sent(self, driver: psycopg.Connection[Any], ready: Sequence[wire.Ready]) -> list[Any]:
        """The results, good or bad."""
        try:
            return wire.together(driver.pgconn, ready)
        except BaseException as error:  # a signal perhaps: its answers are not to be anybody else's
            if self._pooled is not None:
                self._pooled.invalidate(error if isinstance(error, Exception) else None)
            raise

    def _insist(self, driver: psycopg.Connection[Any], result: Any) -> None:
        if result.status not in wire.FINE:
            if result.error_field(DiagnosticField.SQLSTATE) == NO_SUCH_STATEMENT:
                # somebody's own SQL took them away: prepared anew from the next one on
                self._known.pop(ADAPTED, None)
            raise error_from_result(result, driver.info.encoding)

    @property
    def session(self) -> LinkSession:
        """The ORM over the same connection and transaction."""
        if self._session is None:
            driver = self.driver  # from the pool, if that has not happened
            self._come_in()
            if self._known.pop(ENDS, False):
                self._insist(driver, driver.pgconn.exec_(COMMIT.encode()))
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

    def forget(self) -> None:
        """What the ORM has read may have changed: it reads it anew, but for rows with changes of its own."""
        if self._session is not None:
            for row in set(self._session) - set(self._session.dirty) - set(self._session.new):
                self._session.expire(row)

    def commit(self, statements: Sequence[Statement] = ()) -> None:
        """Run these and commit, in one round trip. Raises psycopg's errors; then nothing is committed."""
        if self._session is not None:
            if statements:
                self.run(statements)
            self._session.commit()
            self._inside = False
            return
        status = (
            self._driver.pgconn.transaction_status if self._driver is not None else TransactionStatus.IDLE
        )
        if status == TransactionStatus.INERROR:  # COMMIT would quietly roll back
            raise psycopg.errors.InFailedSqlTransaction("a statement had failed: nothing can be committed")
        if statements or status != TransactionStatus.IDLE or not self._sure:
            self._exchange(statements, last=True)

    def end(self) -> None:
        """Commit where nothing was changed: nobody waits for it, it goes with what gives the connection back."""
        self.settle()
        if self._session is None and self._driver is not None:
            self._known[ENDS] = self._driver.pgconn.transaction_status != TransactionStatus.IDLE
        else:
            self.commit()

    def rollback(self) -> None:
        self._inside = False
        if self._session is not None:
            self._session.rollback()
        elif self._driver is not None:
            self._known.pop(ENDS, None)
            self._driver.rollback()

    def close(self) -> None:
        """Give the connection back. The link may be used again, with another one."""
        session, pooled = self._session, self._pooled
        if pooled is not None and self._connection is None:
            if self._forgot:
                self._known[FORGOT] = True
            else:
                self._known[LATER] = True
                self._known[PLAIN] = self._plain
        self._way, self._inside, self._sure, self._plain, self._forgot = None, False, True, True, False
        self._session = self._connection = self._pooled = self._driver = None
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

    def enter(self, token: str, by: str = ENTER, **more: Any) -> Any:
        """Enter a tenant with a capability's token; gives the row of guard.enter (tenant, person, reach), or of another
        function of the guard that enters.

        Raises SignInRequired when the capability is unknown, revoked or too old.
        """
        try:
            (result,) = self._exchange(((by, {"token": token, **more}),))
            return _answer(self._known[ADAPTED], result).fetchone()
        except psycopg.Error as error:
            if error.sqlstate == BAD_CAPABILITY:
                self.rollback()
                raise SignInRequired() from None
            raise

    def enter_with_next(self, token: str, by: str, **more: Any) -> None:
        """Enter as `enter` does, but together with the next statement (and with the first of each further transaction), for
        somebody the process remembers: `by` is a way in that refuses, as it does an unknown token, when it would tell
        anything else than it did before. Then Outdated is raised, and nothing that was sent with it has happened."""
        self._way, self._inside, self._sure = (by, {"token": token, **more}), False, False

    def settle(self) -> None:
        """Make sure that the way in lets them in as before, if it has not answered yet; Outdated as above."""
        if not self._sure:
            self._come_in()

    def _come_in(self) -> None:
        if self._enters:
            self._exchange(())


def _begin_to_know(known: dict[Any, Any], driver: psycopg.Connection[Any]) -> Any:
    """What a connection keeps as long as it lives: how each type is written and read, and what it prepared, under names
    that SQL of others cannot guess (or it could put a statement of its own in their place)."""
    known["prepared"], known[NAMES] = {}, f"{secrets.token_hex(16)}_"
    known.pop(FORGETS, None)
    adapted = known[ADAPTED] = Transformer(driver)
    return adapted


def _answer(adapted: Any, result: Any) -> Answer:
    if not result.ntuples:
        return Answer([], result.command_tuples or 0)
    adapted.set_pgresult(result)
    rows = adapted.load_rows(0, result.ntuples, tuple)
    adapted.set_pgresult(None)  # it would hold the values until the next one
    return Answer(rows, len(rows))


@cache
def _numbered(statement: str) -> tuple[bytes, list[Any], bool]:
    """The statement with libpq's own placeholders ($1, $2, …), the parameter that stands at each, and whether it is of
    a kind that prepares nothing."""
    names: list[Any] = []

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found[1] if found[1] is not None else len(names)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACEHOLDER.sub(number, statement).encode(), names, PREPARES_NOTHING.match(statement) is not None
