"""Hours of service, the year's list of thanks, and certificates."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()


class Service(TenantModel):
    """Hours of one person on one day: from a check-in, or told by themself; they count once confirmed."""

    __tablename__ = "service"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("source", "checkin", "self"),
        one_of("state", "claimed", "confirmed", "refused"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("signup_id", "volunteers.signup"),
        tenant_fk("decided_by", "core.person"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        sa.Index("ix_service_person", "tenant_id", "person_id", "on_day"),
        sa.Index("ix_service_state", "tenant_id", "state", "made_at"),
        sa.Index(
            "uq_service_signup",
            "tenant_id",
            "signup_id",
            unique=True,
            postgresql_where=sa.text("signup_id IS NOT NULL"),
        ),
    )

    person_id: Mapped[UUID]
    signup_id: Mapped[UUID | None]
    on_day: Mapped[date]
    minutes: Mapped[int]
    what: Mapped[bytes | None] = sealed(nullable=True, comment="what was done, in the person's words")
    source: Mapped[str] = mapped_column(server_default="self")
    state: Mapped[str] = mapped_column(server_default="claimed")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ServiceChange(TenantModel):
    """A correction of hours, kept for ever with them: what it was, what it became, who and why."""

    __tablename__ = "service_change"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("reason", "typo", "longer", "shorter", "duplicate"),
        tenant_fk("service_id", "volunteers.service", ondelete="CASCADE"),
        tenant_fk("changed_by", "core.person"),
        sa.Index("ix_service_change", "tenant_id", "service_id", "changed_at"),
    )

    service_id: Mapped[UUID]
    before: Mapped[int]
    after: Mapped[int]
    reason: Mapped[str]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Recognition(TenantModel):
    """The year's list of thanks (表彰名单): drawn up, made public for some days, then granted."""

    __tablename__ = "recognition"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "draft", "public", "granted"),
        sa.CheckConstraint("(state = 'draft') = (public_until IS NULL)", name="public"),
        sa.UniqueConstraint("tenant_id", "year"),
    )

    year: Mapped[int]
    least_hours: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="draft")
    public_until: Mapped[date | None] = mapped_column(comment="last day objections are heard")
    granted_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Award(TenantModel):
    """Somebody on the list: hours of the year, stars by the hours of all years, and the certificate."""

    __tablename__ = "award"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "listed", "removed", "granted"),
        tenant_fk("recognition_id", "volunteers.recognition", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("file_id", "core.file"),
        sa.CheckConstraint("stars BETWEEN 0 AND 5", name="stars"),
        sa.CheckConstraint("state <> 'granted' OR number IS NOT NULL", name="number"),
        sa.UniqueConstraint("tenant_id", "recognition_id", "person_id"),
        sa.UniqueConstraint("tenant_id", "number"),
        sa.Index("ix_award_person", "tenant_id", "person_id"),
    )

    recognition_id: Mapped[UUID]
    person_id: Mapped[UUID]
    minutes: Mapped[int] = mapped_column(comment="confirmed in the year")
    total: Mapped[int] = mapped_column(comment="minutes confirmed in all years up to it")
    stars: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="listed")
    number: Mapped[str | None] = mapped_column(comment="of the certificate; cannot be guessed")
    file_id: Mapped[UUID | None]


class Objection(TenantModel):
    """Somebody objects to an entry of the list, in the days it is public."""

    __tablename__ = "objection"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "open", "upheld", "rejected"),
        tenant_fk("award_id", "volunteers.award", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.Index("ix_objection_award", "tenant_id", "award_id"),
        sa.Index("ix_objection_person", "tenant_id", "person_id"),
    )

    award_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(comment="who objects")
    text: Mapped[bytes] = sealed()
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
