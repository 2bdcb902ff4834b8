"""A person's rights: a copy of everything, and erasure. Every installed plugin answers, switched on or not.

A room or plugin that fails does not stop the others; the request stays open and names it, and the job tries again.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.consent import entries
from anxin.consent.models import DataRequest
from anxin.extension.registry import Answer
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Conflict, SignInRequired, Unavailable
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import job

RETRY = timedelta(minutes=10)


def copy(ctx: Ctx) -> dict[str, Any]:
    """All that is kept about the signed-in person, as JSON values by room. Unavailable when a part cannot answer."""
    person_id = _me(ctx)
    answers = list(_ask(ctx, "export", person_id))
    failed = [answer.plugin for answer in answers if answer.failed]
    if failed:
        raise Unavailable(
            lazy("%(names)s cannot answer at the moment. Please try again later.", names=", ".join(failed))
        )
    ctx.audit(entries.Exported(subject_id=person_id))
    return {
        "format": "anxin-subject-copy/1",
        "tenant": ctx.tenant.name,
        "made_at": ctx.now.isoformat(),
        "data": {answer.plugin: answer.value for answer in answers},
    }


def ask_erasure(ctx: Ctx) -> DataRequest:
    """File a request for erasure; a job carries it out. Conflict when one is open already."""
    person_id = _me(ctx)
    if any(request.kind == "erase" and request.state == "open" for request in requests(ctx)):
        raise Conflict(lazy("Your request is on its way already."), code="erasure_open")
    request = ctx.add(DataRequest(person_id=person_id, kind="erase", made_at=ctx.now))
    ctx.audit(entries.EraseAsked(subject_id=person_id, request_id=request.id))
    ctx.enqueue(erase_job, request_id=request.id)
    return request


def requests(ctx: Ctx) -> list[DataRequest]:
    """The signed-in person's own requests, newest first."""
    return list(
        ctx.db.scalars(
            sa.select(DataRequest)
            .where(DataRequest.tenant_id == ctx.tenant.id, DataRequest.person_id == _me(ctx))
            .order_by(DataRequest.made_at.desc())
        )
    )


def erase(ctx: Ctx, request_id: UUID) -> None:
    """Carry out one request: plugins first, core last, then the person's key, so that nothing sealed can be opened."""
    request = ctx.db.scalar(
        sa.select(DataRequest).where(DataRequest.tenant_id == ctx.tenant.id, DataRequest.id == request_id)
    )
    if request is None or request.state == "done":
        return
    answers = list(_ask(ctx, "erase", request.person_id))
    request.failed = [answer.plugin for answer in answers if answer.failed]
    request.rows += sum(
        sum(answer.value.values()) for answer in answers if not answer.failed and answer.value
    )
    if not request.failed:
        ctx.keys.erase(request.person_id)
        request.state, request.done_at = "done", ctx.now
    ctx.audit(entries.Erased(subject_id=request.person_id, request_id=request.id, rows=request.rows))


@job("consent.erase")
def erase_job(ctx: Ctx, *, request_id: str) -> None:
    """Runs until everybody has answered; what is done stays done between tries."""
    erase(ctx, UUID(request_id))
    request = ctx.db.scalar(sa.select(DataRequest).where(DataRequest.id == UUID(request_id)))
    if request is not None and request.failed:
        ctx.enqueue(erase_job, at=ctx.now + RETRY, request_id=UUID(request_id))


def _ask(ctx: Ctx, what: str, person_id: UUID) -> list[Answer]:
    """Every installed plugin, then core's rooms (identity last: it forgets who the person was)."""
    registry = ctx.runtime.registry
    answers = list(registry.call(ctx, f"subject_{what}", person_id=person_id))
    rooms = reversed(registry.core.subjects)
    return answers + [Answer(room.name, getattr(room, what)(ctx, person_id)) for room in rooms]


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id
