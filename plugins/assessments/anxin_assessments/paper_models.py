"""Forms on paper: their numbers, and what two people keyed of each before it counts."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk
from anxin_assessments.models import SCHEMA


class PaperRun(TenantModel):
    """Forms printed for a campaign: `count` numbers from `first` on, the same number on every page of a form."""

    __tablename__ = "paper_run"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        sa.CheckConstraint("count > 0", name="count"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "first"),
    )

    campaign_id: Mapped[UUID]
    first: Mapped[int]
    count: Mapped[int]
    made_at: Mapped[datetime]


class Paper(TenantModel):
    """One form on its way in: keyed once, keyed again by somebody else, settled. The two keyings go when it is."""

    __tablename__ = "paper"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        one_of("state", "once", "differs", "settled"),
        sa.CheckConstraint("second_by <> first_by", name="two_people"),
        sa.CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled"),
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("first_by", "core.person"),
        tenant_fk("second_by", "core.person"),
        tenant_fk("settled_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "number"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "person_id"),
        sa.Index("ix_paper_person", "tenant_id", "person_id"),
    )

    campaign_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="printed on the form")
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="once")
    first: Mapped[bytes | None] = sealed(nullable=True, comment="answers by instrument, as keyed first")
    first_by: Mapped[UUID]
    first_at: Mapped[datetime]
    second: Mapped[bytes | None] = sealed(nullable=True, comment="as keyed again by somebody else")
    second_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
    differences: Mapped[int | None] = mapped_column(comment="how many answers differed")
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


MODELS = [PaperRun, Paper]
