"""From the service's transaction to the queue: written with the change, taken once, taken again when it got lost."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from anxin.cli.background import LongWorker
from anxin.kernel import clock, jobs, outbox
from anxin.kernel.ctx import tenant_scope
from anxin.kernel.jobs import Job

NAME = "test.note"


@pytest.fixture
def redis(settings):
    client = Redis.from_url(settings.redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def relay(runtime, redis, superuser):
    """A relay with nothing left over from other tests to send."""
    superuser.execute(sa.text("DELETE FROM core.outbox"))
    return outbox.Relay(runtime, redis)


@pytest.fixture
def queued(redis):
    """queued(): the (tenant, job) ids in RQ's queue, oldest first."""
    queue = Queue(outbox.QUEUE, connection=redis, serializer=JSONSerializer)
    return lambda: [tuple(job.args) for job in queue.jobs]


@pytest.fixture
def row(superuser):
    def find(job_id):
        return superuser.execute(
            sa.text("SELECT * FROM core.outbox WHERE id = :id"), {"id": job_id}
        ).one_or_none()

    return find


@pytest.fixture
def ask(runtime, tenant):
    """ask(at=None): a service enqueues the job; returns its id."""

    def enqueue(**options):
        with tenant_scope(runtime, tenant) as ctx:
            return ctx.enqueue(Job(NAME, lambda ctx: None), **options)

    return enqueue


def test_a_row_is_sent_once_with_ids_alone(relay, ask, queued, row, tenant) -> None:
    job_id = ask(person_id="x")
    assert relay.relay() == 1
    assert queued() == [(str(tenant.id), str(job_id))]
    assert (row(job_id).attempts, row(job_id).sent_at is not None) == (1, True)
    assert relay.relay() == 0
    assert len(queued()) == 1


def test_long_work_waits_in_a_queue_of_its_own(
    relay, runtime, tenant, queued, redis, monkeypatch, app
) -> None:
    """And a worker's thread takes it from there, so that an alert never stands behind an import."""
    ran = []
    work = Job("test.long", lambda ctx, *, task_id: ran.append((task_id, threading.current_thread().name)))
    monkeypatch.setitem(runtime.jobs, "test.long", work)
    with tenant_scope(runtime, tenant) as ctx:
        ctx.enqueue(work, task_id="x")
    assert relay.relay() == 1
    assert queued() == []

    def take() -> None:
        with app.app_context():
            worker = LongWorker(
                [Queue(outbox.LONG_QUEUE, connection=redis, serializer=JSONSerializer)],
                connection=redis,
                serializer=JSONSerializer,
            )
            worker.beat = lambda: None
            worker.work(burst=True, logging_level="WARNING")

    thread = threading.Thread(target=take, name="long")
    thread.start()
    thread.join(30)
    assert ran == [("x", "long")]


def test_what_is_rolled_back_was_never_asked(relay, runtime, tenant, queued) -> None:
    def work(ctx) -> None:
        ctx.enqueue(Job(NAME, lambda ctx: None))
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError), tenant_scope(runtime, tenant) as ctx:
        work(ctx)
    assert relay.relay() == 0


def test_a_row_waits_for_its_time(relay, ask, superuser) -> None:
    job_id = ask(at=clock.now() + timedelta(hours=1))
    assert relay.relay() == 0
    superuser.execute(sa.text("UPDATE core.outbox SET due_at = now() WHERE id = :id"), {"id": job_id})
    assert relay.relay() == 1


def test_what_got_lost_is_sent_again_after_its_lease(relay, ask, redis, row, superuser, queued) -> None:
    """Redis lost it, or the worker was killed: the row is neither done nor failed."""
    job_id = ask()
    relay.relay()
    redis.flushall()
    assert relay.relay() == 0  # still leased
    superuser.execute(
        sa.text("UPDATE core.outbox SET sent_at = now() - CAST(:lease AS interval) WHERE id = :id"),
        {"lease": outbox.LEASE + timedelta(seconds=1), "id": job_id},
    )
    assert relay.relay() == 1
    assert row(job_id).attempts == 2
    assert len(queued()) == 1


def test_redis_away_loses_nothing(relay, ask, row, monkeypatch) -> None:
    job_id = ask()

    def away(*args, **kwargs):
        raise ConnectionError("redis is away")

    with monkeypatch.context() as patched:
        patched.setattr(relay._queue, "enqueue_many", away)
        with pytest.raises(ConnectionError):
            relay.relay()
    assert row(job_id).sent_at is None
    assert relay.relay() == 1


def test_two_relays_share_the_work(runtime, relay, ask, redis, queued) -> None:
    wanted = {str(ask()) for _ in range(5)}
    other = outbox.Relay(runtime, redis)
    with runtime.auth.begin() as connection:  # the first one holds a batch of three
        taken = connection.execute(
            sa.text("SELECT id FROM guard.outbox_take(3, :lease)"), {"lease": outbox.LEASE}
        ).all()
        assert other.relay() == 2
    assert {job for _, job in queued()} | {str(row.id) for row in taken} == wanted


def test_asking_twice_with_one_key_asks_once(runtime, tenant, other_tenant, relay) -> None:
    assert outbox.put(runtime, tenant.id, NAME, {}, key="2026-01-01")
    assert not outbox.put(runtime, tenant.id, NAME, {}, key="2026-01-01")
    assert outbox.put(runtime, tenant.id, NAME, {}, key="2026-01-02")
    assert outbox.put(runtime, other_tenant.id, NAME, {}, key="2026-01-01")
    assert outbox.put(runtime, tenant.id, NAME, {})
    assert relay.relay() == 4


def test_a_periodic_job_is_asked_for_once_a_slot_and_tenant(
    runtime, tenant, other_tenant, monkeypatch
) -> None:
    periodic = Job("test.periodic", lambda ctx: None, every=timedelta(hours=1))
    plugins = Job("test.off", lambda ctx: None, every=timedelta(hours=1), plugin="not_on_here")
    monkeypatch.setattr(runtime, "jobs", {periodic.name: periodic, plugins.name: plugins})
    at = clock.now().replace(minute=5)
    tenants = [tenant, other_tenant]
    assert jobs.ask_periodic(runtime, tenants, at) == 2
    assert jobs.ask_periodic(runtime, tenants, at + timedelta(minutes=50)) == 0
    assert jobs.ask_periodic(runtime, tenants, at + timedelta(hours=1)) == 2


def test_the_relay_wakes_when_a_service_asks(relay, ask, queued) -> None:
    """Without waiting for the next second's round: NOTIFY goes out with the commit."""
    import threading  # only this test runs the relay's own loop
    import time  # the same

    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        time.sleep(0.3)  # it listens by now
        ask()
        deadline = time.monotonic() + 5
        while not queued() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(queued()) == 1
    finally:
        relay.stop()
        thread.join(timeout=5)
    assert not thread.is_alive()
