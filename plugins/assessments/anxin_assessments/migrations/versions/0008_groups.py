"""Campaigns for a group for special help: whom they invite stands behind the wall.

Revision ID: assessments_0008
Revises: assessments_0007
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0008", "assessments_0007", None, None


def upgrade() -> None:
    op.add_column(
        "campaign",
        sa.Column(
            "group_id",
            sa.Uuid(),
            nullable=True,
            comment="a group for special help; who is in it, no union sees",
        ),
        schema="assessments",
    )
    op.create_foreign_key(
        op.f("fk_campaign_tenant_id_group_id_care_group"),
        "campaign",
        "care_group",
        ["tenant_id", "group_id"],
        ["tenant_id", "id"],
        source_schema="assessments",
        referent_schema="core",
    )
    op.create_check_constraint(
        op.f("ck_campaign_group_has_people"),
        "campaign",
        "group_id IS NULL OR mode <> 'anonymous'",
        schema="assessments",
    )
    op.create_table(
        "group_invitation",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("unit_id IS NULL", name=op.f("ck_group_invitation_no_unit")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_group_invitation_tenant_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id"],
            name=op.f("fk_group_invitation_tenant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_group_invitation_tenant_id_person_id_person"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_group_invitation")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "person_id",
            name=op.f("uq_group_invitation_tenant_id_campaign_id_person_id"),
        ),
        schema="assessments",
    )
    op.create_index(
        "ix_group_invitation_person", "group_invitation", ["tenant_id", "person_id"], schema="assessments"
    )
    ddl.protect("assessments.group_invitation", clinical_subject="person_id")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
