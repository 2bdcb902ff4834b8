"""Tasks and shifts: plan, sign up, approve, cancel, the waitlist. `assign` is the only way into a shift, and holds the
person's lock, so nobody is in two places at once, whichever team asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Forbidden, Invalid, NotFound, Unit, lazy, names_of, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import LIVE, DutyRole, Member, Need, Shift, Signup, Task, Team, Volunteer
from anxin_volunteers.services import competence, people
from anxin_volunteers.words import SERVING

LIMIT = 200
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Place:
    """One role of one shift: how many it wants, how many are there, and whether it is one's own."""

    need: Need
    role: DutyRole
    taken: int
    waiting: int = 0

    @property
    def free(self) -> int:
        return max(self.need.count - self.taken, 0)


@dataclass
class Turn:
    """A shift with its task and places; `mine` is the actor's own signup."""

    shift: Shift
    task: Task
    places: list[Place] = field(default_factory=list)
    mine: Signup | None = None

    @property
    def free(self) -> int:
        return sum(place.free for place in self.places)


def moment(day: date, at: time) -> datetime:
    """A day and a clock time on the tenant's clock."""
    return datetime.combine(day, at, tzinfo=ZONE)


# ---- planning --------------------------------------------------------------------------------------------


def create_task(ctx: Ctx, data: Mapping[str, Any]) -> Task:
    if data.get("team_id") is not None:
        ctx.get(Team, data["team_id"])
    if data.get("unit_id") is not None:
        ctx.get(Unit, data["unit_id"])
    task = ctx.add(
        Task(
            title=data["title"].strip(),
            about=data["about"].strip(),
            place=data["place"].strip(),
            details=data["details"].strip(),
            team_id=data.get("team_id"),
            unit_id=data.get("unit_id"),
            made_at=ctx.now,
        )
    )
    ctx.audit(entries.TaskChanged(task_id=task.id, what="created"))
    return task


def tasks(ctx: Ctx) -> Sequence[Task]:
    """Present tasks of the actor's reach, newest first."""
    return ctx.scalars(
        ctx.select(Task).where(Task.closed_at.is_(None)).order_by(Task.made_at.desc()).limit(LIMIT)
    ).all()


def create_shifts(
    ctx: Ctx,
    task_id: UUID,
    *,
    on: date,
    begins: time,
    ends: time,
    needs: Mapping[UUID, int],
    weeks: int = 1,
) -> list[Shift]:
    """A shift, or one on the same weekday of so many weeks; one that ends before it begins runs over midnight."""
    task = ctx.get(Task, task_id)
    if not needs:
        raise Invalid(fields={"role_id": [lazy("Say which role is needed.")]})
    for role_id in needs:
        ctx.get(DutyRole, role_id)
    if moment(on, begins) <= ctx.now:
        raise Invalid(fields={"on": [lazy("This time is over already.")]})
    made = []
    for week in range(weeks):
        day = on + timedelta(weeks=week)
        last = day if ends > begins else day + timedelta(days=1)
        shift = ctx.add(
            Shift(task_id=task.id, starts_at=moment(day, begins), ends_at=moment(last, ends), state="open")
        )
        ctx.db.flush()
        for role_id, count in needs.items():
            ctx.add(Need(shift_id=shift.id, role_id=role_id, count=count))
        ctx.audit(entries.ShiftChanged(shift_id=shift.id, what="created"))
        made.append(shift)
    return made


def cancel_shift(ctx: Ctx, shift_id: UUID) -> None:
    """A shift does not take place; everybody in it is told."""
    shift = _shift(ctx, shift_id)
    if shift.state != "open":
        raise Conflict()
    shift.state = "cancelled"
    for row in _live(ctx, shift.id):
        _end(ctx, row, "cancelled")
        notify(ctx, row.person_id, policy.SHIFT.code, "/volunteers/shifts")
    ctx.audit(entries.ShiftChanged(shift_id=shift.id, what="cancelled"))


def _shift(ctx: Ctx, shift_id: UUID) -> Shift:
    """A shift of a task in the actor's reach, or NotFound."""
    shift = ctx.get(Shift, shift_id)
    ctx.get(Task, shift.task_id)
    return shift


