"""Figures of a year: people, hours, coverage, competence, answers to concerns.

Volunteers are known inside the union, so their figures are exact. Whatever comes from people who were helped is counted
behind the wall and released only when at least `least_group` different people are behind it, in steps of that number;
times only as the class most of them fell into.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Ctx, Person, Sheet, _, disclosure, workbook
from anxin_volunteers import entries, words
from anxin_volunteers.models import (
    Attendance,
    Competence,
    Concern,
    DutyRole,
    Lesson,
    Need,
    Qualification,
    Service,
    Shift,
    Signup,
    Volunteer,
)
from anxin_volunteers.services import coverage
from anxin_volunteers.services.units import reach, tree

TAKEN = ("assigned", "invited")
SOON, AHEAD = timedelta(days=60), timedelta(days=28)
# what most answers took at most, in hours; beyond the last: longer
CLASSES = (4, 24, 72)


@dataclass(frozen=True)
class Branch:
    """A branch's volunteers, units and hours of the year."""

    name: str
    people: int
    minutes: int
    units: int
    covered: int


@dataclass(frozen=True)
class Skill:
    """A competence: who holds it, whose ends soon, how many places of the coming weeks want it and are empty."""

    title: str
    holders: int
    ending: int
    places: int
    empty: int


@dataclass(frozen=True)
class Answers:
    """Concerns of the year and how long they took. Every figure is a Cell."""

    concerns: disclosure.Cell[int]
    to_agency: disclosure.Cell[int]
    to_end: disclosure.Cell[int]


@dataclass(frozen=True)
class Insight:
    """All of it."""

    year: int
    states: dict[str, int]
    people: int
    served: int
    minutes: int
    months: list[int]
    branches: list[Branch]
    skills: list[Skill]
    filled: int
    places: int
    lessons: int
    seats: int
    answers: Answers


def of_year(ctx: Ctx, year: int) -> Insight:
    """The figures of a calendar year, as far as it has gone."""
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    who = _people(ctx)
    hours = _hours(ctx, first, end, set(who))
    filled, places = _places(ctx, first, end)
    lessons, seats = _learned(ctx, first, end)
    serving = [one for one, (state, _unit) in who.items() if state in words.SERVING]
    found = Insight(
        year,
        dict(Counter(state for state, _unit in who.values())),
        len(serving),
        len({one for one, _month in hours}),
        sum(hours.values()),
        [sum(minutes for (_one, at), minutes in hours.items() if at == month) for month in range(1, 13)],
        _branches(ctx, {one: unit for one, (_state, unit) in who.items()}, serving, hours),
        _skills(ctx),
        filled,
        places,
        lessons,
        seats,
        _answers(ctx, first, end),
    )
    ctx.audit(entries.InsightRead(year=year))
    return found


def _people(ctx: Ctx) -> dict[UUID, tuple[str, UUID | None]]:
    """Volunteer → state and unit, of the actor's reach."""
    within = reach(ctx)
    rows = ctx.db.execute(
        sa.select(Volunteer.person_id, Volunteer.state, Person.unit_id)
        .join(Person, sa.and_(Person.tenant_id == Volunteer.tenant_id, Person.id == Volunteer.person_id))
        .where(Volunteer.tenant_id == ctx.tenant.id)
    ).all()
    return {
        row.person_id: (row.state, row.unit_id) for row in rows if within is None or row.unit_id in within
    }


def _hours(ctx: Ctx, first: date, end: date, among: set[UUID]) -> dict[tuple[UUID, int], int]:
    """(person, month) → confirmed minutes."""
    month = sa.extract("month", Service.on_day)
    rows = ctx.db.execute(
        sa.select(Service.person_id, month, sa.func.sum(Service.minutes))
        .where(
            Service.tenant_id == ctx.tenant.id,
            Service.state == "confirmed",
            Service.on_day >= first,
            Service.on_day < end,
        )
        .group_by(Service.person_id, month)
    ).all()
    return {(row[0], int(row[1])): int(row[2]) for row in rows if row[0] in among}


