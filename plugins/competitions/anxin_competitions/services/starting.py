"""The start: heats and lanes by lot, units spread over heats, no competitor in two places at one time."""

import random
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, _
from anxin_competitions.models import Category, Competition, Entry, Heat, Member
from anxin_competitions.policy import HeatsDrawn
from anxin_competitions.rules.heats import Starter, draw
from anxin_competitions.rules.timetable import timetable
from anxin_competitions.services import competitions, entries

BEGIN = timedelta(hours=8, minutes=30)


def draw_heats(ctx: Ctx, competition_id: UUID, category_id: UUID, *, seed: int | None = None) -> list[Heat]:
    """Draw the heats of a category anew from its accepted entries; the seed is kept in nothing but the result."""
    competition = competitions.one(ctx, competition_id)
    competitions.not_over(competition)
    category = competitions.category(ctx, competition_id, category_id)
    starters = [
        Starter(str(entry.id), str(entry.unit_id))
        for entry in entries.of_category(ctx, category.id, states=("accepted",))
    ]
    if not starters:
        raise Conflict(_("No entry is accepted yet."))
    for old in of_category(ctx, category.id):
        ctx.db.delete(old)
    ctx.db.flush()
    lot = random.Random(seed if seed is not None else random.SystemRandom().getrandbits(64))
    made = [
        ctx.add(Heat(category_id=category.id, number=number, lanes=[starter.key for starter in lanes]))
        for number, lanes in enumerate(draw(starters, category.lanes, lot), 1)
    ]
    ctx.audit(HeatsDrawn(category_id=category.id, heats=len(made)))
    return made


def schedule(ctx: Ctx, competition_id: UUID, *, begin: datetime | None = None, tracks: int = 1) -> list[Heat]:
    """Give every drawn heat a time: categories in their order, `tracks` heats beside each other, nobody twice at once."""
    competition = competitions.one(ctx, competition_id)
    competitions.not_over(competition)
    found = [
        (category, heat)
        for category in competitions.categories(ctx, competition.id)
        for heat in of_category(ctx, category.id)
    ]
    if not found:
        raise Conflict(_("Draw the heats first."))
    start = begin or _begin(ctx, competition)
    who = _people(ctx, competition.id)
    slots = timetable(
        [
            (
                str(heat.id),
                category.minutes,
                frozenset().union(*(who.get(key, frozenset()) for key in heat.lanes)),
            )
            for category, heat in found
        ],
        tracks,
    )
    for _category, heat in found:
        heat.starts_at = start + timedelta(minutes=slots[str(heat.id)])
    ctx.audit(HeatsDrawn(category_id=found[0][0].id, heats=len(found)))
    return [heat for _category, heat in found]


def of_category(ctx: Ctx, category_id: UUID) -> list[Heat]:
    return list(ctx.scalars(ctx.select(Heat).where(Heat.category_id == category_id).order_by(Heat.number)))


def start_list(ctx: Ctx, category: Category) -> list[tuple[Heat, list[Entry]]]:
    """Heats with their entries by lane."""
    by_id = {str(entry.id): entry for entry in entries.of_category(ctx, category.id)}
    return [
        (heat, [by_id[key] for key in heat.lanes if key in by_id]) for heat in of_category(ctx, category.id)
    ]


def _begin(ctx: Ctx, competition: Competition) -> datetime:
    day = competition.held_on or competition.enter_until + timedelta(days=7)
    return datetime(day.year, day.month, day.day, tzinfo=competitions.HOUSE) + BEGIN


def _people(ctx: Ctx, competition_id: UUID) -> dict[str, frozenset[str]]:
    """Entry → everybody who starts in it."""
    leaders = ctx.db.execute(
        sa.select(Entry.id, Entry.person_id).where(
            Entry.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id
        )
    ).all()
    members = ctx.db.execute(
        sa.select(Member.entry_id, Member.person_id)
        .join(Entry, sa.and_(Entry.tenant_id == Member.tenant_id, Entry.id == Member.entry_id))
        .where(Member.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
    ).all()
    found: dict[str, set[str]] = {}
    for entry_id, person_id in (*leaders, *members):
        found.setdefault(str(entry_id), set()).add(str(person_id))
    return {entry: frozenset(people) for entry, people in found.items()}
