"""Notices, their deliveries and people's choices.

Revision ID: core_0007
Revises: core_0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0007", "core_0006", None, None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="code of a NoticeKind"),
        sa.Column(
            "params",
            pg.JSONB(astext_type=sa.Text),
            server_default="{}",
            nullable=False,
            comment="codes, numbers and dates of the text",
        ),
        sa.Column(
            "link",
            sa.Text,
            nullable=False,
            comment="path in this tenant; under a contract, in the employer's",
        ),
        sa.Column(
            "contract_id",
            sa.Uuid,
            nullable=True,
            comment="the employer's contract to enter by; the row is theirs",
        ),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("key", sa.Text, nullable=True, comment="the same key again is the same notice"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_notice_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_notice_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint("tenant_id", "person_id", "key", name=op.f("uq_notice_tenant_id_person_id_key")),
        schema="core",
    )
    op.create_index(
        "ix_notice_inbox", "notice", ["tenant_id", "person_id", "made_at"], unique=False, schema="core"
    )
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["tenant_id", "person_id"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    ddl.protect("core.notice", clinical_subject="person_id")
    op.create_table(
        "notice_choice",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('mail')", name=op.f("ck_notice_choice_channel")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_notice_choice_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_notice_choice_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice_choice")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "channel", name=op.f("uq_notice_choice_tenant_id_person_id_channel")
        ),
        schema="core",
    )
    ddl.protect("core.notice_choice")
    op.create_table(
        "notice_delivery",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("notice_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "error", sa.Text, nullable=True, comment="class of the last failure, or why it was skipped"
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'agency')", name=op.f("ck_notice_delivery_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'skipped', 'failed')", name=op.f("ck_notice_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "notice_id"],
            ["core.notice.tenant_id", "core.notice.id"],
            name=op.f("fk_notice_delivery_tenant_id_notice_id_notice"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_notice_delivery_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_notice_delivery_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint(
            "tenant_id", "notice_id", "channel", name=op.f("uq_notice_delivery_tenant_id_notice_id_channel")
        ),
        schema="core",
    )
    ddl.protect("core.notice_delivery", clinical_subject="person_id")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
