"""Tables in schema "volunteers", by what they are about."""

from typing import Any

from anxin.plugin import TenantModel
from anxin_volunteers.models.competence import Competence, DutyRole, Qualification
from anxin_volunteers.models.concern import Concern, HandOn, Period, Slip, Visit, Welcome
from anxin_volunteers.models.duty import LIVE, Availability, Need, Shift, Signup, Swap, Task
from anxin_volunteers.models.people import POSTS, Call, Member, Outside, Post, Staffing, Team, Volunteer
from anxin_volunteers.models.service import Award, Objection, Recognition, Service, ServiceChange
from anxin_volunteers.models.training import (
    MEETINGS,
    Attendance,
    Attendee,
    Course,
    Lesson,
    Meeting,
    MeetingNote,
    TeamNotice,
)

MODELS: list[type[TenantModel]] = [
    Call,
    Volunteer,
    Outside,
    Team,
    Member,
    Post,
    Staffing,
    Competence,
    Qualification,
    DutyRole,
    Slip,
    HandOn,
    Concern,
    Welcome,
    Period,
    Visit,
    Task,
    Shift,
    Need,
    Signup,
    Availability,
    Swap,
    Service,
    ServiceChange,
    Recognition,
    Award,
    Objection,
    Course,
    Lesson,
    Attendance,
    Meeting,
    Attendee,
    MeetingNote,
    TeamNotice,
]


def people_columns() -> list[Any]:
    """Every column that says who somebody is: what the manifest declares as personal data."""
    return [
        getattr(model, column.name)
        for model in MODELS
        for column in model.__table__.columns
        if any(key.target_fullname == "core.person.id" for key in column.foreign_keys)
    ]


__all__ = [
    "LIVE",
    "MEETINGS",
    "MODELS",
    "POSTS",
    "Attendance",
    "Attendee",
    "Availability",
    "Award",
    "Call",
    "Competence",
    "Concern",
    "Course",
    "DutyRole",
    "HandOn",
    "Lesson",
    "Meeting",
    "MeetingNote",
    "Member",
    "Need",
    "Objection",
    "Outside",
    "Period",
    "Post",
    "Qualification",
    "Recognition",
    "Service",
    "ServiceChange",
    "Shift",
    "Signup",
    "Slip",
    "Staffing",
    "Swap",
    "Task",
    "Team",
    "TeamNotice",
    "Visit",
    "Volunteer",
    "Welcome",
    "people_columns",
]
