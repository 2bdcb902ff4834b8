"""What a tenant adds to the library of instruments: its licensed words. Nothing here is about a person."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of
from anxin_assessments.models import SCHEMA


class OwnWording(TenantModel):
    """The words of one edition in one language under the tenant's licence. Never changed: a new import retires it."""

    __tablename__ = "own_wording"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "active", "retired"),
        one_of("locale", "zh_CN", "en"),
        sa.CheckConstraint("length(holder) > 0 AND length(number) > 0", name="licence"),
        sa.Index(
            "uq_own_wording_active",
            "tenant_id",
            "instrument",
            "locale",
            unique=True,
            postgresql_where=sa.text("state = 'active'"),
        ),
    )

    instrument: Mapped[str] = mapped_column(comment='instrument edition: "scl90_cn-1"')
    locale: Mapped[str]
    words: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="lead_in, items, options, item_options")
    holder: Mapped[str] = mapped_column(comment="who granted the licence")
    number: Mapped[str] = mapped_column(comment="of the licence or of the letter that grants it")
    expires_on: Mapped[date | None] = mapped_column(comment="after this day the words are not shown any more")
    file_id: Mapped[UUID | None] = mapped_column(comment="the licence itself (core.file)")
    state: Mapped[str] = mapped_column(server_default="active")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    retired_at: Mapped[datetime | None]


MODELS = [OwnWording]
