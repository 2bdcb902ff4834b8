"""The table, in the plugin's own schema. What a person wrote is sealed with that person's key."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from anxin.plugin import TenantModel, sealed, tenant_fk
from sqlalchemy.orm import Mapped, mapped_column


class Thing(TenantModel):
    """Something a person wrote."""

    __tablename__ = "thing"
    __schema__ = "plugname"
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.Index("ix_thing_person", "tenant_id", "person_id", "made_at"),
    )

    person_id: Mapped[UUID]
    text: Mapped[bytes] = sealed()
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
