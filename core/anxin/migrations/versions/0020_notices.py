"""More ways for a notice: the employer's messenger and text messages; quiet hours of one's own.

Revision ID: core_0020
Revises: core_0019
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0020", "core_0019", None, None

CHANNELS = {
    "notice_choice": "channel IN ('mail', 'messenger', 'sms')",
    "notice_delivery": "channel IN ('mail', 'messenger', 'sms', 'agency')",
}


def upgrade() -> None:
    for table, rule in CHANNELS.items():
        name = op.f(f"ck_{table}_channel")
        op.drop_constraint(name, table, schema="core", type_="check")
        op.create_check_constraint(name, table, rule, schema="core")
    op.create_table(
        "notice_quiet",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column(
            "quiet_from", sa.Text, nullable=False, comment="HH:MM here; the same time twice: never quiet"
        ),
        sa.Column("quiet_until", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_notice_quiet_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_notice_quiet_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_notice_quiet")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_notice_quiet_tenant_id_person_id")),
        schema="core",
    )
    ddl.protect("core.notice_quiet")
    op.create_index(
        "ix_notice_link",
        "notice",
        ["tenant_id", "link"],
        schema="core",
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_notice_delivery_person", "notice_delivery", ["tenant_id", "person_id"], schema="core")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
