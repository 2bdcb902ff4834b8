"""Courses, meetings, notices of teams and figures over the API: the same services as the pages."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, guard
from anxin_volunteers.blueprint import api_bp, people_of, who
from anxin_volunteers.policy import FIGURES, JOIN, MANAGE, SERVE
from anxin_volunteers.schemas_training import (
    VolunteerCameInput,
    VolunteerCourseInput,
    VolunteerCourseOutput,
    VolunteerHeldOutput,
    VolunteerInsightOutput,
    VolunteerInsuranceOutput,
    VolunteerLessonInput,
    VolunteerLessonOutput,
    VolunteerMeetingInput,
    VolunteerMeetingNoteOutput,
    VolunteerMeetingOutput,
    VolunteerSeatInput,
    VolunteerSeatOutput,
    VolunteerTeamNoticeOutput,
    VolunteerWordsInput,
    VolunteerYearInput,
)
from anxin_volunteers.services import bulletin, insight, meetings, people, training
from anxin_volunteers.services.training import Seat


def _lesson(one: Seat) -> dict[str, Any]:
    row = one.lesson
    return {
        "id": row.id,
        "course_id": row.course_id,
        "course": one.course.title,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "place": row.place,
        "seats": row.seats,
        "free": one.free,
        "state": row.state,
        "mine": one.mine,
    }


@api_bp.get("/courses")
@guard(MANAGE)
@api_bp.response(200, VolunteerCourseOutput(many=True))
def courses(ctx: Ctx) -> Any:
    """Courses that are given."""
    return training.courses(ctx)


@api_bp.post("/courses")
@guard(MANAGE)
@api_bp.arguments(VolunteerCourseInput)
@api_bp.response(201, VolunteerCourseOutput)
def course_create(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A new course."""
    return training.create(ctx, data)


@api_bp.delete("/courses/<uuid:course>")
@guard(MANAGE)
@api_bp.response(204)
def course_close(ctx: Ctx, course: UUID) -> None:
    """End a course; what was learned stays."""
    training.close(ctx, course)


@api_bp.get("/courses/<uuid:course>/lessons")
@guard(MANAGE)
@api_bp.response(200, VolunteerLessonOutput(many=True))
def course_lessons(ctx: Ctx, course: UUID) -> Any:
    """The lessons of a course."""
    return [_lesson(one) for one in training.lessons(ctx, course)]


@api_bp.post("/courses/<uuid:course>/lessons")
@guard(MANAGE)
@api_bp.arguments(VolunteerLessonInput)
@api_bp.response(201, VolunteerLessonOutput(many=True))
def lesson_add(ctx: Ctx, data: dict[str, Any], course: UUID) -> Any:
    """A lesson, or one on the same weekday of so many weeks."""
    number = data.pop("number")
    if number:
        data["trainer_id"] = people.by_number(ctx, number).id
    made = {row.id for row in training.add_lesson(ctx, course, **data)}
    ctx.db.flush()
    return [_lesson(one) for one in training.lessons(ctx, course) if one.lesson.id in made]


@api_bp.delete("/lessons/<uuid:lesson>")
@guard(MANAGE)
@api_bp.response(204)
def lesson_cancel(ctx: Ctx, lesson: UUID) -> None:
    """A lesson does not take place; whoever has a seat is told."""
    training.cancel_lesson(ctx, lesson)


@api_bp.get("/lessons/<uuid:lesson>/seats")
@guard(MANAGE)
@api_bp.response(200, VolunteerSeatOutput(many=True))
def seats(ctx: Ctx, lesson: UUID) -> Any:
    """Who has a seat, and who came."""
    return [
        {"person_id": one.person_id, "name": name, "state": one.state}
        for one, name in training.register(ctx, lesson)[2]
    ]


@api_bp.post("/lessons/<uuid:lesson>/seats")
@guard(MANAGE)
@api_bp.arguments(VolunteerSeatInput)
@api_bp.response(204)
def seat_add(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> None:
    """Give somebody a seat."""
    training.seat(ctx, lesson, who(ctx, data))


@api_bp.put("/lessons/<uuid:lesson>/came")
@guard(MANAGE)
@api_bp.arguments(VolunteerCameInput)
@api_bp.response(200, VolunteerHeldOutput)
def lesson_held(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> Any:
    """Write down who came; who has come often enough is granted the course's competence."""
    return {"granted": training.hold(ctx, lesson, data["people"]), "came": len(set(data["people"]))}


@api_bp.put("/lessons/<uuid:lesson>/register")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerCameInput)
@api_bp.response(200, VolunteerHeldOutput)
def lesson_held_by_trainer(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> Any:
    """The same by the lesson's trainer."""
    return {"granted": training.hold(ctx, lesson, data["people"]), "came": len(set(data["people"]))}


@api_bp.get("/lessons/<uuid:lesson>/register")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerSeatOutput(many=True))
def register(ctx: Ctx, lesson: UUID) -> Any:
    """The register of a lesson one trains."""
    return [
        {"person_id": one.person_id, "name": name, "state": one.state}
        for one, name in training.register(ctx, lesson)[2]
    ]


@api_bp.get("/lessons")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerLessonOutput(many=True))
def lessons(ctx: Ctx) -> Any:
    """Lessons to come, with my own seats."""
    return [_lesson(one) for one in training.coming(ctx)]


