"""Lines: hours, holidays, seats, who answers when, where nobody will, and where calls go then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, current_zone, lazy, local, new_id, notify
from anxin_hotline import policy
from anxin_hotline.models import Line, RollOver, Shift
from anxin_hotline.services import staff

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = timedelta(days=14)
SOON = timedelta(days=7)
CRUMB = timedelta(minutes=1)
LONGEST = timedelta(hours=16)
NATIONAL_SEATS, NATIONAL_HOURS = 2, 18


@dataclass(frozen=True)
class Gap:
    """A stretch inside the hours with fewer people than seats; `nobody` when there is no one at all."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    people: int

    @property
    def nobody(self) -> bool:
        return self.people == 0


@dataclass(frozen=True)
class Turn:
    """A shift as the rota shows it; `counts` is false while its person may not answer (contract over, role gone)."""

    id: UUID
    line_id: UUID
    person_id: UUID
    name: str
    starts_at: datetime
    ends_at: datetime
    offered: bool
    counts: bool


# ---- lines -----------------------------------------------------------------------------------------------


def every(ctx: Ctx) -> list[Line]:
    return list(ctx.scalars(ctx.select(Line).order_by(Line.name).limit(200)))


def named(ctx: Ctx) -> list[tuple[UUID, str]]:
    """(id, name) of the open lines, for a form."""
    rows = ctx.execute(
        sa.select(Line.id, Line.name)
        .where(Line.tenant_id == ctx.tenant.id, Line.is_open)
        .order_by(Line.name)
        .limit(50)
    )
    return [(row.id, row.name) for row in rows]


def save(ctx: Ctx, line_id: UUID | None, told: Mapping[str, Any]) -> Line:
    """Found a line or change one. Invalid when it calls itself national without the seats and hours that takes."""
    hours = _hours(told)
    if told.get("is_national"):
        _insist_national(told["seats"], hours)
    taken = ctx.select(Line).where(Line.name == told["name"])
    if line_id is not None:
        taken = taken.where(Line.id != line_id)
    if ctx.scalar(taken) is not None:
        raise Invalid(fields={"name": [lazy("There is a line of this name already.")]})
    line = ctx.get(Line, line_id) if line_id else ctx.add(Line())
    line.name, line.number, line.seats = told["name"].strip(), told.get("number") or "", told["seats"]
    line.hours, line.closed_days = hours, sorted({str(day) for day in told.get("closed_days") or []})
    line.is_national, line.is_open = bool(told.get("is_national")), bool(told.get("is_open", True))
    line.fallback_name = told.get("fallback_name") or ""
    line.fallback_number = told.get("fallback_number") or "12356"
    ctx.db.flush()
    ctx.audit(policy.LineSaved(line_id=line.id))
    return line


