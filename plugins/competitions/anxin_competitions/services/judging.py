"""Blind judging: works are dealt out evenly, judges step back where they have a conflict, everybody scores alone.

A conflicted entry is invisible to that judge everywhere: it is never in their list, count or average, and its address
is 404. Who judges an entry of their own unit is never asked to: the deal leaves it out.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, _, notify
from anxin_competitions.models import Assignment, Competition, Entry, Judge, Member
from anxin_competitions.policy import JUDGING, Assigned, CommentRead, CompetitionChanged, Judged, Recused
from anxin_competitions.rules.deal import deal
from anxin_competitions.rules.judging import Criterion, scores, sheet_score
from anxin_competitions.services import competitions


def add_judge(ctx: Ctx, competition_id: UUID, person_id: UUID) -> Judge:
    found = competitions.one(ctx, competition_id)
    competitions.not_over(found)
    if (
        ctx.db.scalar(sa.select(Person.id).where(Person.tenant_id == ctx.tenant.id, Person.id == person_id))
        is None
    ):
        raise Invalid(fields={"person": [_("This person is not on the roster.")]})
    if any(judge.person_id == person_id for judge in judges(ctx, found.id)):
        raise Conflict(_("Already a judge here."))
    made = ctx.add(Judge(competition_id=found.id, person_id=person_id))
    ctx.audit(CompetitionChanged(competition_id=found.id, what="judge_added"))
    return made


def add_judge_by_number(ctx: Ctx, competition_id: UUID, number: str) -> Judge:
    """The same by employee number (工号)."""
    competitions.one(ctx, competition_id)
    person_id = ctx.db.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id, Person.number == number.strip(), Person.state == "active"
        )
    )
    if person_id is None:
        raise Invalid(fields={"number": [_("Nobody on the roster has this number.")]})
    return add_judge(ctx, competition_id, person_id)


def judges(ctx: Ctx, competition_id: UUID) -> list[Judge]:
    return list(
        ctx.db.scalars(
            sa.select(Judge)
            .where(Judge.tenant_id == ctx.tenant.id, Judge.competition_id == competition_id)
            .order_by(Judge.id)
        )
    )


def deal_out(ctx: Ctx, competition_id: UUID) -> int:
    """Deal every accepted work to as many judges as the rules say, evenly, never to its own people or unit.

    Dealt ones stay with their judges; returns how many were added. Conflict names how many works lack a judge.
    """
    competition = competitions.one(ctx, competition_id)
    competitions.not_over(competition)
    bench = judges(ctx, competition.id)
    units = dict(
        ctx.db.execute(
            sa.select(Person.id, Person.unit_id).where(
                Person.tenant_id == ctx.tenant.id, Person.id.in_([judge.person_id for judge in bench])
            )
        ).all()
    )
    barred = _barred(ctx, competition.id, bench, units)
    taken = _dealt(ctx, competition.id)
    works = [str(entry.id) for entry in _works(ctx, competition.id)]
    new, short = deal(works, [str(judge.id) for judge in bench], barred, taken, competition.rules["judges"])
    if short:
        raise Conflict(_("%(count)s works lack a judge without a conflict. Add judges.", count=len(short)))
    people = {str(judge.id): judge.person_id for judge in bench}
    for work, judge in new:
        ctx.add(Assignment(entry_id=UUID(work), judge_id=UUID(judge), person_id=people[judge]))
    ctx.audit(Assigned(competition_id=competition.id, count=len(new)))
    told = {judge for _work, judge in new}
    for judge in bench:
        if str(judge.id) in told:
            notify(
                ctx, judge.person_id, JUDGING.code, "/competitions/judging", key=f"judging:{competition.id}"
            )
    return len(new)


def mine(ctx: Ctx) -> list[tuple[Assignment, Entry, Competition]]:
    """What waits for the actor as a judge, and what they have scored; never what they stepped back from."""
    rows = ctx.db.execute(
        sa.select(Assignment, Entry, Competition)
        .join(Judge, sa.and_(Judge.tenant_id == Assignment.tenant_id, Judge.id == Assignment.judge_id))
        .join(Entry, sa.and_(Entry.tenant_id == Assignment.tenant_id, Entry.id == Assignment.entry_id))
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Entry.tenant_id, Competition.id == Entry.competition_id),
        )
        .where(
            Assignment.tenant_id == ctx.tenant.id,
            Judge.person_id == ctx.actor.person_id,
            Assignment.state != "recused",
            Entry.state == "accepted",
        )
        .order_by(Assignment.state.desc(), Entry.number)
        .limit(500)
    )
    return [(row.Assignment, row.Entry, row.Competition) for row in rows]


def assignment(ctx: Ctx, assignment_id: UUID) -> tuple[Assignment, Entry, Competition]:
    """One of the actor's own; NotFound for others' and for those they stepped back from."""
    for found in mine(ctx):
        if found[0].id == assignment_id:
            return found
    raise NotFound()


def score(ctx: Ctx, assignment_id: UUID, *, given: Mapping[str, int], comment: str = "") -> Assignment:
    """Give points by line of the rubric. Others' sheets are not shown before or after; corrections until freezing."""
    found, _entry, competition = assignment(ctx, assignment_id)
    if competition.state not in {"running", "checking"}:
        raise Conflict(_("Judging is not open."))
    rubric = rubric_of(competition)
    wrong = {
        criterion.code: [_("From 0 to %(most)d.", most=criterion.most)]
        for criterion in rubric
        if not 0 <= given.get(criterion.code, -1) <= criterion.most
    }
    if wrong or set(given) - {criterion.code for criterion in rubric}:
        raise Invalid(fields=wrong or {"given": [_("The sheet does not fit the rubric.")]})
    found.given, found.score = dict(given), sheet_score(rubric, given)
    found.state, found.done_at = "done", ctx.now
    ctx.seal(found, "sealed_comment", comment.strip())
    ctx.audit(Judged(assignment_id=found.id))
    return found


