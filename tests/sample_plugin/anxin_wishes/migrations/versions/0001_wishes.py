"""Wishes.

Revision ID: wishes_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "wishes_0001", None, None, None


def upgrade() -> None:
    ddl.schema("wishes")
    op.create_table(
        "wish",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("core.tenant.id"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'granted')", name=op.f("ck_wish_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id", "person_id"], ["core.person.tenant_id", "core.person.id"]),
        schema="wishes",
    )
    op.create_index("ix_wish_person", "wish", ["tenant_id", "person_id", "made_at"], schema="wishes")
    ddl.protect("wishes.wish")
