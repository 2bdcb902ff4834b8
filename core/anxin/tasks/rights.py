"""Tasks in a person's copy and their erasure."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _
from anxin.tasks.services import TASKS


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    rows = ctx.db.execute(
        sa.select(TASKS.c.title, TASKS.c.made_at, TASKS.c.finished_at)
        .where(TASKS.c.tenant_id == ctx.tenant.id, TASKS.c.owner_id == person_id)
        .order_by(TASKS.c.made_at)
    )
    return {
        "tasks": [
            {
                "title": _(row.title),
                "made_at": row.made_at.isoformat(),
                "finished_at": row.finished_at and row.finished_at.isoformat(),
            }
            for row in rows
        ]
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    gone = ctx.execute(
        TASKS.delete().where(TASKS.c.tenant_id == ctx.tenant.id, TASKS.c.owner_id == person_id)
    )
    return {"task": gone.rowcount}  # type: ignore[attr-defined]
