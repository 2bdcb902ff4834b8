"""The licensed words a tenant brings, with the licence they come under.

Revision ID: assessments_0003
Revises: assessments_0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0003", "assessments_0002", None, None


def upgrade() -> None:
    op.create_table(
        "own_wording",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False, comment='instrument edition: "scl90_cn-1"'),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column(
            "words",
            pg.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="lead_in, items, options, item_options",
        ),
        sa.Column("holder", sa.Text(), nullable=False, comment="who granted the licence"),
        sa.Column(
            "number", sa.Text(), nullable=False, comment="of the licence or of the letter that grants it"
        ),
        sa.Column(
            "expires_on", sa.Date(), nullable=True, comment="after this day the words are not shown any more"
        ),
        sa.Column("file_id", sa.Uuid(), nullable=True, comment="the licence itself (core.file)"),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('active', 'retired')", name=op.f("ck_own_wording_state")),
        sa.CheckConstraint("locale IN ('zh_CN', 'en')", name=op.f("ck_own_wording_locale")),
        sa.CheckConstraint("length(holder) > 0 AND length(number) > 0", name=op.f("ck_own_wording_licence")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_own_wording_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_own_wording")),
        schema="assessments",
    )
    op.create_index(
        "uq_own_wording_active",
        "own_wording",
        ["tenant_id", "instrument", "locale"],
        unique=True,
        schema="assessments",
        postgresql_where=sa.text("state = 'active'"),
    )
    ddl.protect("assessments.own_wording")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
