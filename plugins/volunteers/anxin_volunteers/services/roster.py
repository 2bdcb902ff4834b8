"""The roster: propose who serves in the empty places of some weeks, say why each need is met or not, carry it out."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Grant, job, names_of
from anxin_volunteers import entries, policy
from anxin_volunteers.models import LIVE, Availability, Member, Shift, Signup, Volunteer
from anxin_volunteers.services import competence, shifts
from anxin_volunteers.services.shifts import ZONE, Place, Turn
from anxin_volunteers.services.solver import Rules, Slot, near, solve
from anxin_volunteers.words import SERVING


@dataclass
class Wish:
    """One role of one shift: who serves, who is proposed, what is missing and the reason why.

    `why`: full, met, nobody_holds (the competence), all_busy, caps (their weeks are full), too_few.
    """

    turn: Turn
    place: Place
    proposed: list[UUID] = field(default_factory=list)
    there: list[UUID] = field(default_factory=list)
    holders: int = 0
    free: int = 0

    @property
    def missing(self) -> int:
        return max(self.place.free - len(self.proposed), 0)

    @property
    def why(self) -> str:
        if not self.place.free:
            return "full"
        if not self.missing:
            return "met"
        if not self.holders:
            return "nobody_holds"
        if not self.free:
            return "all_busy"
        return "too_few" if len(self.proposed) >= self.free else "caps"


@dataclass(frozen=True)
class Proposal:
    """The wishes of the weeks by time, and the names of everybody in them."""

    first: date
    last: date
    wishes: list[Wish]
    names: dict[UUID, str]

    @property
    def assigned(self) -> int:
        return sum(len(wish.proposed) for wish in self.wishes)

    @property
    def missing(self) -> int:
        return sum(wish.missing for wish in self.wishes)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def propose(ctx: Ctx, first: date, weeks: int = 1) -> Proposal:
    """For the weeks from that of `first` on. Nothing is changed."""
    start = monday(first)
    end = start + timedelta(weeks=weeks)
    begins = max(datetime.combine(start, time(), tzinfo=ZONE), ctx.now)
    turns = shifts.turns(ctx, begins, datetime.combine(end, time(), tzinfo=ZONE))
    return _proposal(ctx, turns, start, end - timedelta(days=1))


def _proposal(ctx: Ctx, turns: list[Turn], first: date, last: date) -> Proposal:
    wishes = [Wish(turn, place) for turn in turns for place in turn.places]
    people = _People(ctx, turns)
    slots = []
    for wish in wishes:
        if not wish.place.free:
            continue
        able = people.able(wish)
        slots.append(
            Slot(
                wish.place.need.id,
                wish.turn.shift.starts_at,
                wish.turn.shift.ends_at,
                _week(wish.turn.shift),
                wish.place.free,
                able,
            )
        )
    rules = Rules(ctx.settings["shifts_per_week"], people.rest, people.per_week)
    found = solve(slots, rules)
    for wish in wishes:
        wish.proposed = found.get(wish.place.need.id, [])
        wish.there = people.there.get(wish.place.need.id, [])
    names = names_of(ctx, {person for wish in wishes for person in (*wish.proposed, *wish.there)})
    return Proposal(first, last, wishes, names)


def _week(shift: Shift) -> int:
    year, week, _ = shift.starts_at.astimezone(ZONE).isocalendar()
    return year * 100 + week


class _People:
    """Who is ready, what they hold, where they are busy, when they usually have time."""

    def __init__(self, ctx: Ctx, turns: list[Turn]) -> None:
        self.rest = timedelta(hours=ctx.settings["rest_hours"])
        self.ready = sorted(
            ctx.scalars(
                sa.select(Volunteer.person_id).where(
                    Volunteer.tenant_id == ctx.tenant.id,
                    Volunteer.state.in_(SERVING),
                    Volunteer.pledge_version >= policy.PLEDGE_VERSION,
                )
            )
        )
        self.held = competence.held(ctx)
        self.teams: dict[UUID, set[UUID]] = defaultdict(set)
        for team_id, person_id in ctx.db.execute(
            sa.select(Member.team_id, Member.person_id).where(
                Member.tenant_id == ctx.tenant.id, Member.until.is_(None)
            )
        ):
            self.teams[team_id].add(person_id)
        self.busy: dict[UUID, list[Any]] = defaultdict(list)
        self.per_week: dict[tuple[UUID, int], int] = defaultdict(int)
        self.there: dict[UUID, list[UUID]] = defaultdict(list)  # need → who is assigned already
        self._busy(ctx, turns)
        self.times: dict[UUID, set[str]] = defaultdict(set)
        for row in ctx.scalars(sa.select(Availability).where(Availability.tenant_id == ctx.tenant.id)):
            self.times[row.person_id].add(row.slot)

    def _busy(self, ctx: Ctx, turns: list[Turn]) -> None:
        if not turns:
            return
        first = min(turn.shift.starts_at for turn in turns) - timedelta(days=8)
        last = max(turn.shift.ends_at for turn in turns) + timedelta(days=8)
        rows = ctx.db.execute(
            sa.select(
                Signup.person_id,
                Signup.starts_at,
                Signup.ends_at,
                Signup.shift_id,
                Signup.need_id,
                Signup.state,
            ).where(
                Signup.tenant_id == ctx.tenant.id,
                Signup.starts_at >= first,
                Signup.starts_at < last,
                Signup.state.in_(LIVE),
            )
        )
        for row in rows:
            slot = Slot(row.shift_id, row.starts_at, row.ends_at, 0, 0, {})
            self.busy[row.person_id].append(slot)
            if row.state == "assigned":
                self.there[row.need_id].append(row.person_id)
            year, week, _ = row.starts_at.astimezone(ZONE).isocalendar()
            self.per_week[row.person_id, year * 100 + week] += 1

    def able(self, wish: Wish) -> dict[UUID, bool]:
        """Who may fill a wish; notes in it how many hold the competence and how many of them are free."""
        shift, task = wish.turn.shift, wish.turn.task
        day = shift.starts_at.astimezone(ZONE).date()
        inside = self.teams[task.team_id] if task.team_id else None
        here = Slot(shift.id, shift.starts_at, shift.ends_at, 0, 0, {})
        able: dict[UUID, bool] = {}
        for person in self.ready:
            if inside is not None and person not in inside:
                continue
            if not competence.holds(self.held.get(person, {}), wish.place.role.requires, day):
                continue
            wish.holders += 1
            if any(near(here, other, self.rest) for other in self.busy.get(person, ())):
                continue
            able[person] = self._usual(person, shift)
        wish.free = len(able)
        return able

    def _usual(self, person: UUID, shift: Shift) -> bool:
        """At a time they named; who named none may be asked at any."""
        times = self.times.get(person)
        return not times or slot_of(shift.starts_at) in times


def slot_of(at: datetime) -> str:
    """Weekday and part of the day: "0-morning"."""
    here = at.astimezone(ZONE)
    part = "morning" if here.hour < 12 else "afternoon" if here.hour < 18 else "evening"
    return f"{here.weekday()}-{part}"


def carry_out(ctx: Ctx, proposal: Proposal) -> int:
    """Put the proposed people into their shifts and tell them; who has become busy meanwhile is left out."""
    done = 0
    for wish in proposal.wishes:
        for person_id in wish.proposed:
            ctx.lock(f"volunteers.person:{person_id}")
            if shifts.clash(ctx, person_id, wish.turn.shift) is None:
                shifts.assign(
                    ctx, wish.place.need, wish.turn.shift, person_id, state="assigned", source="proposal"
                )
                done += 1
    ctx.audit(entries.RosterProposed(assigned=done, missing=proposal.missing, applied=True))
    return done


def plain(proposal: Proposal) -> list[dict[str, Any]]:
    """One row a need, for the API and `anxin volunteers propose --json`."""
    return [
        {
            "shift": str(wish.turn.shift.id),
            "task": wish.turn.task.title,
            "starts_at": wish.turn.shift.starts_at.astimezone(ZONE).isoformat(),
            "ends_at": wish.turn.shift.ends_at.astimezone(ZONE).isoformat(),
            "role": wish.place.role.title,
            "wanted": wish.place.need.count,
            "taken": wish.place.taken,
            "there": [proposal.names[person] for person in wish.there],
            "proposed": [proposal.names[person] for person in wish.proposed],
            "people": [str(person) for person in wish.proposed],
            "missing": wish.missing,
            "why": wish.why,
            "holders": wish.holders,
            "free": wish.free,
        }
        for wish in proposal.wishes
    ]


@job("volunteers.fill_again")
def fill_again(ctx: Ctx, *, shift_ids: list[str]) -> None:
    """Places that became empty because a certificate ended are proposed anew, and filled."""
    ids = {UUID(one) for one in shift_ids}
    ctx.grant = ctx.grant or Grant("tenant")
    turns = [
        turn for turn in shifts.turns(ctx, ctx.now, ctx.now + timedelta(days=120)) if turn.shift.id in ids
    ]
    if turns:
        today = ctx.today
        carry_out(ctx, _proposal(ctx, turns, today, today + timedelta(days=120)))
