"""Team rules of one event, where they differ from the competition's.

Revision ID: competitions_0004
Revises: competitions_0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision, down_revision, branch_labels, depends_on = "competitions_0004", "competitions_0003", None, None


def upgrade() -> None:
    op.add_column(
        "category",
        sa.Column(
            "team", pg.JSONB, nullable=True, comment="where its teams differ from the competition's rules"
        ),
        schema="competitions",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