@api_bp.post("/lessons/<uuid:lesson>/seat")
@guard(JOIN, purpose=SERVE)
@api_bp.response(204)
def seat_take(ctx: Ctx, lesson: UUID) -> None:
    """Take a seat."""
    training.enrol(ctx, lesson)


@api_bp.delete("/lessons/<uuid:lesson>/seat")
@guard(JOIN, purpose=SERVE)
@api_bp.response(204)
def seat_give_back(ctx: Ctx, lesson: UUID) -> None:
    """Give it back."""
    training.give_back(ctx, lesson)


# ---- meetings and notices ----------------------------------------------------------------------------------


@api_bp.get("/meetings")
@guard(MANAGE)
@api_bp.response(200, VolunteerMeetingOutput(many=True))
def meeting_list(ctx: Ctx) -> Any:
    """All meetings, the newest first."""
    return meetings.listed(ctx)


@api_bp.post("/meetings")
@guard(MANAGE)
@api_bp.arguments(VolunteerMeetingInput)
@api_bp.response(201, VolunteerMeetingOutput)
def meeting_call(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Ask a team or people to a meeting."""
    asked = people_of(ctx, data.pop("numbers"), data.pop("people"))
    if lead := data.pop("lead"):
        data["lead_id"] = people_of(ctx, lead, ())[0]
    return meetings.call(ctx, data, asked)


@api_bp.get("/meetings/<uuid:meeting>/people")
@guard(MANAGE)
@api_bp.response(200, VolunteerSeatOutput(many=True))
def meeting_people(ctx: Ctx, meeting: UUID) -> Any:
    """Who was asked, and who came."""
    return [
        {"person_id": one.person_id, "name": name, "state": one.state}
        for one, name in meetings.read(ctx, meeting)[1]
    ]


@api_bp.put("/meetings/<uuid:meeting>/came")
@guard(MANAGE)
@api_bp.arguments(VolunteerCameInput)
@api_bp.response(200, VolunteerMeetingOutput)
def meeting_held(ctx: Ctx, data: dict[str, Any], meeting: UUID) -> Any:
    """Write down who came."""
    return meetings.hold(ctx, meeting, data["people"])


@api_bp.delete("/meetings/<uuid:meeting>")
@guard(MANAGE)
@api_bp.response(204)
def meeting_cancel(ctx: Ctx, meeting: UUID) -> None:
    """It does not take place."""
    meetings.cancel(ctx, meeting)


@api_bp.get("/meetings/mine")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerMeetingOutput(many=True))
def my_meetings(ctx: Ctx) -> Any:
    """Meetings I am or was asked to."""
    return [row for row, _state in meetings.mine(ctx)]


@api_bp.get("/meetings/<uuid:meeting>/notes")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerMeetingNoteOutput(many=True))
def meeting_notes(ctx: Ctx, meeting: UUID) -> Any:
    """My copies of what was noted; for those who came."""
    return [
        {"id": row.note_id, "author": name, "text": text, "made_at": row.made_at}
        for row, name, text in meetings.notes(ctx, meeting)
    ]


@api_bp.post("/meetings/<uuid:meeting>/notes")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerWordsInput)
@api_bp.response(204)
def meeting_note(ctx: Ctx, data: dict[str, Any], meeting: UUID) -> None:
    """Note something for all who came."""
    meetings.note(ctx, meeting, data["text"])


@api_bp.get("/my-teams/<uuid:team>/notices")
@guard(JOIN, purpose=SERVE)
@api_bp.response(200, VolunteerTeamNoticeOutput(many=True))
def team_notices(ctx: Ctx, team: UUID) -> Any:
    """What my team was told."""
    bulletin.own_team(ctx, team)
    return [
        {"id": row.id, "author": name, "text": row.text, "made_at": row.made_at}
        for row, name in bulletin.of_team(ctx, team)
    ]


@api_bp.post("/my-teams/<uuid:team>/notices")
@guard(JOIN, purpose=SERVE)
@api_bp.arguments(VolunteerWordsInput)
@api_bp.response(204)
def my_team_tell(ctx: Ctx, data: dict[str, Any], team: UUID) -> None:
    """Tell the team one leads."""
    bulletin.tell(ctx, team, data["text"])


@api_bp.post("/teams/<uuid:team>/notices")
@guard(MANAGE)
@api_bp.arguments(VolunteerWordsInput)
@api_bp.response(204)
def team_tell(ctx: Ctx, data: dict[str, Any], team: UUID) -> None:
    """Tell a team something."""
    bulletin.tell(ctx, team, data["text"])


@api_bp.get("/insight")
@guard(FIGURES)
@api_bp.arguments(VolunteerYearInput, location="query")
@api_bp.response(200, VolunteerInsightOutput)
def insight_figures(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Figures of a year."""
    found = insight.of_year(ctx, data["year"] or ctx.today.year)
    answers = found.answers
    return {
        **{name: value for name, value in asdict(found).items() if name != "answers"},
        "concerns_at_least": answers.concerns.value,
        "to_agency_hours": answers.to_agency.value,
        "to_end_hours": answers.to_end.value,
    }


@api_bp.get("/insurance")
@guard(JOIN)
@api_bp.response(200, VolunteerInsuranceOutput)
def insurance(ctx: Ctx) -> Any:
    """How volunteers are insured here, as the union says it."""
    return {"note": ctx.settings["insurance"]}
