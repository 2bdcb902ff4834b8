"""Supervision, debriefs after a hard case, team meetings: asked, held, and noted down for those who were there alone."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, job, lazy, names_of, new_id, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Attendee, Meeting, MeetingNote, Member, Team, Volunteer
from anxin_volunteers.services.shifts import moment
from anxin_volunteers.words import SERVING

LIMIT = 100
SHOWN_FOR = timedelta(days=400)


def call(ctx: Ctx, data: Mapping[str, Any], people: Sequence[UUID] = ()) -> Meeting:
    """Ask a team, or so many people, to a meeting; they are told.

    Nothing here says which case or whom a debrief is about, and the title must not either.
    """
    if data["ends"] <= data["begins"]:
        raise Invalid(fields={"ends": [lazy("It ends before it begins.")]})
    asked = list(dict.fromkeys([*_of_team(ctx, data.get("team_id")), *people]))
    if not asked:
        raise Invalid(fields={"numbers": [lazy("Say who is asked: a team, or people by their numbers.")]})
    _insist_serving(ctx, asked)
    row = ctx.add(
        Meeting(
            kind=data["kind"],
            title=data["title"].strip(),
            team_id=data.get("team_id"),
            lead_id=data.get("lead_id"),
            starts_at=moment(data["on"], data["begins"]),
            ends_at=moment(data["on"], data["ends"]),
            place=data["place"].strip(),
            state="planned",
        )
    )
    ctx.db.flush()
    for person_id in asked:
        ctx.add(Attendee(meeting_id=row.id, person_id=person_id, state="asked"))
        notify(ctx, person_id, policy.SHIFT.code, f"/volunteers/meetings/{row.id}", key=f"meeting:{row.id}")
    ctx.audit(entries.MeetingChanged(meeting_id=row.id, what="called", people=len(asked)))
    return row


def _of_team(ctx: Ctx, team_id: UUID | None) -> list[UUID]:
    if team_id is None:
        return []
    ctx.get(Team, team_id)
    return list(
        ctx.db.scalars(
            sa.select(Member.person_id)
            .where(Member.tenant_id == ctx.tenant.id, Member.team_id == team_id, Member.until.is_(None))
            .order_by(Member.since)
        )
    )


def _insist_serving(ctx: Ctx, ids: Sequence[UUID]) -> None:
    serving = set(
        ctx.db.scalars(
            sa.select(Volunteer.person_id).where(
                Volunteer.tenant_id == ctx.tenant.id,
                Volunteer.person_id.in_(ids),
                Volunteer.state.in_(SERVING),
            )
        )
    )
    strangers = [one for one in ids if one not in serving]
    if strangers:
        names = names_of(ctx, strangers)
        raise Invalid(
            fields={
                "numbers": [
                    lazy("Not an approved volunteer: %(names)s", names="、".join(sorted(names.values())))
                ]
            }
        )


def listed(ctx: Ctx) -> Sequence[Meeting]:
    """All meetings for those who run the volunteers, the newest first."""
    return ctx.scalars(ctx.select(Meeting).order_by(Meeting.starts_at.desc()).limit(LIMIT)).all()


def read(ctx: Ctx, meeting_id: UUID) -> tuple[Meeting, list[tuple[Attendee, str]]]:
    """A meeting and who was asked, with names."""
    row = ctx.get(Meeting, meeting_id)
    asked = _asked(ctx, row.id)
    names = names_of(ctx, [one.person_id for one in asked])
    return row, sorted(((one, names.get(one.person_id, "")) for one in asked), key=lambda one: one[1])


def hold(ctx: Ctx, meeting_id: UUID, came: Sequence[UUID]) -> Meeting:
    """Write down who came; may be corrected."""
    row = ctx.get(Meeting, meeting_id)
    if row.state == "cancelled" or row.starts_at > ctx.now:
        raise Conflict(lazy("This meeting has not taken place."), code="volunteers.not_met")
    present = set(came)
    asked = _asked(ctx, row.id)
    for one in asked:
        one.state = "came" if one.person_id in present else "missed"
    row.state = "held"
    ctx.audit(
        entries.MeetingChanged(
            meeting_id=row.id, what="held", people=sum(1 for one in asked if one.state == "came")
        )
    )
    return row


def cancel(ctx: Ctx, meeting_id: UUID) -> Meeting:
    row = ctx.get(Meeting, meeting_id)
    if row.state != "planned":
        raise Conflict()
    row.state = "cancelled"
    ctx.audit(entries.MeetingChanged(meeting_id=row.id, what="cancelled"))
    for one in _asked(ctx, row.id):
        notify(ctx, one.person_id, policy.SHIFT.code, f"/volunteers/meetings/{row.id}", key=f"off:{row.id}")
    return row


# ---- who was there ---------------------------------------------------------------------------------------


def mine(ctx: Ctx) -> list[tuple[Meeting, str]]:
    """Meetings the actor is or was asked to, with whether they came."""
    rows = ctx.db.execute(
        sa.select(Meeting, Attendee.state.label("seat"))
        .join(Attendee, sa.and_(Attendee.tenant_id == Meeting.tenant_id, Attendee.meeting_id == Meeting.id))
        .where(
            Meeting.tenant_id == ctx.tenant.id,
            Attendee.person_id == ctx.actor.person_id,
            Meeting.starts_at > ctx.now - SHOWN_FOR,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(LIMIT)
    ).all()
    return [(row.Meeting, row.seat) for row in rows]


def of_mine(ctx: Ctx, meeting_id: UUID) -> tuple[Meeting, str]:
    """One of them, or NotFound."""
    found = next((one for one in mine(ctx) if one[0].id == meeting_id), None)
    if found is None:
        raise NotFound()
    return found


def notes(ctx: Ctx, meeting_id: UUID) -> list[tuple[MeetingNote, str, str]]:
    """The actor's copies of what was noted: (copy, who wrote it, words)."""
    of_mine(ctx, meeting_id)
    rows = ctx.db.scalars(
        sa.select(MeetingNote)
        .where(
            MeetingNote.tenant_id == ctx.tenant.id,
            MeetingNote.person_id == ctx.actor.person_id,
            MeetingNote.meeting_id == meeting_id,
        )
        .order_by(MeetingNote.made_at)
        .limit(LIMIT)
    ).all()
    names = names_of(ctx, [row.author_id for row in rows])
    return [(row, names.get(row.author_id, ""), ctx.open(row, "text")) for row in rows]