def managed(ctx: Ctx, shift_id: UUID) -> Turn:
    """A shift for those who plan it, or NotFound."""
    _shift(ctx, shift_id)
    return turn(ctx, shift_id)


def put(ctx: Ctx, need: Need, shift: Shift, person_id: UUID) -> Signup:
    """The union puts somebody into a free place."""
    if shift.state != "open":
        raise Conflict()
    ctx.lock(f"volunteers.shift:{shift.id}")
    if _taken(ctx, need.id) >= need.count:
        raise Conflict(lazy("This role is full."), code="volunteers.full")
    return assign(ctx, need, shift, person_id, state="assigned", source="lead")


def _live(ctx: Ctx, shift_id: UUID) -> Sequence[Signup]:
    return ctx.scalars(
        sa.select(Signup)
        .where(Signup.tenant_id == ctx.tenant.id, Signup.shift_id == shift_id, Signup.state.in_(LIVE))
        .order_by(Signup.made_at)
    ).all()


# ---- looking ---------------------------------------------------------------------------------------------


def turns(ctx: Ctx, first: datetime, last: datetime, *, task_ids: Sequence[UUID] | None = None) -> list[Turn]:
    """The open shifts that begin between two moments, with places and the actor's own signup, by time."""
    statement = (
        sa.select(Shift, Task)
        .join(Task, sa.and_(Task.tenant_id == Shift.tenant_id, Task.id == Shift.task_id))
        .where(
            Shift.tenant_id == ctx.tenant.id,
            Shift.state == "open",
            Shift.starts_at >= first,
            Shift.starts_at < last,
        )
        .order_by(Shift.starts_at)
        .limit(1000)
    )
    if task_ids is not None:
        statement = statement.where(Shift.task_id.in_(task_ids))
    found = {row.Shift.id: Turn(row.Shift, row.Task) for row in ctx.db.execute(statement)}
    _fill(ctx, found)
    return list(found.values())


def turn(ctx: Ctx, shift_id: UUID) -> Turn:
    """One shift, whatever its state."""
    shift = ctx.get(Shift, shift_id)
    task = ctx.db.get_one(Task, (ctx.tenant.id, shift.task_id))
    found = Turn(shift, task)
    _fill(ctx, {shift.id: found})
    return found


def _fill(ctx: Ctx, found: dict[UUID, Turn]) -> None:
    """Places with their counts, and the actor's own signups."""
    if not found:
        return
    known = {role.id: role for role in ctx.scalars(ctx.select(DutyRole))}
    counts: dict[tuple[UUID, str], int] = {
        (row.need_id, row.state): row.people
        for row in ctx.db.execute(
            sa.select(Signup.need_id, Signup.state, sa.func.count().label("people"))
            .where(
                Signup.tenant_id == ctx.tenant.id, Signup.shift_id.in_(list(found)), Signup.state.in_(LIVE)
            )
            .group_by(Signup.need_id, Signup.state)
        )
    }
    for need in ctx.scalars(
        sa.select(Need)
        .where(Need.tenant_id == ctx.tenant.id, Need.shift_id.in_(list(found)))
        .order_by(Need.id)
    ):
        taken = sum(counts.get((need.id, state), 0) for state in ("assigned", "invited"))
        place = Place(need, known[need.role_id], taken, counts.get((need.id, "waiting"), 0))
        found[need.shift_id].places.append(place)
    for row in ctx.scalars(
        sa.select(Signup).where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.shift_id.in_(list(found)),
            Signup.person_id == ctx.actor.person_id,
            Signup.state.in_(LIVE),
        )
    ):
        found[row.shift_id].mine = row


def open_to_me(ctx: Ctx, days: int = 35) -> list[Turn]:
    """Shifts the actor may sign up for: their teams', within what they have learned, not in the way of others."""
    mine = set(
        ctx.scalars(
            sa.select(Member.team_id).where(
                Member.tenant_id == ctx.tenant.id,
                Member.person_id == ctx.actor.person_id,
                Member.until.is_(None),
            )
        )
    )
    held = competence.held(ctx, [ctx.actor.person_id] if ctx.actor.person_id else [])
    known = held.get(ctx.actor.person_id, {}) if ctx.actor.person_id else {}
    busy = [(one.starts_at, one.ends_at) for one in my_signups(ctx) if one.state in ("assigned", "invited")]
    found = []
    for one in turns(ctx, ctx.now, ctx.now + timedelta(days=days)):
        if one.mine is not None or (one.task.team_id is not None and one.task.team_id not in mine):
            continue
        if any(start < one.shift.ends_at and one.shift.starts_at < end for start, end in busy):
            continue
        one.places = [
            place
            for place in one.places
            if competence.holds(known, place.role.requires, one.shift.starts_at.astimezone(ZONE).date())
        ]
        if one.places:
            found.append(one)
    return found