def recuse(ctx: Ctx, assignment_id: UUID) -> None:
    """Step back: from now on the work does not exist for this judge, and a score already given counts no more."""
    found, _entry, competition = assignment(ctx, assignment_id)
    competitions.not_over(competition)
    found.state, found.given, found.score, found.done_at = "recused", None, None, None
    found.sealed_comment = None
    ctx.audit(Recused(assignment_id=found.id))


def rubric_of(competition: Competition) -> list[Criterion]:
    return [
        Criterion(line["code"], line["weight"], line["most"]) for line in competition.rules.get("rubric", [])
    ]


def scores_of(ctx: Ctx, competition: Competition, entry_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Entry → score by the competition's method, from all sheets given."""
    rows = ctx.db.execute(
        sa.select(Assignment.entry_id, Assignment.judge_id, Assignment.score).where(
            Assignment.tenant_id == ctx.tenant.id,
            Assignment.entry_id.in_(entry_ids),
            Assignment.state == "done",
        )
    )
    sheets = {(row.entry_id, row.judge_id): row.score for row in rows}
    return scores(sheets, competition.rules["method"]) if sheets else {}


def comments_on(ctx: Ctx, entry_id: UUID) -> list[str]:
    """What judges wrote to the author, in no order that tells who."""
    rows = ctx.db.scalars(
        sa.select(Assignment).where(
            Assignment.tenant_id == ctx.tenant.id,
            Assignment.entry_id == entry_id,
            Assignment.state == "done",
            Assignment.sealed_comment.is_not(None),
        )
    )
    found = []
    for row in rows:
        ctx.audit(CommentRead(entry_id=entry_id, subject_id=row.person_id))
        found.append(ctx.open(row, "sealed_comment"))
    return sorted(text for text in found if text)


def waiting(ctx: Ctx, competition_id: UUID) -> int:
    """How many sheets are still to be given, and works without any."""
    open_sheets = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Entry, sa.and_(Entry.tenant_id == Assignment.tenant_id, Entry.id == Assignment.entry_id))
        .where(
            Assignment.tenant_id == ctx.tenant.id,
            Entry.competition_id == competition_id,
            Entry.state == "accepted",
            Assignment.state == "open",
        )
    )
    dealt = {work for work, _judge in _dealt(ctx, competition_id)}
    bare = [entry for entry in _works(ctx, competition_id) if str(entry.id) not in dealt]
    return int(open_sheets or 0) + len(bare)


def progress(ctx: Ctx, competition_id: UUID) -> dict[str, int]:
    """Sheets by state, for those who manage; no scores."""
    rows = ctx.db.execute(
        sa.select(Assignment.state, sa.func.count())
        .join(Entry, sa.and_(Entry.tenant_id == Assignment.tenant_id, Entry.id == Assignment.entry_id))
        .where(Assignment.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
        .group_by(Assignment.state)
    )
    return dict(rows.all())  # type: ignore[arg-type]


def _works(ctx: Ctx, competition_id: UUID) -> list[Entry]:
    return list(
        ctx.db.scalars(
            sa.select(Entry)
            .where(
                Entry.tenant_id == ctx.tenant.id,
                Entry.competition_id == competition_id,
                Entry.state == "accepted",
            )
            .order_by(Entry.id)
        )
    )


def _dealt(ctx: Ctx, competition_id: UUID) -> list[tuple[str, str]]:
    rows = ctx.db.execute(
        sa.select(Assignment.entry_id, Assignment.judge_id)
        .join(Entry, sa.and_(Entry.tenant_id == Assignment.tenant_id, Entry.id == Assignment.entry_id))
        .where(
            Assignment.tenant_id == ctx.tenant.id,
            Entry.competition_id == competition_id,
            Assignment.state != "recused",
        )
    )
    return [(str(entry_id), str(judge_id)) for entry_id, judge_id in rows]


def _barred(
    ctx: Ctx, competition_id: UUID, bench: Sequence[Judge], units: Mapping[Any, Any]
) -> set[tuple[str, str]]:
    """(work, judge) that may not meet: the judge's own entry or team, their unit, and what they stepped back from."""
    recused = ctx.db.execute(
        sa.select(Assignment.entry_id, Assignment.judge_id)
        .join(Entry, sa.and_(Entry.tenant_id == Assignment.tenant_id, Entry.id == Assignment.entry_id))
        .where(
            Assignment.tenant_id == ctx.tenant.id,
            Entry.competition_id == competition_id,
            Assignment.state == "recused",
        )
    )
    barred = {(str(entry_id), str(judge_id)) for entry_id, judge_id in recused}
    for entry in _works(ctx, competition_id):
        for judge in bench:
            if entry.person_id == judge.person_id or entry.unit_id == units.get(judge.person_id):
                barred.add((str(entry.id), str(judge.id)))
    members = ctx.db.execute(
        sa.select(Member.entry_id, Member.person_id)
        .join(Entry, sa.and_(Entry.tenant_id == Member.tenant_id, Entry.id == Member.entry_id))
        .where(Member.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
    )
    own = {(entry_id, person_id) for entry_id, person_id in members}
    for entry_id, person_id in own:
        barred |= {(str(entry_id), str(judge.id)) for judge in bench if judge.person_id == person_id}
    return barred
