"""The demo's courses, meetings and notices of teams."""

from datetime import datetime, time, timedelta
from uuid import UUID

from anxin.plugin import Ctx, new_id
from anxin_volunteers.demo_world import DAY, FANG, Row, World
from anxin_volunteers.models import (
    Attendance,
    Attendee,
    Course,
    Lesson,
    Meeting,
    MeetingNote,
    Member,
    TeamNotice,
)
from anxin_volunteers.services.shifts import ZONE

# title, about, competence, lessons, weekday, from
COURSES = (
    ("倾听员内训", "听得住、问得清、不评判；每次两小时，一半时间练习。", "listening", 8, 3, time(19)),
    ("危机识别内训", "看得见哪些信号，怎么开口问，怎么把人交到专业的人手里。", "crisis", 2, 5, time(14)),
)
NOTICES = (
    "周六井站送温暖，8:50 厂工会门口集合，穿防滑鞋，带联络卡。",
    "本月督导会改在心晴驿站二楼，能来的都来，说说最近难办的事。",
)
SAID = (
    "那天我一个人陪了三个小时，回来一直睡不好。说出来才知道大家都有过。",
    "以后这样的事两个人一起去，回来当天就碰个头。",
)


def training(ctx: Ctx, world: World) -> None:
    """Two courses that are running, meetings that were held and one to come, notices of the teams."""
    if not world.volunteers:
        return
    _courses(ctx, world)
    _meetings(ctx, world)
    lead = world.volunteers[0]
    ctx.insert(
        TeamNotice,
        [
            {
                "team_id": team_id,
                "author_id": lead,
                "text": NOTICES[at % 2],
                "made_at": world.now - (at + 1) * DAY,
            }
            for at, team_id in enumerate(world.teams.values())
        ],
    )


def _courses(ctx: Ctx, world: World) -> None:
    today = world.now.astimezone(ZONE)
    monday = today.date() - DAY * today.weekday()
    courses: list[Row] = []
    lessons: list[Row] = []
    seats: list[Row] = []
    for title, about, code, count, weekday, begins in COURSES:
        course_id = new_id()
        trainer = world.dice.choice(world.volunteers)
        courses.append(
            {
                "id": course_id,
                "title": title,
                "about": about,
                "competence_id": world.competences[code],
                "lessons": count,
                "made_at": world.now - 40 * DAY,
            }
        )
        learners = world.dice.sample(world.volunteers, min(14, len(world.volunteers)))
        for week in range(-3, 4):
            at = datetime.combine(monday + timedelta(weeks=week, days=weekday), begins, tzinfo=ZONE)
            over = at < world.now
            lesson = {
                "id": new_id(),
                "course_id": course_id,
                "starts_at": at,
                "ends_at": at + timedelta(hours=2),
                "place": "厂工会三楼培训室",
                "seats": 16,
                "trainer_id": trainer,
                "state": "held" if over else "planned",
            }
            lessons.append(lesson)
            seats += _seats(world, lesson, learners, over=over)
    ctx.insert(Course, courses)
    ctx.insert(Lesson, lessons)
    ctx.insert(Attendance, seats)


def _seats(world: World, lesson: Row, learners: list[UUID], *, over: bool) -> list[Row]:
    return [
        {
            "lesson_id": lesson["id"],
            "person_id": person_id,
            "state": ("came" if world.dice.random() < 0.85 else "missed") if over else "enrolled",
            "made_at": lesson["starts_at"] - 10 * DAY,
        }
        for person_id in learners
        if over or world.dice.random() < 0.7
    ]


def _meetings(ctx: Ctx, world: World) -> None:
    fang = world.past.people.get(FANG)
    team = next(iter(world.teams.values()))
    people = list(
        ctx.db.scalars(
            ctx.select(Member).where(Member.team_id == team).with_only_columns(Member.person_id).limit(8)
        )
    )
    if fang is not None and fang not in people:
        people.append(fang)
    plan = (
        ("supervision", "十月督导会", -24, "held"),
        ("debrief", "一次难忘的陪伴", -9, "held"),
        ("supervision", "十一月督导会", 6, "planned"),
    )
    rows: list[Row] = []
    asked: list[Row] = []
    debrief = None
    for kind, title, days, state in plan:
        day = (world.now + days * DAY).astimezone(ZONE).date()
        at = datetime.combine(day, time(15), tzinfo=ZONE)
        meeting_id = new_id()
        debrief = meeting_id if kind == "debrief" else debrief
        rows.append(
            {
                "id": meeting_id,
                "kind": kind,
                "title": title,
                "team_id": team,
                "lead_id": people[0] if people else None,
                "starts_at": at,
                "ends_at": at + timedelta(hours=2),
                "place": "心晴驿站二楼",
                "state": state,
            }
        )
        came = "came" if state == "held" else "asked"
        asked += [
            {
                "meeting_id": meeting_id,
                "person_id": one,
                "state": "missed" if came == "came" and at == 3 else came,
            }
            for at, one in enumerate(people)
        ]
    ctx.insert(Meeting, rows)
    ctx.insert(Attendee, asked)
    ctx.insert(MeetingNote, _said(ctx, world, debrief, [one for at, one in enumerate(people) if at != 3]))


def _said(ctx: Ctx, world: World, meeting_id: UUID | None, people: list[UUID]) -> list[Row]:
    """A copy of each note for everybody who came."""
    rows: list[Row] = []
    for at, text in enumerate(SAID if meeting_id and people else ()):
        note_id = new_id()
        for person_id in people:
            row_id = new_id()
            rows.append(
                {
                    "id": row_id,
                    "meeting_id": meeting_id,
                    "note_id": note_id,
                    "person_id": person_id,
                    "author_id": people[at % len(people)],
                    "text": ctx.sealed(MeetingNote, "text", row_id, person_id, text),
                    "made_at": world.now - 9 * DAY,
                }
            )
    return rows
