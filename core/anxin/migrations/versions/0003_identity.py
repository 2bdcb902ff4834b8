"""People, roles, sign-in.

Revision ID: core_0003
Revises: core_0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0003", "core_0002", None, None


def upgrade() -> None:
    op.create_table(
        "provider",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False, comment="short code used in the sign-in address"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("metadata", pg.JSONB(astext_type=sa.Text), server_default="{}", nullable=False),
        sa.Column("number_claim", sa.Text, server_default="employee_number", nullable=False),
        sa.Column(
            "admits_unknown",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="JIT with the lowest role",
        ),
        sa.Column("is_on", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_provider_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_provider")),
        sa.UniqueConstraint(
            "tenant_id", "issuer", "client_id", name=op.f("uq_provider_tenant_id_issuer_client_id")
        ),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_provider_tenant_id_name")),
        schema="core",
    )
    ddl.protect("core.provider")
    op.create_table(
        "role",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("grants", pg.JSONB(astext_type=sa.Text), nullable=False),
        sa.Column(
            "helper",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="only staff under a contract may hold it; clinical grants live here alone",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_role_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_role")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_role_tenant_id_name")),
        schema="core",
    )
    ddl.protect("core.role")
    op.create_table(
        "pending_sign_in",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("pending", sa.LargeBinary(), nullable=False),
        sa.Column("next_path", sa.Text, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "provider_id"],
            ["core.provider.tenant_id", "core.provider.id"],
            name=op.f("fk_pending_sign_in_tenant_id_provider_id_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_pending_sign_in_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_pending_sign_in")),
        sa.UniqueConstraint("tenant_id", "state_hash", name=op.f("uq_pending_sign_in_tenant_id_state_hash")),
        schema="core",
    )
    ddl.protect("core.pending_sign_in")
    op.create_table(
        "person",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, server_default="employee", nullable=False),
        sa.Column("state", sa.Text, server_default="active", nullable=False),
        sa.Column("number", sa.Text, nullable=True, comment="employee number (工号)"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column(
            "sort_key", sa.Text(collation="C"), nullable=False, comment="pinyin, with the surname read right"
        ),
        sa.Column("unit_id", sa.Uuid, nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("gender", sa.Text, nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True, comment="{phone, email}"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column(
            "traits",
            pg.JSONB(astext_type=sa.Text),
            server_default="{}",
            nullable=False,
            comment="job kind, shift …",
        ),
        sa.Column("confidential", sa.LargeBinary(), nullable=True, comment="hardship groups: helpers only"),
        sa.Column("locale", sa.Text, nullable=True),
        sa.Column("contract_id", sa.Uuid, nullable=True),
        sa.Column("home_tenant_id", sa.Uuid, nullable=True, comment="agency staff: their agency"),
        sa.Column("home_person_id", sa.Uuid, nullable=True, comment="agency staff: who they are there"),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'agency_staff') = (contract_id IS NOT NULL)", name=op.f("ck_person_contract")
        ),
        sa.CheckConstraint(
            "kind IN ('employee', 'outsourced', 'family', 'agency_staff', 'volunteer')",
            name=op.f("ck_person_kind"),
        ),
        sa.CheckConstraint("state IN ('active', 'left', 'erased')", name=op.f("ck_person_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["core.contract.tenant_id", "core.contract.id"],
            name=op.f("fk_person_tenant_id_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_person_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_person_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_person_tenant_id_number")),
        schema="core",
    )
    op.create_index("ix_person_phone", "person", ["tenant_id", "phone_index"], unique=False, schema="core")
    op.create_index("ix_person_sort", "person", ["tenant_id", "sort_key", "id"], unique=False, schema="core")
    op.create_index("ix_person_unit", "person", ["tenant_id", "unit_id"], unique=False, schema="core")
    ddl.protect("core.person")
    op.create_table(
        "assignment",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("helper_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, comment="short code: crisis, request, referral"),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "helper_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_assignment_tenant_id_helper_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_assignment_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_assignment_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_assignment")),
        schema="core",
    )
    op.create_index(
        "ix_assignment_helper",
        "assignment",
        ["tenant_id", "helper_id", "person_id"],
        unique=False,
        schema="core",
    )
    ddl.protect("core.assignment", clinical_subject="person_id")
    op.create_table(
        "link",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('activate', 'reset')", name=op.f("ck_link_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_link_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_link_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_link")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_link_tenant_id_token_hash")),
        schema="core",
    )
    ddl.protect("core.link")
    op.create_table(
        "login",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False, comment="e-mail or employee number, lower-cased"),
        sa.Column("password", sa.Text, nullable=True, comment="Argon2id; null until activated"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_login_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_login_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_login")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_login_tenant_id_name")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_login_tenant_id_person_id")),
        schema="core",
    )
    ddl.protect("core.login")
    op.create_table(
        "membership",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "pledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="confidentiality agreement signed (helpers)",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_membership_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_membership_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_membership_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "tenant_id",
            "person_id",
            "role",
            "unit_id",
            name=op.f("uq_membership_tenant_id_person_id_role_unit_id"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="core",
    )
    op.create_index(
        "ix_membership_person", "membership", ["tenant_id", "person_id"], unique=False, schema="core"
    )
    ddl.protect("core.membership")
    op.create_table(
        "provider_account",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("provider_id", sa.Uuid, nullable=False),
        sa.Column("sub", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_provider_account_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "provider_id"],
            ["core.provider.tenant_id", "core.provider.id"],
            name=op.f("fk_provider_account_tenant_id_provider_id_provider"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_provider_account_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_provider_account")),
        sa.UniqueConstraint(
            "tenant_id", "provider_id", "sub", name=op.f("uq_provider_account_tenant_id_provider_id_sub")
        ),
        schema="core",
    )
    ddl.protect("core.provider_account")
    op.create_table(
        "sign_in",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, server_default="browser", nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("method", sa.Text, nullable=False, comment="local, oidc, contract, token"),
        sa.Column("name", sa.Text, nullable=True, comment="a token's name"),
        sa.Column("device", sa.Text, nullable=True, comment="browser and system, coarse"),
        sa.Column(
            "permissions",
            pg.ARRAY(sa.Text),
            nullable=True,
            comment="a token's narrower rights; null: all of the person's",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('browser', 'token')", name=op.f("ck_sign_in_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_sign_in_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_sign_in_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_sign_in_tenant_id_token_hash")),
        schema="core",
    )
    op.create_index("ix_sign_in_person", "sign_in", ["tenant_id", "person_id"], unique=False, schema="core")
    ddl.protect("core.sign_in")
    ddl.no_statistics("core.person", "name", "number", "phone_index", "email_index")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
