"""Who sees which call. Calls are not fetched by `ctx.get`: a caller is nobody's account until they say so, so there is
no consent of a person to ask; instead

* an operator sees the calls they took, those whose follow-up is theirs or waits for anybody, those they review, and
  a call that is on right now (two may help at once);
* a supervisor (grant over the tenant) sees all;
* nobody else sees any: to every role of the employer the rows do not exist, in the database too.

Every look at what was said is an audit entry about the call, and about the person where the caller linked an account.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, NotFound, agreed
from anxin_hotline import policy
from anxin_hotline.calls import Call, Caller, FollowUp, Review

PAGE = 30
# as the partial indexes say it: a bound parameter would hide from the planner that they fit
OVER = Call.state.in_([sa.literal_column("'logged'"), sa.literal_column("'abandoned'")])
LOGGED = Call.state == sa.literal_column("'logged'")
GONE = "discarded"


def wide(ctx: Ctx) -> bool:
    """Does the actor's permission cover the whole tenant (supervisors, jobs)?"""
    return ctx.actor.kind == "system" or (ctx.grant is not None and ctx.grant.scope == "tenant")


def visible(ctx: Ctx) -> sa.Select[Any]:
    """The calls this actor may see."""
    statement = sa.select(Call).where(Call.tenant_id == ctx.tenant.id, Call.state != GONE)
    if wide(ctx):
        return statement
    me = ctx.actor.person_id
    theirs = sa.select(FollowUp.call_id).where(
        FollowUp.tenant_id == ctx.tenant.id,
        FollowUp.state == "open",
        sa.or_(FollowUp.assigned_to == me, FollowUp.assigned_to.is_(None)),
    )
    reviewing = sa.select(Review.call_id).where(
        Review.tenant_id == ctx.tenant.id, Review.reviewer_id == me, Review.expires_at > ctx.now
    )
    return statement.where(
        sa.or_(
            Call.operator_id == me,
            Call.state.in_(("ringing", "live")),
            Call.id.in_(theirs),
            Call.id.in_(reviewing),
        )
    )


def get(ctx: Ctx, call_id: UUID, *, lock: bool = False) -> Call:
    """One call, or NotFound for absent, foreign and not-yours alike."""
    statement = visible(ctx).where(Call.id == call_id).execution_options(populate_existing=True)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def page(
    ctx: Ctx,
    *,
    topic: str | None = None,
    risk: int | None = None,
    before: datetime | None = None,
    limit: int = PAGE,
) -> list[Call]:
    """Logged and abandoned calls, newest first; `before` pages on. Only what the columns say: nothing is opened."""
    mine = (
        sa.select(Call)
        .where(Call.tenant_id == ctx.tenant.id, OVER)
        .order_by(Call.started_at.desc(), Call.id.desc())
        .limit(limit)
    )
    if not wide(ctx):
        mine = mine.where(Call.operator_id == ctx.actor.person_id)
    if topic:
        mine = mine.where(Call.topic == topic)
    if risk is not None:
        mine = mine.where(Call.risk == risk)
    if before is not None:
        mine = mine.where(Call.started_at < before)
    return list(ctx.db.scalars(mine))


def code(call_id: UUID) -> str:
    """What people say instead of an id: the random end of it."""
    return call_id.hex[-6:].upper()


def read_entry(ctx: Ctx, call: Call, entry: Any = policy.CallRead, **fields: Any) -> None:
    """Write the look down, for the call and, where the caller linked an account, for that person to see."""
    ctx.audit(entry(call_id=call.id, subject_id=call.id, **fields))
    if (person_id := person_of(ctx, call.caller_id)) is not None:
        ctx.audit(entry(call_id=call.id, subject_id=person_id, **fields))


def person_of(ctx: Ctx, caller_id: UUID | None) -> UUID | None:
    """The account a caller has linked, while that person's consent stands."""
    if caller_id is None:
        return None
    person_id = ctx.scalar(
        sa.select(Caller.person_id).where(Caller.tenant_id == ctx.tenant.id, Caller.id == caller_id)
    )
    if person_id is None:
        return None
    return person_id if agreed(ctx, person_id, policy.CALLS) else None


def open_or_nothing(ctx: Ctx, row: Any, column: str) -> Any:
    """A sealed value, or None where there is none or its key was erased."""
    if getattr(row, column) is None:
        return None
    try:
        return ctx.open(row, column)
    except NotFound:
        return None


def insist_me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise Conflict()
    return ctx.actor.person_id


def plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(values) if isinstance(values, Mapping) else {}
