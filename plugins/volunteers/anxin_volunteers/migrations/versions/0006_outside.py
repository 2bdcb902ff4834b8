"""Applications from outside, and what a call asks of its own.

Revision ID: volunteers_0006
Revises: volunteers_0005
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0006", "volunteers_0005", None, None


def upgrade() -> None:
    op.add_column(
        "call",
        sa.Column(
            "questions",
            sa.ARRAY(sa.Text),
            server_default="{}",
            nullable=False,
            comment="what it asks beside the usual",
        ),
        schema="volunteers",
    )
    op.alter_column("volunteer", "application", comment="{why, skills, times, asked}", schema="volunteers")
    op.create_table(
        "outside",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False, comment="empty once they are a person"),
        sa.Column(
            "token_hash", sa.LargeBinary, nullable=False, comment="of the secret in the applicant's own link"
        ),
        sa.Column(
            "details",
            sa.LargeBinary,
            nullable=True,
            comment="{phone, email, token, why, skills, times, asked}",
        ),
        sa.Column(
            "agreed_version", sa.Integer, nullable=False, comment="of the text the applicant agreed to"
        ),
        sa.Column("state", sa.Text, server_default="applied", nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid, nullable=True),
        sa.Column("person_id", sa.Uuid, nullable=True, comment="who they became"),
        sa.Column(
            "ends_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="deleted after this, decided or not",
        ),
        sa.CheckConstraint("state IN ('applied', 'approved', 'declined')", name=op.f("ck_outside_state")),
        sa.CheckConstraint("(state = 'approved') = (person_id IS NOT NULL)", name=op.f("ck_outside_person")),
        sa.CheckConstraint("state <> 'approved' OR details IS NULL", name=op.f("ck_outside_details")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["volunteers.call.tenant_id", "volunteers.call.id"],
            name=op.f("fk_outside_tenant_id_call_id_call"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_outside_tenant_id_decided_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_outside_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_outside_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outside")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_outside_tenant_id_token_hash")),
        schema="volunteers",
    )
    for name, columns in (
        ("ix_outside_state", ["tenant_id", "state", "applied_at"]),
        ("ix_outside_call", ["tenant_id", "call_id", "applied_at"]),
        ("ix_outside_person", ["tenant_id", "person_id"]),
        ("ix_outside_ends", ["tenant_id", "ends_at"]),
    ):
        op.create_index(name, "outside", columns, unique=False, schema="volunteers")
    ddl.protect("volunteers.outside")
