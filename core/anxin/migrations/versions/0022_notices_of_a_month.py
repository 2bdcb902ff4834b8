"""Notices are counted by month for the page about sending, and kept for a time: both ask by when they were made.

Revision ID: core_0022
Revises: core_0021
"""

from alembic import op

revision, down_revision, branch_labels, depends_on = "core_0022", "core_0021", None, None


def upgrade() -> None:
    op.create_index("ix_notice_made", "notice", ["tenant_id", "made_at"], unique=False, schema="core")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