def _branches(
    ctx: Ctx, units_of: dict[UUID, UUID | None], serving: Sequence[UUID], hours: dict[tuple[UUID, int], int]
) -> list[Branch]:
    units = tree(ctx)

    def branch(person_id: UUID) -> UUID | None:
        unit_id = units_of.get(person_id)
        return units.branch(unit_id) if unit_id is not None and unit_id in units.by_id else None

    people = Counter(branch(one) for one in serving)
    minutes: Counter[UUID | None] = Counter()
    for (one, _month), count in hours.items():
        minutes[branch(one)] += count
    found = []
    rows: dict[UUID, list[coverage.Row]] = {}
    for row in coverage.of_tenant(ctx).rows:
        rows.setdefault(row.branch, []).append(row)
    for unit_id, inside in rows.items():
        needing = [row for row in inside if row.needs]
        found.append(
            Branch(
                units.name(unit_id),
                people[unit_id],
                minutes[unit_id],
                len(needing),
                sum(1 for row in needing if not row.gap),
            )
        )
    return found


def _skills(ctx: Ctx) -> list[Skill]:
    today = ctx.today
    valid = sa.or_(Qualification.expires_on.is_(None), Qualification.expires_on >= today)
    held = {
        row.competence_id: row
        for row in ctx.db.execute(
            sa.select(
                Qualification.competence_id,
                sa.func.count(Qualification.person_id.distinct()).label("holders"),
                sa.func.count(Qualification.person_id.distinct())
                .filter(Qualification.expires_on <= today + SOON)
                .label("ending"),
            )
            .where(Qualification.tenant_id == ctx.tenant.id, Qualification.state == "verified", valid)
            .group_by(Qualification.competence_id)
        )
    }
    places, empty = _wanted(ctx)
    return [
        Skill(
            kind.title,
            held[kind.id].holders if kind.id in held else 0,
            held[kind.id].ending if kind.id in held else 0,
            places[kind.code],
            empty[kind.code],
        )
        for kind in ctx.scalars(
            sa.select(Competence)
            .where(Competence.tenant_id == ctx.tenant.id, Competence.closed_at.is_(None))
            .order_by(Competence.title)
        )
    ]


def _wanted(ctx: Ctx) -> tuple[Counter[str], Counter[str]]:
    """Code → places of the coming weeks that want it, and how many of them are empty."""
    taken = (
        sa.select(sa.func.count())
        .where(Signup.tenant_id == Need.tenant_id, Signup.need_id == Need.id, Signup.state.in_(TAKEN))
        .correlate(Need)
        .scalar_subquery()
    )
    rows = ctx.db.execute(
        sa.select(DutyRole.requires, Need.count, taken.label("taken"))
        .join(DutyRole, sa.and_(DutyRole.tenant_id == Need.tenant_id, DutyRole.id == Need.role_id))
        .join(Shift, sa.and_(Shift.tenant_id == Need.tenant_id, Shift.id == Need.shift_id))
        .where(
            Need.tenant_id == ctx.tenant.id,
            Shift.state == "open",
            Shift.starts_at >= ctx.now,
            Shift.starts_at < ctx.now + AHEAD,
        )
    )
    places: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    for requires, count, full in rows:
        for code in requires:
            places[code] += count
            empty[code] += max(count - full, 0)
    return places, empty


def _places(ctx: Ctx, first: date, end: date) -> tuple[int, int]:
    """Places of the year's shifts that are over: how many were filled, of how many."""
    over = (
        Shift.tenant_id == ctx.tenant.id,
        Shift.state == "open",
        Shift.starts_at >= _at(first),
        Shift.starts_at < min(_at(end), ctx.now),
    )
    wanted = ctx.db.scalar(
        sa.select(sa.func.sum(Need.count))
        .join(Shift, sa.and_(Shift.tenant_id == Need.tenant_id, Shift.id == Need.shift_id))
        .where(*over)
    )
    filled = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Signup)
        .join(Shift, sa.and_(Shift.tenant_id == Signup.tenant_id, Shift.id == Signup.shift_id))
        .where(Signup.state == "assigned", *over)
    )
    return int(filled or 0), int(wanted or 0)


