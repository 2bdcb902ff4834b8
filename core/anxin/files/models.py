"""Stored files. Content and name are sealed under the key of the person they are about, or the tenant's."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, sealed, tenant_fk


class StoredFile(TenantModel):
    """One file. With a subject it is that person's (and, under a contract, their helpers') and stands behind the
    employer wall; without one it is the tenant's own paper.
    """

    __tablename__ = "file"
    __subject__ = "subject_id"
    __clinical__ = True  # a certificate or a result says who took part
    __data_class__ = "file"
    __constraints__ = (
        tenant_fk("subject_id", "core.person"),
        sa.CheckConstraint("size >= 0", name="size"),
        sa.Index(
            "ix_file_subject", "tenant_id", "subject_id", postgresql_where=sa.text("subject_id IS NOT NULL")
        ),
        sa.Index(
            "ix_file_expires", "tenant_id", "expires_at", postgresql_where=sa.text("expires_at IS NOT NULL")
        ),
    )

    kind: Mapped[str] = mapped_column(comment="what it is for: room or plugin, a dot, a word")
    subject_id: Mapped[UUID | None]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger, comment="bytes of the content")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(comment="deleted by the night after")
    sealed_name: Mapped[bytes] = sealed()
    content: Mapped[bytes] = sealed()
