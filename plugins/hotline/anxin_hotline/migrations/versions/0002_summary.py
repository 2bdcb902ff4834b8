"""Monthly summaries, made once.

Revision ID: hotline_0002
Revises: hotline_0001
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "hotline_0002", "hotline_0001", None, None


def upgrade() -> None:
    op.create_table(
        "summary",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False, comment="2026-10"),
        sa.Column("file_id", sa.Uuid(), nullable=False, comment="of core's files, kind hotline.summary"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_summary_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_summary")),
        sa.UniqueConstraint("tenant_id", "month", name=op.f("uq_summary_tenant_id_month")),
        schema="hotline",
    )
    ddl.protect("hotline.summary")
