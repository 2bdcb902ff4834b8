"""Submitted sheets by their time: the workbench counts the last days without reading a tenant's whole history.

Revision ID: assessments_0002
Revises: assessments_0001
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "assessments_0002", "assessments_0001", None, None


def upgrade() -> None:
    op.create_index(
        "ix_sheet_submitted",
        "sheet",
        ["tenant_id", "submitted_at"],
        schema="assessments",
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
