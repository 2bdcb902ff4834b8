"""Competitions, entries, heats, results, judging, rankings, objections, awards.

Revision ID: competitions_0001
Revises: None
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "competitions_0001", None, None, None


def upgrade() -> None:
    ddl.schema("competitions")
    op.create_table(
        "competition",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("preset", sa.Text, nullable=False),
        sa.Column("state", sa.Text, server_default="draft", nullable=False),
        sa.Column(
            "text",
            sa.Text,
            server_default="",
            nullable=False,
            comment="the rules as people read them (竞赛规程)",
        ),
        sa.Column("enter_from", sa.Date(), nullable=False),
        sa.Column("enter_until", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("place", sa.Text, server_default="", nullable=False),
        sa.Column(
            "rules", pg.JSONB(astext_type=sa.Text), nullable=False, comment="RuleSet: teams, points, judging"
        ),
        sa.Column("publicity_days", sa.Integer(), server_default="5", nullable=False, comment="working days"),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("publicity_until", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "preset IN ('sports', 'works', 'quiz', 'selection')", name=op.f("ck_competition_preset")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'running', 'checking', 'publicity', 'final')",
            name=op.f("ck_competition_state"),
        ),
        sa.CheckConstraint("enter_until >= enter_from", name=op.f("ck_competition_entering")),
        sa.CheckConstraint("publicity_days BETWEEN 1 AND 60", name=op.f("ck_competition_publicity_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_competition_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_competition")),
        schema="competitions",
    )
    op.create_index(
        "ix_competition_state",
        "competition",
        ["tenant_id", "state", "enter_from"],
        unique=False,
        schema="competitions",
    )
    ddl.protect("competitions.competition")
    op.create_table(
        "category",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column(
            "relay",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="team event: points count double",
        ),
        sa.Column(
            "unit_quota",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="entries a unit may send; 0: no bound",
        ),
        sa.Column(
            "lanes", sa.Integer(), server_default="8", nullable=False, comment="how many start together"
        ),
        sa.Column(
            "record",
            sa.Integer(),
            nullable=True,
            comment="mark of the standing record, in the measure's whole units",
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "minutes",
            sa.Integer(),
            server_default="15",
            nullable=False,
            comment="how long a heat takes with all around it",
        ),
        sa.CheckConstraint(
            "measure IN ('time', 'distance', 'count', 'points', 'place')", name=op.f("ck_category_measure")
        ),
        sa.CheckConstraint("unit_quota >= 0 AND lanes BETWEEN 1 AND 100", name=op.f("ck_category_bounds")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_category_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_category_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_category")),
        sa.UniqueConstraint(
            "tenant_id", "competition_id", "title", name=op.f("uq_category_tenant_id_competition_id_title")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_category_competition",
        "category",
        ["tenant_id", "competition_id", "position"],
        unique=False,
        schema="competitions",
    )
    ddl.protect("competitions.category")
    op.create_table(
        "entry",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("category_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False, comment="who entered, or leads the team"),
        sa.Column(
            "unit_id", sa.Uuid, nullable=False, comment="for whom they start; frozen when they entered"
        ),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="start number or entry number; the only name blind judges see",
        ),
        sa.Column(
            "title", sa.Text, server_default="", nullable=False, comment="title of a work, name of a team"
        ),
        sa.Column(
            "summary",
            sa.Text,
            server_default="",
            nullable=False,
            comment="what a work or a candidacy is about, without names",
        ),
        sa.Column("file_id", sa.Uuid, nullable=True, comment="the work"),
        sa.Column("redacted_id", sa.Uuid, nullable=True, comment="the copy without names that judges see"),
        sa.Column("state", sa.Text, server_default="submitted", nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_entry_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category_id"],
            ["competitions.category.tenant_id", "competitions.category.id"],
            name=op.f("fk_entry_tenant_id_category_id_category"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_entry_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_entry_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_entry_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_entry_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "tenant_id", "category_id", "number", name=op.f("uq_entry_tenant_id_category_id_number")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_entry_category",
        "entry",
        ["tenant_id", "category_id", "state"],
        unique=False,
        schema="competitions",
    )
    op.create_index(
        "ix_entry_person", "entry", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    op.create_index(
        "ix_entry_unit",
        "entry",
        ["tenant_id", "competition_id", "unit_id"],
        unique=False,
        schema="competitions",
    )
    op.create_index(
        "uq_entry_once",
        "entry",
        ["tenant_id", "category_id", "person_id"],
        unique=True,
        schema="competitions",
        postgresql_where=sa.text("state IN ('submitted', 'accepted')"),
    )
    ddl.protect("competitions.entry")
    op.create_table(
        "heat",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("category_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lanes", pg.JSONB(astext_type=sa.Text), nullable=False, comment="ids of entries, by lane"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category_id"],
            ["competitions.category.tenant_id", "competitions.category.id"],
            name=op.f("fk_heat_tenant_id_category_id_category"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_heat_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_heat")),
        sa.UniqueConstraint(
            "tenant_id", "category_id", "number", name=op.f("uq_heat_tenant_id_category_id_number")
        ),
        schema="competitions",
    )
    ddl.protect("competitions.heat")
    op.create_table(
        "judge",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_judge_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_judge_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_judge_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_judge")),
        sa.UniqueConstraint(
            "tenant_id",
            "competition_id",
            "person_id",
            name=op.f("uq_judge_tenant_id_competition_id_person_id"),
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_judge_person", "judge", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.judge")
    op.create_table(
        "objection",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_objection_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_objection_tenant_id_competition_id_competition"),
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
        schema="competitions",
    )
    op.create_index(
        "ix_objection_person", "objection", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    op.create_index(
        "ix_objection_competition",
        "objection",
        ["tenant_id", "competition_id", "state"],
        unique=False,
        schema="competitions",
    )
    ddl.protect("competitions.objection")
    op.create_table(
        "ranking",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="canonical JSON of marks, rules, places, points and totals",
        ),
        sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of body"),
        sa.Column(
            "reason",
            sa.Text,
            server_default="",
            nullable=False,
            comment="why a later version corrects the one before",
        ),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "checked_by", sa.Uuid, nullable=True, comment="the second person; without them it is a proposal"
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> made_by", name=op.f("ck_ranking_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checked_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_ranking_tenant_id_checked_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_ranking_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "made_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_ranking_tenant_id_made_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_ranking_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ranking")),
        sa.UniqueConstraint(
            "tenant_id", "competition_id", "version", name=op.f("uq_ranking_tenant_id_competition_id_version")
        ),
        schema="competitions",
    )
    ddl.protect("competitions.ranking")
    op.create_table(
        "assignment",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("judge_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False, comment="the judge, whose words are sealed here"),
        sa.Column("state", sa.Text, server_default="open", nullable=False),
        sa.Column(
            "given", pg.JSONB(astext_type=sa.Text), nullable=True, comment="points by line of the rubric"
        ),
        sa.Column("score", sa.Integer(), nullable=True, comment="thousandths of 100 points"),
        sa.Column("sealed_comment", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (score IS NOT NULL)", name=op.f("ck_assignment_done")),
        sa.CheckConstraint("state IN ('open', 'done', 'recused')", name=op.f("ck_assignment_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_assignment_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "judge_id"],
            ["competitions.judge.tenant_id", "competitions.judge.id"],
            name=op.f("fk_assignment_tenant_id_judge_id_judge"),
            ondelete="CASCADE",
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
        sa.UniqueConstraint(
            "tenant_id", "judge_id", "entry_id", name=op.f("uq_assignment_tenant_id_judge_id_entry_id")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_assignment_entry", "assignment", ["tenant_id", "entry_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.assignment")
    op.create_table(
        "award",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("competition_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=True),
        sa.Column("person_id", sa.Uuid, nullable=True),
        sa.Column("unit_id", sa.Uuid, nullable=True),
        sa.Column("title", sa.Text, nullable=False, comment="一等奖、第一名、优秀组织奖 …"),
        sa.Column("prize", sa.Text, server_default="", nullable=False),
        sa.Column("cost_fen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("number", sa.Text, nullable=False, comment="on the certificate"),
        sa.Column("code", sa.Text, nullable=False, comment="unguessable; in the certificate's QR code"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_award_to_whom")),
        sa.CheckConstraint("cost_fen >= 0", name=op.f("ck_award_cost")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competition_id"],
            ["competitions.competition.tenant_id", "competitions.competition.id"],
            name=op.f("fk_award_tenant_id_competition_id_competition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_award_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_award_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_award_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_award_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_award")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_award_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_award_tenant_id_number")),
        schema="competitions",
    )
    op.create_index(
        "ix_award_competition", "award", ["tenant_id", "competition_id"], unique=False, schema="competitions"
    )
    op.create_index(
        "ix_award_person", "award", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.award")
    op.create_table(
        "member",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_member_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_member_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_member_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint(
            "tenant_id", "entry_id", "person_id", name=op.f("uq_member_tenant_id_entry_id_person_id")
        ),
        schema="competitions",
    )
    op.create_index(
        "ix_member_person", "member", ["tenant_id", "person_id"], unique=False, schema="competitions"
    )
    ddl.protect("competitions.member")
    op.create_table(
        "result",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=True, comment="whole units of the measure"),
        sa.Column("outcome", sa.Text, server_default="ok", nullable=False),
        sa.Column("written_by", sa.Uuid, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid, nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(mark IS NULL) = (outcome <> 'ok')", name=op.f("ck_result_mark")),
        sa.CheckConstraint("outcome IN ('ok', 'dns', 'dnf', 'dsq')", name=op.f("ck_result_outcome")),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> written_by", name=op.f("ck_result_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "checked_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_result_tenant_id_checked_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "entry_id"],
            ["competitions.entry.tenant_id", "competitions.entry.id"],
            name=op.f("fk_result_tenant_id_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "written_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_result_tenant_id_written_by_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_result_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_result")),
        sa.UniqueConstraint("tenant_id", "entry_id", name=op.f("uq_result_tenant_id_entry_id")),
        schema="competitions",
    )
    ddl.protect("competitions.result")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
