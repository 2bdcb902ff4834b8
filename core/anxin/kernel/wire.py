"""Talking to PostgreSQL through libpq: several prepared statements in one round trip, and an answer that is awaited later.

psycopg's own pipeline does the same with a generator for each statement; a short request would spend more on that than on
its statements. Other threads run while one waits here.
"""

import select
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

FINE = frozenset(
    int(status) for status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK, ExecStatus.PIPELINE_SYNC)
)


class Ready(NamedTuple):
    """A prepared statement's name with its values (None is NULL) and how each is written."""

    name: bytes
    values: Sequence[Any] = ()
    formats: Sequence[Any] = ()


def together(wire: PGconn, statements: Sequence[Ready]) -> list[PGresult]:
    """Send them at once and wait for all their results. After one that failed, the others are not run and say so.

    Where no transaction has begun they are one, and the last result more than there are statements says how it ended.
    Whatever is raised here leaves a connection that nobody can use.
    """
    if len(statements) == 1:
        one = statements[0]
        return [wire.exec_prepared(one.name, one.values, one.formats)]
    wire.enter_pipeline_mode()
    for one in statements:
        wire.send_query_prepared(one.name, one.values, one.formats)
    wire.pipeline_sync()
    _push(wire)
    _wait(wire, select.POLLIN)
    # each look at the wire lets other threads run, and a short request has no time for that: none more than needed
    found: list[Any] = []
    busy, take = wire.is_busy, wire.get_result
    for _ in statements:
        while busy():
            _wait(wire, select.POLLIN)
        found.append(take())
        take()  # None, at once: that was all of it
    while True:
        while busy():
            _wait(wire, select.POLLIN)
        last = take()
        if last is None:  # after a failure, before the end
            continue
        if len(found) == len(statements):
            found.append(last)
        if last.status == ExecStatus.PIPELINE_SYNC:
            break
    wire.exit_pipeline_mode()
    return found


def send(wire: PGconn, commands: bytes) -> None:
    """Send plain SQL, of several statements perhaps, and go on; `outcome` tells later how it went."""
    wire.send_query(commands)
    _push(wire)


def outcome(wire: PGconn) -> PGresult | None:
    """Of what `send` sent: the result that failed, or None. OperationalError when the server has gone since."""
    failed = None
    while True:
        while wire.is_busy():
            _wait(wire, select.POLLIN)
        result = wire.get_result()
        if result is None:
            break
        if result.status not in FINE:
            failed = result
    hear(wire)
    return failed


def hear(wire: PGconn) -> None:
    """Take in what came without having been asked for. OperationalError when it was the end."""
    poller = select.poll()
    poller.register(wire.socket, select.POLLIN)
    if poller.poll(0):
        wire.consume_input()


def _push(wire: PGconn) -> None:
    """All that is to be sent leaves; the server's answers are taken in meanwhile, or both would wait for each other."""
    while wire.flush():
        _wait(wire, select.POLLIN | select.POLLOUT)


def _wait(wire: PGconn, what: int) -> None:
    poller = select.poll()
    poller.register(wire.socket, what)
    for _file, event in poller.poll():
        if event != select.POLLOUT:
            wire.consume_input()
