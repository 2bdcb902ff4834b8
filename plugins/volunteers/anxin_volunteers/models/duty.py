"""Tasks, shifts, what they need, who serves in them; when volunteers have time; swaps."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()
LIVE = ("offered", "assigned", "waiting", "invited")
SLOTS = tuple(f"{day}-{part}" for day in range(7) for part in ("morning", "afternoon", "evening"))


class Task(TenantModel):
    """Something volunteers do (走访、值守、送温暖). Place and details are for those assigned to a shift only."""

    __tablename__ = "task"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        tenant_fk("team_id", "volunteers.team"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_task_made", "tenant_id", "made_at"),
    )

    title: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    details: Mapped[str] = mapped_column(server_default="")
    team_id: Mapped[UUID | None] = mapped_column(comment="only for its members; null: for every volunteer")
    unit_id: Mapped[UUID | None] = mapped_column(comment="where it is")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    closed_at: Mapped[datetime | None]


class Shift(TenantModel):
    """One turn of a task."""

    __tablename__ = "shift"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "open", "cancelled"),
        tenant_fk("task_id", "volunteers.task"),
        sa.CheckConstraint("ends_at > starts_at", name="window"),
        sa.Index("ix_shift_starts", "tenant_id", "starts_at"),
        sa.Index("ix_shift_task", "tenant_id", "task_id", "starts_at"),
    )

    task_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="open")
    settled_at: Mapped[datetime | None] = mapped_column(comment="hours of those who came are confirmed")


class Need(TenantModel):
    """So many people in a role, in one shift."""

    __tablename__ = "need"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("shift_id", "volunteers.shift", ondelete="CASCADE"),
        tenant_fk("role_id", "volunteers.duty_role"),
        sa.CheckConstraint("count BETWEEN 1 AND 500", name="count"),
        sa.UniqueConstraint("tenant_id", "shift_id", "role_id"),
    )

    shift_id: Mapped[UUID]
    role_id: Mapped[UUID]
    count: Mapped[int]


class Signup(TenantModel):
    """Somebody and a shift: offered, assigned, on the waitlist, invited from it, or no longer."""

    __tablename__ = "signup"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", *LIVE, "cancelled", "refused", "lapsed", "swapped"),
        one_of("source", "self", "lead", "proposal", "swap"),
        tenant_fk("shift_id", "volunteers.shift"),
        tenant_fk("need_id", "volunteers.need"),
        tenant_fk("person_id", "core.person"),
        sa.CheckConstraint("(state = 'invited') = (expires_at IS NOT NULL)", name="invited"),
        sa.Index("ix_signup_person", "tenant_id", "person_id", "starts_at"),
        sa.Index("ix_signup_shift", "tenant_id", "shift_id", "state"),
        sa.Index("ix_signup_starts", "tenant_id", "starts_at"),
        sa.Index("ix_signup_invited", "tenant_id", "state", "expires_at"),
        sa.Index(
            "uq_signup_live",
            "tenant_id",
            "shift_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("state IN ('offered', 'assigned', 'waiting', 'invited')"),
        ),
    )

    shift_id: Mapped[UUID]
    need_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="self")
    starts_at: Mapped[datetime] = mapped_column(comment="the shift's, for the search for clashes")
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    ended_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(server_default=sa.false(), comment="cancelled shortly before")
    expires_at: Mapped[datetime | None] = mapped_column(
        comment="an invitation from the waitlist holds so long"
    )
    reminded_at: Mapped[datetime | None]
    came_at: Mapped[datetime | None] = mapped_column(comment="checked in")
    went_at: Mapped[datetime | None] = mapped_column(comment="checked out")


class Availability(TenantModel):
    """When somebody usually has time: a weekday (0 is Monday) and a part of the day, "0-morning"."""

    __tablename__ = "availability"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("slot", *SLOTS),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id", "slot"),
    )

    person_id: Mapped[UUID]
    slot: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Swap(TenantModel):
    """Somebody asks a colleague to take over a shift."""

    __tablename__ = "swap"
    __schema__ = SCHEMA
    __subject__ = "from_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "asked", "taken", "declined", "withdrawn"),
        tenant_fk("signup_id", "volunteers.signup", ondelete="CASCADE"),
        tenant_fk("from_id", "core.person"),
        tenant_fk("to_id", "core.person"),
        sa.Index("ix_swap_to", "tenant_id", "to_id", "state"),
        sa.Index("ix_swap_from", "tenant_id", "from_id"),
        sa.Index(
            "uq_swap_asked",
            "tenant_id",
            "signup_id",
            unique=True,
            postgresql_where=sa.text("state = 'asked'"),
        ),
    )

    signup_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="asked")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
