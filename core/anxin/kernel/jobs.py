"""Jobs: functions of a context, run by RQ workers in the tenant's scope, marked done in the transaction of their effect.

    @job("rooms.remind")
    def remind(ctx, *, booking_id): …

`every=` makes a job periodic: the scheduler asks for it once a slot and tenant. A job that raises is tried again with
growing pauses; after the last try the row is marked failed, stays visible, and `anxin doctor` and /readyz count it.
"""

import inspect
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from anxin.kernel import clock, outbox
from anxin.kernel.actor import TenantInfo, system
from anxin.kernel.capability import token_hash
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import ConfigurationError
from anxin.kernel.i18n import locale_scope
from anxin.kernel.link import Link
from anxin.kernel.runtime import Runtime

log = logging.getLogger("anxin.jobs")

PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
)


@dataclass(frozen=True)
class Job:
    """A named job; `plugin` is filled in by the registry when a plugin brings it."""

    name: str
    run: Callable[..., Any]
    every: timedelta | None = None
    plugin: str | None = None

    @cached_property
    def long(self) -> bool:
        """Work that somebody watches (it takes a `task_id`) has a queue and a thread of its own."""
        return "task_id" in inspect.signature(self.run).parameters

    def __call__(self, ctx: Ctx, **payload: Any) -> Any:
        return self.run(ctx, **payload)


def job(name: str, *, every: timedelta | None = None) -> Callable[[Callable[..., Any]], Job]:
    """Make a function of `(ctx, **ids)` a job. Names begin with the room's or plugin's name."""

    def make(function: Callable[..., Any]) -> Job:
        return Job(name, function, every)

    return make


@dataclass(frozen=True)
class Progress:
    """Real progress of a long job, written outside the job's own transaction so that it can be seen."""

    runtime: Runtime
    tenant_id: UUID
    job_id: UUID

    def report(self, done: int, total: int) -> None:
        with in_job(self.runtime, self.tenant_id, self.job_id) as session:
            session.execute(
                sa.text(
                    "UPDATE core.outbox SET done_count = :d, total_count = :t "
                    "WHERE tenant_id = CAST(:tenant AS uuid) AND id = CAST(:id AS uuid)"
                ),
                {"d": done, "t": total, "tenant": self.tenant_id, "id": self.job_id},
            )


@contextmanager
def in_job(runtime: Runtime, tenant_id: UUID, job_id: UUID) -> Iterator[Session]:
    """A transaction beside the job's own, by the job's right: what is written in it is seen at once."""
    with Session(runtime.engine) as session:
        if _enter_job(session, tenant_id, job_id, runtime.job_token(job_id)):
            yield session
            session.commit()
        else:
            raise ConfigurationError("the job of this task is gone", code="job_gone")


def perform(tenant_id: str, job_id: str) -> str:
    """What RQ calls. Returns "done", "gone" (already done, or its tenant closed), "again", or "refused" (made under
    another master key); never raises for a job that failed, since the outbox row, not RQ, decides about tries."""
    runtime: Runtime = current_app.extensions["anxin"]
    tenant = runtime.caches["directory"].by_id(UUID(tenant_id))
    return run(runtime, tenant, UUID(job_id))


def run(runtime: Runtime, tenant: TenantInfo, job_id: UUID) -> str:
    """Run one outbox row's job in its tenant."""
    link = Link(runtime.engine)
    try:
        if not _enter_job(link.session, tenant.id, job_id, runtime.job_token(job_id)):
            link.rollback()
            return "refused" if _refuse(runtime, tenant.id, job_id) else "gone"
        found = _take(link.session, tenant.id, job_id)
        if found is None:
            return "gone"
        return _run_found(runtime, tenant, link, job_id, found.job, found.payload, found.attempts)
    finally:
        link.close()


