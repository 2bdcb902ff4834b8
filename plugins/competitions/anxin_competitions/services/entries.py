"""Entering: who enters what for which unit, what team rules say, what the review decides."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, Unit, _, ngettext, notify
from anxin_competitions.models import Category, Competition, Entry, Member
from anxin_competitions.policy import MANAGE, REVIEWED, Entered, Reviewed, Withdrew
from anxin_competitions.rules.composition import Member as Seen
from anxin_competitions.rules.composition import Problem, TeamRules, problems
from anxin_competitions.services import competitions

LIVE = ("submitted", "accepted")


def enter(
    ctx: Ctx,
    competition_id: UUID,
    category_id: UUID,
    *,
    person: UUID | None = None,
    title: str = "",
    summary: str = "",
    members: Sequence[UUID] = (),
) -> Entry:
    """Enter oneself (or, with `person` and the right to manage, somebody else), with the team's other members.

    Raises Invalid naming every team rule that is not kept, Conflict when entering is closed, the unit's quota is full
    or the person has entered already.
    """
    competition = competitions.one(ctx, competition_id)
    category = competitions.category(ctx, competition_id, category_id)
    day = ctx.today
    if competition.state != "open" or not competition.enter_from <= day <= competition.enter_until:
        raise Conflict(_("Entering is closed."))
    if competition.preset in {"works", "selection"} and not title.strip():
        raise Invalid(fields={"title": [_("Give it a title.")]})
    leader = _person(ctx, person or _me(ctx))
    team = _team(ctx, competitions.team_rules(competition, category), leader, members)
    ctx.lock(f"competitions:{category.id}")
    _once(ctx, category, leader)
    _within_quota(ctx, category, leader)
    made = ctx.add(
        Entry(
            competition_id=competition.id,
            category_id=category.id,
            person_id=leader.id,
            unit_id=leader.unit_id,
            number=_next_number(ctx, category),
            title=title.strip(),
            summary=summary.strip(),
            entered_at=ctx.now,
        )
    )
    ctx.db.flush()
    for position, member in enumerate(team[1:], 1):
        ctx.add(Member(entry_id=made.id, person_id=member.id, position=position))
    ctx.audit(Entered(competition_id=competition.id, entry_id=made.id, subject_id=leader.id))
    return made


def withdraw(ctx: Ctx, entry_id: UUID) -> Entry:
    """By whoever entered, until it begins; by those who manage, until results are frozen."""
    found = own_or_managed(ctx, entry_id)
    competition = competitions.one(ctx, found.competition_id)
    if competition.state != "open" and not ctx.allowed(MANAGE):
        raise Conflict(_("It has begun. Tell the organisers if you cannot come."))
    competitions.not_over(competition)
    if found.state == "withdrawn":
        return found
    found.state = "withdrawn"
    ctx.audit(Withdrew(entry_id=found.id, subject_id=found.person_id))
    return found


def review(ctx: Ctx, entry_id: UUID, *, accepted: bool, reason: str = "") -> Entry:
    """Accept an entry, or refuse it with a reason the person can read and object to."""
    found = ctx.get(Entry, entry_id)
    competitions.not_over(competitions.one(ctx, found.competition_id))
    if found.state == "withdrawn":
        raise Conflict(_("This entry was withdrawn."))
    if not accepted and not reason.strip():
        raise Invalid(fields={"reason": [_("Say why, so that they can answer.")]})
    found.state, found.decided_at = ("accepted" if accepted else "refused"), ctx.now
    found.decided_by = ctx.actor.person_id
    ctx.seal(found, "sealed_reason", "" if accepted else reason.strip())
    ctx.audit(Reviewed(entry_id=found.id, state=found.state, subject_id=found.person_id))
    notify(ctx, found.person_id, REVIEWED.code, "/competitions/mine")
    return found


def accept_all(ctx: Ctx, competition_id: UUID) -> int:
    """Accept every entry that waits; returns how many."""
    competition = competitions.one(ctx, competition_id)
    waiting = list(
        ctx.scalars(
            ctx.select(Entry).where(Entry.competition_id == competition.id, Entry.state == "submitted")
        )
    )
    for entry in waiting:
        review(ctx, entry.id, accepted=True)
    return len(waiting)


def mates(ctx: Ctx) -> list[tuple[UUID, str]]:
    """Colleagues of the actor's unit, by pinyin, to name as members of a team."""
    me = _person(ctx, _me(ctx))
    rows = ctx.db.execute(
        sa.select(Person.id, Person.name)
        .where(
            Person.tenant_id == ctx.tenant.id,
            Person.unit_id == me.unit_id,
            Person.state == "active",
            Person.kind == "employee",
            Person.id != me.id,
        )
        .order_by(Person.sort_key)
        .limit(300)
    )
    return [(row.id, row.name) for row in rows]


def own_or_managed(ctx: Ctx, entry_id: UUID) -> Entry:
    found = ctx.db.scalar(sa.select(Entry).where(Entry.tenant_id == ctx.tenant.id, Entry.id == entry_id))
    if found is None or (found.person_id != ctx.actor.person_id and not ctx.allowed(MANAGE)):
        raise NotFound()
    return found


