"""Tables of lines and who answers them: configuration and staffing, nothing about callers (those: calls.py)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "hotline"


class Line(TenantModel):
    """A telephone line (热线): its hours, how many seats, and where calls go when nobody is there."""

    __tablename__ = "line"
    __schema__ = SCHEMA
    __constraints__ = (
        sa.UniqueConstraint("tenant_id", "name"),
        sa.CheckConstraint("seats >= 1", name="seats"),
    )

    name: Mapped[str]
    number: Mapped[str] = mapped_column(server_default="", comment="as callers dial it")
    hours: Mapped[dict[str, Any]] = mapped_column(
        pg.JSONB,
        server_default="{}",
        comment='{"mon": [["08:00", "22:00"]], …}; "00:00" as an end is midnight',
    )
    closed_days: Mapped[list[str]] = mapped_column(server_default="{}", comment="dates without service")
    seats: Mapped[int] = mapped_column(server_default="1")
    is_national: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="calls itself 12356: at least 2 seats and 18 hours a day"
    )
    fallback_name: Mapped[str] = mapped_column(server_default="")
    fallback_number: Mapped[str] = mapped_column(server_default="12356", comment="where a gap rolls to")
    is_open: Mapped[bool] = mapped_column(server_default=sa.true())
    key_version: Mapped[int] = mapped_column(server_default="1", comment="of the telephone system's secret")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Shift(TenantModel):
    """Somebody answers a line from one moment to another. `offered_at`: looks for somebody to swap with."""

    __tablename__ = "shift"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("line_id", "hotline.line"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("taken_from", "core.person"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.UniqueConstraint("tenant_id", "line_id", "person_id", "starts_at"),
        sa.Index("ix_shift_ends", "tenant_id", "ends_at"),
    )

    line_id: Mapped[UUID]
    person_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    taken_from: Mapped[UUID | None] = mapped_column(comment="who had it before a swap")


class RollOver(TenantModel):
    """From when to when calls went to the fallback because nobody was there."""

    __tablename__ = "roll_over"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("line_id", "hotline.line"),
        sa.Index("ix_roll_over_line", "tenant_id", "line_id", "starts_at"),
        sa.Index(
            "uq_roll_over_open",
            "tenant_id",
            "line_id",
            unique=True,
            postgresql_where=sa.text("ends_at IS NULL"),
        ),
    )

    line_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class Form(TenantModel):
    """One version of the tenant's form. Published versions never change: old calls are read by their own."""

    __tablename__ = "form"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "draft", "published"),
        sa.UniqueConstraint("tenant_id", "version"),
    )

    version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(pg.JSONB, comment="see forms.py")
    state: Mapped[str] = mapped_column(server_default="draft")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    published_at: Mapped[datetime | None]


class PbxEvent(TenantModel):
    """What the telephone system told, once each. The words are sealed and gone when a job has used them."""

    __tablename__ = "pbx_event"
    __schema__ = SCHEMA
    __subject__ = "id"
    __data_class__ = "hotline"
    __constraints__ = (
        tenant_fk("line_id", "hotline.line"),
        sa.UniqueConstraint("tenant_id", "line_id", "key"),
        sa.Index("ix_pbx_event_at", "tenant_id", "at"),
    )

    line_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(comment="the system's own id of the event: told twice is one row")
    kind: Mapped[str] = mapped_column(comment="start, answer, end, abandoned")
    at: Mapped[datetime]
    body: Mapped[bytes | None] = sealed(nullable=True, comment="{call, number, seat}; null when used")
    done_at: Mapped[datetime | None]


class Alert(TenantModel):
    """Something stands out (激增、突出问题、应激事件). Holds only what disclosure control released: no call, no person."""

    __tablename__ = "alert"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("kind", "surge", "salient", "incident"),
        one_of("state", "open", "seen", "closed"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("owner_id", "core.person"),
        tenant_fk("seen_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "key"),
        sa.Index("ix_alert_raised", "tenant_id", "raised_at"),
    )

    kind: Mapped[str]
    key: Mapped[str] = mapped_column(comment="the same finding is one alert")
    topic: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    at_least: Mapped[int | None] = mapped_column(comment="calls, in steps; null where too few to say")
    usual: Mapped[int | None] = mapped_column(comment="what the same hours usually bring, rounded")
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="open")
    owner_id: Mapped[UUID | None] = mapped_column(comment="the named owner (责任人)")
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[UUID | None]
    done: Mapped[str] = mapped_column(server_default="", comment="what was done about it")


class Summary(TenantModel):
    """The summary of one closed month, made once: its figures never move."""

    __tablename__ = "summary"
    __schema__ = SCHEMA
    __constraints__ = (sa.UniqueConstraint("tenant_id", "month"),)

    month: Mapped[str] = mapped_column(comment="2026-10")
    file_id: Mapped[UUID] = mapped_column(comment="of core's files, kind hotline.summary")
    made_at: Mapped[datetime]
