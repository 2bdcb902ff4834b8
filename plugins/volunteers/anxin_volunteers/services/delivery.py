"""From a slip to those who may know: jobs bring it behind the wall and on through the levels, by their clocks.

A sign of danger to life never waits for a level: the counsellors on duty are called by the shared ladder in
the same moment.
"""

import secrets
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, job, notify, raise_crisis
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Concern, HandOn, Period, Slip, Visit, Welcome
from anxin_volunteers.services import posts
from anxin_volunteers.services.units import tree

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
DANGER, ATTENTION = 3, 2


@job("volunteers.deliver")
def deliver(ctx: Ctx, *, slip_id: str) -> None:
    """Bring what a liaison officer handed in behind the wall, and empty the slip."""
    slip = ctx.get(Slip, UUID(slip_id))
    if slip.content is None:
        return
    content = ctx.open(slip, "content")
    slip.content = None
    {"concern": _concern, "visit": _visit, "period": _period}[slip.kind](ctx, slip, content)


def _concern(ctx: Ctx, slip: Slip, content: dict[str, Any]) -> None:
    concern = Concern(
        person_id=UUID(content["person_id"]),
        reporter_id=slip.reporter_id,
        slip_id=slip.id,
        urgent=content["urgent"],
        knows=content["knows"],
        unit_id=UUID(content["unit_id"]) if content["unit_id"] else None,
        state="passing",
        made_at=slip.sent_at,
    )
    ctx.seal(concern, "facts", {name: content[name] for name in ("signs", "since", "note")})
    ctx.add(concern)
    ctx.db.flush()
    ctx.audit(entries.ConcernKept(concern_id=concern.id, urgent=concern.urgent, subject_id=concern.person_id))
    if concern.urgent:
        arrive(ctx, concern, slip)
    else:
        advance(ctx, concern, slip)


def levels(ctx: Ctx, unit_id: UUID | None, reporter_id: UUID) -> list[tuple[UUID, list[UUID]]]:
    """The units above (and the own one) that have a lead besides the reporter, nearest first."""
    units = tree(ctx)
    node = units.by_id.get(unit_id) if unit_id else None
    found = []
    for above in reversed(node.line if node else ()):
        leads = [one for one in posts.holders(ctx, [above], "lead") if one != reporter_id]
        if leads:
            found.append((above, leads))
    return found


def advance(ctx: Ctx, concern: Concern, slip: Slip) -> None:
    """The next level gets its turn; after the last one it arrives at the agency."""
    done = ctx.scalar(
        sa.select(sa.func.count())
        .select_from(HandOn)
        .where(HandOn.tenant_id == ctx.tenant.id, HandOn.slip_id == slip.id)
    )
    above = levels(ctx, concern.unit_id, concern.reporter_id)
    if done >= len(above):
        arrive(ctx, concern, slip)
        return
    unit_id, leads = above[done]
    turn = ctx.add(
        HandOn(
            slip_id=slip.id,
            unit_id=unit_id,
            position=done,
            code="".join(secrets.choice(LETTERS) for _ in range(5)),
            state="waiting",
            made_at=ctx.now,
            due_at=ctx.now + timedelta(hours=ctx.settings_of("volunteers")["hand_on_hours"]),
        )
    )
    ctx.db.flush()
    for person_id in leads:
        notify(ctx, person_id, policy.CLOCK.code, "/volunteers/handons", key=f"handon:{turn.id}")


def arrive(ctx: Ctx, concern: Concern, slip: Slip) -> None:
    """The counsellors on duty get it, with the clocks of the shared ladder.

    Without danger to life name and words stay closed until the person agrees; they are asked now.
    """
    concern.state, concern.arrived_at = "arrived", ctx.now
    slip.state, slip.received_at = "received", slip.received_at or ctx.now
    raise_crisis(
        ctx,
        person_id=concern.person_id,
        level=DANGER if concern.urgent else ATTENTION,
        source="volunteers.concern",
        key=f"volunteers.concern:{concern.id}",
        reason="concern",
        purpose=None if concern.urgent else policy.CARED.name,
    )
    if not concern.urgent:
        notify(ctx, concern.person_id, policy.ASKED.code, "/volunteers/care", key=f"concern:{concern.id}")


@job("volunteers.pass_on")
def pass_on(ctx: Ctx, *, hand_on_id: str) -> None:
    """A level has handed its slip on: the next one's turn, and the reporter sees "received"."""
    turn = ctx.get(HandOn, UUID(hand_on_id))
    slip = ctx.get(Slip, turn.slip_id)
    concern = ctx.scalar(ctx.select(Concern).where(Concern.slip_id == slip.id))
    if slip.state == "sent":
        slip.state, slip.received_at = "received", ctx.now
    if concern is not None and concern.state == "passing":
        advance(ctx, concern, slip)


@job("volunteers.clocks", every=timedelta(minutes=5))
def clocks(ctx: Ctx) -> None:
    """Nothing waits for a person for ever: a turn whose time is over goes on by itself."""
    late = ctx.scalars(
        ctx.select(HandOn).where(HandOn.state == "waiting", HandOn.due_at <= ctx.now).limit(200)
    ).all()
    for turn in late:
        turn.state, turn.passed_at = "lapsed", ctx.now
        ctx.audit(entries.HandedOn(hand_on_id=turn.id, what="lapsed"))
        ctx.enqueue(pass_on, hand_on_id=turn.id)


def _agreed(ctx: Ctx, person_id: UUID) -> bool:
    """Still welcome? A withdrawal between the visit and this job counts."""
    return (
        ctx.scalar(
            sa.select(Welcome.id).where(Welcome.tenant_id == ctx.tenant.id, Welcome.person_id == person_id)
        )
        is not None
    )


def _visit(ctx: Ctx, slip: Slip, content: dict[str, Any]) -> None:
    slip.state, slip.handled_at = "handled", ctx.now
    person_id = UUID(content["person_id"])
    if not _agreed(ctx, person_id):
        return
    row = Visit(
        person_id=person_id,
        reporter_id=slip.reporter_id,
        visited_on=date.fromisoformat(content["on"]),
        made_at=slip.sent_at,
    )
    ctx.seal(row, "what", {name: content[name] for name in ("kind", "help", "note")})
    ctx.add(row)
    ctx.audit(entries.VisitKept(visit_id=row.id, subject_id=person_id))


def _period(ctx: Ctx, slip: Slip, content: dict[str, Any]) -> None:
    slip.state, slip.handled_at = "handled", ctx.now
    person_id = UUID(content["person_id"])
    if not _agreed(ctx, person_id):
        return
    row = Period(
        person_id=person_id,
        by_self=False,
        starts_on=date.fromisoformat(content["starts_on"]),
        ends_on=date.fromisoformat(content["ends_on"]),
        made_at=ctx.now,
    )
    ctx.seal(row, "reason", content["reason"])
    ctx.add(row)
    ctx.audit(entries.CareChanged(what="period_noted", subject_id=person_id))
    notify(ctx, person_id, policy.NEWS.code, "/volunteers/care", key=f"period:{row.id}")
