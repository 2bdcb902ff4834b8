"""Consent: present answers and their history; requests about one's data.

Revision ID: core_0005
Revises: core_0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0005", "core_0004", None, None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_consent_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_consent_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "purpose", name=op.f("uq_consent_tenant_id_person_id_purpose")
        ),
        schema="core",
    )
    ddl.protect("core.consent", clinical_subject="person_id")
    op.create_table(
        "consent_decision",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column(
            "text_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the text as it was shown"
        ),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.Text, nullable=False, comment="page, api, paper"),
        sa.CheckConstraint(
            "answer IN ('agreed', 'refused', 'withdrawn')", name=op.f("ck_consent_decision_answer")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_consent_decision_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_consent_decision_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_consent_decision")),
        schema="core",
    )
    op.create_index(
        "ix_consent_decision_person",
        "consent_decision",
        ["tenant_id", "person_id", "decided_at"],
        unique=False,
        schema="core",
    )
    ddl.protect("core.consent_decision", clinical_subject="person_id")
    op.create_table(
        "data_request",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "failed",
            pg.ARRAY(sa.Text),
            server_default="{}",
            nullable=False,
            comment="rooms and plugins that could not answer yet",
        ),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('export', 'erase')", name=op.f("ck_data_request_kind")),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_data_request_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_data_request_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_data_request_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_data_request")),
        schema="core",
    )
    op.create_index(
        "ix_data_request_person",
        "data_request",
        ["tenant_id", "person_id", "made_at"],
        unique=False,
        schema="core",
    )
    ddl.protect("core.data_request", clinical_subject="person_id")
    op.execute("REVOKE UPDATE, DELETE ON core.consent_decision FROM anxin_app")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