def _hours(told: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """The form's text (one line a day: “08:00–22:00, …”) as stored; Invalid names the day."""
    found: dict[str, list[list[str]]] = {}
    for day in DAYS:
        spans = []
        for part in str(told.get(day) or "").replace("，", ",").replace("、", ",").split(","):
            if not part.strip():
                continue
            ends = part.replace("—", "-").replace("–", "-").replace("－", "-").replace("~", "-").split("-")
            try:
                since, until = (time.fromisoformat(each.strip().replace("：", ":").zfill(5)) for each in ends)
            except ValueError as wrong:
                raise Invalid(fields={day: [lazy("Write hours like 08:00-22:00.")]}) from wrong
            if until != time(0) and until <= since:
                raise Invalid(fields={day: [lazy("Hours end after they begin; write 00:00 for midnight.")]})
            spans.append([f"{since:%H:%M}", f"{until:%H:%M}"])
        if spans:
            found[day] = spans
    return found


def _insist_national(seats: int, hours: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """A line that calls itself 12356 keeps what the national guide asks of it."""
    short = [day for day in DAYS if _length(hours.get(day, ())) < timedelta(hours=NATIONAL_HOURS)]
    if seats < NATIONAL_SEATS:
        raise Invalid(fields={"seats": [lazy("A line called 12356 has at least two seats.")]})
    if short:
        raise Invalid(fields={short[0]: [lazy("A line called 12356 is answered at least 18 hours a day.")]})


def _length(spans: Iterable[Sequence[str]]) -> timedelta:
    return sum((_span_length(span) for span in spans), timedelta())


def _span_length(span: Sequence[str]) -> timedelta:
    since, until = (time.fromisoformat(each) for each in span)
    minutes = (until.hour * 60 + until.minute) or 24 * 60
    return timedelta(minutes=minutes - since.hour * 60 - since.minute)


def hours_text(line: Line, day: str) -> str:
    return ", ".join(f"{since}-{until}" for since, until in line.hours.get(day, []))


def secret(ctx: Ctx, line: Line) -> str:
    """What the telephone system signs with: derived from the tenant's keys, never stored; a new version is another."""
    made = ctx.runtime.keyring.blind(
        ctx.tenant.id, "hotline.pbx", f"{line.id}:{line.key_version}", kind="text"
    )
    return made.hex()


def renew_secret(ctx: Ctx, line_id: UUID) -> Line:
    line = ctx.get(Line, line_id)
    line.key_version += 1
    ctx.audit(policy.KeyRenewed(line_id=line.id, version=line.key_version))
    return line


# ---- hours and gaps -----------------------------------------------------------------------------------------


def windows(
    line: Line, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """When the line is to be answered between two moments."""
    if not line.is_open:
        return
    day = start.astimezone(zone).date() - timedelta(days=1)
    while datetime.combine(day, time(0), zone) < end:
        if day.isoformat() not in line.closed_days:
            for since, until in line.hours.get(DAYS[day.weekday()], []):
                opens = datetime.combine(day, time.fromisoformat(since), zone)
                closes = datetime.combine(day, time.fromisoformat(until), zone)
                closes += timedelta(days=1) if closes <= opens else timedelta()
                if closes > start and opens < end:
                    yield max(opens, start), min(closes, end)
        day += timedelta(days=1)


def gaps(ctx: Ctx, line: Line, start: datetime, end: datetime) -> list[Gap]:
    """Where fewer people than seats are on the rota inside the hours. Core's duty rota is another thing: it answers
    crises; this one answers the telephone."""
    turns = [turn for turn in rota(ctx, start, end, line_id=line.id) if turn.counts]
    return [
        gap
        for opens, closes in windows(line, start, end, current_zone())
        for gap in _short(turns, opens, closes, line.seats)
    ]


def _short(turns: Sequence[Turn], opens: datetime, closes: datetime, seats: int) -> Iterator[Gap]:
    """Neighbouring stretches with the same number of people, where that is too few."""
    edges = sorted(
        {opens, closes}
        | {edge for turn in turns for edge in (turn.starts_at, turn.ends_at) if opens < edge < closes}
    )
    found: list[Gap] = []
    for since, until in pairwise(edges):
        people = len({turn.person_id for turn in turns if turn.starts_at <= since and turn.ends_at >= until})
        if found and found[-1].people == people and found[-1].ends_at == since:
            found[-1] = Gap(found[-1].starts_at, until, seats, people)
        elif until - since >= CRUMB:
            found.append(Gap(since, until, seats, people))
    return iter([gap for gap in found if gap.people < seats])


def is_open_at(line: Line, at: datetime) -> bool:
    return any(windows(line, at, at + timedelta(microseconds=1), current_zone()))


def on_now(ctx: Ctx, line_id: UUID) -> list[Turn]:
    """Who answers this line at this moment."""
    return [
        turn for turn in rota(ctx, ctx.now, ctx.now + timedelta(seconds=1), line_id=line_id) if turn.counts
    ]


# ---- rota ------------------------------------------------------------------------------------------------


def rota(ctx: Ctx, start: datetime, end: datetime, *, line_id: UUID | None = None) -> list[Turn]:
    """Shifts that touch [start, end), in order."""
    able = staff.able(ctx)
    rows = ctx.execute(
        sa.select(Shift, Person.name)
        .join(Person, sa.and_(Person.tenant_id == Shift.tenant_id, Person.id == Shift.person_id))
        .where(
            Shift.tenant_id == ctx.tenant.id,
            Shift.ends_at > start,
            Shift.starts_at < end,
            *([Shift.line_id == line_id] if line_id else []),
        )
        .order_by(Shift.starts_at, Person.name)
        .limit(2000)
    )
    return [
        Turn(
            row.Shift.id,
            row.Shift.line_id,
            row.Shift.person_id,
            row.name,
            row.Shift.starts_at,
            row.Shift.ends_at,
            row.Shift.offered_at is not None,
            row.Shift.person_id in able,
        )
        for row in rows
    ]


def set_shift(
    ctx: Ctx, line_id: UUID, person_id: UUID, *, day: date, since: time, until: time, weeks: int = 1
) -> int:
    """Put somebody on a line, for one day or the same day of several weeks; returns how many shifts are new."""
    line = ctx.get(Line, line_id)
    if person_id not in staff.able(ctx):
        raise Invalid(
            fields={"person_id": [lazy("Only people who may answer calls here can be on the rota.")]}
        )
    begins = datetime.combine(day, since, current_zone())
    ends = datetime.combine(day, until, current_zone())
    ends += timedelta(days=1) if ends <= begins else timedelta()
    if ends - begins > LONGEST:
        raise Invalid(fields={"until": [lazy("A shift at the telephone is at most 16 hours.")]})
    made = fill(
        ctx,
        [
            {
                "line_id": line.id,
                "person_id": person_id,
                "starts_at": begins + timedelta(weeks=week),
                "ends_at": ends + timedelta(weeks=week),
            }
            for week in range(weeks)
        ],
    )
    ctx.audit(policy.ShiftsSet(line_id=line.id, shifts=made, subject_id=person_id))
    return made


def fill(ctx: Ctx, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write shifts; those that are there already stay. Returns how many are new; the caller audits."""
    if not rows:
        return 0
    made = ctx.execute(
        pg.insert(Shift)
        .values([{"tenant_id": ctx.tenant.id, "id": new_id(), **row} for row in rows])
        .on_conflict_do_nothing(index_elements=["tenant_id", "line_id", "person_id", "starts_at"])
        .returning(Shift.id)
    )
    return len(made.all())


def remove(ctx: Ctx, shift_id: UUID) -> None:
    """Take a shift off the rota; one that is over stays, because it tells who answered then."""
    shift = _shift(ctx, shift_id)
    if shift.ends_at <= ctx.now:
        raise NotFound()
    ctx.db.delete(shift)
    ctx.audit(policy.ShiftRemoved(shift_id=shift.id, subject_id=shift.person_id))


def offer(ctx: Ctx, shift_id: UUID) -> None:
    """“Who can take this one?”: the colleagues of the line are told."""
    shift, me = _shift(ctx, shift_id), ctx.actor.person_id
    if shift.person_id != me:
        raise NotFound()
    if shift.starts_at <= ctx.now:
        raise Conflict(lazy("This shift has begun already."), code="begun")
    shift.offered_at = ctx.now
    for person_id in sorted(staff.able(ctx) - {shift.person_id}):
        notify(ctx, person_id, "hotline.due", "/hotline/rota", key=f"swap:{shift.id}")
    ctx.audit(policy.ShiftSwapped(shift_id=shift.id, step="offered", subject_id=shift.person_id))


def take(ctx: Ctx, shift_id: UUID) -> None:
    """Take over a shift that is offered. Conflict when somebody was quicker or the own rota says no."""
    shift, me = _shift(ctx, shift_id), ctx.actor.person_id
    if me is None or shift.offered_at is None or shift.starts_at <= ctx.now:
        raise Conflict(lazy("This shift is not offered any more."), code="gone")
    clash = [
        turn
        for turn in rota(ctx, shift.starts_at, shift.ends_at)
        if turn.person_id == me and turn.id != shift.id
    ]
    if clash:
        raise Conflict(lazy("You are on the rota at that time already."), code="clash")
    if shift.person_id == me:
        shift.offered_at = None
        ctx.audit(policy.ShiftSwapped(shift_id=shift.id, step="kept", subject_id=me))
        return
    before = shift.person_id
    shift.taken_from, shift.person_id, shift.offered_at = before, me, None
    notify(ctx, before, "hotline.due", "/hotline/rota", key=f"swapped:{shift.id}")
    ctx.audit(policy.ShiftSwapped(shift_id=shift.id, step="taken", subject_id=before))


def _shift(ctx: Ctx, shift_id: UUID) -> Shift:
    """A shift, locked. Not by `ctx.get`: taking a colleague's is the point of a swap."""
    found = ctx.db.scalar(
        sa.select(Shift).where(Shift.tenant_id == ctx.tenant.id, Shift.id == shift_id).with_for_update()
    )
    if found is None:
        raise NotFound()
    return found


# ---- when nobody is there ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """Where a call to a line goes now: `to` is "operators" or "fallback"; `reason` open, closed or nobody."""

    to: str
    reason: str
    number: str = ""
    name: str = ""


def route(ctx: Ctx, line: Line) -> Route:
    """The telephone system asks this for each call: nobody's telephone rings for ever."""
    fallback = {"number": line.fallback_number or "12356", "name": line.fallback_name}
    if not is_open_at(line, ctx.now):
        return Route("fallback", "closed", **fallback)
    if not on_now(ctx, line.id):
        return Route("fallback", "nobody", **fallback)
    return Route("operators", "open")


def watch(ctx: Ctx) -> None:
    """Each few minutes: a gap that has begun rolls over and alarms, one that is over ends; gaps of the next
    fortnight are told once a day, those of the next week by name of the day."""
    for line in every(ctx):
        found = route(ctx, line)
        rolled = ctx.scalar(
            ctx.select(RollOver).where(RollOver.line_id == line.id, RollOver.ends_at.is_(None))
        )
        if found.reason == "nobody" and rolled is None:
            ctx.add(RollOver(line_id=line.id, starts_at=ctx.now))
            ctx.audit(policy.RolledOver(line_id=line.id, step="began"))
            _alarm(ctx, line, "hotline.rolled", f"rolled:{line.id}:{ctx.now:%Y%m%d%H}", urgent=True)
        elif found.reason != "nobody" and rolled is not None:
            rolled.ends_at = ctx.now
            ctx.audit(policy.RolledOver(line_id=line.id, step="ended"))
        if line.is_open and any(gap.nobody for gap in gaps(ctx, line, ctx.now, ctx.now + AHEAD)):
            _alarm(ctx, line, "hotline.gap", f"gap:{line.id}:{local(ctx.now):%Y-%m-%d}")


def _alarm(ctx: Ctx, line: Line, kind: str, key: str, *, urgent: bool = False) -> None:
    for person_id in staff.keepers(ctx):
        notify(ctx, person_id, kind, f"/hotline/lines/{line.id}", urgent=urgent, key=key)


def rolled_now(ctx: Ctx) -> dict[UUID, datetime]:
    """Lines whose calls go to the fallback at this moment, since when."""
    rows = ctx.execute(
        sa.select(RollOver.line_id, RollOver.starts_at).where(
            RollOver.tenant_id == ctx.tenant.id, RollOver.ends_at.is_(None)
        )
    )
    return {row.line_id: row.starts_at for row in rows}
