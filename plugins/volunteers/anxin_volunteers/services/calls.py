"""Calls for volunteers: write, open, close; who may read which."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Unit, lazy
from anxin_volunteers import entries
from anxin_volunteers.models import Call, Outside, Volunteer
from anxin_volunteers.services.units import tree

LIMIT = 50


def create(ctx: Ctx, data: Mapping[str, Any]) -> Call:
    """A draft."""
    if data.get("unit_id") is not None:
        ctx.get(Unit, data["unit_id"])
    call = ctx.add(
        Call(
            title=data["title"].strip(),
            text=data["text"].strip(),
            public=data["public"],
            places=data.get("places"),
            unit_id=data.get("unit_id"),
            closes_on=data.get("closes_on"),
            questions=list(data.get("questions") or ()),
            state="draft",
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.CallChanged(call_id=call.id, what="created"))
    return call


def move(ctx: Ctx, call_id: UUID, state: str) -> Call:
    """Open a draft (or a closed call again), close an open one."""
    call = ctx.get(Call, call_id)
    if (call.state, state) not in (("draft", "open"), ("open", "closed"), ("closed", "open")):
        raise Conflict()
    call.state = state
    ctx.audit(entries.CallChanged(call_id=call.id, what=state))
    return call


def every(ctx: Ctx) -> Sequence[Call]:
    """All calls of the actor's reach, newest first."""
    return ctx.scalars(ctx.select(Call).order_by(Call.made_at.desc()).limit(LIMIT)).all()


def answers(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many have applied for each call."""
    if not ids:
        return {}
    counts: dict[UUID, int] = {}
    for model in (Volunteer, Outside):
        counted = [model.tenant_id == ctx.tenant.id, model.call_id.in_(ids)]
        if model is Outside:  # whoever was taken on is a volunteer by now
            counted.append(Outside.state != "approved")
        for call_id, count in ctx.db.execute(
            sa.select(model.call_id, sa.func.count()).where(*counted).group_by(model.call_id)
        ):
            if call_id is not None:
                counts[call_id] = counts.get(call_id, 0) + count
    return counts


def asked(call: Call | None, data: Mapping[str, Any]) -> list[list[str]]:
    """The call's own questions with what `answer_1` … say to them; Invalid while one is missing."""
    told = {
        f"answer_{at}": (question, data.get(f"answer_{at}", "").strip())
        for at, question in enumerate(call.questions if call else (), 1)
    }
    missing: dict[str, list[Any]] = {
        name: [lazy("Please answer this question.")]
        for name, (_question, answer) in told.items()
        if not answer
    }
    if missing:
        raise Invalid(fields=missing)
    return [[question, answer] for question, answer in told.values()]


def running(ctx: Ctx) -> list[Call]:
    """Open calls for the actor's unit."""
    found = ctx.scalars(
        sa.select(Call)
        .where(Call.tenant_id == ctx.tenant.id, Call.state == "open")
        .order_by(Call.made_at.desc())
        .limit(LIMIT)
    )
    today = ctx.today
    return [
        call
        for call in found
        if (call.closes_on is None or call.closes_on >= today)
        and tree(ctx).inside(ctx.actor.unit_id, call.unit_id)
    ]


def public(ctx: Ctx, call_id: UUID) -> Call:
    """A public call by its address, for anybody; others, and those that are over, answer like calls that never were."""
    call = ctx.db.scalar(
        sa.select(Call).where(
            Call.tenant_id == ctx.tenant.id,
            Call.id == call_id,
            Call.public,
            Call.state == "open",
            sa.or_(Call.closes_on.is_(None), Call.closes_on >= ctx.today),
        )
    )
    if call is None:
        raise NotFound()
    return call