def my_signups(ctx: Ctx) -> Sequence[Signup]:
    """The actor's own places from today on, by time."""
    return ctx.scalars(
        sa.select(Signup)
        .where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.person_id == ctx.actor.person_id,
            Signup.state.in_(LIVE),
            Signup.ends_at >= ctx.now - timedelta(hours=12),
        )
        .order_by(Signup.starts_at)
        .limit(LIMIT)
    ).all()


def people_in(ctx: Ctx, shift_id: UUID) -> list[tuple[Signup, str]]:
    """Everybody ever in a shift, with names; late cancellations stay visible to those who plan."""
    rows = ctx.scalars(
        ctx.select(Signup).where(Signup.shift_id == shift_id).order_by(Signup.made_at).limit(LIMIT)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return [(row, names.get(row.person_id, "")) for row in rows]


def mates(ctx: Ctx, row: Signup) -> list[str]:
    """The names of those who share a fixed shift."""
    ids = ctx.scalars(
        sa.select(Signup.person_id).where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.shift_id == row.shift_id,
            Signup.state == "assigned",
            Signup.person_id != row.person_id,
        )
    ).all()
    return sorted(names_of(ctx, ids).values())


# ---- signing up ------------------------------------------------------------------------------------------


def sign_up(ctx: Ctx, need_id: UUID) -> Signup:
    """Take a place. Full: the waitlist. Where the union approves each place, it is an offer first."""
    need, shift = _open_need(ctx, need_id)
    people.insist_ready(ctx)
    assert ctx.actor.person_id is not None  # insist_ready found their record
    _insist_team(ctx, shift)
    ctx.lock(f"volunteers.shift:{shift.id}")
    free = "offered" if ctx.settings["approve_signups"] else "assigned"
    state = free if _taken(ctx, need.id) < need.count else "waiting"
    return assign(ctx, need, shift, ctx.actor.person_id, state=state, source="self")


def _insist_team(ctx: Ctx, shift: Shift) -> None:
    task = ctx.db.get_one(Task, (ctx.tenant.id, shift.task_id))
    if task.team_id is not None and not ctx.scalar(
        sa.select(Member.id).where(
            Member.tenant_id == ctx.tenant.id,
            Member.team_id == task.team_id,
            Member.person_id == ctx.actor.person_id,
            Member.until.is_(None),
        )
    ):
        raise Forbidden(lazy("This shift is for the members of a team."), code="volunteers.other_team")


def _open_need(ctx: Ctx, need_id: UUID) -> tuple[Need, Shift]:
    need = ctx.get(Need, need_id)
    shift = ctx.get(Shift, need.shift_id)
    if shift.state != "open" or shift.starts_at <= ctx.now:
        raise Conflict(lazy("This shift is not open any more."), code="volunteers.shift_over")
    return need, shift


def _taken(ctx: Ctx, need_id: UUID) -> int:
    return (
        ctx.scalar(
            sa.select(sa.func.count())
            .select_from(Signup)
            .where(
                Signup.tenant_id == ctx.tenant.id,
                Signup.need_id == need_id,
                Signup.state.in_(("assigned", "invited")),
            )
        )
        or 0
    )


