"""WeCom, DingTalk and Feishu: a tenant's app there and who is who; a sign-in may wait for more than a provider.

Revision ID: core_0011
Revises: core_0010
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0011", "core_0010", None, None

NOW = sa.text("now()")
YES, NO = sa.text("true"), sa.text("false")


def upgrade() -> None:
    op.create_table(
        "messenger",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("vendor", sa.Text, nullable=False),
        sa.Column("corp", sa.Text, nullable=False),
        sa.Column("app", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=True, comment="DingTalk: messages go under it"),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("api", sa.Text, nullable=True, comment="a private or government deployment's own address"),
        sa.Column("login", sa.Text, nullable=True),
        sa.Column(
            "match_by",
            sa.Text,
            server_default="number",
            nullable=False,
            comment="what finds a person on the roster at the first sign-in",
        ),
        sa.Column("signs_in", sa.Boolean(), server_default=YES, nullable=False),
        sa.Column("sends", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column(
            "admits_unknown",
            sa.Boolean(),
            server_default=NO,
            nullable=False,
            comment="JIT with the lowest role",
        ),
        sa.Column("is_on", sa.Boolean(), server_default=YES, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("vendor IN ('wecom', 'dingtalk', 'feishu')", name=op.f("ck_messenger_vendor")),
        sa.CheckConstraint("match_by IN ('number', 'user_id', 'mobile')", name=op.f("ck_messenger_match_by")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_messenger_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messenger")),
        sa.UniqueConstraint("tenant_id", "vendor", "corp", name=op.f("uq_messenger_tenant_id_vendor_corp")),
        schema="core",
    )
    ddl.protect("core.messenger")
    op.create_table(
        "messenger_account",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("messenger_id", sa.Uuid, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "messenger_id"],
            ["core.messenger.tenant_id", "core.messenger.id"],
            name=op.f("fk_messenger_account_tenant_id_messenger_id_messenger"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_messenger_account_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_messenger_account_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messenger_account")),
        sa.UniqueConstraint(
            "tenant_id",
            "messenger_id",
            "account",
            name=op.f("uq_messenger_account_tenant_id_messenger_id_account"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "messenger_id",
            "person_id",
            name=op.f("uq_messenger_account_tenant_id_messenger_id_person_id"),
        ),
        schema="core",
    )
    ddl.protect("core.messenger_account")
    _widen_pending()


def _widen_pending() -> None:
    op.add_column(
        "pending_sign_in", sa.Column("kind", sa.Text, server_default="oidc", nullable=False), schema="core"
    )
    op.add_column("pending_sign_in", sa.Column("messenger_id", sa.Uuid, nullable=True), schema="core")
    op.add_column(
        "pending_sign_in", sa.Column("tries", sa.Integer(), server_default="0", nullable=False), schema="core"
    )
    op.alter_column("pending_sign_in", "provider_id", nullable=True, schema="core")
    op.create_check_constraint(
        op.f("ck_pending_sign_in_kind"),
        "pending_sign_in",
        "kind IN ('oidc', 'messenger', 'factor', 'passkey')",
        schema="core",
    )
    op.create_foreign_key(
        op.f("fk_pending_sign_in_tenant_id_messenger_id_messenger"),
        "pending_sign_in",
        "messenger",
        ["tenant_id", "messenger_id"],
        ["tenant_id", "id"],
        source_schema="core",
        referent_schema="core",
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
