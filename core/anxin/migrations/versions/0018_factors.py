"""Second factors, a phone that signs a desktop in, and the employer's directory (SCIM).

Revision ID: core_0018
Revises: core_0017
"""

import sqlalchemy as sa
from alembic import op

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0018", "core_0017", None, None

# roles that were founded before the column was there and whose tenant files say so
STAFF = ("union_admin", "auditor", "agency_manager", "supervisor", "counsellor", "duty")


def upgrade() -> None:
    _columns()
    _authenticator()
    _passkey()
    _recovery_code()
    _known_device()
    _phone_sign_in()
    _scim_token()
    _scim_user()
    _scim_group()
    _scim_member()


def _columns() -> None:
    flag = {"server_default": sa.text("false"), "nullable": False}
    op.add_column(
        "role",
        sa.Column(
            "second_factor", sa.Boolean(), comment="whoever holds it signs in with a second factor", **flag
        ),
        schema="core",
    )
    op.add_column(
        "sign_in",
        sa.Column("strong", sa.Boolean(), comment="a second factor or a passkey was shown", **flag),
        schema="core",
    )
    op.add_column(
        "sign_in",
        sa.Column(
            "proved_at", sa.DateTime(timezone=True), nullable=True, comment="who it is was last proved anew"
        ),
        schema="core",
    )
    op.alter_column(
        "sign_in",
        "method",
        comment="local, oidc, wecom, dingtalk, feishu, passkey, phone, contract, token",
        schema="core",
    )
    op.execute("ALTER TABLE core.role NO FORCE ROW LEVEL SECURITY")
    named = ", ".join(f"'{name}'" for name in STAFF)
    op.execute(f"UPDATE core.role SET second_factor = true WHERE helper OR name IN ({named})")  # noqa: S608
    op.execute("ALTER TABLE core.role FORCE ROW LEVEL SECURITY")


def _authenticator() -> None:
    op.create_table(
        "authenticator",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_authenticator_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_authenticator_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_authenticator")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_authenticator_tenant_id_person_id")),
        schema="core",
    )

    ddl.protect("core.authenticator")


def _passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_passkey_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_passkey_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("tenant_id", "credential", name=op.f("uq_passkey_tenant_id_credential")),
        schema="core",
    )
    op.create_index("ix_passkey_person", "passkey", ["tenant_id", "person_id"], unique=False, schema="core")

    ddl.protect("core.passkey")


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_recovery_code_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_recovery_code_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "code_hash", name=op.f("uq_recovery_code_tenant_id_person_id_code_hash")
        ),
        schema="core",
    )

    ddl.protect("core.recovery_code")


def _known_device() -> None:
    op.create_table(
        "known_device",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_known_device_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_known_device_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_known_device")),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "token_hash",
            name=op.f("uq_known_device_tenant_id_person_id_token_hash"),
        ),
        schema="core",
    )
    ddl.protect("core.known_device")


def _phone_sign_in() -> None:
    op.create_table(
        "phone_sign_in",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desk_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False, comment="to draw the picture again"),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="two digits on the desktop, picked on the phone"
        ),
        sa.Column("state", sa.Text(), server_default="shown", nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column(
            "strong",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="the phone had a second factor",
        ),
        sa.Column("device", sa.Text(), nullable=True, comment="the desktop's browser and system, coarse"),
        sa.Column("next_path", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('shown', 'confirmed', 'refused', 'used')", name=op.f("ck_phone_sign_in_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_phone_sign_in_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_phone_sign_in_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_phone_sign_in")),
        sa.UniqueConstraint("tenant_id", "code_hash", name=op.f("uq_phone_sign_in_tenant_id_code_hash")),
        sa.UniqueConstraint("tenant_id", "desk_hash", name=op.f("uq_phone_sign_in_tenant_id_desk_hash")),
        schema="core",
    )

    ddl.protect("core.phone_sign_in")


def _scim_token() -> None:
    op.create_table(
        "scim_token",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_scim_token_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_token")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_scim_token_tenant_id_token_hash")),
        schema="core",
    )

    ddl.protect("core.scim_token")


def _scim_user() -> None:
    op.create_table(
        "scim_user",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False, comment="lower-cased"),
        sa.Column("external_name", sa.Text(), nullable=True, comment="the directory's own id (externalId)"),
        sa.Column(
            "document", sa.LargeBinary(), nullable=False, comment="the user as the directory last wrote it"
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_scim_user_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_scim_user_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_user")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_scim_user_tenant_id_person_id")),
        sa.UniqueConstraint("tenant_id", "user_name", name=op.f("uq_scim_user_tenant_id_user_name")),
        schema="core",
    )
    op.create_index(
        "ix_scim_user_external", "scim_user", ["tenant_id", "external_name"], unique=False, schema="core"
    )

    ddl.protect("core.scim_user")


def _scim_group() -> None:
    op.create_table(
        "scim_group",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("external_name", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IS NULL OR unit_id IS NULL", name=op.f("ck_scim_group_one_meaning")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_scim_group_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_scim_group_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_group")),
        sa.UniqueConstraint("tenant_id", "title", name=op.f("uq_scim_group_tenant_id_title")),
        schema="core",
    )

    ddl.protect("core.scim_group")


def _scim_member() -> None:
    op.create_table(
        "scim_member",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["core.scim_group.tenant_id", "core.scim_group.id"],
            name=op.f("fk_scim_member_tenant_id_group_id_scim_group"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_scim_member_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_scim_member_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_scim_member")),
        sa.UniqueConstraint(
            "tenant_id", "group_id", "person_id", name=op.f("uq_scim_member_tenant_id_group_id_person_id")
        ),
        schema="core",
    )
    op.create_index(
        "ix_scim_member_person", "scim_member", ["tenant_id", "person_id"], unique=False, schema="core"
    )

    ddl.protect("core.scim_member")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
