"""Effects that survive a crash: a row written with the change itself, relayed to RQ after commit.

    service → ctx.enqueue / ctx.emit → core.outbox (same transaction) → relay → RQ → worker enters by the row's token,
    does the work and marks the row done in one transaction.

Lost in Redis or killed half-way: the row is neither done nor failed, its lease runs out, and it is sent again. A job is
therefore run at least once and takes effect exactly once, as far as its effects are in the database.
"""

import logging
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import psycopg
import sqlalchemy as sa
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.exc import DBAPIError

from anxin.kernel import clock
from anxin.kernel.capability import token_hash
from anxin.kernel.ids import new_id

if TYPE_CHECKING:
    from anxin.kernel.ctx import Ctx
    from anxin.kernel.runtime import Runtime

log = logging.getLogger("anxin.relay")

QUEUE = "anxin"
LONG_QUEUE = "anxin-long"  # imports, reports, campaigns: an alert never waits behind one
TIMEOUT, LONG_TIMEOUT = 600, 7200  # seconds
BATCH = 200
LEASE = timedelta(minutes=3)  # a job that has not finished by then is sent again
WORKER_ENTRY = "anxin.kernel.jobs.perform"

_INSERT = (
    "INSERT INTO core.outbox (tenant_id, id, job, payload, token_hash, due_at, person_id) "
    "VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s)"
)


@dataclass(frozen=True)
class Row:
    """One effect waiting to be written; `payload` holds ids and codes only."""

    id: UUID
    job: str
    payload: str
    token_hash: bytes
    due: datetime
    person_id: UUID | None


def row(ctx: "Ctx", job: str, payload: Mapping[str, Any], *, due: datetime | None = None) -> Row:
    from anxin.kernel.ctx import as_json  # ctx imports this module; only this direction at call time

    job_id = new_id()
    secret = token_hash(ctx.runtime.job_token(job_id))
    return Row(job_id, job, as_json(dict(payload)), secret, due or ctx.now, ctx.actor.person_id)


def write(ctx: "Ctx", rows: Sequence[Row]) -> None:
    """Insert the rows in the context's transaction and wake the relay at commit."""
    for item in rows:
        ctx.last(
            _INSERT,
            (ctx.tenant.id, item.id, item.job, item.payload, item.token_hash, item.due, item.person_id),
            new=True,
        )
    ctx.last("NOTIFY outbox", (), new=True)


def put(
    runtime: "Runtime",
    tenant_id: UUID,
    job: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    due: datetime | None = None,
) -> bool:
    """Ask another tenant for work (the scheduler; an employer's event for its contracted agency).

    With `key` the id is derived from it, so that asking twice does nothing the second time (returns False).
    """
    from anxin.kernel.ctx import as_json  # as above

    job_id = uuid5(tenant_id, f"{job}|{key}") if key else new_id()
    statement = sa.text(
        "SELECT guard.outbox_put(CAST(:t AS uuid), CAST(:id AS uuid), :job, CAST(:payload AS jsonb), :hash, :due)"
    )
    with runtime.auth.begin() as connection:
        return bool(
            connection.scalar(
                statement,
                {
                    "t": tenant_id,
                    "id": job_id,
                    "job": job,
                    "payload": as_json(dict(payload)),
                    "hash": token_hash(runtime.job_token(job_id)),
                    "due": due or clock.now(),
                },
            )
        )


class Relay:
    """Moves due rows to RQ: woken by NOTIFY, and every second for rows whose time has come."""

    def __init__(self, runtime: "Runtime", redis: Redis, beat: Callable[[], object] = lambda: None) -> None:
        self._runtime, self._beat = runtime, beat  # `beat` is called in every round, also while waiting
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        self._long_queue = Queue(LONG_QUEUE, connection=redis, serializer=JSONSerializer)
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        """Until stopped; a database or Redis that is away is waited for, never given up."""
        while not self._stop.is_set():
            try:
                self._follow()
            except (DBAPIError, psycopg.Error, RedisError) as error:
                log.warning("relay waits: %s", type(error).__name__)
                self._beat()
                self._stop.wait(1.0)

    def _follow(self) -> None:
        with self._runtime.auth.connect() as listener:
            driver: Any = listener.connection.driver_connection
            driver.autocommit = True
            driver.execute("LISTEN outbox")
            try:
                while not self._stop.is_set():
                    self._beat()
                    while self.relay() == BATCH:
                        self._beat()
                    self._wait(driver, 1.0)
            finally:
                driver.autocommit = False

    def _wait(self, driver: Any, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stop.is_set() and (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([driver.fileno()], [], [], min(left, 0.5))
            if ready:
                for _ in driver.notifies(timeout=0, stop_after=BATCH):
                    pass
                return

    def relay(self) -> int:
        """Send one batch; returns how many. A row is sent at least once: taking it and RQ are not one transaction."""
        with self._runtime.auth.begin() as connection:
            due = connection.execute(
                sa.text("SELECT tenant, id, job FROM guard.outbox_take(:n, :lease)"),
                {"n": BATCH, "lease": LEASE},
            ).all()
            for long, queue in ((False, self._queue), (True, self._long_queue)):
                rows = [row for row in due if self._is_long(row.job) is long]
                if rows:
                    queue.enqueue_many([_sent(row, LONG_TIMEOUT if long else TIMEOUT) for row in rows])
        return len(due)

    def _is_long(self, name: str) -> bool:
        job = self._runtime.jobs.get(name)
        return job is not None and job.long


def _sent(row: Any, timeout: int) -> Any:
    return Queue.prepare_data(
        WORKER_ENTRY,
        args=[str(row.tenant), str(row.id)],
        job_id=str(row.id),
        description=row.job,
        timeout=timeout,
        result_ttl=0,
        failure_ttl=86400,
    )