def assign(ctx: Ctx, need: Need, shift: Shift, person_id: UUID, *, state: str, source: str) -> Signup:
    """Put somebody into a shift. Conflict when they serve elsewhere then, or are in it already; Invalid when
    they lack what the role wants on that day."""
    insist_able(ctx, need, shift, person_id)
    ctx.lock(f"volunteers.person:{person_id}")
    if clash(ctx, person_id, shift) is not None:
        raise Conflict(lazy("There is another shift at the same time."), code="volunteers.clash")
    again = sa.select(Signup.id).where(
        Signup.tenant_id == ctx.tenant.id,
        Signup.shift_id == shift.id,
        Signup.person_id == person_id,
        Signup.state.in_(LIVE),
    )
    if ctx.scalar(again) is not None:
        raise Conflict(lazy("Already signed up for this shift."), code="volunteers.signed_up")
    row = ctx.add(
        Signup(
            shift_id=shift.id,
            need_id=need.id,
            person_id=person_id,
            state=state,
            source=source,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            made_at=ctx.now,
        )
    )
    ctx.db.flush()
    ctx.audit(entries.SignupChanged(shift_id=shift.id, what=state, subject_id=person_id))
    if person_id != ctx.actor.person_id:
        notify(ctx, person_id, policy.SHIFT.code, "/volunteers/shifts")
    return row


def insist_able(ctx: Ctx, need: Need, shift: Shift, person_id: UUID) -> None:
    volunteer = ctx.db.scalar(
        sa.select(Volunteer).where(Volunteer.tenant_id == ctx.tenant.id, Volunteer.person_id == person_id)
    )
    if volunteer is None or volunteer.state not in SERVING or not people.ready(volunteer):
        raise Invalid(fields={"number": [lazy("This person is no volunteer who is ready to serve.")]})
    role = ctx.db.get_one(DutyRole, (ctx.tenant.id, need.role_id))
    known = competence.held(ctx, [person_id]).get(person_id, {})
    if not competence.holds(known, role.requires, shift.starts_at.astimezone(ZONE).date()):
        raise Invalid(
            fields={
                "number": [lazy("The role wants a qualification that is missing or ends before that day.")]
            }
        )


def clash(ctx: Ctx, person_id: UUID, shift: Shift) -> Signup | None:
    """What the person does in another shift at that time, in whichever team."""
    return ctx.db.scalar(
        sa.select(Signup)
        .where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.person_id == person_id,
            Signup.state.in_(("assigned", "invited", "offered")),
            Signup.starts_at < shift.ends_at,
            Signup.starts_at > shift.starts_at - timedelta(days=2),
            Signup.ends_at > shift.starts_at,
            Signup.shift_id != shift.id,
        )
        .limit(1)
    )


def decide(ctx: Ctx, signup_id: UUID, what: str) -> Signup:
    """Accept an offer, refuse it, or take somebody out of a shift."""
    row = ctx.get(Signup, signup_id)
    need = ctx.get(Need, row.need_id)
    ctx.lock(f"volunteers.shift:{row.shift_id}")
    if what == "accept" and row.state in ("offered", "waiting"):
        if _taken(ctx, need.id) >= need.count:
            raise Conflict(lazy("This role is full."), code="volunteers.full")
        row.state = "assigned"
    elif what == "refuse" and row.state in LIVE:
        _end(ctx, row, "refused")
        _next_in_line(ctx, need)
    else:
        raise Conflict()
    ctx.audit(entries.SignupChanged(shift_id=row.shift_id, what=what, subject_id=row.person_id))
    notify(ctx, row.person_id, policy.SHIFT.code, "/volunteers/shifts")
    return row


def cancel(ctx: Ctx, signup_id: UUID) -> Signup:
    """Give the own place back (or leave the waitlist); shortly before, that is seen as late. The next is asked."""
    row = own(ctx, signup_id)
    if row.state not in LIVE or row.starts_at <= ctx.now:
        raise Conflict()
    was = row.state
    row.late = was == "assigned" and row.starts_at - ctx.now < timedelta(hours=ctx.settings["late_hours"])
    ctx.lock(f"volunteers.shift:{row.shift_id}")
    _end(ctx, row, "cancelled")
    ctx.audit(entries.SignupChanged(shift_id=row.shift_id, what="cancelled", subject_id=row.person_id))
    if was in ("assigned", "invited"):
        _next_in_line(ctx, ctx.get(Need, row.need_id))
    return row


def own(ctx: Ctx, signup_id: UUID) -> Signup:
    row = ctx.db.scalar(
        sa.select(Signup).where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.id == signup_id,
            Signup.person_id == ctx.actor.person_id,
        )
    )
    if row is None:
        raise NotFound()
    return row


def _end(ctx: Ctx, row: Signup, state: str) -> None:
    row.state, row.ended_at, row.expires_at = state, ctx.now, None
    ctx.db.flush()


