"""What is written down about the volunteers' work: ids, codes and numbers, never a word of what was told."""

from typing import Any
from uuid import UUID

from anxin.plugin import Entry, entry, lazy

ENTRIES: list[type[Any]] = []


def kept(kind: Any) -> Any:
    """Add it to the manifest's list."""
    ENTRIES.append(kind)
    return kind


# ---- joining ---------------------------------------------------------------------------------------------


@kept
@entry("volunteers.call_changed", line=lazy("Changed a call for volunteers"))
class CallChanged(Entry):
    call_id: UUID
    what: str


@kept
@entry("volunteers.applied", line=lazy("Applied as a volunteer"))
class Applied(Entry):
    volunteer_id: UUID
    subject_id: UUID | None = None


@kept
@entry("volunteers.decided", line=lazy("Decided about a volunteer"))
class Decided(Entry):
    volunteer_id: UUID
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_applied", line=lazy("Applied as a volunteer from outside"))
class OutsideApplied(Entry):
    call_id: UUID
    version: int
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_read", line=lazy("Read an application from outside"), read=True)
class OutsideRead(Entry):
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_asked", line=lazy("Asked somebody from outside to confirm how they are reached"))
class OutsideAsked(Entry):
    refused: str | None = None
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_confirmed", line=lazy("Confirmed how somebody from outside is reached"))
class OutsideConfirmed(Entry):
    way: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_decided", line=lazy("Decided about an application from outside"))
class OutsideDecided(Entry):
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_withdrawn", line=lazy("Took an application back; it was deleted"))
class OutsideWithdrawn(Entry):
    subject_id: UUID | None = None


@kept
@entry("volunteers.outside_told", line=lazy("Sent an applicant from outside the answer"))
class OutsideTold(Entry):
    refused: str | None = None
    subject_id: UUID | None = None


@kept
@entry("volunteers.pledged", line=lazy("Signed the confidentiality agreement"))
class Pledged(Entry):
    version: int
    subject_id: UUID | None = None


@kept
@entry("volunteers.people_read", line=lazy("Looked at the list of volunteers"), read=True)
class PeopleRead(Entry):
    count: int


@kept
@entry("volunteers.person_read", line=lazy("Read a volunteer's record"), read=True)
class PersonRead(Entry):
    fields: tuple[str, ...] = ()
    subject_id: UUID | None = None


# ---- teams, posts, coverage ------------------------------------------------------------------------------


@kept
@entry("volunteers.team_changed", line=lazy("Changed a volunteer team"))
class TeamChanged(Entry):
    team_id: UUID
    what: str
    people: int | None = None


@kept
@entry("volunteers.member_changed", line=lazy("Changed who belongs to a volunteer team"))
class MemberChanged(Entry):
    team_id: UUID
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.post_changed", line=lazy("Changed who is appointed in a unit"))
class PostChanged(Entry):
    unit_id: UUID
    post: str
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.staffing_changed", line=lazy("Changed how many volunteers a unit needs"))
class StaffingChanged(Entry):
    unit_id: UUID
    post: str
    least: int


@kept
@entry("volunteers.coverage_read", line=lazy("Looked at the coverage map"), read=True)
class CoverageRead(Entry):
    units: int


@kept
@entry("volunteers.erased", line=lazy("Erased a person's volunteering"))
class Erased(Entry):
    rows: int
    subject_id: UUID | None = None


# ---- competence ------------------------------------------------------------------------------------------


@kept
@entry("volunteers.competence_changed", line=lazy("Changed what volunteers can be qualified in"))
class CompetenceChanged(Entry):
    competence_id: UUID
    what: str


@kept
@entry("volunteers.qualification_changed", line=lazy("Changed a volunteer's qualification"))
class QualificationChanged(Entry):
    qualification_id: UUID
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.proof_read", line=lazy("Looked at the proof of a qualification"), read=True)
class ProofRead(Entry):
    qualification_id: UUID
    subject_id: UUID | None = None


# ---- the liaison network ---------------------------------------------------------------------------------


