"""Whoever applies from outside confirms how they are reached before they are taken on.

Revision ID: volunteers_0007
Revises: volunteers_0006
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "volunteers_0007", "volunteers_0006", None, None


def upgrade() -> None:
    for column in (
        sa.Column("reach", sa.LargeBinary, nullable=True, comment="keyed hash of where they are written to"),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the message with the link to confirm, last sent",
        ),
        sa.Column("refused", sa.Text, nullable=True, comment="why that message will never arrive"),
        sa.Column("confirm_hash", sa.LargeBinary, nullable=True, comment="of the secret in that message"),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "confirmed_by_way",
            sa.Text,
            nullable=True,
            comment="its link was opened, or somebody spoke to them",
        ),
        sa.Column("confirmed_by", sa.Uuid, nullable=True, comment="who spoke to them"),
    ):
        op.add_column("outside", column, schema="volunteers")
    op.create_check_constraint(
        op.f("ck_outside_confirmed_by_way"),
        "outside",
        "confirmed_by_way IN ('link', 'talk')",
        schema="volunteers",
    )
    op.create_check_constraint(
        op.f("ck_outside_confirmed"),
        "outside",
        "(confirmed_at IS NULL) = (confirmed_by_way IS NULL)",
        schema="volunteers",
    )
    op.create_foreign_key(
        op.f("fk_outside_tenant_id_confirmed_by_person"),
        "outside",
        "person",
        ["tenant_id", "confirmed_by"],
        ["tenant_id", "id"],
        source_schema="volunteers",
        referent_schema="core",
    )
    op.create_unique_constraint(
        op.f("uq_outside_tenant_id_confirm_hash"),
        "outside",
        ["tenant_id", "confirm_hash"],
        schema="volunteers",
    )
    op.create_index("ix_outside_reach", "outside", ["tenant_id", "reach", "asked_at"], schema="volunteers")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
