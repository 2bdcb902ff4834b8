"""A person's files in their copy and their erasure, and the nightly end of what was kept for a time."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.files.models import StoredFile
from anxin.files.services import FILES
from anxin.kernel.ctx import Ctx
from anxin.kernel.jobs import job

IN_COPY = 5 * 1024 * 1024  # larger files are named in the copy, not repeated in it


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    """The person's files, each with its content as base64."""
    rows = ctx.db.execute(
        sa.select(FILES)
        .where(FILES.c.tenant_id == ctx.tenant.id, FILES.c.subject_id == person_id)
        .order_by(FILES.c.made_at)
    )
    return {"files": [_copied(ctx, row, person_id) for row in rows]}


def _copied(ctx: Ctx, row: Any, person_id: UUID) -> dict[str, Any]:
    told = {
        "name": ctx.unseal(StoredFile, "sealed_name", row.id, person_id, row.sealed_name),
        "media_type": row.media_type,
        "size": row.size,
        "made_at": row.made_at.isoformat(),
    }
    if row.size <= IN_COPY:
        content = ctx.unseal_bytes(StoredFile, "content", row.id, person_id, row.content)
        told["content_base64"] = base64.b64encode(content).decode()
    return told


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    gone = ctx.execute(
        FILES.delete().where(FILES.c.tenant_id == ctx.tenant.id, FILES.c.subject_id == person_id)
    )
    return {"file": gone.rowcount}  # type: ignore[attr-defined]


@job("files.drop_expired", every=timedelta(hours=6))
def drop_expired(ctx: Ctx) -> None:
    """Delete files whose time is over."""
    ctx.execute(FILES.delete().where(FILES.c.tenant_id == ctx.tenant.id, FILES.c.expires_at <= ctx.now))
    ctx.unaudited("the time of a file is set, and audited, when it is kept")
