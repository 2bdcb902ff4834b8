"""Imports of rosters, remembered headings, and the groups that are due special help, out of the roster itself.

Revision ID: core_0016
Revises: core_0015
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.kernel import ddl

revision, down_revision, branch_labels, depends_on = "core_0016", "core_0015", None, None

MOMENT = sa.DateTime(timezone=True)
NOW, NO = sa.text("now()"), sa.text("false")


def _table(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f(f"fk_{name}_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{name}")),
        schema="core",
    )


def _to(name: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"core.{target}.tenant_id", f"core.{target}.id"],
        name=op.f(f"fk_{name}_tenant_id_{column}_{target}"),
    )


def upgrade() -> None:
    _groups()
    _imports()
    op.drop_column("person", "confidential", schema="core")


def _groups() -> None:
    _table(
        "care_group",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("about", sa.Text, server_default="", nullable=False),
        sa.Column("made_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("listed_at", MOMENT, nullable=True, comment="when the union last brought a list"),
        sa.Column(
            "listed_rows",
            sa.Integer,
            nullable=True,
            comment="how many rows of it were understood, new or not",
        ),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_care_group_tenant_id_name")),
    )
    ddl.protect("core.care_group")
    _table(
        "care_group_member",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        _to("care_group_member", "person_id", "person"),
        _to("care_group_member", "group_id", "care_group"),
    )
    op.create_index(
        "ix_care_group_member_person", "care_group_member", ["tenant_id", "person_id"], schema="core"
    )
    op.create_index(
        "uq_care_group_member_now",
        "care_group_member",
        ["tenant_id", "group_id", "person_id"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("until IS NULL"),
    )
    ddl.no_statistics("core.care_group_member", "person_id", "group_id")
    ddl.protect("core.care_group_member", clinical_subject="person_id")


def _imports() -> None:
    _table(
        "roster_heading",
        sa.Column("heading", sa.Text, nullable=False, comment="without spaces, width, case, stars, brackets"),
        sa.Column("field", sa.Text, nullable=True, comment="null: leave it alone"),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "heading", name=op.f("uq_roster_heading_tenant_id_heading")),
    )
    ddl.protect("core.roster_heading")
    _table(
        "roster_import",
        sa.Column("kind", sa.Text, server_default="roster", nullable=False),
        sa.Column("state", sa.Text, server_default="draft", nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=True),
        sa.Column("group_id", sa.Uuid, nullable=True, comment="kind group: the group the list is for"),
        sa.Column(
            "complete",
            sa.Boolean,
            server_default=NO,
            nullable=False,
            comment="it names everybody: who is missing leaves",
        ),
        sa.Column(
            "leavers_seen", sa.Integer, nullable=True, comment="how many leavers somebody has agreed to"
        ),
        sa.Column("counts", pg.JSONB(astext_type=sa.Text), server_default="{}", nullable=False),
        sa.Column("failures_id", sa.Uuid, nullable=True, comment="the rows that were refused, as a workbook"),
        sa.Column("task_id", sa.Uuid, nullable=True),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('roster', 'group')", name=op.f("ck_roster_import_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'asks', 'done')", name=op.f("ck_roster_import_state")
        ),
        _to("roster_import", "made_by", "person"),
        _to("roster_import", "group_id", "care_group"),
    )
    op.create_index("ix_roster_import_made", "roster_import", ["tenant_id", "made_at"], schema="core")
    ddl.protect("core.roster_import")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