def _learned(ctx: Ctx, first: date, end: date) -> tuple[int, int]:
    """Lessons held, and seats in them that were used."""
    row = ctx.db.execute(
        sa.select(sa.func.count(Lesson.id.distinct()), sa.func.count(Attendance.id))
        .outerjoin(
            Attendance,
            sa.and_(
                Attendance.tenant_id == Lesson.tenant_id,
                Attendance.lesson_id == Lesson.id,
                Attendance.state == "came",
            ),
        )
        .where(
            Lesson.tenant_id == ctx.tenant.id,
            Lesson.state == "held",
            Lesson.starts_at >= _at(first),
            Lesson.starts_at < _at(end),
        )
    ).one()
    return int(row[0]), int(row[1])


# ---- from people who were helped: through disclosure control alone ------------------------------------------


def _answers(ctx: Ctx, first: date, end: date) -> Answers:
    k = ctx.settings_of("volunteers")["least_group"]
    with ctx.figures() as session:
        rows = session.execute(
            sa.select(Concern.person_id, Concern.made_at, Concern.arrived_at, Concern.handled_at)
            .where(
                Concern.tenant_id == ctx.tenant.id,
                Concern.made_at >= _at(first),
                Concern.made_at < _at(end),
            )
            .limit(100_000)
        ).all()
    if len({row.person_id for row in rows}) < k:
        hidden: disclosure.Cell[Any] = disclosure.Cell.hide()
        return Answers(hidden, hidden, hidden)
    arrived = [(row.person_id, row.arrived_at - row.made_at) for row in rows if row.arrived_at]
    ended = [
        (row.person_id, row.handled_at - row.arrived_at) for row in rows if row.handled_at and row.arrived_at
    ]
    return Answers(disclosure.in_steps(len(rows), k), _took(arrived, k), _took(ended, k))


def _took(spans: Sequence[tuple[UUID, timedelta]], k: int) -> disclosure.Cell[int]:
    """The class the middle one fell into: the first of CLASSES it did not exceed, or 0 for longer."""
    if len({person_id for person_id, _span in spans}) < k:
        return disclosure.Cell.hide()
    middle = sorted(span for _person, span in spans)[len(spans) // 2]
    return disclosure.Cell(next((hours for hours in CLASSES if middle <= timedelta(hours=hours)), 0))


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)


# ---- as a workbook -------------------------------------------------------------------------------------------


def took(cell: disclosure.Cell[int]) -> str:
    """A class of time in words."""
    if not cell.shown:
        return "—"
    return _("within %(hours)d hours", hours=cell.value) if cell.value else _("longer than three days")


def at_least(cell: disclosure.Cell[int]) -> str:
    return _("at least %(count)d", count=cell.value) if cell.shown else "—"


def hours_of(minutes: int) -> float:
    return round(minutes / 60, 1)


def book(found: Insight) -> bytes:
    """The same figures as XLSX."""
    return workbook(
        [
            Sheet(
                _("Overview"),
                (_("Figure"), _("Value")),
                [
                    (_("Volunteers who serve"), found.people),
                    (_("People with confirmed hours"), found.served),
                    (_("Confirmed hours"), hours_of(found.minutes)),
                    (_("Places of past shifts filled"), f"{found.filled} / {found.places}"),
                    (_("Lessons held"), found.lessons),
                    (_("Seats used in lessons"), found.seats),
                    (_("Concerns handed on"), at_least(found.answers.concerns)),
                    (_("From the liaison officer to the agency, mostly"), took(found.answers.to_agency)),
                    (_("From there until handled, mostly"), took(found.answers.to_end)),
                ],
                widths=(32, 16),
                note=str(found.year),
            ),
            Sheet(
                _("By branch"),
                (_("Branch"), _("Volunteers"), _("Hours"), _("Units"), _("Units covered")),
                [
                    (one.name, one.people, hours_of(one.minutes), one.units, one.covered)
                    for one in found.branches
                ],
            ),
            Sheet(
                _("Competence"),
                (
                    _("Competence"),
                    _("Hold it"),
                    _("End within 60 days"),
                    _("Places that want it"),
                    _("Empty"),
                ),
                [(one.title, one.holders, one.ending, one.places, one.empty) for one in found.skills],
            ),
            Sheet(
                _("By month"),
                (_("Month"), _("Hours")),
                [(month, hours_of(minutes)) for month, minutes in enumerate(found.months, 1)],
            ),
        ]
    )
