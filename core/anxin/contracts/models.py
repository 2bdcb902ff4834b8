"""What two parties agreed on and what came of it. Every row lives with the employer; `agency_id` lets the agency of the
contract read it (second policy), `parent_id` the union above (see the migration).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import TenantModel, one_of, tenant_fk


class ContractVersion(TenantModel):
    """One wording of a contract: the first, or a later amendment. A signature counts for exactly this content
    (`digest`); changing a word takes both signatures away."""

    __tablename__ = "contract_version"
    __constraints__ = (
        tenant_fk("contract_id", "core.contract"),
        one_of("state", "proposed", "agreed", "withdrawn"),
        one_of("proposed_by", "employer", "agency"),
        sa.CheckConstraint(
            "state <> 'agreed' OR (employer_signed_at IS NOT NULL AND agency_signed_at IS NOT NULL)",
            name="signed",
        ),
        sa.UniqueConstraint("tenant_id", "contract_id", "number"),
        sa.Index(
            "ix_contract_version_open",
            "tenant_id",
            "contract_id",
            unique=True,
            postgresql_where=sa.text("state = 'proposed'"),
        ),
    )

    contract_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    number: Mapped[int]
    proposed_by: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(pg.JSONB, comment="services, roles, dates, terms")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the canonical content: what a signature is for")
    state: Mapped[str] = mapped_column(server_default="proposed")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    employer_signed_at: Mapped[datetime | None]
    employer_signer: Mapped[str | None] = mapped_column(comment="the officer's name, as on paper")
    agency_signed_at: Mapped[datetime | None]
    agency_signer: Mapped[str | None] = mapped_column(comment="the manager's name, as on paper")


class ServiceUnit(TenantModel):
    """One service given (人次): what, on which day, how long, at which price. Nobody's name and no way back to one:
    the id is a keyed hash of what the module calls it, and the day has no hour."""

    __tablename__ = "service_unit"
    __constraints__ = (
        tenant_fk("contract_id", "core.contract"),
        tenant_fk("statement_id", "core.statement"),
        one_of("kind", "session", "call", "interpretation", "visit", "group", "lecture", "report"),
        sa.CheckConstraint("minutes >= 0 AND price_fen >= 0", name="amounts"),
        sa.Index("ix_service_unit_contract", "tenant_id", "contract_id", "done_on"),
    )

    contract_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    module: Mapped[str]
    kind: Mapped[str]
    done_on: Mapped[date]
    minutes: Mapped[int]
    price_fen: Mapped[int] = mapped_column(comment="as agreed on that day")
    statement_id: Mapped[UUID | None] = mapped_column(comment="the statement that bills it; once")


class Statement(TenantModel):
    """A month's bill (月度结算单), issued once and never changed. Kinds with fewer than k units are not on it: they
    wait for a later month."""

    __tablename__ = "statement"
    __constraints__ = (
        tenant_fk("contract_id", "core.contract"),
        sa.UniqueConstraint("tenant_id", "contract_id", "month"),
    )

    contract_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    month: Mapped[date] = mapped_column(comment="its first day")
    number: Mapped[str]
    lines: Mapped[list[Any]] = mapped_column(pg.JSONB, comment="kind, units, minutes, price and sum in fen")
    total_fen: Mapped[int]
    issued_at: Mapped[datetime]


class SessionUse(TenantModel):
    """How many sessions a person has used of what the contract allows them a year."""

    __tablename__ = "session_use"
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("person_id", "core.person"),
        tenant_fk("contract_id", "core.contract"),
        sa.UniqueConstraint("tenant_id", "contract_id", "person_id", "year"),
    )

    person_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    year: Mapped[int]
    used: Mapped[int]
    changed_at: Mapped[datetime]


class ClosingStep(TenantModel):
    """One line of what has to be done when a contract has ended: access, hand-over, return, deletion."""

    __tablename__ = "closing_step"
    __constraints__ = (
        tenant_fk("contract_id", "core.contract"),
        one_of("code", "access", "shifts", "assignments", "handover", "return", "delete", "receipt"),
        one_of("side", "system", "employer", "agency"),
        sa.UniqueConstraint("tenant_id", "contract_id", "code"),
    )

    contract_id: Mapped[UUID]
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    code: Mapped[str]
    side: Mapped[str] = mapped_column(comment="who has to do it")
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(comment="the officer's or manager's name; null: a job")
    count: Mapped[int | None] = mapped_column(comment="how many sessions ended, shifts freed, …")


class Rollup(TenantModel):
    """A month's figures a union has published to the one above it: suppressed before, signed, readable there only
    while it stands."""

    __tablename__ = "rollup"
    __constraints__ = (
        one_of("state", "published", "withdrawn"),
        sa.UniqueConstraint("tenant_id", "month"),
    )

    parent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    month: Mapped[date] = mapped_column(comment="its first day")
    figures: Mapped[list[Any]] = mapped_column(pg.JSONB, comment="code, value or null; suppressed before")
    note: Mapped[str] = mapped_column(comment="a signed note (C2SP) over the digest of the figures")
    state: Mapped[str] = mapped_column(server_default="published")
    published_at: Mapped[datetime]
    publisher: Mapped[str] = mapped_column(comment="the officer's name")
    withdrawn_at: Mapped[datetime | None]