def _take(session: Session, tenant_id: UUID, job_id: UUID) -> Any:
    """The row of a job this worker has claimed; None when it is done, or another worker has it at this moment.

    The row itself stays free: the relay may still be about to commit that it was sent (marking the job done waits
    for that), and the job's progress is written to it from outside.
    """
    if not session.scalar(sa.text("SELECT guard.claim_job(CAST(:id AS uuid))"), {"id": job_id}):
        return None
    return session.execute(
        sa.text(
            "SELECT job, payload, attempts FROM core.outbox WHERE tenant_id = CAST(:t AS uuid) "
            "AND id = CAST(:id AS uuid) AND done_at IS NULL"
        ),
        {"t": tenant_id, "id": job_id},
    ).one_or_none()


def _run_found(  # noqa: PLR0917  (one call, from `run`, with what it has just read)
    runtime: Runtime,
    tenant: TenantInfo,
    link: Link,
    job_id: UUID,
    name: str,
    payload: Any,
    attempts: int,
) -> str:
    ctx = Ctx(runtime, tenant, link, system(f"job.{name}"))
    ctx.notes["progress"] = Progress(runtime, tenant.id, job_id)
    try:
        found = runtime.jobs.get(name)
        if found is None:
            raise ConfigurationError(f"no loaded plugin brings the job {name}", code="unknown_job")
        ctx.plugin = found.plugin
        with locale_scope(tenant.locale):
            found.run(ctx, **(payload if isinstance(payload, dict) else json.loads(payload)))
        ctx.db.execute(
            sa.text(
                "UPDATE core.outbox SET done_at = clock_timestamp() "
                "WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:id AS uuid)"
            ),
            {"t": tenant.id, "id": job_id},
        )
        if not ctx._entries:
            ctx.unaudited("a job's own bookkeeping")
        ctx.commit()
    except Exception as error:
        # every failure ends here on purpose: the row records it and decides about the next try
        log.exception("job %s failed (try %d)", name, attempts)
        link.rollback()
        _failed(runtime, tenant.id, job_id, attempts, type(error).__name__)
        return "again"
    return "done"


def _failed(runtime: Runtime, tenant_id: UUID, job_id: UUID, attempts: int, error: str) -> None:
    last = attempts > len(PAUSES)
    due = clock.now() + (timedelta() if last else PAUSES[max(attempts, 1) - 1])
    with Session(runtime.engine) as session:
        if _enter_job(session, tenant_id, job_id, runtime.job_token(job_id)):
            session.execute(
                sa.text(
                    "UPDATE core.outbox SET error = :error, due_at = :due, sent_at = NULL, "
                    "failed_at = CASE WHEN :last THEN clock_timestamp() END "
                    "WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:id AS uuid)"
                ),
                {"error": error, "due": due, "last": last, "t": tenant_id, "id": job_id},
            )
            session.commit()


def _refuse(runtime: Runtime, tenant_id: UUID, job_id: UUID) -> bool:
    """Fail a waiting row whose token is not ours: no later try could open it. False when it is done or gone."""
    with runtime.auth.begin() as connection:
        refused = connection.scalar(
            sa.text("SELECT guard.outbox_refuse(CAST(:t AS uuid), CAST(:id AS uuid), :hash)"),
            {"t": tenant_id, "id": job_id, "hash": token_hash(runtime.job_token(job_id))},
        )
    if refused:
        log.error("job row %s was made under another master key: failed", job_id)
    return bool(refused)


def _enter_job(session: Session, tenant_id: UUID, job_id: UUID, token: str) -> bool:
    return bool(
        session.scalar(
            sa.text("SELECT guard.enter_job(CAST(:t AS uuid), CAST(:id AS uuid), :token)"),
            {"t": tenant_id, "id": job_id, "token": token},
        )
    )


def ask_periodic(runtime: Runtime, tenants: list[TenantInfo], at: datetime) -> int:
    """Ask for every periodic job whose slot has begun, once a tenant and slot; returns how many were new."""
    asked = 0
    for periodic in runtime.jobs.values():
        if periodic.every is None:
            continue
        slot = int(at.timestamp() // periodic.every.total_seconds())
        for tenant in tenants:
            if periodic.plugin is None or periodic.plugin in tenant.modules:
                asked += outbox.put(runtime, tenant.id, periodic.name, {}, key=str(slot), due=at)
    return asked
