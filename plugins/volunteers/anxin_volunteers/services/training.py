"""Courses: lessons with a trainer, who has a seat, who came; enough lessons grant the course's competence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, lazy, names_of, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Attendance, Competence, Course, Lesson, Qualification
from anxin_volunteers.services import competence, people
from anxin_volunteers.services.shifts import moment
from anxin_volunteers.words import SERVING

LIMIT = 200


@dataclass(frozen=True)
class Seat:
    """A lesson as somebody sees it who may take part: its course, how many have a seat, and the own one."""

    lesson: Lesson
    course: Course
    taken: int
    mine: str | None = None

    @property
    def free(self) -> int:
        return max(self.lesson.seats - self.taken, 0)


# ---- the union -------------------------------------------------------------------------------------------


def courses(ctx: Ctx) -> Sequence[Course]:
    """Courses that are given, newest first."""
    return ctx.scalars(
        ctx.select(Course).where(Course.closed_at.is_(None)).order_by(Course.made_at.desc()).limit(LIMIT)
    ).all()


def create(ctx: Ctx, data: Mapping[str, Any]) -> Course:
    if data.get("competence_id") is not None:
        ctx.get(Competence, data["competence_id"])
    row = ctx.add(
        Course(
            title=data["title"].strip(),
            about=data["about"].strip(),
            competence_id=data.get("competence_id"),
            lessons=data["lessons"],
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.CourseChanged(course_id=row.id, what="created"))
    return row


def close(ctx: Ctx, course_id: UUID) -> Course:
    """No more lessons; what was learned stays."""
    row = ctx.get(Course, course_id)
    row.closed_at = row.closed_at or ctx.now
    ctx.audit(entries.CourseChanged(course_id=row.id, what="closed"))
    return row


def add_lesson(
    ctx: Ctx,
    course_id: UUID,
    *,
    on: date,
    begins: time,
    ends: time,
    place: str = "",
    seats: int = 20,
    weeks: int = 1,
    trainer_id: UUID | None = None,
) -> list[Lesson]:
    """A lesson, or one on the same weekday of so many weeks."""
    course = ctx.get(Course, course_id)
    if course.closed_at is not None:
        raise Conflict(lazy("This course has ended."), code="volunteers.course_over")
    wrong: dict[str, list[Any]] = {}
    if ends <= begins:
        wrong["ends"] = [lazy("It ends before it begins.")]
    if moment(on, begins) <= ctx.now:
        wrong["on"] = [lazy("This time is over already.")]
    if wrong:
        raise Invalid(fields=wrong)
    made = [
        ctx.add(
            Lesson(
                course_id=course.id,
                starts_at=moment(on + timedelta(weeks=week), begins),
                ends_at=moment(on + timedelta(weeks=week), ends),
                place=place.strip(),
                seats=seats,
                trainer_id=trainer_id,
                state="planned",
            )
        )
        for week in range(weeks)
    ]
    ctx.audit(entries.CourseChanged(course_id=course.id, what="lesson_added"))
    if trainer_id is not None:
        notify(ctx, trainer_id, policy.NEWS.code, "/volunteers/courses", key=f"trainer:{made[0].id}")
    return made


def cancel_lesson(ctx: Ctx, lesson_id: UUID) -> Lesson:
    """It does not take place; whoever has a seat is told."""
    row = ctx.get(Lesson, lesson_id)
    if row.state != "planned":
        raise Conflict()
    row.state = "cancelled"
    ctx.audit(entries.CourseChanged(course_id=row.course_id, what="lesson_cancelled"))
    for seat in _seats(ctx, row.id):
        notify(ctx, seat.person_id, policy.NEWS.code, "/volunteers/courses", key=f"lesson:{row.id}")
    return row


def lessons(ctx: Ctx, course_id: UUID) -> list[Seat]:
    """The lessons of a course, the coming ones first."""
    course = ctx.get(Course, course_id)
    rows = ctx.scalars(
        ctx.select(Lesson).where(Lesson.course_id == course.id).order_by(Lesson.starts_at.desc()).limit(LIMIT)
    ).all()
    return _with_seats(ctx, [(row, course) for row in rows])


def register(ctx: Ctx, lesson_id: UUID) -> tuple[Lesson, Course, list[tuple[Attendance, str]]]:
    """The list of a lesson with names: for those who run the volunteers, and for its trainer."""
    row = _led(ctx, lesson_id)
    seats = _seats(ctx, row.id)
    names = names_of(ctx, [seat.person_id for seat in seats])
    course = ctx.get(Course, row.course_id)
    return (
        row,
        course,
        sorted(((seat, names.get(seat.person_id, "")) for seat in seats), key=lambda one: one[1]),
    )


def seat(ctx: Ctx, lesson_id: UUID, person_id: UUID) -> Attendance:
    """Give somebody a seat by name; Conflict when all are taken or they have one, NotFound for a stranger."""
    return _take(ctx, _led(ctx, lesson_id), ctx.get(Person, person_id).id)


def hold(ctx: Ctx, lesson_id: UUID, came: Sequence[UUID]) -> int:
    """Write down who came; may be corrected. Who has come to enough lessons is granted the competence.

    Returns how many were granted it. Coming again to a course whose competence is held and fresh grants nothing.
    """
    row = _led(ctx, lesson_id)
    if row.state == "cancelled" or row.starts_at > ctx.now:
        raise Conflict(lazy("This lesson has not taken place."), code="volunteers.not_held")
    present = set(came)
    seats = _seats(ctx, row.id)
    for one in seats:
        one.state = "came" if one.person_id in present else "missed"
    row.state = "held"
    ctx.audit(entries.LessonHeld(lesson_id=row.id, people=sum(1 for one in seats if one.state == "came")))
    ctx.db.flush()
    return _grant(ctx, row, [one.person_id for one in seats if one.state == "came"])


def _grant(ctx: Ctx, lesson: Lesson, ids: Sequence[UUID]) -> int:
    course = ctx.get(Course, lesson.course_id)
    if course.competence_id is None or not ids:
        return 0
    kind = ctx.get(Competence, course.competence_id)
    on = lesson.starts_at.date()
    granted = 0
    for person_id, done in _done(ctx, course, ids).items():
        if done >= course.lessons:
            competence.award(ctx, person_id, kind, on)
            notify(ctx, person_id, policy.NEWS.code, "/volunteers/me", key=f"course:{lesson.id}")
            granted += 1
    return granted


def _done(ctx: Ctx, course: Course, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Person → lessons attended since the course last granted them its competence."""
    last = (
        sa.select(sa.func.max(Qualification.issued_on))
        .where(
            Qualification.tenant_id == ctx.tenant.id,
            Qualification.person_id == Attendance.person_id,
            Qualification.competence_id == course.competence_id,
            Qualification.source == "course",
            Qualification.state == "verified",
        )
        .correlate(Attendance)
        .scalar_subquery()
    )
    rows = ctx.db.execute(
        sa.select(Attendance.person_id, sa.func.count())
        .join(Lesson, sa.and_(Lesson.tenant_id == Attendance.tenant_id, Lesson.id == Attendance.lesson_id))
        .where(
            Attendance.tenant_id == ctx.tenant.id,
            Attendance.person_id.in_(ids),
            Attendance.state == "came",
            Lesson.course_id == course.id,
            sa.or_(last.is_(None), sa.cast(Lesson.starts_at, sa.Date) > last),
        )
        .group_by(Attendance.person_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _led(ctx: Ctx, lesson_id: UUID) -> Lesson:
    """A lesson the actor trains, or any for those who run the volunteers; NotFound otherwise."""
    row = ctx.db.scalar(sa.select(Lesson).where(Lesson.tenant_id == ctx.tenant.id, Lesson.id == lesson_id))
    if row is None or (row.trainer_id != ctx.actor.person_id and not ctx.allowed(policy.MANAGE)):
        raise NotFound()
    return row


# ---- who learns ------------------------------------------------------------------------------------------


def coming(ctx: Ctx) -> list[Seat]:
    """Lessons ahead (and those of the last week, for their trainers), with the actor's own seat."""
    rows = ctx.db.execute(
        sa.select(Lesson, Course)
        .join(Course, sa.and_(Course.tenant_id == Lesson.tenant_id, Course.id == Lesson.course_id))
        .where(
            Lesson.tenant_id == ctx.tenant.id,
            Lesson.state != "cancelled",
            sa.or_(
                Lesson.starts_at > ctx.now,
                sa.and_(
                    Lesson.trainer_id == ctx.actor.person_id, Lesson.starts_at > ctx.now - timedelta(days=7)
                ),
            ),
        )
        .order_by(Lesson.starts_at)
        .limit(LIMIT)
    ).all()
    return _with_seats(ctx, [(row.Lesson, row.Course) for row in rows])


def enrol(ctx: Ctx, lesson_id: UUID) -> Attendance:
    """Take a seat; for those who serve."""
    volunteer = people.own(ctx)
    if volunteer is None or volunteer.state not in SERVING:
        raise NotFound()
    row = ctx.db.scalar(sa.select(Lesson).where(Lesson.tenant_id == ctx.tenant.id, Lesson.id == lesson_id))
    if row is None:
        raise NotFound()
    if row.state != "planned" or row.starts_at <= ctx.now:
        raise Conflict(lazy("This lesson is over."), code="volunteers.lesson_over")
    return _take(ctx, row, volunteer.person_id)


def give_back(ctx: Ctx, lesson_id: UUID) -> None:
    """Give the own seat back, until the lesson begins."""
    found = ctx.db.execute(
        sa.select(Attendance, Lesson.starts_at)
        .join(Lesson, sa.and_(Lesson.tenant_id == Attendance.tenant_id, Lesson.id == Attendance.lesson_id))
        .where(
            Attendance.tenant_id == ctx.tenant.id,
            Attendance.lesson_id == lesson_id,
            Attendance.person_id == ctx.actor.person_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFound()
    if found.starts_at <= ctx.now:
        raise Conflict(lazy("This lesson is over."), code="volunteers.lesson_over")
    ctx.db.delete(found.Attendance)
    ctx.audit(entries.SeatChanged(lesson_id=lesson_id, what="given_back", subject_id=ctx.actor.person_id))


def _take(ctx: Ctx, lesson: Lesson, person_id: UUID) -> Attendance:
    ctx.lock(f"volunteers.lesson:{lesson.id}")
    seats = _seats(ctx, lesson.id)
    if any(one.person_id == person_id for one in seats):
        raise Conflict(lazy("There is a seat for this person already."), code="volunteers.seated")
    if len(seats) >= lesson.seats:
        raise Conflict(lazy("All seats are taken."), code="volunteers.lesson_full")
    row = ctx.add(Attendance(lesson_id=lesson.id, person_id=person_id, state="enrolled", made_at=ctx.now))
    ctx.audit(entries.SeatChanged(lesson_id=lesson.id, what="taken", subject_id=person_id))
    return row


def _seats(ctx: Ctx, lesson_id: UUID) -> Sequence[Attendance]:
    return ctx.db.scalars(
        sa.select(Attendance).where(Attendance.tenant_id == ctx.tenant.id, Attendance.lesson_id == lesson_id)
    ).all()


def _with_seats(ctx: Ctx, rows: Sequence[tuple[Lesson, Course]]) -> list[Seat]:
    ids = [lesson.id for lesson, _course in rows]
    seats = ctx.db.execute(
        sa.select(Attendance.lesson_id, Attendance.person_id, Attendance.state).where(
            Attendance.tenant_id == ctx.tenant.id, Attendance.lesson_id.in_(ids)
        )
    ).all()
    taken: dict[UUID, int] = {}
    own: dict[UUID, str] = {}
    for one in seats:
        taken[one.lesson_id] = taken.get(one.lesson_id, 0) + 1
        if one.person_id == ctx.actor.person_id:
            own[one.lesson_id] = one.state
    return [Seat(lesson, course, taken.get(lesson.id, 0), own.get(lesson.id)) for lesson, course in rows]
