"""Jobs take effect exactly once: the effect and the mark are one transaction, whatever happens in between."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity.entries import PassphraseSet
from anxin.kernel import clock, jobs
from anxin.kernel.ctx import tenant_scope
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import PAUSES, Job
from anxin.tenancy.models import Module

NAME = "test.work"


@pytest.fixture
def asked(runtime, tenant, monkeypatch):
    """asked(work, **payload): `work` becomes the job, a service asks for it; returns the row's id."""

    def enqueue(work, **payload):
        monkeypatch.setitem(runtime.jobs, NAME, Job(NAME, work))
        with tenant_scope(runtime, tenant) as ctx:
            return ctx.enqueue(runtime.jobs[NAME], **payload)

    return enqueue


@pytest.fixture
def run(runtime, tenant):
    return lambda job_id: jobs.run(runtime, tenant, job_id)


@pytest.fixture
def row(superuser):
    return lambda job_id: superuser.execute(
        sa.text("SELECT * FROM core.outbox WHERE id = :id"), {"id": job_id}
    ).one()


@pytest.fixture
def effects(superuser, tenant):
    return lambda: superuser.scalar(
        sa.text("SELECT count(*) FROM core.module WHERE tenant_id = :t AND name LIKE 'effect%'"),
        {"t": tenant.id},
    )


def effect(ctx, **payload) -> None:
    ctx.add(Module(name=f"effect-{new_id()}"))
    ctx.audit(PassphraseSet(subject_id=new_id(), how="reset"))


def test_a_row_made_under_another_master_key_fails_and_is_not_sent_for_ever(
    asked, run, row, superuser
) -> None:
    ran = []
    job_id = asked(lambda _ctx: ran.append(1))
    superuser.execute(sa.text("UPDATE core.outbox SET token_hash = '\\x00' WHERE id = :id"), {"id": job_id})
    assert [run(job_id), run(job_id)] == ["refused", "gone"]
    assert ran == []
    assert row(job_id).failed_at is not None
    assert row(job_id).error == "TokenRefused"


def test_a_job_runs_in_its_tenant_as_the_system(asked, run, tenant) -> None:
    seen = {}

    def work(ctx, *, person_id) -> None:
        seen.update(tenant=ctx.tenant.id, actor=ctx.actor.kind, task=ctx.actor.task, person_id=person_id)

    assert run(asked(work, person_id="p")) == "done"
    assert seen == {"tenant": tenant.id, "actor": "system", "task": f"job.{NAME}", "person_id": "p"}


def test_done_is_done(asked, run, row, effects) -> None:
    job_id = asked(effect)
    assert run(job_id) == "done"
    assert row(job_id).done_at is not None
    assert [run(job_id), run(job_id)] == ["gone", "gone"]  # RQ delivered it again
    assert effects() == 1


def test_a_failing_job_leaves_no_effect_and_comes_again(asked, run, row, effects) -> None:
    def work(ctx) -> None:
        effect(ctx)
        ctx.db.flush()
        raise RuntimeError("林晓峰 13800000001")

    job_id = asked(work)
    assert run(job_id) == "again"
    found = row(job_id)
    assert effects() == 0
    assert (found.done_at, found.failed_at, found.sent_at) == (None, None, None)
    assert found.error == "RuntimeError"  # the class, never the words


def test_a_job_whose_commit_is_refused_is_not_done(asked, run, row, effects) -> None:
    def work(ctx) -> None:
        effect(ctx)
        ctx.db.execute(sa.text("SELECT 1 / 0"))

    job_id = asked(work)
    assert run(job_id) == "again"
    assert effects() == 0
    assert row(job_id).done_at is None


def test_it_is_tried_with_growing_pauses_and_then_given_up(asked, run, row, superuser) -> None:
    def work(ctx) -> None:
        raise RuntimeError("a bug")

    job_id = asked(work)
    pauses = []
    take = sa.text("UPDATE core.outbox SET attempts = attempts + 1, sent_at = now() WHERE id = :id")
    for _ in range(len(PAUSES)):
        superuser.execute(take, {"id": job_id})
        assert run(job_id) == "again"
        pauses.append(row(job_id).due_at - clock.now())
        assert row(job_id).failed_at is None
    for pause, wanted in zip(pauses, PAUSES, strict=True):
        assert wanted - timedelta(seconds=5) < pause <= wanted
    superuser.execute(take, {"id": job_id})
    assert run(job_id) == "again"
    assert row(job_id).failed_at is not None
    assert run(job_id) == "gone"
    due = sa.text("SELECT count(*) FROM guard.outbox_take(1000, '0 seconds') WHERE id = :id")
    assert superuser.scalar(due, {"id": job_id}) == 0


def test_killed_half_way_it_runs_again_and_counts_once(asked, run, row, effects, runtime) -> None:
    """A killed worker reports nothing: the connection ends and the row stays as it was taken."""
    killed = []

    def work(ctx) -> None:
        effect(ctx)
        ctx.db.flush()
        if not killed:
            killed.append(True)
            raise KeyboardInterrupt  # past everything that handles errors, as a kill is

    job_id = asked(work)
    with pytest.raises(KeyboardInterrupt):
        run(job_id)
    assert effects() == 0
    assert (row(job_id).done_at, row(job_id).error) == (None, None)
    assert run(job_id) == "done"
    assert effects() == 1


def test_two_workers_with_one_job(asked, run, effects) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(ctx) -> None:
        effect(ctx)
        begun.set()
        assert go_on.wait(10)

    job_id = asked(work)
    outcomes = []
    first = threading.Thread(target=lambda: outcomes.append(run(job_id)))
    first.start()
    assert begun.wait(10)
    outcomes.append(run(job_id))  # while the first is at it
    go_on.set()
    first.join()
    assert sorted(outcomes) == ["done", "gone"]
    assert effects() == 1


def test_a_job_nobody_brings_stays_visible(asked, run, row, runtime) -> None:
    job_id = asked(effect)
    del runtime.jobs[NAME]
    assert run(job_id) == "again"
    assert row(job_id).error == "ConfigurationError"


def test_a_job_that_looks_at_somebody_is_in_the_trail(asked, run, superuser, tenant) -> None:
    assert run(asked(effect)) == "done"
    found = superuser.execute(
        sa.text("SELECT actor_kind, role FROM core.audit_entry WHERE tenant_id = :t"), {"t": tenant.id}
    ).all()
    assert found == [("system", f"job.{NAME}")]


def test_jobs_that_a_job_asks_for_come_with_its_commit(asked, run, superuser, tenant, runtime) -> None:
    other = Job("test.next", effect)
    count = sa.text("SELECT count(*) FROM core.outbox WHERE tenant_id = :t AND job = 'test.next'")

    def work(ctx, *, fail) -> None:
        ctx.enqueue(other)
        if fail:
            raise RuntimeError("a bug")

    assert run(asked(work, fail=True)) == "again"
    assert superuser.scalar(count, {"t": tenant.id}) == 0
    assert run(asked(work, fail=False)) == "done"
    assert superuser.scalar(count, {"t": tenant.id}) == 1


def test_progress_is_seen_while_the_job_runs(asked, run, row) -> None:
    seen, threads = [], []

    def work(ctx) -> None:
        threads.append(threading.Thread(target=ctx.notes["progress"].report, args=(3, 10)))
        threads[0].start()
        threads[0].join(2)  # a thread, so that waiting for oneself ends with the job
        seen.append((row(job_id).done_count, row(job_id).total_count))

    job_id = asked(work)
    assert run(job_id) == "done"
    threads[0].join()
    assert seen == [(3, 10)]
