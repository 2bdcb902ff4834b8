"""Courses, lessons and who came; meetings with their notes; notices of teams; the proof of a qualification.

Revision ID: volunteers_0005
Revises: volunteers_0004
"""

import sqlalchemy as sa
from alembic import op

from anxin.plugin import ddl

revision, down_revision, branch_labels, depends_on = "volunteers_0005", "volunteers_0004", None, None


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("about", sa.Text, server_default="", nullable=False),
        sa.Column(
            "competence_id", sa.Uuid, nullable=True, comment="granted to whoever came to enough lessons"
        ),
        sa.Column(
            "lessons",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="how many lessons make it whole",
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lessons BETWEEN 1 AND 100", name=op.f("ck_course_lessons")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "competence_id"],
            ["volunteers.competence.tenant_id", "volunteers.competence.id"],
            name=op.f("fk_course_tenant_id_competence_id_competence"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_course_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_course")),
        schema="volunteers",
    )
    op.create_index("ix_course_made", "course", ["tenant_id", "made_at"], unique=False, schema="volunteers")
    ddl.protect("volunteers.course")
    op.create_table(
        "lesson",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("course_id", sa.Uuid, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text, server_default="", nullable=False),
        sa.Column("seats", sa.Integer(), server_default="20", nullable=False),
        sa.Column("trainer_id", sa.Uuid, nullable=True),
        sa.Column("state", sa.Text, server_default="planned", nullable=False),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_lesson_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_lesson_time")),
        sa.CheckConstraint("seats BETWEEN 1 AND 1000", name=op.f("ck_lesson_seats")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "course_id"],
            ["volunteers.course.tenant_id", "volunteers.course.id"],
            name=op.f("fk_lesson_tenant_id_course_id_course"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "trainer_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_lesson_tenant_id_trainer_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_lesson_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lesson")),
        schema="volunteers",
    )
    op.create_index(
        "ix_lesson_course",
        "lesson",
        ["tenant_id", "course_id", "starts_at"],
        unique=False,
        schema="volunteers",
    )
    op.create_index(
        "ix_lesson_time", "lesson", ["tenant_id", "state", "starts_at"], unique=False, schema="volunteers"
    )
    op.create_index(
        "ix_lesson_trainer", "lesson", ["tenant_id", "trainer_id"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.lesson")
    op.create_table(
        "meeting",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("team_id", sa.Uuid, nullable=True),
        sa.Column("lead_id", sa.Uuid, nullable=True, comment="who leads it"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text, server_default="", nullable=False),
        sa.Column("state", sa.Text, server_default="planned", nullable=False),
        sa.CheckConstraint("kind IN ('supervision', 'debrief', 'team')", name=op.f("ck_meeting_kind")),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_meeting_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_meeting_time")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_meeting_tenant_id_lead_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"],
            ["volunteers.team.tenant_id", "volunteers.team.id"],
            name=op.f("fk_meeting_tenant_id_team_id_team"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_meeting_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting")),
        schema="volunteers",
    )
    op.create_index(
        "ix_meeting_time", "meeting", ["tenant_id", "starts_at"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.meeting")
    op.create_table(
        "team_notice",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("team_id", sa.Uuid, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_team_notice_tenant_id_author_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "team_id"],
            ["volunteers.team.tenant_id", "volunteers.team.id"],
            name=op.f("fk_team_notice_tenant_id_team_id_team"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_team_notice_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_team_notice")),
        schema="volunteers",
    )
    op.create_index(
        "ix_team_notice_team",
        "team_notice",
        ["tenant_id", "team_id", "made_at"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.team_notice")
    op.create_table(
        "attendance",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("lesson_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, server_default="enrolled", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('enrolled', 'came', 'missed')", name=op.f("ck_attendance_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lesson_id"],
            ["volunteers.lesson.tenant_id", "volunteers.lesson.id"],
            name=op.f("fk_attendance_tenant_id_lesson_id_lesson"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_attendance_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_attendance_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "tenant_id", "lesson_id", "person_id", name=op.f("uq_attendance_tenant_id_lesson_id_person_id")
        ),
        schema="volunteers",
    )
    op.create_index(
        "ix_attendance_person", "attendance", ["tenant_id", "person_id"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.attendance")
    op.create_table(
        "attendee",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("meeting_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, server_default="asked", nullable=False),
        sa.CheckConstraint("state IN ('asked', 'came', 'missed')", name=op.f("ck_attendee_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["volunteers.meeting.tenant_id", "volunteers.meeting.id"],
            name=op.f("fk_attendee_tenant_id_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_attendee_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["core.tenant.id"], name=op.f("fk_attendee_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attendee")),
        sa.UniqueConstraint(
            "tenant_id", "meeting_id", "person_id", name=op.f("uq_attendee_tenant_id_meeting_id_person_id")
        ),
        schema="volunteers",
    )
    op.create_index(
        "ix_attendee_person", "attendee", ["tenant_id", "person_id"], unique=False, schema="volunteers"
    )
    ddl.protect("volunteers.attendee")
    op.create_table(
        "meeting_note",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("meeting_id", sa.Uuid, nullable=False),
        sa.Column("note_id", sa.Uuid, nullable=False, comment="the same in every copy"),
        sa.Column("person_id", sa.Uuid, nullable=False, comment="whose copy it is"),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "author_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_meeting_note_tenant_id_author_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["volunteers.meeting.tenant_id", "volunteers.meeting.id"],
            name=op.f("fk_meeting_note_tenant_id_meeting_id_meeting"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["core.person.tenant_id", "core.person.id"],
            name=op.f("fk_meeting_note_tenant_id_person_id_person"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["core.tenant.id"], name=op.f("fk_meeting_note_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_meeting_note")),
        sa.UniqueConstraint(
            "tenant_id", "note_id", "person_id", name=op.f("uq_meeting_note_tenant_id_note_id_person_id")
        ),
        schema="volunteers",
    )
    op.create_index(
        "ix_meeting_note_person",
        "meeting_note",
        ["tenant_id", "person_id", "meeting_id"],
        unique=False,
        schema="volunteers",
    )
    ddl.protect("volunteers.meeting_note", clinical_subject="person_id")
    op.add_column(
        "qualification",
        sa.Column(
            "file_id",
            sa.Uuid,
            nullable=True,
            comment="the proof as handed in: the union looks at it, so it is the tenant's paper; gone after a year",
        ),
        schema="volunteers",
    )
    # a year's concerns are counted by when they were made
    op.create_index("ix_concern_made", "concern", ["tenant_id", "made_at"], unique=False, schema="volunteers")


def downgrade() -> None:
    raise NotImplementedError("forward only: restore a backup instead")
