"""The notices room's part of a person's copy, and their erasure."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.notices.models import Choice, Delivery, Notice, Quiet
from anxin.notices.texts import text_of


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """What the person was told and when, by what ways, and what they chose."""
    rows = ctx.db.scalars(
        sa.select(Notice)
        .where(Notice.tenant_id == ctx.tenant.id, Notice.person_id == person_id)
        .order_by(Notice.made_at)
    )
    chosen = ctx.db.scalars(
        sa.select(Choice).where(Choice.tenant_id == ctx.tenant.id, Choice.person_id == person_id)
    )
    sent = ctx.db.execute(
        sa.select(Delivery.channel, Delivery.state, Delivery.done_at)
        .where(Delivery.tenant_id == ctx.tenant.id, Delivery.person_id == person_id)
        .order_by(Delivery.done_at, Delivery.channel)
    )
    quiet = ctx.db.scalars(
        sa.select(Quiet).where(Quiet.tenant_id == ctx.tenant.id, Quiet.person_id == person_id)
    ).one_or_none()
    return {
        "notices": [
            {
                "text": text_of(ctx, row.kind, row.params),
                "made_at": row.made_at.isoformat(),
                "read_at": row.read_at and row.read_at.isoformat(),
            }
            for row in rows
        ],
        "sent": [
            {"channel": row.channel, "state": row.state, "done_at": row.done_at and row.done_at.isoformat()}
            for row in sent
        ],
        "channels": {row.channel: row.wanted for row in chosen},
        "quiet_hours": quiet and [quiet.quiet_from, quiet.quiet_until],
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Notices, their deliveries, choices and quiet hours go."""
    return {
        model.__tablename__: ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id)
        ).rowcount  # type: ignore[attr-defined]
        for model in (Delivery, Notice, Choice, Quiet)
    }
