"""The liaison network: what a liaison officer hands in, what comes of it, and people who like to be looked in on.

A liaison officer belongs to the employer, so what they hand in may not be read by them again: it lies in a
`Slip` of their own, sealed, until a job has brought it behind the wall (`Concern`, `Visit`, `Period`) and
emptied the slip. From then on they see "received" and "handled". The levels in between see a `HandOn`:
a code and a clock, no name and no word.
"""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()
SLIPS = ("concern", "visit", "period")
OUTCOMES = ("talked", "counselling", "practical", "emergency", "declined", "unfounded")


class Slip(TenantModel):
    """What a liaison officer handed in. Only its state is ever shown to them again."""

    __tablename__ = "slip"
    __schema__ = SCHEMA
    __subject__ = "reporter_id"
    __clinical__ = True
    __data_class__ = "care"
    __constraints__ = (
        one_of("kind", *SLIPS),
        one_of("state", "sent", "received", "handled"),
        tenant_fk("reporter_id", "core.person"),
        sa.Index("ix_slip_reporter", "tenant_id", "reporter_id", "sent_at"),
    )

    reporter_id: Mapped[UUID]
    kind: Mapped[str]
    content: Mapped[bytes | None] = sealed(nullable=True, comment="until it is delivered, then empty")
    state: Mapped[str] = mapped_column(server_default="sent")
    sent_at: Mapped[datetime] = mapped_column(server_default=NOW)
    received_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]


class HandOn(TenantModel):
    """One level's turn with a slip (队 → 矿 → 厂): a code and a clock, nothing about anybody."""

    __tablename__ = "hand_on"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("state", "waiting", "passed", "lapsed"),
        tenant_fk("slip_id", "volunteers.slip", ondelete="CASCADE"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("passed_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "slip_id", "position"),
        sa.Index("ix_hand_on_unit", "tenant_id", "unit_id", "state", "due_at"),
        sa.Index("ix_hand_on_due", "tenant_id", "state", "due_at"),
    )

    slip_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(comment="whose lead has it now")
    position: Mapped[int]
    code: Mapped[str] = mapped_column(comment="to talk about it without a name")
    state: Mapped[str] = mapped_column(server_default="waiting")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    due_at: Mapped[datetime]
    passed_at: Mapped[datetime | None]
    passed_by: Mapped[UUID | None]


class Concern(TenantModel):
    """A concern about somebody, by observable facts, for the counsellors of the contracted agency."""

    __tablename__ = "concern"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "safety"  # in danger to life it is read like the crisis it raised, else by consent
    __constraints__ = (
        one_of("state", "passing", "arrived", "handled"),
        one_of("outcome", *OUTCOMES),
        tenant_fk("person_id", "core.person"),
        tenant_fk("reporter_id", "core.person"),
        tenant_fk("handled_by", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("slip_id", "volunteers.slip"),
        sa.CheckConstraint("(state = 'handled') = (handled_at IS NOT NULL)", name="handled"),
        sa.Index("ix_concern_person", "tenant_id", "person_id", "made_at"),
        sa.Index("ix_concern_slip", "tenant_id", "slip_id"),
        sa.Index("ix_concern_arrived", "tenant_id", "arrived_at"),
        sa.Index("ix_concern_made", "tenant_id", "made_at"),
    )

    person_id: Mapped[UUID]
    reporter_id: Mapped[UUID]
    slip_id: Mapped[UUID]
    facts: Mapped[bytes] = sealed(comment="{signs, since, note}")
    urgent: Mapped[bool] = mapped_column(server_default=sa.false())
    knows: Mapped[bool] = mapped_column(server_default=sa.false(), comment="the person was told and said yes")
    unit_id: Mapped[UUID | None] = mapped_column(comment="of the reporter, where the levels begin")
    state: Mapped[str] = mapped_column(server_default="passing")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    arrived_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[UUID | None]
    outcome: Mapped[str | None]


class Welcome(TenantModel):
    """Somebody who agreed to be looked in on. Says no reason: the liaison officer sees a name and a day."""

    __tablename__ = "welcome"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
    )

    person_id: Mapped[UUID]
    since: Mapped[datetime] = mapped_column(server_default=NOW)
    greet_on: Mapped[date | None] = mapped_column(comment="a kind word is due from this day on")
    greeted_at: Mapped[datetime | None]


class Period(TenantModel):
    """A time in which a kind word helps (岗位调整、家庭变故): entered by the person, or by the liaison with consent."""

    __tablename__ = "period"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "care"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        sa.CheckConstraint("ends_on >= starts_on", name="days"),
        sa.Index("ix_period_person", "tenant_id", "person_id"),
        sa.Index("ix_period_ends", "tenant_id", "ends_on"),
    )

    person_id: Mapped[UUID]
    reason: Mapped[bytes] = sealed(comment="a code")
    by_self: Mapped[bool] = mapped_column(server_default=sa.true())
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Visit(TenantModel):
    """A liaison officer looked in on somebody who had agreed to it (走访记录)."""

    __tablename__ = "visit"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "care"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("reporter_id", "core.person"),
        sa.Index("ix_visit_person", "tenant_id", "person_id", "visited_on"),
    )

    person_id: Mapped[UUID]
    reporter_id: Mapped[UUID]
    visited_on: Mapped[date]
    what: Mapped[bytes] = sealed(comment="{kind, help, note}")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
