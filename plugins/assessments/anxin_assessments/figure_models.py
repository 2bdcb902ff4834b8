"""Tables of figures: finished rounds as numbers without a person, their sums, and what was published of them.

`Tally` and `Change` are appended by a job, `Rollup` is what a worker folds tallies into, `Frozen` is what has
left through disclosure control and never moves again.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, tenant_fk
from anxin_assessments.models import SCHEMA

FOUR = ("recovered", "improved", "unchanged", "worse")


class Tally(TenantModel):
    """One scale of one result as a number: unit, band, level, nobody's name. A job appends it.

    Clinical without a subject: only jobs and the figures door read it, since one row alone could be
    somebody's result. What leaves has passed disclosure control.
    """

    __tablename__ = "tally"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_tally_campaign", "tenant_id", "campaign_id", "instrument"),
    )

    campaign_id: Mapped[UUID]
    instrument: Mapped[str]
    scale: Mapped[str] = mapped_column(server_default="", comment="empty: the main scale")
    unit_id: Mapped[UUID | None]
    band: Mapped[str] = mapped_column(comment="of the main scale")
    level: Mapped[int | None] = mapped_column(comment="0 to 3, beside the main scale")
    score: Mapped[Decimal] = mapped_column(sa.Numeric, comment="for means")


class Rollup(TenantModel):
    """Tallies folded: how many people, and the sum of their scores."""

    __tablename__ = "rollup"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        tenant_fk("campaign_id", "assessments.campaign"),
        tenant_fk("unit_id", "core.unit"),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "instrument",
            "scale",
            "unit_id",
            "band",
            "level",
            name="uq_rollup_group",
            postgresql_nulls_not_distinct=True,
        ),
    )

    campaign_id: Mapped[UUID]
    instrument: Mapped[str]
    scale: Mapped[str]
    unit_id: Mapped[UUID | None]
    band: Mapped[str]
    level: Mapped[int | None]
    people: Mapped[int]
    score: Mapped[Decimal] = mapped_column(sa.Numeric, comment="sum")


class Change(TenantModel):
    """Before and after of somebody who finished two rounds with the same edition; nobody's name."""

    __tablename__ = "change"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        one_of("state", *FOUR),
        tenant_fk("campaign_id", "assessments.campaign"),
        sa.Index("ix_change_campaign", "tenant_id", "campaign_id", "instrument"),
    )

    campaign_id: Mapped[UUID] = mapped_column(comment="the later round")
    instrument: Mapped[str]
    before: Mapped[Decimal] = mapped_column(sa.Numeric)
    after: Mapped[Decimal] = mapped_column(sa.Numeric)
    state: Mapped[str | None] = mapped_column(comment="null: the key knows no reliable change")


class Frozen(TenantModel):
    """A released figure of a finished campaign, kept as it was published: it is shown, never counted again."""

    __tablename__ = "frozen"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("kind", "wave", "change", "target"),
        tenant_fk("campaign_id", "assessments.campaign"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "kind", "instrument", "place"),
    )

    campaign_id: Mapped[UUID]
    kind: Mapped[str]
    instrument: Mapped[str] = mapped_column(server_default="")
    place: Mapped[int] = mapped_column(comment="its line in the table")
    figures: Mapped[dict[str, Any]] = mapped_column(pg.JSONB)


MODELS = [Tally, Rollup, Change, Frozen]
