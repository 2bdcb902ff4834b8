"""Calls, volunteers, teams, appointments, staffing, competence.

Revision ID: volunteers_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0001", None, None, None


def upgrade() -> None:
    ddl.schema("volunteers")
    op.create_table(
        "competence",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("months", sa.Integer(), nullable=True, comment="how long it holds; null: for good"),
        sa.Column(
            "proof",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="a certificate is to be shown",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("months > 0", name=op.f("ck_competence_months")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_competence_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_competence")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_competence_tenant_id_code")),
        schema="volunteers",
    )
    ddl.protect("volunteers.competence")
    op.create_table(
        "duty_role",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column(
            "requires", pg.ARRAY(sa.Text), server_default="{}", nullable=False, comment="codes of competences"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_duty_role_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_duty_role")),
        sa.UniqueConstraint("tenant_id", "title", name=op.f("uq_duty_role_tenant_id_title")),
        schema="volunteers",
    )
    ddl.protect("volunteers.duty_role")
    op.create_table(
        "call",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, server_default="", nullable=False),
        sa.Column("public", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True, comment="how many are wanted; null: no limit"),
        sa.Column(
            "unit_id", sa.Uuid, nullable=True, comment="for whom: the unit and all below; null: everybody"
        ),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text, server_default="draft", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_call_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_call_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_call_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_call")),
        schema="volunteers",
    )
    op.create_index(
        "ix_call_state", "call", ["tenant_id", "state", "made_at"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.call")
    op.create_table(
        "staffing",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.CheckConstraint("post IN ('liaison', 'lead', 'guide')", name=op.f("ck_staffing_post")),
        sa.CheckConstraint("least BETWEEN 0 AND 50", name=op.f("ck_staffing_least")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_staffing_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_staffing_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staffing")),
        sa.UniqueConstraint("tenant_id", "unit_id", "post", name=op.f("uq_staffing_tenant_id_unit_id_post")),
        schema="volunteers",
    )
    ddl.protect("volunteers.staffing")
    op.create_table(
        "team",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, server_default="team", nullable=False),
        sa.Column("about", sa.Text, server_default="", nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=True, comment="where it serves: the unit and all below it"),
        sa.Column("least", sa.Integer(), server_default="3", nullable=False),
        sa.Column("most", sa.Integer(), server_default="20", nullable=False),
        sa.Column(
            "qualified_least",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="so many members hold one of `competences`",
        ),
        sa.Column(
            "competences",
            pg.ARRAY(sa.Text),
            server_default="{}",
            nullable=False,
            comment="codes of competences",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('team', 'squad')", name=op.f("ck_team_kind")),
        sa.CheckConstraint("least >= 1 AND most >= least", name=op.f("ck_team_size")),
        sa.CheckConstraint("qualified_least >= 0", name=op.f("ck_team_qualified")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_team_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_team_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_team")),
        schema="volunteers",
    )
    op.create_index("ix_team_made", "team", ["tenant_id", "made_at"], unique=False, schema="volunteers")
    ddl.protect("volunteers.team")
    op.create_table(
        "member",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("team_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("part", sa.Text, server_default="member", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("part IN ('leader', 'member')", name=op.f("ck_member_part")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_member_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"],
            ["volunteers.team.tenant_id", "volunteers.team.id"],
            name=op.f("fk_member_tenant_id_team_id_team"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_member_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_member")),
        schema="volunteers",
    )
    op.create_index(
        "ix_member_person", "member", ["tenant_id", "person_id"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_member_team", "member", ["tenant_id", "team_id", "since"], unique=False, schema="volunteers"
    )
    op.create_index(
        "uq_member_now",
        "member",
        ["tenant_id", "team_id", "person_id"],
        unique=True,
        schema="volunteers",
        postgresql_where=sa.text("until IS NULL"),
    )
    ddl.protect("volunteers.member")
    op.create_table(
        "post",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("post IN ('liaison', 'lead', 'guide')", name=op.f("ck_post_post")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_post_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["core.unit.tenant_id", "core.unit.id"],
            name=op.f("fk_post_tenant_id_unit_id_unit"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_post_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_post")),
        schema="volunteers",
    )
    op.create_index("ix_post_person", "post", ["tenant_id", "person_id"], unique=False, schema="volunteers")
    op.create_index(
        "ix_post_unit", "post", ["tenant_id", "unit_id", "post"], unique=False, schema="volunteers"
    )
    op.create_index(
        "uq_post_now",
        "post",
        ["tenant_id", "unit_id", "post", "person_id"],
        unique=True,
        schema="volunteers",
        postgresql_where=sa.text("until IS NULL"),
    )
    ddl.protect("volunteers.post")
    op.create_table(
        "qualification",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("competence_id", sa.Uuid, nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True, comment="{number, issuer} of the certificate"),
        sa.Column("source", sa.Text, server_default="proof", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="last day it holds; null: for good"),
        sa.Column("state", sa.Text, server_default="claimed", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid, nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "lapsed_at", sa.DateTime(timezone=True), nullable=True, comment="when its end was carried out"
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('proof', 'course')", name=op.f("ck_qualification_source")),
        sa.CheckConstraint(
            "state IN ('claimed', 'verified', 'refused', 'revoked')", name=op.f("ck_qualification_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competence_id"],
            ["volunteers.competence.tenant_id", "volunteers.competence.id"],
            name=op.f("fk_qualification_tenant_id_competence_id_competence"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_qualification_tenant_id_decided_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_qualification_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_qualification_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_qualification")),
        schema="volunteers",
    )
    op.create_index(
        "ix_qualification_person",
        "qualification",
        ["tenant_id", "person_id", "competence_id"],
        unique=False,
        schema="volunteers",
    )
    op.create_index(
        "ix_qualification_state",
        "qualification",
        ["tenant_id", "state", "expires_on"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.qualification")
    op.create_table(
        "volunteer",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=True),
        sa.Column("application", sa.LargeBinary(), nullable=True, comment="{why, skills, times}"),
        sa.Column("state", sa.Text, server_default="applied", nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid, nullable=True),
        sa.Column(
            "trial_until", sa.DateTime(timezone=True), nullable=True, comment="end of the probation (见习期)"
        ),
        sa.Column(
            "pledged_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="confidentiality agreement signed",
        ),
        sa.Column("pledge_version", sa.Integer(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('applied', 'trial', 'active', 'paused', 'declined', 'left')",
            name=op.f("ck_volunteer_state"),
        ),
        sa.CheckConstraint(
            "(pledged_at IS NULL) = (pledge_version IS NULL)", name=op.f("ck_volunteer_pledge")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "call_id"],
            ["volunteers.call.tenant_id", "volunteers.call.id"],
            name=op.f("fk_volunteer_tenant_id_call_id_call"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "decided_by"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_volunteer_tenant_id_decided_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_volunteer_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_volunteer_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_volunteer_tenant_id_person_id")),
        schema="volunteers",
    )
    op.create_index(
        "ix_volunteer_call", "volunteer", ["tenant_id", "call_id"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_volunteer_state",
        "volunteer",
        ["tenant_id", "state", "applied_at"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.volunteer")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
