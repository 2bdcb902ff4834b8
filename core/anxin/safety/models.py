"""The duty rota, crisis records with their clocks, and the two-key look at a person's contact in an
emergency.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, sealed, tenant_fk


class DutyShift(TenantModel):
    """A helper is on duty in this tenant from one moment to another. Shifts may overlap."""

    __tablename__ = "duty_shift"
    __subject__ = "person_id"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        one_of("role", "duty", "supervisor"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.UniqueConstraint("tenant_id", "person_id", "role", "starts_at"),
        sa.Index("ix_duty_shift_ends", "tenant_id", "ends_at"),
    )

    person_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(server_default="duty")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Crisis(TenantModel):
    """Somebody needs a professional soon (level 2, 重点关注) or now (level 3, 危机): who knows, by when,
    what came of it.

    No answer, score or note is copied here. `key` makes raising idempotent; `purpose` is the consent that
    covers the call at level 2. The database itself insists that a level-3 case is closed by two different
    people.
    """

    __tablename__ = "crisis"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "safety"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("acknowledged_by", "core.person"),
        tenant_fk("contacted_by", "core.person"),
        tenant_fk("closed_by", "core.person"),
        tenant_fk("second_by", "core.person"),
        tenant_fk("lead_id", "core.person"),
        sa.CheckConstraint("level IN (2, 3)", name="level"),
        one_of("state", "open", "acknowledged", "contacted", "closed"),
        sa.CheckConstraint(
            "state <> 'closed' OR (closed_by IS NOT NULL AND outcome IS NOT NULL "
            "AND (level < 3 OR second_by IS NOT NULL))",
            name="closed",
        ),
        sa.CheckConstraint("second_by IS NULL OR second_by <> closed_by", name="two_people"),
        sa.UniqueConstraint("tenant_id", "key"),
        sa.Index("ix_crisis_state", "tenant_id", "state", "contact_by"),
        sa.Index("ix_crisis_person", "tenant_id", "person_id"),
    )

    person_id: Mapped[UUID | None]
    level: Mapped[int]
    source: Mapped[str] = mapped_column(comment="who noticed: assessments.phq9.9, hotline, safety.asked …")
    reason: Mapped[str] = mapped_column(comment="answer, score, asked, concern, imminent")
    key: Mapped[str] = mapped_column(comment="raising the same thing again changes nothing")
    purpose: Mapped[str | None] = mapped_column(comment="the consent that covers the call at level 2")
    uncovered: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="nobody was on duty when it was raised"
    )
    state: Mapped[str] = mapped_column(server_default="open")
    raised_at: Mapped[datetime]
    acknowledge_by: Mapped[datetime | None] = mapped_column(comment="level 3 only")
    contact_by: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    contacted_at: Mapped[datetime | None]
    contacted_by: Mapped[UUID | None]
    lead_id: Mapped[UUID | None] = mapped_column(comment="who works on it now")
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None] = mapped_column(comment="first signature; at level 2 the closing")
    closed_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
    second_by: Mapped[UUID | None]


class CrisisEvent(TenantModel):
    """One step of a crisis, append only. `key` says it once: the same step told twice is one row."""

    __tablename__ = "crisis_event"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "safety"
    __constraints__ = (
        tenant_fk("crisis_id", "core.crisis"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("actor_id", "core.person"),
        tenant_fk("helper_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "crisis_id", "key"),
        sa.Index("ix_crisis_event_helper", "tenant_id", "helper_id", "crisis_id"),
    )

    crisis_id: Mapped[UUID]
    person_id: Mapped[UUID | None] = mapped_column(comment="the crisis's subject")
    kind: Mapped[str] = mapped_column(
        comment="raised, graver, alerted, uncovered, reminded, escalated, overdue, acknowledged, contacted, "
        "note, handed_over, signed, closed, reopened"
    )
    key: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(comment="who did it; null: the system")
    helper_id: Mapped[UUID | None] = mapped_column(comment="whom it concerned: alerted, handed over to")
    code: Mapped[str | None] = mapped_column(comment="an outcome or step, never words")
    note: Mapped[bytes | None] = sealed(nullable=True, comment="a helper's words, sealed for the subject")


class BreakGlass(TenantModel):
    """Two keys open a person's name, unit and phone for a few hours, because of imminent danger. The person
    is told.
    """

    __tablename__ = "break_glass"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "contact"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("crisis_id", "core.crisis"),
        tenant_fk("asked_by", "core.person"),
        tenant_fk("second_by", "core.person"),
        one_of("state", "asked", "granted", "refused"),
        sa.CheckConstraint("person_id IS NOT NULL OR crisis_id IS NOT NULL", name="about"),
        sa.CheckConstraint("second_by IS NULL OR second_by <> asked_by", name="two_keys"),
        sa.CheckConstraint(
            "state <> 'granted' OR (second_by IS NOT NULL AND expires_at IS NOT NULL)", name="granted"
        ),
        sa.Index("ix_break_glass_person", "tenant_id", "person_id"),
        sa.Index("ix_break_glass_asked", "tenant_id", "asked_at"),
    )

    person_id: Mapped[UUID | None] = mapped_column(comment="null: a case without a person, known to a module")
    crisis_id: Mapped[UUID | None]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="asked")
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    second_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None] = mapped_column(comment="when the person was told")
