"""Start a task, tell its progress from the job, show it to its owner, hand out its file."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.files import File, read_file
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, SignInRequired
from anxin.kernel.i18n import msgid_of
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import Job, in_job
from anxin.tasks.entries import FileTaken
from anxin.tasks.models import TaskRow

TASKS: Any = TaskRow.__table__
LISTED = 30
BETWEEN_REPORTS = 0.3  # seconds; more often nobody sees
RECENT = timedelta(days=1)


@dataclass(frozen=True)
class Task:
    """A task as its owner sees it. `state` is waiting, running, done, stuck (it will be tried again) or failed."""

    id: UUID
    title: str
    state: str
    done: int
    total: int
    counts: Mapping[str, int]
    link: str | None
    back: str | None
    file_id: UUID | None
    made_at: datetime
    finished_at: datetime | None

    @property
    def over(self) -> bool:
        return self.state in {"done", "failed"}


def start_task(ctx: Ctx, job: Job, *, title: Any, back: str | None = None, **payload: Any) -> Task:
    """Ask for long work in the context's transaction: the job gets `task_id` beside `payload` (ids and codes only).

    `title` is a lazy text without placeholders, shown in the reader's language; `back` the endpoint of the page that
    asked. The caller writes the audit entry. Send the browser to `url_for("tasks.show", task=task.id)`.
    """
    task_id = new_id()
    job_id = ctx.enqueue(job, task_id=task_id, **payload)
    msgid = msgid_of(title)
    ctx.execute(
        TASKS.insert().values(
            tenant_id=ctx.tenant.id,
            id=task_id,
            owner_id=_owner(ctx),
            job_id=job_id,
            title=msgid,
            back=back,
            made_at=ctx.now,
        )
    )
    return Task(task_id, msgid, "waiting", 0, 0, {}, None, back, None, ctx.now, None)


@dataclass
class TaskRun:
    """A task from inside its job."""

    ctx: Ctx
    id: UUID
    job_id: UUID
    owner_id: UUID
    _told: float = field(default=0.0, repr=False)

    def report(self, done: int, total: int) -> None:
        """Say how far the work is. Seen at once, whatever becomes of the job's own transaction; cheap to call often."""
        now = time.monotonic()
        if now - self._told < BETWEEN_REPORTS and done < total:
            return
        self._told = now
        with in_job(self.ctx.runtime, self.ctx.tenant.id, self.job_id) as session:
            session.execute(
                TASKS.update()
                .where(TASKS.c.tenant_id == self.ctx.tenant.id, TASKS.c.id == self.id)
                .values(done_count=done, total_count=total)
            )

    def finish(
        self, *, file: File | None = None, counts: Mapping[str, int] | None = None, link: str | None = None
    ) -> None:
        """The work is done, in the job's own transaction: a file to fetch, numbers by (English) label, a page to open."""
        self.ctx.execute(
            TASKS.update()
            .where(TASKS.c.tenant_id == self.ctx.tenant.id, TASKS.c.id == self.id)
            .values(
                finished_at=self.ctx.now,
                counts=dict(counts or {}),
                link=link,
                file_id=file.id if file else None,
                file_kind=file.kind if file else None,
                done_count=sa.func.greatest(TASKS.c.total_count, 1),
                total_count=sa.func.greatest(TASKS.c.total_count, 1),
            )
        )


def task_of(ctx: Ctx, task_id: UUID | str) -> TaskRun:
    """The task a job was started for."""
    row = ctx.db.execute(
        sa.select(TASKS.c.id, TASKS.c.job_id, TASKS.c.owner_id).where(
            TASKS.c.tenant_id == ctx.tenant.id, TASKS.c.id == UUID(str(task_id))
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return TaskRun(ctx, row.id, row.job_id, row.owner_id)


def show(ctx: Ctx, task_id: UUID) -> Task:
    """One of the actor's own tasks."""
    found = _mine(ctx, TASKS.c.id == task_id)
    if not found:
        raise NotFound()
    return found[0]


def mine(ctx: Ctx) -> list[Task]:
    """The actor's own tasks, newest first."""
    return _mine(ctx, sa.true())


def at_work(ctx: Ctx) -> list[Task]:
    """What is under way, or was finished within a day: for the page one comes back to."""
    return _mine(ctx, sa.or_(TASKS.c.finished_at.is_(None), TASKS.c.finished_at > ctx.now - RECENT))[:5]


def fetch(ctx: Ctx, task_id: UUID) -> tuple[File, bytes]:
    """The file a task has made, for its owner; the fetching is audited."""
    row = ctx.db.execute(
        sa.select(TASKS.c.file_id, TASKS.c.file_kind).where(
            TASKS.c.tenant_id == ctx.tenant.id,
            TASKS.c.id == task_id,
            TASKS.c.owner_id == _owner(ctx),
            TASKS.c.file_id.is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    file, content = read_file(ctx, row.file_id, kind=row.file_kind)
    ctx.audit(FileTaken(task_id=task_id, file_id=file.id, subject_id=file.subject_id))
    return file, content


def _mine(ctx: Ctx, condition: Any) -> list[Task]:
    rows = ctx.db.execute(
        sa.select(TASKS, sa.text("j.attempts, j.error, j.failed, j.done"))
        .select_from(TASKS, sa.text("LATERAL guard.job_state(task.job_id) AS j"))
        .where(TASKS.c.tenant_id == ctx.tenant.id, TASKS.c.owner_id == _owner(ctx), condition)
        .order_by(TASKS.c.made_at.desc())
        .limit(LISTED)
    )
    return [
        Task(
            row.id,
            row.title,
            _state(row),
            row.done_count,
            row.total_count,
            row.counts,
            row.link,
            row.back,
            row.file_id,
            row.made_at,
            row.finished_at,
        )
        for row in rows
    ]


def _state(row: Any) -> str:
    if row.finished_at is not None or row.done:
        return "done"
    if row.failed:
        return "failed"
    if row.error:
        return "stuck"
    return "running" if row.attempts or row.done_count else "waiting"


def _owner(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id
