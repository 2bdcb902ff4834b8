"""The contracts room's part of a person's copy and erasure: how many sessions they used. Units served know nobody."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts.models import SessionUse
from anxin.kernel.ctx import Ctx


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    rows = ctx.db.scalars(
        sa.select(SessionUse)
        .where(SessionUse.tenant_id == ctx.tenant.id, SessionUse.person_id == person_id)
        .order_by(SessionUse.year)
    )
    return {"sessions_used": [{"year": row.year, "used": row.used} for row in rows]}


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    deleted = ctx.execute(
        sa.delete(SessionUse).where(SessionUse.tenant_id == ctx.tenant.id, SessionUse.person_id == person_id)
    )
    return {"session_use": deleted.rowcount}  # type: ignore[attr-defined]  (a DML result has it)
