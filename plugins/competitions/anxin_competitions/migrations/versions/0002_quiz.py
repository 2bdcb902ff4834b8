"""The question bank of a quiz, and papers.

Revision ID: competitions_0002
Revises: competitions_0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "competitions_0002", "competitions_0001", None, None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Text, nullable=False, comment="one right option, several, or a statement to judge"
        ),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("options", pg.JSONB(astext_type=sa.Text), nullable=False),
        sa.Column(
            "right", pg.JSONB(astext_type=sa.Text), nullable=False, comment="which of `options`, from 0"
        ),
        sa.Column("points", sa.Integer(), server_default="1", nullable=False),
        sa.Column("topic", sa.Text, server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('one', 'many', 'judge')", name=op.f("ck_question_kind")),
        sa.CheckConstraint("points BETWEEN 1 AND 100", name=op.f("ck_question_points")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_question_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_question_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_question")),
        sa.UniqueConstraint(
            "tenant_id", "competition_id", "number", name=op.f("uq_question_tenant_id_competition_id_number")
        ),
        schema="competitions",
    )
    ddl.protect("competitions.question")
    op.create_table(
        "paper",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False, comment="the lot it was drawn by"),
        sa.Column(
            "drawn",
            pg.JSONB(astext_type=sa.Text),
            nullable=False,
            comment="[{kind, text, options, right, points}], options in the order shown",
        ),
        sa.Column(
            "answers",
            pg.JSONB(astext_type=sa.Text),
            server_default="{}",
            nullable=False,
            comment="number of the question, from 1 → options chosen",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when time is up; a short grace is for the network",
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True, comment="thousandths of 100 points"),
        sa.Column(
            "took", sa.Integer(), nullable=True, comment="milliseconds from the first question to the end"
        ),
        sa.CheckConstraint("(finished_at IS NULL) = (score IS NULL)", name=op.f("ck_paper_finished")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_paper_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_paper_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_paper_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_paper")),
        sa.UniqueConstraint(
            "tenant_id", "entry_id", "person_id", name=op.f("uq_paper_tenant_id_entry_id_person_id")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_paper_person", "paper", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.paper")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
