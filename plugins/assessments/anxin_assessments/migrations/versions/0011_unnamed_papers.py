"""Sheets of paper of anonymous campaigns, while two people key them.

Revision ID: assessments_0011
Revises: assessments_0010
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0011", "assessments_0010", None, None


def upgrade() -> None:
    op.create_table(
        "unnamed_paper",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="anonymous", nullable=False),
        sa.Column(
            "ticket", sa.LargeBinary(), nullable=False, comment="keyed hash of the code: once per ticket"
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="as the ticket says"),
        sa.Column(
            "mark", sa.Text(), nullable=False, comment="the code's first signs, to find the sheet in the pile"
        ),
        sa.Column("state", sa.Text(), server_default="once", nullable=False),
        sa.Column(
            "first",
            sa.LargeBinary(),
            nullable=False,
            comment="as keyed first; sealed under the tenant's key",
        ),
        sa.Column("first_by", sa.Uuid(), nullable=False, comment="who keyed it; nobody knows who answered"),
        sa.Column("second", sa.LargeBinary(), nullable=True, comment="as keyed again by somebody else"),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("differences", sa.Integer(), nullable=True, comment="how many answers differed"),
        sa.CheckConstraint("mode IN ('anonymous')", name=op.f("ck_unnamed_paper_mode")),
        sa.CheckConstraint("state IN ('once', 'differs')", name=op.f("ck_unnamed_paper_state")),
        sa.CheckConstraint("second_by <> first_by", name=op.f("ck_unnamed_paper_two_people")),
        sa.CheckConstraint(
            "(state = 'differs') = (second_by IS NOT NULL)", name=op.f("ck_unnamed_paper_differs")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "mode"],
            ["assessments.campaign.tenant_id", "assessments.campaign.id", "assessments.campaign.mode"],
            name=op.f("fk_unnamed_paper_tenant_id_campaign_id_mode_campaign"),
        ),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"core.{target}.tenant_id", f"core.{target}.id"],
                name=op.f(f"fk_unnamed_paper_tenant_id_{column}_{target}"),
            )
            for column, target in (("unit_id", "unit"), ("first_by", "person"), ("second_by", "person"))
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_unnamed_paper_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unnamed_paper")),
        sa.UniqueConstraint(
            "tenant_id",
            "campaign_id",
            "ticket",
            name=op.f("uq_unnamed_paper_tenant_id_campaign_id_ticket"),
        ),
        schema="assessments",
    )
    ddl.protect("assessments.unnamed_paper", clinical_subject="")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
