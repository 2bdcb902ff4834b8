"""Shared devices: a tablet or a computer that many people answer on, one after the other.

Nothing here says who sat at one: a seat is a slip with a number and a code, and that it was used.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, tenant_fk
from anxin_assessments.models import SCHEMA


class Device(TenantModel):
    """A device opened for one campaign, for some hours. Its secret is kept as a hash."""

    __tablename__ = "device"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        sa.UniqueConstraint("tenant_id", "secret_hash"),
        sa.CheckConstraint("until > opened_at", name="window"),
        sa.Index("ix_device_campaign", "tenant_id", "campaign_id", "opened_at"),
    )

    campaign_id: Mapped[UUID]
    place: Mapped[str] = mapped_column(comment="where it stands, for those who look after it")
    supervised: Mapped[bool] = mapped_column(comment="a helper opens each sitting")
    secret_hash: Mapped[bytes]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(server_default="0", comment="codes in a row that did not fit")
    missed_at: Mapped[datetime | None]


class Seat(TenantModel):
    """One slip: lets one person answer once on its device. Holds no person."""

    __tablename__ = "seat"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("device_id", "assessments.device", ondelete="CASCADE"),
        sa.UniqueConstraint("tenant_id", "device_id", "number"),
        sa.UniqueConstraint("tenant_id", "device_id", "code_index"),
    )

    device_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="printed on the slip, counted from 1")
    code_index: Mapped[bytes] = mapped_column(comment="keyed hash of the code")
    until: Mapped[datetime]
    entered_at: Mapped[datetime | None]
    sitting: Mapped[bytes | None] = mapped_column(comment="mark of the sitting, to end it from elsewhere")
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(
        comment="left, or ended by a helper, before it was done"
    )


MODELS = [Device, Seat]
