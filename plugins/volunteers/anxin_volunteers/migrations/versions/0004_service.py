"""Hours, corrections, the list of thanks, objections.

Revision ID: volunteers_0004
Revises: volunteers_0003
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0004", "volunteers_0003", None, None


def upgrade() -> None:
    op.create_table(
        "recognition",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("least_hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text, server_default="draft", nullable=False),
        sa.Column("public_until", sa.Date(), nullable=True, comment="last day objections are heard"),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (public_until IS NULL)", name=op.f("ck_recognition_public")),
        sa.CheckConstraint("state IN ('draft', 'public', 'granted')", name=op.f("ck_recognition_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_recognition_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_recognition")),
        sa.UniqueConstraint("tenant_id", "year", name=op.f("uq_recognition_tenant_id_year")),
        schema="volunteers",
    )
    ddl.protect("volunteers.recognition")
    op.create_table(
        "award",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("recognition_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="confirmed in the year"),
        sa.Column("total", sa.Integer(), nullable=False, comment="minutes confirmed in all years up to it"),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text, server_default="listed", nullable=False),
        sa.Column("number", sa.Text, nullable=True, comment="of the certificate; cannot be guessed"),
        sa.Column("file_id", sa.Uuid, nullable=True),
        sa.CheckConstraint("state <> 'granted' OR number IS NOT NULL", name=op.f("ck_award_number")),
        sa.CheckConstraint("state IN ('listed', 'removed', 'granted')", name=op.f("ck_award_state")),
        sa.CheckConstraint("stars BETWEEN 0 AND 5", name=op.f("ck_award_stars")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"],
            ["core.file.tenant_id", "core.file.id"],
            name=op.f("fk_award_tenant_id_file_id_file"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_award_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "recognition_id"],
            ["volunteers.recognition.tenant_id", "volunteers.recognition.id"],
            name=op.f("fk_award_tenant_id_recognition_id_recognition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_award_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_award")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_award_tenant_id_number")),
        sa.UniqueConstraint(
            "tenant_id",
            "recognition_id",
            "person_id",
            name=op.f("uq_award_tenant_id_recognition_id_person_id"),
        ),
        schema="volunteers",
    )
    op.create_index("ix_award_person", "award", ["tenant_id", "person_id"], unique=False, schema="volunteers")
    ddl.protect("volunteers.award")
    op.create_table(
        "objection",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("award_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False, comment="who objects"),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'upheld', 'rejected')", name=op.f("ck_objection_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "award_id"],
            ["volunteers.award.tenant_id", "volunteers.award.id"],
            name=op.f("fk_objection_tenant_id_award_id_award"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_objection_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_objection_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_objection")),
        schema="volunteers",
    )
    op.create_index(
        "ix_objection_award", "objection", ["tenant_id", "award_id"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_objection_person", "objection", ["tenant_id", "person_id"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.objection")
    op.create_table(
        "service",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("signup_id", sa.Uuid, nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=True, comment="what was done, in the person's words"),
        sa.Column("source", sa.Text, server_default="self", nullable=False),
        sa.Column("state", sa.Text, server_default="claimed", nullable=False),
        sa.Column("decided_by", sa.Uuid, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('checkin', 'self')", name=op.f("ck_service_source")),
        sa.CheckConstraint("state IN ('claimed', 'confirmed', 'refused')", name=op.f("ck_service_state")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_service_minutes")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_service_tenant_id_decided_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_service_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "signup_id"],
            ["volunteers.signup.tenant_id", "volunteers.signup.id"],
            name=op.f("fk_service_tenant_id_signup_id_signup"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_service_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service")),
        schema="volunteers",
    )
    op.create_index(
        "ix_service_person",
        "service",
        ["tenant_id", "person_id", "on_day"],
        unique=False,
        schema="volunteers",
    )
    op.create_index(
        "ix_service_state", "service", ["tenant_id", "state", "made_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "uq_service_signup",
        "service",
        ["tenant_id", "signup_id"],
        unique=True,
        schema="volunteers",
        postgresql_where=sa.text("signup_id IS NOT NULL"),
    )
    ddl.protect("volunteers.service")
    op.create_table(
        "service_change",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("service_id", sa.Uuid, nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('typo', 'longer', 'shorter', 'duplicate')", name=op.f("ck_service_change_reason")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "changed_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_service_change_tenant_id_changed_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"],
            ["volunteers.service.tenant_id", "volunteers.service.id"],
            name=op.f("fk_service_change_tenant_id_service_id_service"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_service_change_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_service_change")),
        schema="volunteers",
    )
    op.create_index(
        "ix_service_change",
        "service_change",
        ["tenant_id", "service_id", "changed_at"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.service_change")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
