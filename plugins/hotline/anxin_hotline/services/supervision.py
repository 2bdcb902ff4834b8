"""Supervision (督导): which calls are looked at, for how long, with what feedback; figures per operator.

Sampling happens by rule, not by liking: every call with danger, the first calls of a new operator, and a share of the
rest, chosen by a keyed hash of the call so that nobody can steer it and asking twice chooses the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, lazy, name_of, new_id, notify
from anxin_hotline import policy
from anxin_hotline.calls import Call, FollowUp, Review
from anxin_hotline.services import seeing

CRITERIA: dict[str, Any] = {
    "contact": lazy("Listened and built trust"),
    "risk": lazy("Asked about risk"),
    "help": lazy("Gave help that fits"),
    "record": lazy("Wrote it down well"),
}
REASONS: dict[str, Any] = {
    "sampled": lazy("Sampled"),
    "risk": lazy("There was risk"),
    "new": lazy("New operator"),
    "asked": lazy("Asked for"),
}
BACK = timedelta(days=2)  # calls of the last two days are looked through each time


def sample(ctx: Ctx) -> int:
    """Choose calls of the last two days for review; returns how many are new. For the hourly job."""
    settings = ctx.settings
    rows = ctx.execute(
        sa.select(Call.id, Call.operator_id, Call.risk)
        .where(
            Call.tenant_id == ctx.tenant.id,
            Call.started_at > ctx.now - BACK,
            seeing.LOGGED,
            Call.operator_id.is_not(None),
        )
        .order_by(Call.started_at)
        .limit(5000)
    ).all()
    known: dict[UUID, int] = {}
    chosen = []
    for row in rows:
        if row.operator_id not in known:
            known[row.operator_id] = _calls_before(ctx, row.operator_id)
        known[row.operator_id] += 1
        reason = (
            "risk"
            if (row.risk or 0) >= 2
            else "new"
            if known[row.operator_id] <= settings["sample_new_calls"]
            else "sampled"
            if _drawn(ctx, row.id, settings["sample_percent"])
            else None
        )
        if reason:
            chosen.append(_waiting(ctx, row.id, row.operator_id, reason))
    made = _put(ctx, chosen)
    if made:
        ctx.audit(policy.CallsSampled(reviews=made))
    return made


def _calls_before(ctx: Ctx, operator_id: UUID) -> int:
    """How many calls an operator logged before the days that are looked through; more than fifty is enough to know."""
    earlier = (
        sa.select(Call.id)
        .where(
            Call.tenant_id == ctx.tenant.id,
            Call.operator_id == operator_id,
            seeing.LOGGED,
            Call.started_at <= ctx.now - BACK,
        )
        .limit(51)
        .subquery()
    )
    return ctx.scalar(sa.select(sa.func.count()).select_from(earlier)) or 0


def _drawn(ctx: Ctx, call_id: UUID, percent: int) -> bool:
    drawn = ctx.runtime.keyring.blind(ctx.tenant.id, "hotline.sample", str(call_id), kind="text")
    return int.from_bytes(drawn[:4], "big") % 100 < percent


def _waiting(ctx: Ctx, call_id: UUID, operator_id: UUID, reason: str) -> dict[str, Any]:
    return {
        "tenant_id": ctx.tenant.id,
        "id": new_id(),
        "call_id": call_id,
        "operator_id": operator_id,
        "reason": reason,
        "state": "waiting",
        "made_at": ctx.now,
    }


def _put(ctx: Ctx, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    made = ctx.execute(
        pg.insert(Review)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["tenant_id", "call_id"])
        .returning(Review.id)
    )
    return len(made.all())


def waiting(ctx: Ctx, limit: int = 40) -> list[tuple[Review, Call]]:
    """Reviews to do: those begun first, then danger, then the oldest."""
    rows = ctx.execute(
        sa.select(Review, Call)
        .join(Call, sa.and_(Call.tenant_id == Review.tenant_id, Call.id == Review.call_id))
        .where(Review.tenant_id == ctx.tenant.id, Review.state.in_(("waiting", "open", "lapsed")))
        .order_by(Review.made_at)
        .limit(limit)
    )
    order = {"open": 0, "waiting": 1, "lapsed": 2}
    found = [(row.Review, row.Call) for row in rows]
    return sorted(found, key=lambda one: (order[one[0].state], one[0].reason != "risk"))


def get(ctx: Ctx, review_id: UUID, *, lock: bool = False) -> Review:
    statement = sa.select(Review).where(Review.tenant_id == ctx.tenant.id, Review.id == review_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def ask(ctx: Ctx, call_id: UUID) -> Review:
    """A review somebody wants: the operator for the own call, or a supervisor."""
    call = seeing.get(ctx, call_id)
    if call.operator_id is None or call.state != "logged":
        raise Conflict()
    _put(ctx, [_waiting(ctx, call.id, call.operator_id, "asked")])
    row = ctx.db.scalars(
        sa.select(Review).where(Review.tenant_id == ctx.tenant.id, Review.call_id == call.id)
    ).one()
    ctx.audit(policy.CallReviewed(review_id=row.id, step="asked", subject_id=call.id))
    return row


def begin(ctx: Ctx, review_id: UUID) -> Review:
    """Open a call for review, for as many hours as the tenant allows. Nobody reviews their own."""
    row, me = get(ctx, review_id, lock=True), seeing.insist_me(ctx)
    if row.operator_id == me:
        raise Conflict(lazy("Nobody reviews their own call."), code="own")
    if row.state == "done":
        raise Conflict(lazy("This is done already."), code="done")
    if row.state == "open" and row.reviewer_id != me and row.expires_at and row.expires_at > ctx.now:
        raise Conflict(lazy("A colleague reviews this one."), code="taken")
    row.state, row.reviewer_id = "open", me
    row.expires_at = ctx.now + timedelta(hours=ctx.settings["review_hours"])
    ctx.audit(policy.CallReviewed(review_id=row.id, step="opened", subject_id=row.call_id))
    return row


def insist_open(ctx: Ctx, row: Review) -> None:
    """Forbid a look at a call whose time is over: opening it anew is written down anew."""
    if row.state != "open" or row.reviewer_id != ctx.actor.person_id:
        raise Conflict(lazy("Open it for review first."), code="not_open")
    if row.expires_at is None or row.expires_at <= ctx.now:
        raise Conflict(lazy("The time for this review is over. Open it again."), code="expired")


def finish(ctx: Ctx, review_id: UUID, marks: Mapping[str, int], feedback: str) -> Review:
    """Marks from 1 to 5 and words to the operator, sealed for them; they are told."""
    row = get(ctx, review_id, lock=True)
    insist_open(ctx, row)
    if set(marks) != set(CRITERIA) or any(not 1 <= mark <= 5 for mark in marks.values()):
        raise Invalid(fields={"contact": [lazy("Give each point a mark from 1 to 5.")]})
    if not feedback.strip():
        raise Invalid(fields={"feedback": [lazy("Write the operator a few words.")]})
    row.state, row.marks, row.done_at = "done", dict(marks), ctx.now
    ctx.seal(row, "feedback", feedback.strip())
    notify(ctx, row.operator_id, "hotline.feedback", "/hotline/feedback", key=f"review:{row.id}")
    ctx.audit(policy.CallReviewed(review_id=row.id, step="done", subject_id=row.operator_id))
    return row


def lapse(ctx: Ctx) -> None:
    """Access to a call under review ends by the clock."""
    ctx.execute(
        sa.update(Review)
        .where(Review.tenant_id == ctx.tenant.id, Review.state == "open", Review.expires_at < ctx.now)
        .values(state="lapsed")
    )


@dataclass(frozen=True)
class Feedback:
    """What an operator reads about one of their calls."""

    review: Review
    call_code: str
    words: str
    by: str


def own_feedback(ctx: Ctx, limit: int = 20) -> list[Feedback]:
    """The actor's own feedback, newest first; it counts as read by now (see `seen`)."""
    me = seeing.insist_me(ctx)
    rows = ctx.db.scalars(
        sa.select(Review)
        .where(Review.tenant_id == ctx.tenant.id, Review.operator_id == me, Review.state == "done")
        .order_by(Review.made_at.desc())
        .limit(limit)
    ).all()
    found = []
    for row in rows:
        words = seeing.open_or_nothing(ctx, row, "feedback")
        by = name_of(ctx, row.reviewer_id) if row.reviewer_id else ""
        found.append(Feedback(row, seeing.code(row.call_id), words if isinstance(words, str) else "", by))
    return found


