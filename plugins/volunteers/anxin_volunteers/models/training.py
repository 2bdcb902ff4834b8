"""Courses with their lessons and who came; meetings for supervision and after hard cases; notices of teams.

What is said in a meeting stays with those who were there: a note is written once and then kept as one copy for each
participant, sealed with that person's own key and behind the employer wall. The union sees who came, never a word.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "volunteers"
NOW = sa.func.now()
MEETINGS = ("supervision", "debrief", "team")


class Course(TenantModel):
    """What volunteers can learn (内训课): so many lessons make it whole, and then it grants its competence."""

    __tablename__ = "course"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("competence_id", "volunteers.competence"),
        sa.CheckConstraint("lessons BETWEEN 1 AND 100", name="lessons"),
        sa.Index("ix_course_made", "tenant_id", "made_at"),
    )

    title: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    competence_id: Mapped[UUID | None] = mapped_column(comment="granted to whoever came to enough lessons")
    lessons: Mapped[int] = mapped_column(server_default="1", comment="how many lessons make it whole")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
    closed_at: Mapped[datetime | None]


class Lesson(TenantModel):
    """One session of a course (场次) with its trainer (内训师) and its seats."""

    __tablename__ = "lesson"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "planned", "held", "cancelled"),
        tenant_fk("course_id", "volunteers.course", ondelete="CASCADE"),
        tenant_fk("trainer_id", "core.person"),
        sa.CheckConstraint("ends_at > starts_at", name="time"),
        sa.CheckConstraint("seats BETWEEN 1 AND 1000", name="seats"),
        sa.Index("ix_lesson_course", "tenant_id", "course_id", "starts_at"),
        sa.Index("ix_lesson_time", "tenant_id", "state", "starts_at"),
        sa.Index("ix_lesson_trainer", "tenant_id", "trainer_id"),
    )

    course_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(server_default="")
    seats: Mapped[int] = mapped_column(server_default="20")
    trainer_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="planned")


class Attendance(TenantModel):
    """Somebody's seat in a lesson, and whether they came."""

    __tablename__ = "attendance"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "enrolled", "came", "missed"),
        tenant_fk("lesson_id", "volunteers.lesson", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "lesson_id", "person_id"),
        sa.Index("ix_attendance_person", "tenant_id", "person_id"),
    )

    lesson_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="enrolled")
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Meeting(TenantModel):
    """A meeting of volunteers: supervision (督导会), a debrief after a hard case (复盘减压会), a team's own."""

    __tablename__ = "meeting"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("kind", *MEETINGS),
        one_of("state", "planned", "held", "cancelled"),
        tenant_fk("team_id", "volunteers.team"),
        tenant_fk("lead_id", "core.person"),
        sa.CheckConstraint("ends_at > starts_at", name="time"),
        sa.Index("ix_meeting_time", "tenant_id", "starts_at"),
    )

    kind: Mapped[str]
    title: Mapped[str]
    team_id: Mapped[UUID | None]
    lead_id: Mapped[UUID | None] = mapped_column(comment="who leads it")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="planned")


class Attendee(TenantModel):
    """Who was asked to a meeting, and whether they came."""

    __tablename__ = "attendee"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "asked", "came", "missed"),
        tenant_fk("meeting_id", "volunteers.meeting", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "meeting_id", "person_id"),
        sa.Index("ix_attendee_person", "tenant_id", "person_id"),
    )

    meeting_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="asked")


class MeetingNote(TenantModel):
    """One participant's copy of a note. No role of the employer reads it; who did not come has none."""

    __tablename__ = "meeting_note"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("meeting_id", "volunteers.meeting", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("author_id", "core.person"),
        sa.UniqueConstraint("tenant_id", "note_id", "person_id"),
        sa.Index("ix_meeting_note_person", "tenant_id", "person_id", "meeting_id"),
    )

    meeting_id: Mapped[UUID]
    note_id: Mapped[UUID] = mapped_column(comment="the same in every copy")
    person_id: Mapped[UUID] = mapped_column(comment="whose copy it is")
    author_id: Mapped[UUID]
    text: Mapped[bytes] = sealed()
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)


class TeamNotice(TenantModel):
    """What a team is told (队内通知): by its leader or by those who run the volunteers."""

    __tablename__ = "team_notice"
    __schema__ = SCHEMA
    __constraints__ = (
        tenant_fk("team_id", "volunteers.team", ondelete="CASCADE"),
        tenant_fk("author_id", "core.person"),
        sa.Index("ix_team_notice_team", "tenant_id", "team_id", "made_at"),
    )

    team_id: Mapped[UUID]
    author_id: Mapped[UUID]
    text: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=NOW)