def _next_in_line(ctx: Ctx, need: Need) -> None:
    """Invite the first on the waitlist who can still come; the invitation ends by itself."""
    shift = ctx.get(Shift, need.shift_id)
    if shift.starts_at <= ctx.now or shift.state != "open" or _taken(ctx, need.id) >= need.count:
        return
    line = ctx.scalars(
        sa.select(Signup)
        .where(Signup.tenant_id == ctx.tenant.id, Signup.need_id == need.id, Signup.state == "waiting")
        .order_by(Signup.made_at)
    )
    for row in line.all():
        if clash(ctx, row.person_id, shift) is None:
            hours = ctx.settings_of("volunteers")["invitation_hours"]
            row.state = "invited"
            row.expires_at = min(ctx.now + timedelta(hours=hours), shift.starts_at)
            ctx.db.flush()
            ctx.audit(entries.SignupChanged(shift_id=shift.id, what="invited", subject_id=row.person_id))
            notify(ctx, row.person_id, policy.SHIFT.code, "/volunteers/shifts", key=f"invited:{row.id}")
            return


def accept_invitation(ctx: Ctx, signup_id: UUID) -> Signup:
    """Say yes to a place that became free."""
    row = own(ctx, signup_id)
    if row.state != "invited" or row.expires_at is None or row.expires_at <= ctx.now:
        raise Conflict(lazy("The invitation is over."), code="volunteers.invitation_over")
    shift = ctx.get(Shift, row.shift_id)
    ctx.lock(f"volunteers.person:{row.person_id}")
    if clash(ctx, row.person_id, shift) is not None:
        raise Conflict(lazy("There is another shift at the same time."), code="volunteers.clash")
    row.state, row.expires_at = "assigned", None
    ctx.audit(entries.SignupChanged(shift_id=row.shift_id, what="assigned", subject_id=row.person_id))
    return row


def let_invitations_end(ctx: Ctx) -> int:
    """Invitations nobody took go to the next in line."""
    over = ctx.scalars(
        sa.select(Signup)
        .where(Signup.tenant_id == ctx.tenant.id, Signup.state == "invited", Signup.expires_at <= ctx.now)
        .limit(LIMIT)
    ).all()
    for row in over:
        _end(ctx, row, "lapsed")
        ctx.audit(entries.SignupChanged(shift_id=row.shift_id, what="lapsed", subject_id=row.person_id))
        _next_in_line(ctx, ctx.get(Need, row.need_id))
    return len(over)


def remind(ctx: Ctx) -> int:
    """A day before, once."""
    soon = ctx.scalars(
        sa.select(Signup)
        .where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.starts_at > ctx.now,
            Signup.starts_at <= ctx.now + timedelta(hours=26),
            Signup.state == "assigned",
            Signup.reminded_at.is_(None),
        )
        .limit(500)
    ).all()
    for row in soon:
        row.reminded_at = ctx.now
        notify(ctx, row.person_id, policy.SHIFT.code, "/volunteers/shifts", key=f"soon:{row.id}")
    return len(soon)


def unable(ctx: Ctx, person_id: UUID) -> list[Signup]:
    """Take somebody out of coming shifts whose role they may no longer fill on that day; they are told."""
    rows = ctx.db.execute(
        sa.select(Signup, DutyRole.requires)
        .join(Need, sa.and_(Need.tenant_id == Signup.tenant_id, Need.id == Signup.need_id))
        .join(DutyRole, sa.and_(DutyRole.tenant_id == Need.tenant_id, DutyRole.id == Need.role_id))
        .where(
            Signup.tenant_id == ctx.tenant.id,
            Signup.person_id == person_id,
            Signup.starts_at > ctx.now,
            Signup.state.in_(LIVE),
        )
    ).all()
    known = competence.held(ctx, [person_id]).get(person_id, {})
    out = []
    for row in rows:
        signup: Signup = row.Signup
        if not competence.holds(known, row.requires, signup.starts_at.astimezone(ZONE).date()):
            _end(ctx, signup, "lapsed")
            ctx.audit(
                entries.SignupChanged(shift_id=signup.shift_id, what="unqualified", subject_id=person_id)
            )
            notify(ctx, person_id, policy.SHIFT.code, "/volunteers/shifts", key=f"unable:{signup.id}")
            out.append(signup)
    return out
