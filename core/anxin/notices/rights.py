"""The notices room's part of a person's copy, and their erasure."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.notices.models import Choice, Delivery, Notice
from anxin.notices.texts import text_of


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """What the person was told and when, and which channels they chose."""
    rows = ctx.db.scalars(
        sa.select(Notice)
        .where(Notice.tenant_id == ctx.tenant.id, Notice.person_id == person_id)
        .order_by(Notice.made_at)
    )
    chosen = ctx.db.scalars(
        sa.select(Choice).where(Choice.tenant_id == ctx.tenant.id, Choice.person_id == person_id)
    )
    return {
        "notices": [
            {
                "text": text_of(ctx, row.kind, row.params),
                "made_at": row.made_at.isoformat(),
                "read_at": row.read_at and row.read_at.isoformat(),
            }
            for row in rows
        ],
        "channels": {row.channel: row.wanted for row in chosen},
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Notices, their deliveries and choices go."""
    return {
        model.__tablename__: ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id)
        ).rowcount  # type: ignore[attr-defined]
        for model in (Delivery, Notice, Choice)
    }
