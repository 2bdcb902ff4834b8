"""Tables of anonymous campaigns: no column says who, and none says when.

A ticket is a code that its own signature proves; nothing about it is stored until somebody answers with it. A
`Slip` collects the answers of one ticket. When enough slips are finished, a job shuffles them and moves them,
all in one transaction, into `AnonymousSheet`, so that neither the order nor the time of rows tells anything.
The database itself keeps both tables to campaigns whose mode is anonymous.
"""

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, tenant_fk
from anxin_assessments.models import SCHEMA


def _only_anonymous() -> tuple[Any, ...]:
    """A row belongs to a campaign whose mode is "anonymous", and to no other."""
    return (
        one_of("mode", "anonymous"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
        ),
    )


class Slip(TenantModel):
    """The answers given with one ticket so far, under the tenant's key. Gone when they were moved."""

    __tablename__ = "slip"
    __schema__ = SCHEMA
    __data_class__ = "assessment"
    __constraints__ = (
        *_only_anonymous(),
        sa.CheckConstraint("NOT void OR (finished AND answers IS NULL)", name="void"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "ticket"),
    )

    campaign_id: Mapped[UUID]
    mode: Mapped[str] = mapped_column(server_default="anonymous")
    ticket: Mapped[bytes] = mapped_column(comment="keyed hash of the code: once per ticket")
    unit_id: Mapped[UUID | None] = mapped_column(comment="a unit large enough, as the ticket says")
    answers: Mapped[bytes | None] = mapped_column(comment="sealed; null once they were moved")
    finished: Mapped[bool] = mapped_column(server_default=sa.false())
    void: Mapped[bool] = mapped_column(server_default=sa.false(), comment="nobody answers with it any more")


class AnonymousSheet(TenantModel):
    """One instrument answered by nobody in particular."""

    __tablename__ = "anonymous_sheet"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        *_only_anonymous(),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_anonymous_sheet_campaign", "tenant_id", "campaign_id", "instrument"),
    )

    campaign_id: Mapped[UUID]
    mode: Mapped[str] = mapped_column(server_default="anonymous")
    instrument: Mapped[str]
    unit_id: Mapped[UUID | None]
    answers: Mapped[bytes] = mapped_column(comment="sealed under the tenant's key")


class TicketPack(TenantModel):
    """Tickets printed as slips: how many for a unit. The codes are on the paper and nowhere else."""

    __tablename__ = "ticket_pack"
    __schema__ = SCHEMA
    __constraints__ = (
        *_only_anonymous(),
        tenant_fk("unit_id", "core.unit"),
        sa.CheckConstraint("count > 0", name="count"),
        sa.Index("ix_ticket_pack_campaign", "tenant_id", "campaign_id"),
    )

    campaign_id: Mapped[UUID]
    mode: Mapped[str] = mapped_column(server_default="anonymous")
    unit_id: Mapped[UUID | None] = mapped_column(comment="as its tickets say")
    count: Mapped[int]


class UnnamedPaper(TenantModel):
    """A sheet of paper on its way in, by the ticket on it: keyed once, keyed again by somebody else. When both agree, or
    the paper has settled it, the answers go the way of every ticket and this row goes in the same transaction."""

    __tablename__ = "unnamed_paper"
    __schema__ = SCHEMA
    __clinical__ = True
    __data_class__ = "assessment"
    __constraints__ = (
        *_only_anonymous(),
        one_of("state", "once", "differs"),
        sa.CheckConstraint("second_by <> first_by", name="two_people"),
        sa.CheckConstraint("(state = 'differs') = (second_by IS NOT NULL)", name="differs"),
        tenant_fk("unit_id", "core.unit"),
        tenant_fk("first_by", "core.person"),
        tenant_fk("second_by", "core.person"),
        sa.UniqueConstraint("tenant_id", "campaign_id", "ticket"),
    )

    campaign_id: Mapped[UUID]
    mode: Mapped[str] = mapped_column(server_default="anonymous")
    ticket: Mapped[bytes] = mapped_column(comment="keyed hash of the code: once per ticket")
    unit_id: Mapped[UUID | None] = mapped_column(comment="as the ticket says")
    mark: Mapped[str] = mapped_column(comment="the code's first signs, to find the sheet in the pile")
    state: Mapped[str] = mapped_column(server_default="once")
    first: Mapped[bytes] = mapped_column(comment="as keyed first; sealed under the tenant's key")
    first_by: Mapped[UUID] = mapped_column(comment="who keyed it; nobody knows who answered")
    second: Mapped[bytes | None] = mapped_column(comment="as keyed again by somebody else")
    second_by: Mapped[UUID | None]
    differences: Mapped[int | None] = mapped_column(comment="how many answers differed")


def random_id() -> UUID:
    """An id that does not tell when it was made."""
    return uuid4()


MODELS = [Slip, AnonymousSheet, TicketPack, UnnamedPaper]
