"""Two keys also open a case about somebody without an account, whose facts the module that raised it keeps.

Revision ID: core_0019
Revises: core_0018
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "core_0019", "core_0018", None, None


def upgrade() -> None:
    op.alter_column(
        "break_glass",
        "person_id",
        schema="core",
        existing_type=sa.Uuid(),
        nullable=True,
        comment="null: a case without a person, known to a module",
    )
    op.create_check_constraint(
        op.f("ck_break_glass_about"),
        "break_glass",
        "person_id IS NOT NULL OR crisis_id IS NOT NULL",
        schema="core",
    )
