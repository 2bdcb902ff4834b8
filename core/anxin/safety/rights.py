"""The safety room's part of a person's copy, and what erasure means for records that have to be kept."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.safety.models import BreakGlass, Crisis, CrisisEvent


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """Requests for help with what helpers noted, and emergency looks. Who helped: see “who looked”."""
    crises = ctx.db.scalars(
        sa.select(Crisis)
        .where(Crisis.tenant_id == ctx.tenant.id, Crisis.person_id == person_id)
        .order_by(Crisis.raised_at)
    )
    looks = ctx.db.scalars(
        sa.select(BreakGlass)
        .where(BreakGlass.tenant_id == ctx.tenant.id, BreakGlass.person_id == person_id)
        .order_by(BreakGlass.asked_at)
    )
    return {
        "requests_for_help": [
            {
                "level": row.level,
                "source": row.source,
                "reason": row.reason,
                "state": row.state,
                "raised_at": row.raised_at.isoformat(),
                "contacted_at": row.contacted_at and row.contacted_at.isoformat(),
                "outcome": row.outcome,
                "notes": _notes(ctx, row.id),
            }
            for row in crises
        ],
        "emergency_looks": [
            {
                "reason": row.reason,
                "state": row.state,
                "asked_at": row.asked_at.isoformat(),
                "open_until": row.expires_at and row.expires_at.isoformat(),
            }
            for row in looks
        ],
    }


def _notes(ctx: Ctx, crisis_id: UUID) -> list[dict[str, Any]]:
    rows = ctx.db.scalars(
        sa.select(CrisisEvent)
        .where(
            CrisisEvent.tenant_id == ctx.tenant.id,
            CrisisEvent.crisis_id == crisis_id,
            CrisisEvent.note.is_not(None),
        )
        .order_by(CrisisEvent.at, CrisisEvent.id)
    )
    return [{"at": row.at.isoformat(), "note": ctx.open(row, "note")} for row in rows]


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """That a crisis was answered, and when, has to be kept; the notes go with the person's key."""
    sealed = sa.select(sa.func.count()).where(
        CrisisEvent.tenant_id == ctx.tenant.id,
        CrisisEvent.person_id == person_id,
        CrisisEvent.note.is_not(None),
    )
    return {"crisis_event": ctx.db.scalar(sealed) or 0}
