"""Calls, volunteers, teams, who is appointed in which unit, and how many a unit needs."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()
POSTS = ("liaison", "lead", "guide")


class Call(TenantModel):
    """A call for volunteers (招募): internal, or public by its address."""

    __tablename__ = "call"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("state", "draft", "open", "closed"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_call_state", "tenant_id", "state", "made_at"),
    )

    title: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="")
    public: Mapped[bool] = mapped_column(server_default=sa.false())
    places: Mapped[int | None] = mapped_column(comment="how many are wanted; null: no limit")
    unit_id: Mapped[UUID | None] = mapped_column(comment="for whom: the unit and all below; null: everybody")
    closes_on: Mapped[date | None]
    questions: Mapped[list[str]] = mapped_column(server_default="{}", comment="what it asks beside the usual")
    state: Mapped[str] = mapped_column(server_default="draft")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Volunteer(TenantModel):
    """Somebody who offered to help, from the application to the day they leave."""

    __tablename__ = "volunteer"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "applied", "trial", "active", "paused", "declined", "left"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("call_id", "volunteers.call"),
        tenant_fk("decided_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "person_id"),
        sa.Index("ix_volunteer_state", "tenant_id", "state", "applied_at"),
        sa.Index("ix_volunteer_call", "tenant_id", "call_id"),
        sa.CheckConstraint("(pledged_at IS NULL) = (pledge_version IS NULL)", name="pledge"),
    )

    person_id: Mapped[UUID]
    call_id: Mapped[UUID | None]
    application: Mapped[bytes | None] = sealed(nullable=True, comment="{why, skills, times, asked}")
    state: Mapped[str] = mapped_column(server_default="applied")
    applied_at: Mapped[datetime] = mapped_column(server_default=NOW)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    trial_until: Mapped[datetime | None] = mapped_column(comment="end of the probation (见习期)")
    pledged_at: Mapped[datetime | None] = mapped_column(comment="confidentiality agreement signed")
    pledge_version: Mapped[int | None]
    left_at: Mapped[datetime | None]


class Outside(TenantModel):
    """An application from outside: somebody without an account, for a public call. It has a key of its own, so that
    taking it back leaves nothing; whoever is taken on becomes a person and a `Volunteer`, and this row is emptied."""

    __tablename__ = "outside"
    __schema__ = SCHEMA
    __subject__ = "id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "applied", "approved", "declined"),
        tenant_fk("call_id", "volunteers.call"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("decided_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "token_hash"),
        sa.CheckConstraint("(state = 'approved') = (person_id IS NOT NULL)", name="person"),
        sa.CheckConstraint("state <> 'approved' OR details IS NULL", name="details"),
        one_of("confirmed_by_way", "link", "talk"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_way IS NULL)", name="confirmed"),
        tenant_fk("confirmed_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "confirm_hash"),
        sa.Index("ix_outside_reach", "tenant_id", "reach", "asked_at"),
        sa.Index("ix_outside_state", "tenant_id", "state", "applied_at"),
        sa.Index("ix_outside_call", "tenant_id", "call_id", "applied_at"),
        sa.Index("ix_outside_person", "tenant_id", "person_id"),
        sa.Index("ix_outside_ends", "tenant_id", "ends_at"),
    )

    call_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(comment="empty once they are a person")
    token_hash: Mapped[bytes] = mapped_column(comment="of the secret in the applicant's own link")
    details: Mapped[bytes | None] = sealed(
        nullable=True, comment="{phone, email, token, why, skills, times, asked}"
    )
    reach: Mapped[bytes | None] = mapped_column(comment="keyed hash of where they are written to")
    asked_at: Mapped[datetime | None] = mapped_column(
        comment="the message with the link to confirm, last sent"
    )
    refused: Mapped[str | None] = mapped_column(comment="why that message will never arrive")
    confirm_hash: Mapped[bytes | None] = mapped_column(comment="of the secret in that message")
    confirmed_at: Mapped[datetime | None]
    confirmed_by_way: Mapped[str | None] = mapped_column(
        comment="its link was opened, or somebody spoke to them"
    )
    confirmed_by: Mapped[UUID | None] = mapped_column(comment="who spoke to them")
    agreed_version: Mapped[int] = mapped_column(comment="of the text the applicant agreed to")
    state: Mapped[str] = mapped_column(server_default="applied")
    applied_at: Mapped[datetime] = mapped_column(server_default=NOW)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    person_id: Mapped[UUID | None] = mapped_column(comment="who they became")
    ends_at: Mapped[datetime] = mapped_column(comment="deleted after this, decided or not")


class Team(TenantModel):
    """A volunteer team or squad with its service area; it may want a size and a mix of competences."""

    __tablename__ = "team"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("kind", "team", "squad"),
        tenant_fk("unit_id", "core.unit"),
        sa.CheckConstraint("least >= 1 AND most >= least", name="size"),
        sa.CheckConstraint("qualified_least >= 0", name="qualified"),
        sa.Index("ix_team_made", "tenant_id", "made_at"),
    )

    title: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="team")
    about: Mapped[str] = mapped_column(server_default="")
    unit_id: Mapped[UUID | None] = mapped_column(comment="where it serves: the unit and all below it")
    least: Mapped[int] = mapped_column(server_default="3")
    most: Mapped[int] = mapped_column(server_default="20")
    qualified_least: Mapped[int] = mapped_column(
        server_default="0", comment="so many members hold one of `competences`"
    )
    competences: Mapped[list[str]] = mapped_column(server_default="{}", comment="codes of competences")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    closed_at: Mapped[datetime | None]


class Member(TenantModel):
    """Who belongs to a team, and since when; leaving ends the row."""

    __tablename__ = "member"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("part", "leader", "member"),
        tenant_fk("team_id", "volunteers.team"),
        tenant_fk("person_id", "core.person"),
        sa.Index("ix_member_team", "tenant_id", "team_id", "since"),
        sa.Index("ix_member_person", "tenant_id", "person_id"),
        sa.Index(
            "uq_member_now",
            "tenant_id",
            "team_id",
            "person_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    team_id: Mapped[UUID]
    person_id: Mapped[UUID]
    part: Mapped[str] = mapped_column(server_default="member")
    since: Mapped[datetime] = mapped_column(server_default=NOW)
    until: Mapped[datetime | None]


class Post(TenantModel):
    """Somebody is appointed in a unit: liaison officer (情感联络员), lead of the liaisons below (联络负责人), guide."""

    __tablename__ = "post"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("post", *POSTS),
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_post_unit", "tenant_id", "unit_id", "post"),
        sa.Index("ix_post_person", "tenant_id", "person_id"),
        sa.Index(
            "uq_post_now",
            "tenant_id",
            "unit_id",
            "post",
            "person_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    person_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    post: Mapped[str]
    since: Mapped[datetime] = mapped_column(server_default=NOW)
    until: Mapped[datetime | None]


class Staffing(TenantModel):
    """How many of a post one unit needs, where it is not what the settings say for all."""

    __tablename__ = "staffing"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("post", *POSTS),
        tenant_fk("unit_id", "core.unit"),
        sa.CheckConstraint("least BETWEEN 0 AND 50", name="least"),
        sa.UniqueConstraint("tenant_id", "unit_id", "post"),
    )

    unit_id: Mapped[UUID]
    post: Mapped[str]
    least: Mapped[int]
