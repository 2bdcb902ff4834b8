"""The counsellors' side: read what was noticed, by consent or in danger to life, and finish with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anxin.plugin import Conflict, Ctx, NotFound, Person, name_of, names_of, notify, record_if_served
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Concern, Period, Slip, Visit

LIMIT = 100
QUEUED = 30
UNTIMED = 0  # how long it took is not asked


@dataclass(frozen=True)
class Read:
    """A concern opened: whom it is about, what was noticed, who noticed it."""

    concern: Concern
    name: str
    facts: dict[str, Any]
    reporter: str


def listed(ctx: Ctx) -> list[tuple[Concern, str]]:
    """Those about people one works with who agreed, what is open first."""
    rows = ctx.scalars(
        ctx.select(Concern)
        .where(Concern.arrived_at.is_not(None))
        .order_by(Concern.arrived_at.desc())
        .limit(LIMIT)
    ).all()
    names = names_of(ctx, [row.person_id for row in rows])
    return sorted(
        ((row, names.get(row.person_id, "")) for row in rows), key=lambda each: each[0].state == "handled"
    )


def waiting(ctx: Ctx, *, in_danger: bool = False) -> Sequence[Concern]:
    """What arrived and nobody has finished with, oldest first, among those the actor may open this way."""
    statement = ctx.select(Concern).where(Concern.state == "arrived", Concern.urgent.is_(in_danger))
    return ctx.scalars(statement.order_by(Concern.arrived_at).limit(QUEUED)).all()


def read(ctx: Ctx, concern_id: UUID, *, in_danger: bool = False) -> Read:
    """One concern; the look is written down for the person. `in_danger` is the way without consent: only for
    those that were raised as a danger to life."""
    concern = ctx.get(Concern, concern_id)
    if concern.arrived_at is None or (in_danger and not concern.urgent):
        raise NotFound()
    facts = ctx.open(concern, "facts")
    ctx.audit(entries.ConcernRead(concern_id=concern.id, subject_id=concern.person_id))
    return Read(concern, name_of(ctx, concern.person_id), facts, name_of(ctx, concern.reporter_id))


def newest(ctx: Ctx, person_id: UUID, *, in_danger: bool = False) -> Concern:
    """The newest concern about one person, or NotFound."""
    statement = ctx.select(Concern).where(Concern.person_id == person_id, Concern.arrived_at.is_not(None))
    if in_danger:
        statement = statement.where(Concern.urgent)
    found = ctx.scalar(statement.order_by(Concern.made_at.desc()).limit(1))
    if found is None:
        raise NotFound()
    return found


def handle(ctx: Ctx, concern_id: UUID, outcome: str, *, in_danger: bool = False) -> Concern:
    """Finish with it; the liaison officer sees "handled" from now on, and nothing more.

    Under a contract it is one unit served, whatever came of it: the bill must not tell outcomes apart. It takes none of
    the person's own sessions, since somebody else asked.
    """
    concern = ctx.get(Concern, concern_id)
    if in_danger and not concern.urgent:
        raise NotFound()
    if concern.state != "arrived":
        raise Conflict()
    concern.state, concern.outcome = "handled", outcome
    concern.handled_at, concern.handled_by = ctx.now, ctx.actor.person_id
    slip = ctx.db.get_one(Slip, (ctx.tenant.id, concern.slip_id))
    slip.state, slip.handled_at = "handled", ctx.now
    ctx.audit(entries.ConcernHandled(concern_id=concern.id, outcome=outcome, subject_id=concern.person_id))
    notify(ctx, concern.reporter_id, policy.NEWS.code, "/volunteers/liaison", key=f"handled:{slip.id}")
    record_if_served(ctx, "volunteers", "visit", minutes=UNTIMED, key=f"concern:{concern.id}")
    return concern


def notes(ctx: Ctx, person_id: UUID) -> tuple[list[tuple[Visit, Any]], list[tuple[Period, Any]]]:
    """Visits and times of care of one person, opened; the look is written down."""
    visits = ctx.scalars(
        ctx.select(Visit).where(Visit.person_id == person_id).order_by(Visit.visited_on.desc()).limit(LIMIT)
    ).all()
    periods = ctx.scalars(
        ctx.select(Period).where(Period.person_id == person_id).order_by(Period.ends_on.desc()).limit(LIMIT)
    ).all()
    ctx.get(Person, person_id)
    ctx.audit(entries.VisitsRead(visits=len(visits), periods=len(periods), subject_id=person_id))
    return (
        [(row, ctx.open(row, "what")) for row in visits],
        [(row, ctx.open(row, "reason")) for row in periods],
    )