def seen(ctx: Ctx, review_id: UUID) -> None:
    """The operator has read it."""
    row = get(ctx, review_id, lock=True)
    if row.operator_id != ctx.actor.person_id:
        raise NotFound()
    row.read_at = row.read_at or ctx.now
    ctx.audit(policy.CallReviewed(review_id=row.id, step="read", subject_id=row.operator_id))


@dataclass(frozen=True)
class Operator:
    """One operator's month, for the supervisor only."""

    person_id: UUID
    calls: int
    danger: int
    minutes: float
    late_logs: int
    follow_ups: int
    mark: float | None


def operators(ctx: Ctx, since: datetime) -> list[Operator]:
    """Figures per operator since a moment; the look is written down for each of them."""
    talk = sa.func.extract("epoch", Call.ended_at - Call.answered_at) / 60.0
    late = sa.and_(
        sa.func.extract("epoch", Call.logged_at - Call.ended_at) > 3600,
        Call.moved_under.is_(None),  # what came from the agency's line was logged there, in time
    )
    rows = ctx.execute(
        sa.select(
            Call.operator_id,
            sa.func.count().label("calls"),
            sa.func.count().filter(Call.risk >= 2).label("danger"),
            sa.func.coalesce(sa.func.avg(talk), 0).label("minutes"),
            sa.func.count().filter(late).label("late"),
        )
        .where(
            Call.tenant_id == ctx.tenant.id,
            Call.started_at >= since,
            seeing.LOGGED,
            Call.operator_id.is_not(None),
        )
        .group_by(Call.operator_id)
    ).all()
    followed = ctx.execute(
        sa.select(FollowUp.closed_by, sa.func.count().label("number"))
        .where(FollowUp.tenant_id == ctx.tenant.id, FollowUp.state == "done", FollowUp.due_at >= since)
        .group_by(FollowUp.closed_by)
    )
    done = {row.closed_by: row.number for row in followed}
    marks: dict[UUID, list[float]] = {}
    for row in ctx.execute(
        sa.select(Review.operator_id, Review.marks).where(
            Review.tenant_id == ctx.tenant.id, Review.state == "done", Review.made_at >= since
        )
    ):
        if row.marks:
            marks.setdefault(row.operator_id, []).append(sum(row.marks.values()) / len(row.marks))
    ctx.audit(policy.OperatorsRead(operators=len(rows)))
    return [
        Operator(
            row.operator_id,
            row.calls,
            row.danger,
            round(float(row.minutes), 1),
            row.late,
            done.get(row.operator_id, 0),
            round(sum(found) / len(found), 1) if (found := marks.get(row.operator_id)) else None,
        )
        for row in sorted(rows, key=lambda row: -row.calls)
    ]
