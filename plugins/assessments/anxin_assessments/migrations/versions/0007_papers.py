"""Forms on paper: numbers that were printed, and what two people keyed.

Revision ID: assessments_0007
Revises: assessments_0006
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "assessments_0007", "assessments_0006", None, None


def upgrade() -> None:
    _run()
    _paper()
    ddl.protect("assessments.paper_run")
    ddl.protect("assessments.paper", clinical_subject="person_id")


def _run() -> None:
    op.create_table(
        "paper_run",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("paper_run"),
        _to("paper_run", "campaign_id", "assessments.campaign"),
        sa.CheckConstraint("count > 0", name=op.f("ck_paper_run_count")),
        sa.UniqueConstraint(
            "tenant_id", "campaign_id", "first", name=op.f("uq_paper_run_tenant_id_campaign_id_first")
        ),
        schema="assessments",
    )


def _paper() -> None:
    op.create_table(
        "paper",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="printed on the form"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="once", nullable=False),
        sa.Column("first", sa.LargeBinary(), nullable=True, comment="answers by instrument, as keyed first"),
        sa.Column("first_by", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second", sa.LargeBinary(), nullable=True, comment="as keyed again by somebody else"),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("differences", sa.Integer(), nullable=True, comment="how many answers differed"),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("paper"),
        _to("paper", "campaign_id", "assessments.campaign"),
        *(_to("paper", name, "core.person") for name in ("person_id", "first_by", "second_by", "settled_by")),
        sa.CheckConstraint("state IN ('once', 'differs', 'settled')", name=op.f("ck_paper_state")),
        sa.CheckConstraint("second_by <> first_by", name=op.f("ck_paper_two_people")),
        sa.CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name=op.f("ck_paper_settled")),
        sa.UniqueConstraint(
            "tenant_id", "campaign_id", "number", name=op.f("uq_paper_tenant_id_campaign_id_number")
        ),
        sa.UniqueConstraint(
            "tenant_id", "campaign_id", "person_id", name=op.f("uq_paper_tenant_id_campaign_id_person_id")
        ),
        schema="assessments",
    )
    op.create_index("ix_paper_person", "paper", ["tenant_id", "person_id"], schema="assessments")


def _keys(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f(f"fk_{table}_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    other = target.rpartition(".")[2]
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{target}.tenant_id", f"{target}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}_{other}"),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