@kept
@entry("volunteers.slip_sent", line=lazy("Handed something in as a liaison officer"))
class SlipSent(Entry):
    slip_id: UUID
    kind: str
    subject_id: UUID | None = None  # the liaison officer; whom it is about stays sealed


@kept
@entry("volunteers.concern_kept", line=lazy("A liaison officer asked the counsellors to think of you"))
class ConcernKept(Entry):
    concern_id: UUID
    urgent: bool
    subject_id: UUID | None = None


@kept
@entry("volunteers.handed_on", line=lazy("Handed a sheet on to the next level"))
class HandedOn(Entry):
    hand_on_id: UUID
    what: str


@kept
@entry("volunteers.concern_read", line=lazy("Read what a liaison officer had noticed"), read=True)
class ConcernRead(Entry):
    concern_id: UUID
    fields: tuple[str, ...] = ("signs", "since", "note", "reporter")
    subject_id: UUID | None = None


@kept
@entry("volunteers.concern_handled", line=lazy("Finished with a liaison officer's concern"))
class ConcernHandled(Entry):
    concern_id: UUID
    outcome: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.care_changed", line=lazy("Changed whether and when a liaison officer looks in"))
class CareChanged(Entry):
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.visit_kept", line=lazy("A liaison officer noted a visit"))
class VisitKept(Entry):
    visit_id: UUID
    subject_id: UUID | None = None


@kept
@entry("volunteers.visits_read", line=lazy("Read the notes of a liaison officer's visits"), read=True)
class VisitsRead(Entry):
    visits: int
    periods: int
    subject_id: UUID | None = None


# ---- shifts ----------------------------------------------------------------------------------------------


@kept
@entry("volunteers.task_changed", line=lazy("Changed a task of the volunteers"))
class TaskChanged(Entry):
    task_id: UUID
    what: str


@kept
@entry("volunteers.shift_changed", line=lazy("Changed a shift of the volunteers"))
class ShiftChanged(Entry):
    shift_id: UUID
    what: str


@kept
@entry("volunteers.signup_changed", line=lazy("Changed a place in a shift"))
class SignupChanged(Entry):
    shift_id: UUID
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.times_changed", line=lazy("Changed when one has time to volunteer"))
class TimesChanged(Entry):
    times: int
    subject_id: UUID | None = None


@kept
@entry("volunteers.roster_proposed", line=lazy("Had a roster proposed"))
class RosterProposed(Entry):
    assigned: int
    missing: int
    applied: bool


# ---- hours and thanks ------------------------------------------------------------------------------------


@kept
@entry("volunteers.hours_changed", line=lazy("Changed hours of service"))
class HoursChanged(Entry):
    minutes: int
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.list_changed", line=lazy("Changed the list of thanks"))
class ListChanged(Entry):
    recognition_id: UUID
    what: str
    people: int | None = None
    subject_id: UUID | None = None


# ---- learning and meeting ---------------------------------------------------------------------------------


@kept
@entry("volunteers.course_changed", line=lazy("Changed a course of the volunteers"))
class CourseChanged(Entry):
    course_id: UUID
    what: str


@kept
@entry("volunteers.seat_changed", line=lazy("Changed a seat in a lesson"))
class SeatChanged(Entry):
    lesson_id: UUID
    what: str
    subject_id: UUID | None = None


@kept
@entry("volunteers.lesson_held", line=lazy("Wrote down who came to a lesson"))
class LessonHeld(Entry):
    lesson_id: UUID
    people: int


@kept
@entry("volunteers.meeting_changed", line=lazy("Changed a meeting of the volunteers"))
class MeetingChanged(Entry):
    meeting_id: UUID
    what: str
    people: int | None = None


@kept
@entry("volunteers.meeting_noted", line=lazy("Wrote a note for those who came to a meeting"), hidden=True)
class MeetingNoted(Entry):
    meeting_id: UUID
    subject_id: UUID | None = None


@kept
@entry("volunteers.insight_read", line=lazy("Looked at the figures of the volunteers"), read=True)
class InsightRead(Entry):
    year: int
