"""Pages of the union about courses, meetings and figures; of volunteers about lessons, meetings and their teams."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import XLSX, Conflict, Ctx, Invalid, guard, page
from anxin_volunteers import views_training as views
from anxin_volunteers import words
from anxin_volunteers.blueprint import bp, people_of, tabs, to, typed, who
from anxin_volunteers.models import Course
from anxin_volunteers.policy import FIGURES, JOIN, MANAGE, SERVE
from anxin_volunteers.schemas_training import (
    VolunteerCameInput,
    VolunteerCourseInput,
    VolunteerLessonInput,
    VolunteerMeetingInput,
    VolunteerSeatInput,
    VolunteerWordsInput,
    VolunteerYearInput,
)
from anxin_volunteers.services import bulletin, competence, insight, meetings, people, teams, training

# ---- the union: courses ----------------------------------------------------------------------------------


@bp.get("/training")
@guard(MANAGE)
def training_list(ctx: Ctx) -> AnyResponse:
    return _training(ctx, {}, {})


def _training(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    kinds = competence.every(ctx)
    titles = {one.id: one.title for one in kinds}
    return page(
        "volunteers/training.html",
        tabs=tabs(ctx, "training_list"),
        courses=[
            (row, titles.get(row.competence_id, "") if row.competence_id else "")
            for row in training.courses(ctx)
        ],
        meetings=[views.meeting(row) for row in meetings.listed(ctx)],
        competences=[(one.id, one.title) for one in kinds],
        teams=[(fit.team.id, fit.team.title) for fit in teams.listed(ctx)],
        kinds=list(words.MEETINGS.items()),
        values=values,
        errors=errors,
    )


def _training_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _training(ctx, typed(), error.fields)


@bp.post("/training/courses")
@guard(MANAGE, input=VolunteerCourseInput, invalid=_training_again)
def course_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("course", course=training.create(ctx, data).id)


@bp.get("/training/courses/<uuid:course>")
@guard(MANAGE)
def course(ctx: Ctx, course: UUID) -> AnyResponse:
    return _course(ctx, course, {}, {})


def _course(ctx: Ctx, course_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = ctx.get(Course, course_id)
    titles = {one.id: one.title for one in competence.every(ctx)}
    return page(
        "volunteers/course.html",
        course=found,
        grants=titles.get(found.competence_id, "") if found.competence_id else "",
        lessons=[views.lesson(one) for one in training.lessons(ctx, course_id)],
        values=values,
        errors=errors,
    )


def _course_again(ctx: Ctx, error: Invalid, course: UUID) -> AnyResponse:
    return _course(ctx, course, typed(), error.fields)


@bp.post("/training/courses/<uuid:course>/lessons")
@guard(MANAGE, input=VolunteerLessonInput, invalid=_course_again)
def lesson_add(ctx: Ctx, data: dict[str, Any], course: UUID) -> AnyResponse:
    number = data.pop("number")
    if number:
        data["trainer_id"] = people.by_number(ctx, number).id
    training.add_lesson(ctx, course, **data)
    return to("course", course=course)


@bp.post("/training/courses/<uuid:course>/close")
@guard(MANAGE)
def course_close(ctx: Ctx, course: UUID) -> AnyResponse:
    training.close(ctx, course)
    return to("training_list")


@bp.post("/training/lessons/<uuid:lesson>/cancel")
@guard(MANAGE)
def lesson_cancel(ctx: Ctx, lesson: UUID) -> AnyResponse:
    return to("course", course=training.cancel_lesson(ctx, lesson).course_id)


# ---- a lesson's register: for the union, and for its trainer --------------------------------------------------


@bp.get("/training/lessons/<uuid:lesson>")
@guard(MANAGE)
def lesson(ctx: Ctx, lesson: UUID) -> AnyResponse:
    return _lesson(ctx, lesson, "lesson", {}, {})


@bp.get("/courses/<uuid:lesson>/register")
@guard(JOIN, purpose=SERVE)
def lesson_led(ctx: Ctx, lesson: UUID) -> AnyResponse:
    return _lesson(ctx, lesson, "lesson_led", {}, {})


def _lesson(ctx: Ctx, lesson_id: UUID, endpoint: str, values: Any, errors: Any) -> AnyResponse:
    row, found, seats = training.register(ctx, lesson_id)
    return page(
        "volunteers/lesson.html",
        led=endpoint == "lesson_led",
        lesson=views.lesson(training.Seat(row, found, len(seats))),
        seats=[views.seat(one, name) for one, name in seats],
        begun=row.starts_at <= ctx.now and row.state != "cancelled",
        values=values,
        errors=errors,
    )


def _lesson_again(ctx: Ctx, error: Invalid, lesson: UUID) -> AnyResponse:
    return _lesson(ctx, lesson, "lesson", typed(), error.fields)


@bp.post("/training/lessons/<uuid:lesson>/seats")
@guard(MANAGE, input=VolunteerSeatInput, invalid=_lesson_again)
def seat_add(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> AnyResponse:
    person_id = who(ctx, data)
    try:
        training.seat(ctx, lesson, person_id)
    except Conflict as error:
        raise Invalid(fields={"number": [error.message]}) from error
    return to("lesson", lesson=lesson)


@bp.post("/training/lessons/<uuid:lesson>/came")
@guard(MANAGE, input=VolunteerCameInput)
def lesson_held(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> AnyResponse:
    training.hold(ctx, lesson, data["people"])
    return to("lesson", lesson=lesson)


@bp.post("/courses/<uuid:lesson>/register")
@guard(JOIN, purpose=SERVE, input=VolunteerCameInput)
def lesson_held_by_trainer(ctx: Ctx, data: dict[str, Any], lesson: UUID) -> AnyResponse:
    training.hold(ctx, lesson, data["people"])
    return to("lesson_led", lesson=lesson)


# ---- the union: meetings, notices, figures -----------------------------------------------------------------


@bp.post("/training/meetings")
@guard(MANAGE, input=VolunteerMeetingInput, invalid=_training_again)
def meeting_call(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    asked = people_of(ctx, data.pop("numbers"), data.pop("people"))
    if lead := data.pop("lead"):
        data["lead_id"] = people_of(ctx, lead, ())[0]
    return to("meeting", meeting=meetings.call(ctx, data, asked).id)


@bp.get("/training/meetings/<uuid:meeting>")
@guard(MANAGE)
def meeting(ctx: Ctx, meeting: UUID) -> AnyResponse:
    """Who was asked and who came; what was said there is for those who were there."""
    row, asked = meetings.read(ctx, meeting)
    return page(
        "volunteers/meeting_union.html",
        meeting=views.meeting(row),
        asked=[views.seat(one, name) for one, name in asked],
        begun=row.starts_at <= ctx.now and row.state != "cancelled",
        planned=row.state == "planned",
    )


@bp.post("/training/meetings/<uuid:meeting>/came")
@guard(MANAGE, input=VolunteerCameInput)
def meeting_held(ctx: Ctx, data: dict[str, Any], meeting: UUID) -> AnyResponse:
    meetings.hold(ctx, meeting, data["people"])
    return to("meeting", meeting=meeting)


@bp.post("/training/meetings/<uuid:meeting>/cancel")
@guard(MANAGE)
def meeting_cancel(ctx: Ctx, meeting: UUID) -> AnyResponse:
    return to("meeting", meeting=meetings.cancel(ctx, meeting).id)


@bp.post("/teams/<uuid:team>/notices")
@guard(MANAGE, input=VolunteerWordsInput)
def team_tell(ctx: Ctx, data: dict[str, Any], team: UUID) -> AnyResponse:
    bulletin.tell(ctx, team, data["text"])
    return to("team", team=team)


@bp.get("/insight")
@guard(FIGURES, input=VolunteerYearInput)
def insight_page(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    this = ctx.today.year
    year = data["year"] or this
    return page(
        "volunteers/insight.html",
        tabs=tabs(ctx, "insight_page"),
        found=views.insight(insight.of_year(ctx, year)),
        years=[(one, str(one)) for one in range(this, this - 5, -1)],
    )


@bp.get("/insight.xlsx")
@guard(FIGURES, input=VolunteerYearInput)
def insight_book(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    year = data["year"] or ctx.today.year
    answer = Response(insight.book(insight.of_year(ctx, year)), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=volunteers-{year}.xlsx"
    return answer


# ---- volunteers ------------------------------------------------------------------------------------------


@bp.get("/courses")
@guard(JOIN, purpose=SERVE)
def course_offer(ctx: Ctx) -> AnyResponse:
    """Lessons to come; the own seats first."""
    seats = training.coming(ctx)
    return page(
        "volunteers/course_offer.html",
        mine=[views.lesson(one) for one in seats if one.mine],
        lead=[views.lesson(one) for one in seats if one.lesson.trainer_id == ctx.actor.person_id],
        open=[
            views.lesson(one) for one in seats if not one.mine and one.free and one.lesson.state == "planned"
        ],
        meetings=[views.meeting(row, state) for row, state in meetings.mine(ctx)],
    )


@bp.post("/courses/<uuid:lesson>/seat")
@guard(JOIN, purpose=SERVE)
def seat_take(ctx: Ctx, lesson: UUID) -> AnyResponse:
    training.enrol(ctx, lesson)
    return to("course_offer")


@bp.post("/courses/<uuid:lesson>/give-back")
@guard(JOIN, purpose=SERVE)
def seat_give_back(ctx: Ctx, lesson: UUID) -> AnyResponse:
    training.give_back(ctx, lesson)
    return to("course_offer")


@bp.get("/meetings/<uuid:meeting>")
@guard(JOIN, purpose=SERVE)
def my_meeting(ctx: Ctx, meeting: UUID) -> AnyResponse:
    return _my_meeting(ctx, meeting, {}, {})


def _my_meeting(ctx: Ctx, meeting_id: UUID, values: Any, errors: Any) -> AnyResponse:
    row, state = meetings.of_mine(ctx, meeting_id)
    return page(
        "volunteers/meeting.html",
        meeting=views.meeting(row, state),
        notes=[views.told(copy, name, text) for copy, name, text in meetings.notes(ctx, meeting_id)],
        may_note=row.state == "held" and state == "came",
        values=values,
        errors=errors,
    )


def _my_meeting_again(ctx: Ctx, error: Invalid, meeting: UUID) -> AnyResponse:
    return _my_meeting(ctx, meeting, request.form.to_dict(), error.fields)


@bp.post("/meetings/<uuid:meeting>/notes")
@guard(JOIN, purpose=SERVE, input=VolunteerWordsInput, invalid=_my_meeting_again)
def meeting_note(ctx: Ctx, data: dict[str, Any], meeting: UUID) -> AnyResponse:
    meetings.note(ctx, meeting, data["text"])
    return to("my_meeting", meeting=meeting)


@bp.get("/my-teams/<uuid:team>")
@guard(JOIN, purpose=SERVE)
def my_team(ctx: Ctx, team: UUID) -> AnyResponse:
    return _my_team(ctx, team, {}, {})


def _my_team(ctx: Ctx, team_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found, me, names = bulletin.own_team(ctx, team_id)
    return page(
        "volunteers/my_team.html",
        team=found,
        members=[(name, row.part == "leader") for row, name in names],
        notices=[views.told(row, name, row.text) for row, name in bulletin.of_team(ctx, team_id)],
        leads=me.part == "leader",
        values=values,
        errors=errors,
    )


def _my_team_again(ctx: Ctx, error: Invalid, team: UUID) -> AnyResponse:
    return _my_team(ctx, team, request.form.to_dict(), error.fields)


@bp.post("/my-teams/<uuid:team>/notices")
@guard(JOIN, purpose=SERVE, input=VolunteerWordsInput, invalid=_my_team_again)
def my_team_tell(ctx: Ctx, data: dict[str, Any], team: UUID) -> AnyResponse:
    bulletin.tell(ctx, team, data["text"])
    return to("my_team", team=team)