def note(ctx: Ctx, meeting_id: UUID, text: str) -> MeetingNote:
    """Note something for all who came. The writer has their copy at once, the others from a job."""
    row, seat = of_mine(ctx, meeting_id)
    if row.state != "held" or seat != "came" or ctx.actor.person_id is None:
        raise Conflict(
            lazy("Notes are for those who came, once attendance is written down."),
            code="volunteers.not_present",
        )
    copy = _copy(ctx, row.id, new_id(), ctx.actor.person_id, ctx.actor.person_id, text.strip())
    ctx.audit(entries.MeetingNoted(meeting_id=row.id, subject_id=ctx.actor.person_id))
    ctx.enqueue(share_note, note_id=copy.note_id)
    return copy


def _copy(  # noqa: PLR0917  (one row's columns)
    ctx: Ctx, meeting_id: UUID, note_id: UUID, person_id: UUID, author_id: UUID, text: str
) -> MeetingNote:
    row = MeetingNote(
        meeting_id=meeting_id, note_id=note_id, person_id=person_id, author_id=author_id, made_at=ctx.now
    )
    ctx.seal(row, "text", text)
    return ctx.add(row)


@job("volunteers.share_note")
def share_note(ctx: Ctx, *, note_id: str) -> None:
    """A copy for everybody who came, each sealed with the reader's own key; nobody gets a second one."""
    copies = ctx.scalars(ctx.select(MeetingNote).where(MeetingNote.note_id == UUID(note_id))).all()
    if not copies:  # erased meanwhile
        return
    first = copies[0]
    text, have = ctx.open(first, "text"), {one.person_id for one in copies}
    for one in _asked(ctx, first.meeting_id):
        if one.state == "came" and one.person_id not in have:
            _copy(ctx, first.meeting_id, first.note_id, one.person_id, first.author_id, text)
            notify(
                ctx,
                one.person_id,
                policy.NEWS.code,
                f"/volunteers/meetings/{first.meeting_id}",
                key=f"note:{first.note_id}",
            )


def _asked(ctx: Ctx, meeting_id: UUID) -> Sequence[Attendee]:
    return ctx.db.scalars(
        sa.select(Attendee).where(Attendee.tenant_id == ctx.tenant.id, Attendee.meeting_id == meeting_id)
    ).all()
