"""One table of claims for all modules, so that a room and a counsellor can be taken in one step, or not at all."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel

WHOLE = sa.literal_column("tstzrange(from_at, until_at)")


class Claim(TenantModel):
    """A resource is taken from `from_at` to `until_at`: its use (starts to ends) and the buffers around it.

    Says neither who nor why. Giving back is deleting the row; two claims that overlap cannot be written, whatever
    the code does, because the database excludes them.
    """

    __tablename__ = "claim"
    __constraints__ = (
        pg.ExcludeConstraint(
            (sa.literal_column("tenant_id"), "="),
            (sa.literal_column("resource_id"), "="),
            (WHOLE, "&&"),
            name="claim_once",
            using="gist",
        ),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("until_at > from_at", name="whole"),
        sa.Index("ix_claim_time", "tenant_id", "from_at"),
        sa.Index("ix_claim_resource", "tenant_id", "resource_id", "from_at"),
        sa.Index("ix_claim_holder", "tenant_id", "holder_id"),
    )

    kind: Mapped[str] = mapped_column(comment='declared by a manifest: "rooms.room", or "core.person"')
    resource_id: Mapped[UUID] = mapped_column(comment="of any table, so without a foreign key")
    holder_id: Mapped[UUID] = mapped_column(comment="the booking of whichever module took it")
    owner: Mapped[str] = mapped_column(comment="the module that took it")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
