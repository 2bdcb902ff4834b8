"""The audit trail: entries (append only for the application) and the signed checkpoints of its Merkle tree."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of


class AuditEntry(TenantModel):
    """One act or look. Ids are pseudonymous and salted into the leaf, so erasing a person never breaks the tree.

    No foreign keys: the trail outlives what it speaks of. `seq` and `leaf` are the sealer's.
    """

    __tablename__ = "audit_entry"
    __constraints__ = (
        one_of("actor_kind", "visitor", "person", "system"),
        sa.CheckConstraint("(seq IS NULL) = (leaf IS NULL)", name="sealed"),
        sa.UniqueConstraint("tenant_id", "seq"),
        sa.Index(
            "ix_audit_entry_subject",
            "tenant_id",
            "subject_id",
            "at",
            postgresql_where=sa.text("subject_id IS NOT NULL"),
        ),
        sa.Index("ix_audit_entry_at", "tenant_id", "at"),
        sa.Index("ix_audit_entry_unsealed", "tenant_id", "id", postgresql_where=sa.text("seq IS NULL")),
    )

    at: Mapped[datetime]
    action: Mapped[str]
    looks: Mapped[bool] = mapped_column(comment="a read, shown under “who looked at my data”")
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    role: Mapped[str | None] = mapped_column(comment="roles held, or the system's task")
    agency: Mapped[str | None]
    contract_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    confidential: Mapped[bool] = mapped_column(
        server_default=sa.true(),
        comment="says that its subject takes part in something: behind the employer wall",
    )
    detail: Mapped[dict[str, Any]] = mapped_column(pg.JSONB)
    salt: Mapped[bytes]
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    leaf: Mapped[bytes | None]


class Checkpoint(TenantModel):
    """A signed head of a tenant's tree: size, root and the frontier to go on from. Also appended to a file outside."""

    __tablename__ = "audit_checkpoint"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "size"),)

    size: Mapped[int] = mapped_column(sa.BigInteger)
    root: Mapped[bytes]
    frontier: Mapped[bytes] = mapped_column(
        comment="what is needed to go on appending (merkle.Frontier.dump)"
    )
    note: Mapped[str] = mapped_column(comment="the signed checkpoint as text")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
