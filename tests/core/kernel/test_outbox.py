"""A row of the outbox between the relay that sends it and the worker that runs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa

from anxin.kernel import jobs
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.db import driver_url
from anxin.kernel.runtime import Runtime

HOLD = "UPDATE core.outbox SET sent_at = clock_timestamp() WHERE id = CAST(:id AS uuid)"


@pytest.fixture
def asked(runtime: Runtime, scope, tenant: TenantInfo, monkeypatch) -> Callable[[], tuple[UUID, list[int]]]:
    """asked(): a job that waits in the outbox, and the list that grows when it runs."""

    def make() -> tuple[UUID, list[int]]:
        ran: list[int] = []

        @jobs.job("kernel.test")
        def note(ctx: Ctx, *, number: int) -> None:
            ran.append(number)

        monkeypatch.setitem(runtime.jobs, note.name, note)
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            return ctx.enqueue(note, number=7), ran

    return make


@pytest.fixture
def held(settings) -> Callable[..., object]:
    """held(id): the relay's transaction, which has told RQ and has not committed yet."""
    owner = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)

    @contextmanager
    def hold(job_id: UUID) -> Iterator[sa.Connection]:
        with owner.connect() as relay:
            relay.execute(sa.text(HOLD), {"id": job_id})
            yield relay
            relay.commit()

    return hold


def test_a_worker_quicker_than_the_relays_commit_waits_for_it(asked, held, runtime, tenant) -> None:
    job_id, ran = asked()
    answers: list[str] = []
    worker = threading.Thread(target=lambda: answers.append(jobs.run(runtime, tenant, job_id)))
    with held(job_id):
        worker.start()
        worker.join(0.5)
        assert worker.is_alive(), "the worker passed over a row that is only being sent"
    worker.join(10)
    assert (answers, ran) == (["done"], [7])


def test_a_job_that_another_worker_has_is_left_to_it(runtime, tenant, scope, monkeypatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ran: list[int] = []

    @jobs.job("kernel.slow")
    def slow(ctx: Ctx) -> None:
        ran.append(1)
        begun.set()
        assert go_on.wait(20)

    monkeypatch.setitem(runtime.jobs, slow.name, slow)
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        job_id = ctx.enqueue(slow)
    first = threading.Thread(target=jobs.run, args=(runtime, tenant, job_id))
    first.start()
    assert begun.wait(20)
    assert jobs.run(runtime, tenant, job_id) == "gone"
    go_on.set()
    first.join(20)
    assert ran == [1]
    assert jobs.run(runtime, tenant, job_id) == "gone", "and it was done by the first"


def test_done_once(asked, runtime, tenant) -> None:
    job_id, ran = asked()
    assert [jobs.run(runtime, tenant, job_id) for _ in range(2)] == ["done", "gone"]
    assert ran == [7]
