"""One notice for many people, in few statements: a campaign tells twenty thousand at once.

The same as `notify` for each of them: once a key, by the channels each chose, after their own quiet hours. Only the
work is done for all together, and nobody without an address becomes a job that finds that out.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import ProgrammingError
from anxin.kernel.ids import new_id
from anxin.notices import channels
from anxin.notices.models import Choice, Delivery, Notice, Quiet
from anxin.notices.services import notify

PART = 2_000  # people told between two reports of progress

Report = Callable[[int, int], None]
Row = dict[str, Any]


def notify_many(
    ctx: Ctx, people: Sequence[UUID], kind: str, link: str = "/", *, key: str, report: Report | None = None
) -> int:
    """Tell many people of this tenant, in a job; whoever was told under this key already is not told again.

    `report(done, total)` is called on the way. Returns how many were told now.
    """
    if ctx.actor.reach != "system":
        raise ProgrammingError("many people are told by a job: enqueue one")
    if kind not in ctx.runtime.registry.notices:
        raise ProgrammingError(f"the notice {kind} is declared by no room or plugin")
    ctx.lock(f"notices.many.{key}")
    told = 0
    for first in range(0, len(people), PART):
        told += _part(ctx, people[first : first + PART], kind, link, key)
        if report is not None:
            report(min(first + PART, len(people)), len(people))
    return told


def _part(ctx: Ctx, people: Sequence[UUID], kind: str, link: str, key: str) -> int:
    told = sa.select(Notice.person_id).where(
        Notice.tenant_id == ctx.tenant.id, Notice.person_id == _any(people), Notice.key == key
    )
    rows = ctx.db.execute(
        sa.select(
            Person.id,
            Person.home_tenant_id,
            Person.contact.is_not(None).label("addressed"),
        ).where(
            Person.tenant_id == ctx.tenant.id,
            Person.id == _any(people),
            Person.id.not_in(told),
        )
    ).all()
    for row in rows:
        if row.home_tenant_id is not None:  # an agency's staff have their inbox elsewhere
            notify(ctx, row.id, kind, link, key=key)
    here = {row.id: row for row in rows if row.home_tenant_id is None}
    if here:
        _write(ctx, here, kind, link, key)
    return len(rows)


def _write(ctx: Ctx, here: Mapping[UUID, Any], kind: str, link: str, key: str) -> None:
    notices = [
        {
            "id": new_id(),
            "person_id": person_id,
            "kind": kind,
            "params": {},
            "link": link,
            "urgent": False,
            "key": key,
            "made_at": ctx.now,
        }
        for person_id in here
    ]
    ctx.insert(Notice, notices)
    refused, due = _refused(ctx, here), _due(ctx, here)
    offered = channels.offered(ctx)
    deliveries: list[Row] = []
    for notice in notices:
        person_id = notice["person_id"]
        for name in offered:
            if name in refused[person_id]:
                continue
            reachable = name == "messenger" or here[person_id].addressed
            deliveries.append(
                {
                    "notice_id": notice["id"],
                    "person_id": person_id,
                    "channel": name,
                    "state": "waiting" if reachable else "skipped",
                    "error": None if reachable else "no_address",
                    "done_at": None if reachable else ctx.now,
                }
            )
            if reachable:
                ctx.enqueue(channels.STEPS[name], notice_id=notice["id"], at=due[person_id])
    if deliveries:
        ctx.insert(Delivery, deliveries)


def _any(people: Sequence[UUID]) -> Any:
    """One bound array: thousands of single parameters cost a second to read."""
    return sa.any_(sa.cast(people, pg.ARRAY(sa.Uuid)))


def _refused(ctx: Ctx, people: Mapping[UUID, Any]) -> Mapping[UUID, set[str]]:
    """The channels each has switched off."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for person_id, channel in ctx.db.execute(
        sa.select(Choice.person_id, Choice.channel).where(
            Choice.tenant_id == ctx.tenant.id,
            Choice.person_id == _any(list(people)),
            Choice.wanted.is_(False),
        )
    ):
        found[person_id].add(channel)
    return found


def _due(ctx: Ctx, people: Mapping[UUID, Any]) -> Mapping[UUID, datetime]:
    """When each may be written to: now, or at the end of the own quiet hours, else of the tenant's."""
    usual = channels.wake(ctx, channels.usual_quiet(ctx))
    own = {
        person_id: channels.wake(ctx, (begins, ends))
        for person_id, begins, ends in ctx.db.execute(
            sa.select(Quiet.person_id, Quiet.quiet_from, Quiet.quiet_until).where(
                Quiet.tenant_id == ctx.tenant.id, Quiet.person_id == _any(list(people))
            )
        )
    }
    return {person_id: own.get(person_id, usual) for person_id in people}
