"""Packs of tickets printed as slips for an anonymous campaign: how many, for which unit, and no code.

Revision ID: assessments_0010
Revises: assessments_0009
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0010", "assessments_0009", None, None


def upgrade() -> None:
    op.create_table(
        "ticket_pack",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="anonymous", nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="as its tickets say"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('anonymous')", name=op.f("ck_ticket_pack_mode")),
        sa.CheckConstraint("count > 0", name=op.f("ck_ticket_pack_count")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
            name=op.f("fk_ticket_pack_tenant_id_campaign_id_mode_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_ticket_pack_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_ticket_pack_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ticket_pack")),
        schema="assessments",
    )
    op.create_index(
        op.f("ix_ticket_pack_campaign"), "ticket_pack", ["tenant_id", "campaign_id"], schema="assessments"
    )
    ddl.protect("assessments.ticket_pack")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
