"""The table, in the plugin's own schema. What a person wrote is sealed with that person's key."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk


class Wish(TenantModel):
    """Something a person would like their union to do."""

    __tablename__ = "wish"
    __schema__ = "wishes"
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "open", "granted"),
        tenant_fk("person_id", "core.person"),
        sa.Index("ix_wish_person", "tenant_id", "person_id", "made_at"),
    )

    person_id: Mapped[UUID]
    text: Mapped[bytes] = sealed()
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
