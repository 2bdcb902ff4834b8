"""Taking resources: all of them, at all the times asked for, or none. The only writer of claims.

    take(ctx, booking.id, [Need("rooms.room", room_id), Need("core.person", counsellor_id)], [(starts, ends)])

A module declares its kinds of resource in the manifest (`resources=[ResourceKind(…)]`); another module asks for them
by the kind's name, without knowing whose they are. The kind's `window` knows the rules (opening hours, buffers) and
refuses; the database knows that nothing is taken twice.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from psycopg.errors import ExclusionViolation

from anxin.extension.manifest import ResourceKind
from anxin.kernel.ctx import Ctx, Refusal
from anxin.kernel.errors import Conflict, NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.resources.models import Claim

PERSON = "core.person"
LONGEST = timedelta(hours=36)  # of one claim, buffers included: `busy` relies on it to read by an index
Span = tuple[datetime, datetime]
CLAIMED = ("id", "kind", "resource_id", "holder_id", "starts_at", "ends_at", "from_at", "until_at")
_ONE = """
INSERT INTO core.claim (tenant_id, owner, id, kind, resource_id, holder_id, starts_at, ends_at, from_at, until_at)
VALUES (%(tenant)s, %(owner)s, %(id)s, %(kind)s, %(resource_id)s, %(holder_id)s, %(starts_at)s, %(ends_at)s,
        %(from_at)s, %(until_at)s)
ON CONFLICT DO NOTHING
"""
# one text for any number of rows; they are written in the order they come in
_INSERT = """
INSERT INTO core.claim (tenant_id, owner, id, kind, resource_id, holder_id, starts_at, ends_at, from_at, until_at)
SELECT %(tenant)s, %(owner)s, r.*
  FROM unnest(%(id)s::uuid[], %(kind)s::text[], %(resource_id)s::uuid[], %(holder_id)s::uuid[],
              %(starts_at)s::timestamptz[], %(ends_at)s::timestamptz[], %(from_at)s::timestamptz[],
              %(until_at)s::timestamptz[]) AS r
ON CONFLICT DO NOTHING
"""
# the same, for a row that goes with others, which must not be made without it
_ONE_OR_NOTHING = f"""
WITH made AS ({_ONE} RETURNING 1)
SELECT CASE WHEN count(*) < 1 THEN guard.refuse('23P01', 'core', 'claim') END FROM made
"""  # noqa: S608  (of two texts of this file)
_BUSY = """
SELECT resource_id, from_at, until_at, starts_at, ends_at, holder_id FROM core.claim
 WHERE tenant_id = %(tenant)s AND from_at >= %(earliest)s AND from_at < %(end)s AND until_at > %(start)s
   AND (%(which)s::uuid[] IS NULL OR resource_id = ANY (%(which)s::uuid[]))
 ORDER BY from_at
"""


class Need(NamedTuple):
    """One resource somebody needs."""

    kind: str
    resource_id: UUID


class Taken(NamedTuple):
    """When a resource is taken, and by which booking; who and why is not known here."""

    resource_id: UUID
    from_at: datetime
    until_at: datetime
    starts_at: datetime
    ends_at: datetime
    holder_id: UUID


class AlreadyTaken(Conflict):
    """At least one of the resources is not free at one of the times."""

    code = "taken"
    message = lazy("Somebody was quicker: this time is taken. Please choose another one.")


def take(
    ctx: Ctx,
    holder_id: UUID,
    needs: Sequence[Need],
    times: Sequence[Span],
    *,
    obey: bool = True,
) -> None:
    """Claim every need at every time for a booking; AlreadyTaken when one is not free, and then nothing is claimed.

    All rows go in one statement in one fixed order, so that two bookings of the same resources wait for each other
    instead of locking each other up. `obey=False` skips the kinds' rules (the caller has asked them already), never
    the exclusion.
    """
    rows = [
        row
        for need in needs
        for starts, ends in times
        for row in (_row(ctx, holder_id, need, starts, ends, obey=obey),)
    ]
    insert(ctx, rows)


def insert(ctx: Ctx, rows: Sequence[dict[str, object]], *, later: bool = False) -> None:
    """Claims as rows (from `claim`), in the fixed order; AlreadyTaken unless every one of them was free.

    `later`: a single one goes with the next statement, at the latest with the commit, and AlreadyTaken is raised there.
    """
    whose = {"tenant": ctx.tenant.id, "owner": ctx.plugin or "core"}
    if len(rows) == 1 and later:
        ctx.last(
            _ONE_OR_NOTHING,
            {**rows[0], **whose},
            new=True,
            refused=Refusal("core.claim", AlreadyTaken, ExclusionViolation),
        )
        return
    if len(rows) == 1:
        made = ctx.fast(_ONE, {**rows[0], **whose})
    else:
        ordered = sorted(rows, key=lambda row: (row["resource_id"], row["from_at"]))
        made = ctx.fast(_INSERT, {name: [row[name] for row in ordered] for name in CLAIMED} | whose)
    if made.rowcount < len(rows):
        raise AlreadyTaken()


def claim(holder_id: UUID, need: Need, starts: datetime, ends: datetime, window: Span) -> dict[str, object]:
    """One row for `insert`."""
    return {
        "id": new_id(),
        "kind": need.kind,
        "resource_id": need.resource_id,
        "holder_id": holder_id,
        "starts_at": starts,
        "ends_at": ends,
        "from_at": window[0],
        "until_at": window[1],
    }


def give_back(ctx: Ctx, holder_ids: Collection[UUID], *, resource_id: UUID | None = None) -> int:
    """Let go of all that these bookings hold (or of one resource alone); how many claims that were."""
    which = () if resource_id is None else (Claim.resource_id == resource_id,)
    gone = ctx.execute(
        sa.delete(Claim).where(
            Claim.tenant_id == ctx.tenant.id, Claim.holder_id.in_(list(holder_ids)), *which
        )
    )
    return gone.rowcount  # type: ignore[attr-defined]


def busy(ctx: Ctx, resource_ids: Iterable[UUID] | None, start: datetime, end: datetime) -> list[Taken]:
    """The claims on these resources (None: on all) that touch the time between; in their order."""
    which = None if resource_ids is None else list(resource_ids)
    times = {"earliest": start - LONGEST, "start": start, "end": end}
    rows = ctx.fast(_BUSY, {"tenant": ctx.tenant.id, "which": which, **times})
    return [Taken(*row) for row in rows]


def kind_of(ctx: Ctx, name: str) -> ResourceKind | None:
    """The declared kind, if the module that has it is switched on here; None for core's own."""
    for plugin in ctx.runtime.registry.enabled(ctx.tenant):
        for kind in plugin.resources:
            if kind.name == name:
                return kind
    if name == PERSON:
        return None
    raise NotFound()


def _row(
    ctx: Ctx, holder_id: UUID, need: Need, starts: datetime, ends: datetime, *, obey: bool
) -> dict[str, object]:
    kind = kind_of(ctx, need.kind)
    window = kind.window(ctx, need.resource_id, starts, ends, obey=obey) if kind else (starts, ends)
    return claim(holder_id, need, starts, ends, window)