def mine(ctx: Ctx) -> list[tuple[Entry, Category, Competition]]:
    """What the actor entered or is a member of, newest first."""
    me = _me(ctx)
    rows = ctx.execute(
        sa.select(Entry, Category, Competition)
        .join(Category, sa.and_(Category.tenant_id == Entry.tenant_id, Category.id == Entry.category_id))
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Entry.tenant_id, Competition.id == Entry.competition_id),
        )
        .where(
            Entry.tenant_id == ctx.tenant.id,
            sa.or_(
                Entry.person_id == me,
                sa.exists().where(
                    Member.tenant_id == ctx.tenant.id, Member.entry_id == Entry.id, Member.person_id == me
                ),
            ),
        )
        .order_by(Entry.entered_at.desc())
        .limit(100)
    )
    return [(row.Entry, row.Category, row.Competition) for row in rows]


def of_category(ctx: Ctx, category_id: UUID, *, states: Sequence[str] = LIVE) -> list[Entry]:
    """Entries by number. A list of a competition, so not narrowed to the actor's own."""
    return list(
        ctx.db.scalars(
            sa.select(Entry)
            .where(
                Entry.tenant_id == ctx.tenant.id, Entry.category_id == category_id, Entry.state.in_(states)
            )
            .order_by(Entry.number)
        )
    )


def _team(ctx: Ctx, rules: TeamRules, leader: Person, members: Sequence[UUID]) -> list[Person]:
    everybody = [leader, *(_person(ctx, member) for member in members)]
    broken = problems([_seen(ctx, person) for person in everybody], rules)
    if any(person.unit_id != leader.unit_id and not _same_union(ctx, person, leader) for person in everybody):
        broken.append("outsider")
    if broken:
        raise Invalid(fields={"members": [_said(problem, rules) for problem in dict.fromkeys(broken)]})
    return everybody


def _same_union(ctx: Ctx, person: Person, leader: Person) -> bool:
    """Members of a team come from units of one branch: one unit lies below the other's parent or they share it."""
    paths: dict[Any, str] = dict(
        ctx.db.execute(
            sa.select(Unit.id, Unit.path).where(
                Unit.tenant_id == ctx.tenant.id, Unit.id.in_([person.unit_id, leader.unit_id])
            )
        ).all()  # type: ignore[arg-type]  (rows of two are pairs)
    )
    first, second = paths.get(person.unit_id, ""), paths.get(leader.unit_id, "/")
    return first.split("/")[:3] == second.split("/")[:3]


def _seen(ctx: Ctx, person: Person) -> Seen:
    job = str((person.traits or {}).get("job", ""))
    gender = {"female": True, "male": False, "f": True, "m": False}.get(str(person.gender or "").lower())
    return Seen(
        key=str(person.id),
        woman=gender,
        front_line=any(word in job for word in ctx.settings["front_line_jobs"]) if job else None,
        leader=any(word in job for word in ctx.settings["leader_jobs"]),
        staff=person.kind == "employee" and person.state == "active",
    )


def _said(problem: Problem, rules: TeamRules) -> str:
    words: dict[Problem, str] = {
        "too_few": ngettext(
            "A team has at least %(num)d person.", "A team has at least %(num)d people.", rules.at_least
        ),
        "too_many": ngettext(
            "A team has at most %(num)d person.", "A team has at most %(num)d people.", rules.at_most
        ),
        "women": _("At least %(count)d women are needed.", count=rules.women_at_least),
        "men": _("At least %(count)d men are needed.", count=rules.men_at_least),
        "front_line": _("At least %(percent)d%% work at the front line.", percent=rules.front_line_percent),
        "leaders": _("At most %(percent)d%% are leaders.", percent=rules.leaders_percent),
        "outsider": _("Everybody must be of your own unit and on the roster."),
        "twice": _("Somebody is named twice."),
    }
    return words[problem]


def _once(ctx: Ctx, category: Category, leader: Person) -> None:
    if ctx.db.scalar(
        sa.select(
            sa.exists().where(
                Entry.tenant_id == ctx.tenant.id,
                Entry.category_id == category.id,
                Entry.person_id == leader.id,
                Entry.state.in_(LIVE),
            )
        )
    ):
        raise Conflict(_("Already entered here."))


def _within_quota(ctx: Ctx, category: Category, leader: Person) -> None:
    sent = ctx.db.scalar(
        sa.select(sa.func.count()).where(
            Entry.tenant_id == ctx.tenant.id,
            Entry.category_id == category.id,
            Entry.unit_id == leader.unit_id,
            Entry.state.in_(LIVE),
        )
    )
    if category.unit_quota and (sent or 0) >= category.unit_quota:
        raise Conflict(_("Your unit's places in this category are taken."))


def _next_number(ctx: Ctx, category: Category) -> int:
    last = ctx.db.scalar(
        sa.select(sa.func.max(Entry.number)).where(
            Entry.tenant_id == ctx.tenant.id, Entry.category_id == category.id
        )
    )
    return (last or 100 * category.position) + 1


def _person(ctx: Ctx, person_id: UUID) -> Person:
    """Somebody of this tenant's roster; entering needs their unit."""
    found = ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id, Person.id == person_id, Person.state == "active"
        )
    )
    if found is None:
        raise Invalid(fields={"members": [_("Somebody is not on the roster.")]})
    if found.unit_id is None:
        raise Invalid(fields={"members": [_("Somebody has no unit on the roster.")]})
    return found


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise NotFound()
    return ctx.actor.person_id


def counts(ctx: Ctx, competition_id: UUID) -> dict[UUID, dict[str, Any]]:
    """Category → number of entries by state."""
    rows = ctx.db.execute(
        sa.select(Entry.category_id, Entry.state, sa.func.count())
        .where(Entry.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
        .group_by(Entry.category_id, Entry.state)
    )
    found: dict[UUID, dict[str, Any]] = {}
    for category_id, state, count in rows:
        found.setdefault(category_id, {})[state] = count
    return found
