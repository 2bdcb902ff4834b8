"""The levels in between: a lead sees codes and clocks, and hands on. No name, no unit, no word."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, NotFound
from anxin_volunteers import entries
from anxin_volunteers.models import HandOn
from anxin_volunteers.services import posts
from anxin_volunteers.services.delivery import pass_on


def waiting(ctx: Ctx) -> Sequence[HandOn]:
    """What waits for the actor as a lead, the next clock first."""
    units = [post.unit_id for post in posts.held(ctx, "lead")]
    return ctx.scalars(
        sa.select(HandOn)
        .where(HandOn.tenant_id == ctx.tenant.id, HandOn.unit_id.in_(units), HandOn.state == "waiting")
        .order_by(HandOn.due_at)
        .limit(50)
    ).all()


def hand_on(ctx: Ctx, hand_on_id: UUID) -> None:
    """Hand a slip on to the next level. NotFound for whoever does not lead that unit."""
    units = {post.unit_id for post in posts.held(ctx, "lead")}
    turn = ctx.db.scalar(
        sa.select(HandOn).where(HandOn.tenant_id == ctx.tenant.id, HandOn.id == hand_on_id).with_for_update()
    )
    if turn is None or turn.unit_id not in units:
        raise NotFound()
    if turn.state != "waiting":
        raise Conflict()
    turn.state, turn.passed_at, turn.passed_by = "passed", ctx.now, ctx.actor.person_id
    ctx.audit(entries.HandedOn(hand_on_id=turn.id, what="passed"))
    ctx.enqueue(pass_on, hand_on_id=turn.id)
