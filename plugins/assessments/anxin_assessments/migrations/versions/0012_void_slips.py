"""Slips that were left over are void: their codes open nothing.

Revision ID: assessments_0012
Revises: assessments_0011
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "assessments_0012", "assessments_0011", None, None


def upgrade() -> None:
    op.add_column(
        "slip",
        sa.Column(
            "void",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="nobody answers with it any more",
        ),
        schema="assessments",
    )
    op.create_check_constraint(
        op.f("ck_slip_void"), "slip", "NOT void OR (finished AND answers IS NULL)", schema="assessments"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
