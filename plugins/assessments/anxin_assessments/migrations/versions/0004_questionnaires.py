"""Own questionnaires, their versions, sealed replies, and what is counted of them.

Revision ID: assessments_0004
Revises: assessments_0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0004", "assessments_0003", None, None


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        *_keys(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("form", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="see exchange/form.py"),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="of the newest published form",
        ),
        _made_at(),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_questionnaire_state")),
        *_ends("questionnaire"),
        schema="assessments",
    )
    op.create_index(
        "ix_questionnaire_state", "questionnaire", ["tenant_id", "state", "made_at"], schema="assessments"
    )
    ddl.protect("assessments.questionnaire")

    op.create_table(
        "questionnaire_version",
        *_keys(),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", pg.JSONB(astext_type=sa.Text()), nullable=False),
        _made_at(),
        _refers("questionnaire_version", "questionnaire_id", "assessments.questionnaire"),
        sa.UniqueConstraint(
            "tenant_id",
            "questionnaire_id",
            "number",
            name=op.f("uq_questionnaire_version_tenant_id_questionnaire_id_number"),
        ),
        *_ends("questionnaire_version"),
        schema="assessments",
    )
    ddl.protect("assessments.questionnaire_version")

    op.create_table(
        "reply",
        *_keys(),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False, comment="answers by question code"),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        _made_at(),
        sa.CheckConstraint("state IN ('open', 'submitted')", name=op.f("ck_reply_state")),
        _refers("reply", "version_id", "assessments.questionnaire_version"),
        _refers("reply", "person_id", "core.person"),
        sa.UniqueConstraint(
            "tenant_id", "version_id", "person_id", name=op.f("uq_reply_tenant_id_version_id_person_id")
        ),
        *_ends("reply"),
        schema="assessments",
    )
    op.create_index("ix_reply_person", "reply", ["tenant_id", "person_id"], schema="assessments")
    ddl.protect("assessments.reply", clinical_subject="person_id")

    op.create_table(
        "reply_tally",
        *_keys(),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column(
            "answer",
            sa.Text(),
            nullable=False,
            comment="an option's code, a number, a day or what was written",
        ),
        _refers("reply_tally", "version_id", "assessments.questionnaire_version"),
        *_ends("reply_tally"),
        schema="assessments",
    )
    op.create_index(
        "ix_reply_tally_version", "reply_tally", ["tenant_id", "version_id", "question"], schema="assessments"
    )
    ddl.protect("assessments.reply_tally", rights=ddl.APPEND_ONLY, clinical_subject="")


def _keys() -> tuple[sa.Column, ...]:
    return sa.Column("tenant_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False)


def _made_at() -> sa.Column:
    return sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_tenant_id_{column}_{to.partition('.')[2]}")
    return sa.ForeignKeyConstraint(["tenant_id", column], [f"{to}.tenant_id", f"{to}.id"], name=name)


def _ends(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f(f"fk_{table}_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
