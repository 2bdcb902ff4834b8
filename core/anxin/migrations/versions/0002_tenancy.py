"""Org tree, modules, settings, service contracts.

Revision ID: core_0002
Revises: core_0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0002", "core_0001", None, None


def upgrade() -> None:
    op.create_table(
        "contract",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column(
            "services", pg.ARRAY(sa.Text), nullable=False, comment="modules covered: assessments, hotline, …"
        ),
        sa.Column(
            "roles",
            pg.ARRAY(sa.Text),
            nullable=False,
            comment="roles its staff may take: counsellor, supervisor, duty",
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text, server_default="draft", nullable=False),
        sa.Column("employer_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agency_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "terms",
            pg.JSONB(astext_type=sa.Text),
            server_default="{}",
            nullable=False,
            comment="caps, prices in fen, SLA",
        ),
        sa.CheckConstraint(
            "state <> 'running' OR (employer_signed_at IS NOT NULL AND agency_signed_at IS NOT NULL)",
            name=op.f("ck_contract_signed"),
        ),
        sa.CheckConstraint("state IN ('draft', 'running', 'ended')", name=op.f("ck_contract_state")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_dates")),
        sa.ForeignKeyConstraint(["agency_id"], ["core.tenant.id"], name=op.f("fk_contract_agency_id_tenant")),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_contract_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract")),
        schema="core",
    )
    op.create_index("ix_contract_agency", "contract", ["tenant_id", "agency_id"], unique=False, schema="core")
    ddl.protect("core.contract")
    op.create_table(
        "module",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("on_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "assessed_by", sa.Uuid, nullable=True, comment="who signed the impact assessment (PIPL 55)"
        ),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_module_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_module")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_module_tenant_id_name")),
        schema="core",
    )
    ddl.protect("core.module")
    op.create_table(
        "setting",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", pg.JSONB(astext_type=sa.Text), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_setting_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_setting")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_setting_tenant_id_name")),
        schema="core",
    )
    ddl.protect("core.setting")
    op.create_table(
        "unit",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid, nullable=True),
        sa.Column("code", sa.Text, nullable=False, comment="the union's own code, stable over renames"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column(
            "path",
            sa.Text(collation="C"),
            nullable=False,
            comment="/id/id/… of all ancestors and itself, hex",
        ),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "closed_at", sa.DateTime(timezone=True), nullable=True, comment="closed units keep their history"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_unit_tenant_id_parent_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_unit_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_unit_tenant_id_code")),
        schema="core",
    )
    op.create_index("ix_unit_path", "unit", ["tenant_id", "path"], unique=False, schema="core")
    ddl.protect("core.unit")
    op.create_table(
        "unit_move",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("what", sa.Text, nullable=False, comment="moved, renamed, closed, reopened"),
        sa.Column("before", sa.Text, nullable=True),
        sa.Column("after", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_unit_move_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_unit_move_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unit_move")),
        schema="core",
    )
    ddl.protect("core.unit_move")
    # the agency reads its contracts (it signs through its own service); rows stay the employer's
    op.execute(
        "CREATE POLICY agency ON core.contract FOR SELECT TO anxin_app USING (agency_id = (SELECT guard.tenant()))"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
