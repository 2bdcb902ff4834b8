"""Tenants (the directory), their org tree, switched-on modules, settings and service contracts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from anxin.kernel.db import Base, TenantModel, one_of, tenant_fk

KINDS = ("district_union", "enterprise_union", "agency")


class Tenant(Base):
    """A union or agency: the only table the application reads without entering (routing, sign-in page)."""

    __tablename__ = "tenant"
    __table_args__ = (
        one_of("kind", *KINDS),
        sa.UniqueConstraint("slug", name="tenant_slug_key"),  # as the first migration named it
        {"schema": "core"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("core.tenant.id"))
    hosts: Mapped[list[str]] = mapped_column(server_default="{}")
    brand: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    locale: Mapped[str] = mapped_column(server_default="zh_CN")
    config_version: Mapped[int] = mapped_column(server_default="1")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closed_at: Mapped[datetime | None]


class Unit(TenantModel):
    """A node of the org tree (厂 → 矿 → 队, any depth). `path` holds the ids from the root, for subtree reads."""

    __tablename__ = "unit"
    __constraints__ = (
        tenant_fk("parent_id", "core.unit"),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.Index("ix_unit_path", "tenant_id", "path"),
    )

    parent_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(comment="the union's own code, stable over renames")
    name: Mapped[str]
    path: Mapped[str] = mapped_column(
        sa.Text(collation="C"), comment="/id/id/… of all ancestors and itself, hex"
    )
    position: Mapped[int] = mapped_column(server_default="0")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    closed_at: Mapped[datetime | None] = mapped_column(comment="closed units keep their history")


class UnitMove(TenantModel):
    """A move, rename or closing of a unit, kept so that old figures can be explained."""

    __tablename__ = "unit_move"
    __constraints__ = (
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_unit_move_unit", "tenant_id", "unit_id", "moved_at"),
    )

    unit_id: Mapped[UUID]
    moved_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    what: Mapped[str] = mapped_column(comment="moved, renamed, merged, closed, reopened")
    before: Mapped[str | None]
    after: Mapped[str | None]


class Module(TenantModel):
    """A plugin this tenant has switched on, or had (`off_at`): data stays when it goes off."""

    __tablename__ = "module"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    on_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    off_at: Mapped[datetime | None]
    assessed_by: Mapped[UUID | None] = mapped_column(comment="who signed the impact assessment (PIPL 55)")
    assessed_at: Mapped[datetime | None]


class Setting(TenantModel):
    """A tenant's settings of one plugin or core room, validated by its schema before they are stored."""

    __tablename__ = "setting"
    __constraints__ = (sa.UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    value: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now(), onupdate=sa.func.now())


class Contract(TenantModel):
    """A service contract (服务合同): lets named staff of an agency act in this employer's tenant, in its scope and
    dates only. The row lives with the employer; the agency may read it (see the migration's second policy)."""

    __tablename__ = "contract"
    __constraints__ = (
        one_of("state", "draft", "running", "ended"),
        sa.CheckConstraint("ends_on >= starts_on", name="dates"),
        sa.CheckConstraint(
            "state <> 'running' OR (employer_signed_at IS NOT NULL AND agency_signed_at IS NOT NULL)",
            name="signed",
        ),
        sa.Index("ix_contract_agency", "tenant_id", "agency_id"),
    )

    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("core.tenant.id"))
    number: Mapped[str]
    services: Mapped[list[str]] = mapped_column(comment="modules covered: assessments, hotline, …")
    roles: Mapped[list[str]] = mapped_column(comment="roles its staff may take: counsellor, supervisor, duty")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str] = mapped_column(server_default="draft")
    employer_signed_at: Mapped[datetime | None]
    agency_signed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    terms: Mapped[dict[str, Any]] = mapped_column(
        pg.JSONB, server_default="{}", comment="caps, prices in fen, SLA"
    )
