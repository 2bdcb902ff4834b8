"""Keep a file, read it, drop it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.files.models import StoredFile
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, NotFound
from anxin.kernel.i18n import _
from anxin.kernel.ids import new_id

LARGEST = 32 * 1024 * 1024
NAME_LENGTH = 200
FILES: Any = StoredFile.__table__


@dataclass(frozen=True)
class File:
    """What is known of a stored file without its content."""

    id: UUID
    name: str
    kind: str
    media_type: str
    size: int
    made_at: datetime
    expires_at: datetime | None
    subject_id: UUID | None
    sha256: str = ""


def keep_file(
    ctx: Ctx,
    data: bytes,
    *,
    name: str,
    media_type: str,
    kind: str,
    subject_id: UUID | None = None,
    keep: timedelta | None = None,
) -> File:
    """Seal and store a file in the context's transaction. `keep` is how long it stays (None: until dropped).

    The caller writes the audit entry of what the file was made or brought for.
    """
    if len(data) > LARGEST:
        raise Invalid(_("The file is larger than %(mb)s MB.", mb=LARGEST // 1024 // 1024))
    file = File(
        new_id(),
        " ".join(name.split())[-NAME_LENGTH:] or "file",
        kind,
        media_type,
        len(data),
        ctx.now,
        ctx.now + keep if keep else None,
        subject_id,
        sha256(data).hexdigest(),
    )
    owner = subject_id or ctx.tenant.id
    ctx.execute(
        FILES.insert().values(
            tenant_id=ctx.tenant.id,
            id=file.id,
            kind=kind,
            subject_id=subject_id,
            media_type=media_type,
            size=file.size,
            made_at=file.made_at,
            expires_at=file.expires_at,
            sealed_name=ctx.sealed(StoredFile, "sealed_name", file.id, owner, file.name),
            content=ctx.sealed_bytes(StoredFile, "content", file.id, owner, data),
        )
    )
    return file


def read_file(ctx: Ctx, file_id: UUID, *, kind: str) -> tuple[File, bytes]:
    """The file and its content; NotFound when it is absent, another tenant's, of another kind, or past its time.

    Check the permission before, and audit the look when the file is about somebody.
    """
    row = ctx.db.execute(
        sa.select(FILES).where(
            FILES.c.tenant_id == ctx.tenant.id, FILES.c.id == file_id, FILES.c.kind == kind
        )
    ).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= ctx.now):
        raise NotFound()
    owner = row.subject_id or ctx.tenant.id
    name = ctx.unseal(StoredFile, "sealed_name", row.id, owner, row.sealed_name)
    content = ctx.unseal_bytes(StoredFile, "content", row.id, owner, row.content)
    return File(
        row.id, name, kind, row.media_type, row.size, row.made_at, row.expires_at, row.subject_id,
        sha256(content).hexdigest(),
    ), content  # fmt: skip


def drop_file(ctx: Ctx, file_id: UUID) -> bool:
    """Delete a file; False when it was not there. The caller audits."""
    done = ctx.execute(FILES.delete().where(FILES.c.tenant_id == ctx.tenant.id, FILES.c.id == file_id))
    return bool(done.rowcount)  # type: ignore[attr-defined]
