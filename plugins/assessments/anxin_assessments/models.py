"""Tables in schema "assessments". What people answered and scored is sealed."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "assessments"


class Campaign(TenantModel):
    """A planned round (测评计划): which instruments, for whom, from when to when. Holds nothing personal.

    `mode`: "named" sheets go into the person's own file; "confidential" ones ask for the agency's reading
    beforehand; "anonymous" ones have no person at all. It never changes, and anonymous tables point at it.
    """

    __tablename__ = "campaign"
    __schema__ = SCHEMA
    __unit__ = "unit_id"
    __constraints__ = (
        one_of("state", "draft", "open", "closed"),
        sa.CheckConstraint("closes_at > opens_at", name="window"),
        sa.CheckConstraint("cardinality(instruments) > 0", name="instruments"),
        sa.CheckConstraint("round >= 1", name="round"),
        one_of("mode", "named", "confidential", "anonymous"),
        sa.CheckConstraint("rolling IN ('hired', 'birthday')", name="rolling"),
        sa.UniqueConstraint("tenant_id", "id", "mode"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("before_id", "assessments.campaign"),
        tenant_fk("group_id", "core.care_group"),
        sa.CheckConstraint("group_id IS NULL OR mode <> 'anonymous'", name="group_has_people"),
        sa.Index("ix_campaign_state", "tenant_id", "state", "opens_at"),
    )

    title: Mapped[str]
    guidance: Mapped[str] = mapped_column(server_default="")
    instruments: Mapped[list[str]] = mapped_column(comment='instrument editions in their order: "phq9-1"')
    mode: Mapped[str] = mapped_column(server_default="named")
    unit_id: Mapped[UUID | None] = mapped_column(comment="the unit and all below it; null: everybody")
    group_id: Mapped[UUID | None] = mapped_column(
        comment="a group for special help; who is in it, no union sees"
    )
    scope: Mapped[dict[str, Any]] = mapped_column(
        pg.JSONB, server_default="{}", comment="hired_from, hired_until, years_from, years_until, born_months"
    )
    rolling: Mapped[str | None] = mapped_column(
        comment="invite each day who is newly hired, or has a birthday"
    )
    targets: Mapped[dict[str, Any]] = mapped_column(
        pg.JSONB, server_default="{}", comment="planned shares in percent: took_part, with_plan"
    )
    before_id: Mapped[UUID | None] = mapped_column(
        comment="the round before, for comparison before and after"
    )
    round: Mapped[int] = mapped_column(server_default="1")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="draft")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None] = mapped_column(comment="when the silent were last reminded")
    frozen_at: Mapped[datetime | None] = mapped_column(comment="when its figures were counted for ever")


class Invitation(TenantModel):
    """Who a campaign is for, frozen with their unit when it was published, so that its figures never move.

    Says nothing about taking part: everybody in the scope is invited, and the union knows its own roster.
    """

    __tablename__ = "invitation"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "account"
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "person_id"),
        sa.Index("ix_invitation_person", "tenant_id", "person_id"),
    )

    campaign_id: Mapped[UUID]
    person_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]


class GroupInvitation(TenantModel):
    """Who a campaign for a group is for: who is in the group is the group's secret, so this is behind the wall.

    Without a unit, since a number of a unit would tell who of it is in the group.
    """

    __tablename__ = "group_invitation"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "care_group"
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("person_id", "core.person"),
        sa.CheckConstraint("unit_id IS NULL", name="no_unit"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "person_id"),
        sa.Index("ix_group_invitation_person", "tenant_id", "person_id"),
    )

    campaign_id: Mapped[UUID]
    person_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


def invitation_of(campaign: Campaign) -> type[Invitation] | type[GroupInvitation]:
    """Where a campaign's invitations stand."""
    return Invitation if campaign.group_id is None else GroupInvitation


class Part(TenantModel):
    """That somebody took part in a campaign or declined: never shown by name to anybody of the employer.

    In an anonymous campaign only that they took a ticket is known; whether anything was answered with it, nobody.
    """

    __tablename__ = "part"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        one_of("state", "done", "declined", "ticket"),
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "person_id"),
    )

    campaign_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Sheet(TenantModel):
    """One sitting of one person with one instrument edition. Answers are sealed as they come."""

    __tablename__ = "sheet"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        one_of("state", "open", "submitted"),
        sa.CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),
        sa.CheckConstraint("campaign_mode IN ('named', 'confidential')", name="not_anonymous"),
        one_of("way", "own", "device", "supervised", "paper"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "campaign_mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
        ),
        tenant_fk("person_id", "core.person"),
        tenant_fk("campaign_id", "assessments.campaign"),
        sa.Index("ix_sheet_person", "tenant_id", "person_id", "started_at"),
        sa.Index(
            "ix_sheet_submitted",
            "tenant_id",
            "submitted_at",
            postgresql_where=sa.text("submitted_at IS NOT NULL"),
        ),
        sa.Index(
            "uq_sheet_open",
            "tenant_id",
            "person_id",
            "instrument",
            "campaign_id",
            unique=True,
            postgresql_where=sa.text("state = 'open'"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.Index(
            "uq_sheet_campaign",
            "tenant_id",
            "campaign_id",
            "person_id",
            "instrument",
            unique=True,
            postgresql_where=sa.text("campaign_id IS NOT NULL"),
        ),
    )

    person_id: Mapped[UUID]
    instrument: Mapped[str] = mapped_column(comment='instrument edition: "phq9-1"')
    campaign_id: Mapped[UUID | None]
    campaign_mode: Mapped[str] = mapped_column(
        server_default="named", comment="as the campaign's, so that no sheet of an anonymous one has a person"
    )
    way: Mapped[str] = mapped_column(
        server_default="own", comment="on an own device, on one of others, under a helper's eyes, on paper"
    )
    answers: Mapped[bytes] = sealed(comment="one option value per item, null where unanswered")
    state: Mapped[str] = mapped_column(server_default="open")
    started_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    hasty: Mapped[int] = mapped_column(
        server_default="0", comment="answers given faster than one can read, page by page"
    )
    submitted_at: Mapped[datetime | None]


class Held(NamedTuple):
    """What answering and submitting need to know of a sheet; named as its columns."""

    id: UUID
    person_id: UUID
    instrument: str
    campaign_id: UUID | None
    way: str
    state: str
    started_at: datetime
    changed_at: datetime
    hasty: int
    answers: bytes


class Outcome(TenantModel):
    """What a sheet scored by one key. A corrected key adds another row and keeps this one."""

    __tablename__ = "outcome"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        tenant_fk("sheet_id", "assessments.sheet", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "sheet_id", "instrument"),
        sa.Index("ix_outcome_person", "tenant_id", "person_id", "made_at"),
    )

    sheet_id: Mapped[UUID]
    person_id: Mapped[UUID]
    instrument: Mapped[str] = mapped_column(comment="the key it was scored by")
    scores: Mapped[bytes] = sealed(comment="scales, bands, level, flags, risks, quality")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


MODELS = [Campaign, Invitation, GroupInvitation, Part, Sheet, Outcome]
