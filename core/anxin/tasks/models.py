"""Tasks: what somebody asked for that takes longer than a page."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, tenant_fk


class TaskRow(TenantModel):
    """One piece of long work. What it is about may say who takes part in what, so only its owner sees the row."""

    __tablename__ = "task"
    __subject__ = "owner_id"
    __clinical__ = True
    __constraints__ = (
        tenant_fk("owner_id", "core.person"),
        sa.Index("ix_task_owner", "tenant_id", "owner_id", "made_at"),
    )

    owner_id: Mapped[UUID] = mapped_column(comment="who asked for it, and alone sees it")
    job_id: Mapped[UUID] = mapped_column(comment="its row in the outbox")
    title: Mapped[str] = mapped_column(comment="msgid")
    back: Mapped[str | None] = mapped_column(comment="endpoint of the page it was asked on")
    done_count: Mapped[int] = mapped_column(server_default="0")
    total_count: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}", comment="what came out, by msgid")
    link: Mapped[str | None] = mapped_column(comment="path of the page with the result")
    file_id: Mapped[UUID | None]
    file_kind: Mapped[str | None]
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
