"""Notices, what became of sending them, and what each person chose."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, tenant_fk


class Notice(TenantModel):
    """One thing a person should know. It keeps a kind and codes, never words: the text shown is always the
    current one in the reader's language. The composite key to the person is why mail never reaches another
    tenant's people.
    """

    __tablename__ = "notice"
    __subject__ = "person_id"
    __clinical__ = True  # that somebody was reminded of something says that they take part in it
    __data_class__ = "notice"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id", "key"),
        sa.Index("ix_notice_inbox", "tenant_id", "person_id", "made_at"),
        sa.Index("ix_notice_made", "tenant_id", "made_at"),
        sa.Index("ix_notice_link", "tenant_id", "link", postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("ix_notice_unread", "tenant_id", "person_id", postgresql_where=sa.text("read_at IS NULL")),
    )

    person_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(comment="code of a NoticeKind")
    params: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="codes, numbers and dates of the text"
    )
    link: Mapped[str] = mapped_column(comment="path in this tenant; under a contract, in the employer's")
    contract_id: Mapped[UUID | None] = mapped_column(
        comment="the employer's contract to enter by; the row is theirs"
    )
    urgent: Mapped[bool] = mapped_column(server_default=sa.false())
    key: Mapped[str | None] = mapped_column(comment="the same key again is the same notice")
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(TenantModel):
    """A notice on its way through one channel: mail, the employer's messenger, a text message, or the inbox at the
    helper's own agency."""

    __tablename__ = "notice_delivery"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "notice"
    __constraints__ = (
        tenant_fk("notice_id", "core.notice", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        one_of("channel", "mail", "messenger", "sms", "agency"),
        one_of("state", "waiting", "sent", "skipped", "failed"),
        sa.UniqueConstraint("tenant_id", "notice_id", "channel"),
        sa.Index("ix_notice_delivery_person", "tenant_id", "person_id"),
    )

    notice_id: Mapped[UUID]
    person_id: Mapped[UUID]
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None] = mapped_column(comment="class of the last failure, or why it was skipped")
    done_at: Mapped[datetime | None]


class Choice(TenantModel):
    """Whether a person wants a channel. Without a row the channel is on; urgent notices come in any case."""

    __tablename__ = "notice_choice"
    __subject__ = "person_id"
    __data_class__ = "account"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("channel", "mail", "messenger", "sms"),
        sa.UniqueConstraint("tenant_id", "person_id", "channel"),
    )

    person_id: Mapped[UUID]
    channel: Mapped[str]
    wanted: Mapped[bool]
    chosen_at: Mapped[datetime]


class Quiet(TenantModel):
    """A person's own quiet hours; without a row the tenant's hold. Urgent notices come in any case."""

    __tablename__ = "notice_quiet"
    __subject__ = "person_id"
    __data_class__ = "account"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    quiet_from: Mapped[str] = mapped_column(comment="HH:MM here; the same time twice: never quiet")
    quiet_until: Mapped[str]
