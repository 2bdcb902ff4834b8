"""Long work is watched, left, found again and fetched by whoever asked for it, and by nobody else."""

import pytest
import sqlalchemy as sa

from anxin.files import keep_file
from anxin.kernel import jobs
from anxin.kernel.actor import Actor
from anxin.kernel.errors import NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.tasks import services, start_task, task_of
from anxin.tasks.rights import own_copy, own_erase

NAME = "test.long_work"
seen: list[tuple[str, int]] = []


def work(ctx, *, task_id, fail=False) -> None:
    task = task_of(ctx, task_id)
    task.report(1, 4)
    with ctx.runtime.engine.connect() as beside:  # what the owner sees while the job's transaction is open
        beside.execute(sa.text("SELECT guard.enter(:t)"), {"t": ctx.runtime.figures.token(ctx.tenant.id)})
        seen[:] = [
            beside.execute(
                sa.text("SELECT done_count, total_count FROM core.task WHERE id = :i"), {"i": task_id}
            ).one()
        ]
    if fail:
        raise RuntimeError("the work broke")
    file = keep_file(ctx, b"made", name="a.csv", media_type="text/csv", kind="test.report")
    task.finish(file=file, counts={"rows": 4}, link="/")


@pytest.fixture
def asked(runtime, monkeypatch, person, scope):
    """asked(**payload): somebody starts the work; (owner, task's id, job's id)."""
    monkeypatch.setitem(runtime.jobs, NAME, Job(NAME, work))

    def start(**payload):
        owner = person("employee")
        with scope(owner.tenant, Actor("person", "self", owner.id)) as ctx:
            task = start_task(ctx, runtime.jobs[NAME], title=lazy("Notices"), back="home.index", **payload)
            ctx.unaudited("test")
        with scope(owner.tenant) as ctx:
            return owner, task.id, task_of(ctx, task.id).job_id

    return start


def test_progress_is_seen_while_the_work_goes_on(asked, runtime, scope, client_as) -> None:
    owner, task, job = asked()
    client = client_as(owner)
    assert client.get(f"{client.base}/tasks/{task}").status_code == 200
    assert client.get(f"{client.base}/api/tasks/{task}").json["state"] == "waiting"
    assert jobs.run(runtime, owner.tenant, job) == "done"
    assert seen == [(1, 4)]
    told = client.get(f"{client.base}/api/tasks/{task}").json
    assert (told["state"], told["done"], told["total"], told["counts"]) == ("done", 4, 4, {"rows": 4})
    assert told["has_file"]
    assert client.get(f"{client.base}/tasks/{task}/file").data == b"made"
    assert [entry["id"] for entry in client.get(f"{client.base}/api/tasks/").json] == [str(task)]


def test_failed_work_says_so_and_keeps_nothing(asked, runtime, client_as, superuser) -> None:
    owner, task, job = asked(fail=True)
    assert jobs.run(runtime, owner.tenant, job) == "again"
    client = client_as(owner)
    assert client.get(f"{client.base}/api/tasks/{task}").json["state"] == "stuck"
    assert client.get(f"{client.base}/tasks/{task}/file").status_code == 404
    superuser.execute(sa.text("UPDATE core.outbox SET failed_at = now() WHERE id = :i"), {"i": job})
    assert client.get(f"{client.base}/api/tasks/{task}").json["state"] == "failed"
    assert (
        superuser.scalar(
            sa.text("SELECT count(*) FROM core.file WHERE tenant_id = :t"), {"t": owner.tenant.id}
        )
        == 0
    )


def test_only_its_owner_knows_of_it(asked, runtime, client_as, person) -> None:
    owner, task, job = asked()
    jobs.run(runtime, owner.tenant, job)
    other = client_as(person("employee", "union_admin", tenant=owner.tenant))
    for address in (f"/tasks/{task}", f"/tasks/{task}/file", f"/api/tasks/{task}", f"/api/tasks/{task}/file"):
        assert other.get(other.base + address).status_code == 404, address
    assert other.get(f"{other.base}/api/tasks/").json == []


def test_fetching_is_written_down(asked, runtime, client_as, superuser) -> None:
    owner, task, job = asked()
    jobs.run(runtime, owner.tenant, job)
    client = client_as(owner)
    client.get(f"{client.base}/tasks/{task}/file")
    count = "SELECT count(*) FROM core.audit_entry WHERE tenant_id = :t AND action = 'tasks.file_taken'"
    assert superuser.scalar(sa.text(count), {"t": owner.tenant.id}) == 1


def test_a_part_answers_htmx_and_the_title_speaks_the_readers_language(asked, client_as) -> None:
    owner, task, _job = asked()
    client = client_as(owner)
    part = client.get(
        f"{client.base}/tasks/{task}", headers={"HX-Request": "true", "HX-Target": "div#task-state"}
    ).text
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    listed = client.get(f"{client.base}/tasks/").text
    assert "通知" in listed
    assert "Notices" not in listed


def test_copy_and_erasure(asked, scope) -> None:
    owner, _task, _job = asked()
    with scope(owner.tenant) as ctx:
        ctx.unaudited("test")
        assert len(own_copy(ctx, owner.id)["tasks"]) == 1
        assert own_erase(ctx, owner.id) == {"task": 1}
        with pytest.raises(NotFound):
            services.task_of(ctx, _task)
