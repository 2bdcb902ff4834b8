"""How many answers of a sheet were given faster than one can read, page by page.

Revision ID: assessments_0009
Revises: assessments_0008
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "assessments_0009", "assessments_0008", None, None


def upgrade() -> None:
    op.add_column(
        "sheet",
        sa.Column(
            "hasty",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="answers given faster than one can read, page by page",
        ),
        schema="assessments",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
