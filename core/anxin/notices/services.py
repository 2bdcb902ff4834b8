"""Notices: telling a person of this tenant that something waits for them.

A notice is a kind and a link. It is in the person's inbox at once; mail, the employer's messenger, text messages, and
for an agency's staff the inbox of their own agency, follow by job. Nothing that is sent names the service, the
employer's people or what it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, ProgrammingError
from anxin.kernel.ids import new_id
from anxin.kernel.jobs import job
from anxin.notices import channels
from anxin.notices.models import Notice
from anxin.notices.texts import text_of

_UNREAD = "SELECT count(*) FROM core.notice WHERE tenant_id = %s AND person_id = %s AND read_at IS NULL"


@dataclass(frozen=True)
class Line:
    """A notice as a reader sees it."""

    id: UUID
    text: str
    link: str
    made_at: datetime
    unread: bool
    urgent: bool
    contract_id: UUID | None


def notify(
    ctx: Ctx,
    person_id: UUID,
    kind: str,
    link: str = "/",
    *,
    urgent: bool = False,
    key: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> UUID:
    """Tell a person of this tenant; returns the notice's id.

    `kind` is a declared NoticeKind's code, `link` a path in this tenant. `urgent` breaks through quiet
    hours and choices. With `key` the same notice is made once; asked for again while it is unread, an
    urgent one is sent again. Works from every context: one that may not write about others' care leaves the
    writing to a job.
    """
    if kind not in ctx.runtime.registry.notices:
        raise ProgrammingError(f"the notice {kind} is declared by no room or plugin")
    told = {
        "person_id": person_id,
        "kind": kind,
        "link": link,
        "urgent": urgent,
        "key": key,
        "params": params or {},
    }
    if ctx.actor.reach in ("clinical", "system") or person_id == ctx.actor.person_id:
        return put(ctx, **told)
    notice_id = new_id()
    ctx.enqueue(write, notice_id=notice_id, **told)
    return notice_id


@job("notices.write")
def write(ctx: Ctx, *, notice_id: str, person_id: str, **told: Any) -> None:
    """A notice that somebody asked for whose own context may not write it (an admin reminding people)."""
    put(ctx, UUID(person_id), notice_id=UUID(notice_id), **told)


def put(
    ctx: Ctx,
    person_id: UUID,
    kind: str,
    link: str,
    *,
    urgent: bool = False,
    key: str | None = None,
    params: Mapping[str, Any] | None = None,
    contract_id: UUID | None = None,
    notice_id: UUID | None = None,
) -> UUID:
    """Write the notice and set its channels going. For this room; others call `notify`."""
    _here(ctx, person_id)
    made = ctx.execute(
        pg.insert(Notice)
        .values(
            tenant_id=ctx.tenant.id,
            id=notice_id or new_id(),
            person_id=person_id,
            kind=kind,
            params=dict(params or {}),
            link=link,
            contract_id=contract_id,
            urgent=urgent,
            key=key,
            made_at=ctx.now,
        )
        .on_conflict_do_nothing()
        .returning(Notice.id)
    ).scalar_one_or_none()
    if made is not None:
        channels.begin(ctx, made, person_id, urgent=urgent)
        return made
    again = ctx.db.execute(
        sa.select(Notice.id, Notice.read_at).where(
            Notice.tenant_id == ctx.tenant.id, Notice.person_id == person_id, Notice.key == key
        )
    ).one()
    if urgent and again.read_at is None:
        channels.begin(ctx, again.id, person_id, urgent=True)
    return again.id


def _here(ctx: Ctx, person_id: UUID) -> None:
    """Only this tenant's people; the composite key would refuse others too, with a less helpful message."""
    state = ctx.db.scalar(
        sa.select(Person.state).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id)
    )
    if state is None:
        raise NotFound()


def inbox(ctx: Ctx, *, limit: int = 50, before: datetime | None = None) -> list[Line]:
    """The actor's notices, newest first."""
    mine = ctx.select(Notice).order_by(Notice.made_at.desc(), Notice.id.desc()).limit(limit)
    if before is not None:
        mine = mine.where(Notice.made_at < before)
    return [_line(ctx, row) for row in ctx.scalars(mine)]


def _line(ctx: Ctx, row: Notice) -> Line:
    return Line(
        row.id,
        text_of(ctx, row.kind, row.params),
        row.link,
        row.made_at,
        row.read_at is None,
        row.urgent,
        row.contract_id,
    )


def unread(ctx: Ctx) -> int:
    """How many notices wait for the actor (the bell)."""
    if ctx.actor.person_id is None:
        return 0
    return ctx.fast(_UNREAD, (ctx.tenant.id, ctx.actor.person_id)).fetchone()[0]


def open_notice(ctx: Ctx, notice_id: UUID) -> Line:
    """Read one notice; where it leads is in the answer."""
    row = ctx.get(Notice, notice_id)
    if row.read_at is None:
        row.read_at = ctx.now
        ctx.unaudited("a seen-mark on one's own notice")
    return _line(ctx, row)


def read_all(ctx: Ctx) -> int:
    """Mark all of the actor's notices read; returns how many were not."""
    marked = ctx.execute(
        sa.update(Notice)
        .where(
            Notice.tenant_id == ctx.tenant.id,
            Notice.person_id == ctx.actor.person_id,
            Notice.read_at.is_(None),
        )
        .values(read_at=ctx.now)
        .returning(Notice.id)
    )
    ctx.unaudited("a seen-mark on one's own notices")
    return len(marked.all())
