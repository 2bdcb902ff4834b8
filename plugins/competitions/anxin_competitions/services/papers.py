"""Taking a quiz: one attempt, a paper drawn once, each answer kept as it is given, time kept by the server.

An answer that arrives after the time (and a short grace for the network) is not taken: the paper ends with what was kept.
A team's result is the sum of its members' papers, and of their times.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, _
from anxin_competitions.models import Category, Competition, Entry, Member, Paper, Question
from anxin_competitions.policy import PaperEnded, PaperStarted
from anxin_competitions.rules.quiz import draw, score
from anxin_competitions.services import bank

GRACE = timedelta(seconds=10)
MILLISECOND = timedelta(milliseconds=1)


def online(ctx: Ctx, competition: Competition) -> bool:
    """Is this quiz answered here? One without questions is held in a hall, with marks written down."""
    return competition.preset == "quiz" and bank.count(ctx, competition.id) > 0


def mine(ctx: Ctx) -> list[tuple[Entry, Category, Competition, Paper | None]]:
    """Quizzes the actor is entered in (alone or in a team) that run or have run, with their own paper."""
    me = ctx.actor.person_id
    rows = ctx.db.execute(
        sa.select(Entry, Category, Competition, Paper)
        .join(Category, sa.and_(Category.tenant_id == Entry.tenant_id, Category.id == Entry.category_id))
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Entry.tenant_id, Competition.id == Entry.competition_id),
        )
        .outerjoin(
            Paper,
            sa.and_(Paper.tenant_id == Entry.tenant_id, Paper.entry_id == Entry.id, Paper.person_id == me),
        )
        .where(
            Entry.tenant_id == ctx.tenant.id,
            Entry.state == "accepted",
            Competition.preset == "quiz",
            Competition.state != "draft",
            sa.or_(
                Entry.person_id == me,
                sa.exists().where(
                    Member.tenant_id == ctx.tenant.id, Member.entry_id == Entry.id, Member.person_id == me
                ),
            ),
            sa.exists().where(Question.tenant_id == ctx.tenant.id, Question.competition_id == Competition.id),
        )
        .order_by(Competition.enter_from.desc(), Entry.number)
        .limit(50)
    )
    return [(row.Entry, row.Category, row.Competition, row.Paper) for row in rows]


def entry_of(ctx: Ctx, entry_id: UUID) -> tuple[Entry, Category, Competition, Paper | None]:
    """One of them, or NotFound."""
    found = next((one for one in mine(ctx) if one[0].id == entry_id), None)
    if found is None:
        raise NotFound()
    return found


def start(ctx: Ctx, entry_id: UUID) -> Paper:
    """Draw the paper and let the time run; who has begun gets the same paper again."""
    entry, _category, competition, paper = entry_of(ctx, entry_id)
    if paper is not None:
        return paper
    if competition.state != "running":
        raise Conflict(_("The quiz is not open now."))
    ctx.lock(f"competitions:paper:{entry.id}:{ctx.actor.person_id}")
    again = entry_of(ctx, entry_id)[3]
    if again is not None:
        return again
    seed = secrets.randbits(62)
    rules = competition.rules["quiz"]
    made = ctx.add(
        Paper(
            entry_id=entry.id,
            person_id=ctx.actor.person_id,
            seed=seed,
            drawn=draw([_plain(one) for one in bank.of(ctx, competition.id)], rules["questions"], seed),
            answers={},
            started_at=ctx.now,
            due_at=ctx.now + timedelta(minutes=rules["minutes"]),
        )
    )
    ctx.audit(PaperStarted(entry_id=entry.id, subject_id=made.person_id))
    return made


def answer(ctx: Ctx, entry_id: UUID, number: int, chosen: Sequence[int]) -> Paper:
    """Keep the answer to one question of the own paper. When time is up, the paper ends instead."""
    paper = _open(ctx, entry_id)
    if paper.finished_at is not None:
        return paper
    if not 1 <= number <= len(paper.drawn):
        raise NotFound()
    question = paper.drawn[number - 1]
    picked = sorted(set(chosen))
    if any(not 0 <= one < len(question["options"]) for one in picked):
        raise Invalid(fields={"value": [_("This option is not on the paper.")]})
    if question["kind"] != "many" and len(picked) > 1:
        raise Invalid(fields={"value": [_("Choose one option.")]})
    ctx.unaudited("an answer kept on the way; beginning and end are audited")
    paper.answers = {**paper.answers, str(number): picked}
    return paper


def finish(ctx: Ctx, entry_id: UUID) -> Paper:
    """Hand it in. There is no second attempt."""
    paper = _open(ctx, entry_id)
    if paper.finished_at is None:
        _end(ctx, paper, ctx.now)
    return paper


def _open(ctx: Ctx, entry_id: UUID) -> Paper:
    """The own paper under its lock, ended when its time is up."""
    ctx.lock(f"competitions:paper:{entry_id}:{ctx.actor.person_id}")
    paper = entry_of(ctx, entry_id)[3]
    if paper is None:
        raise Conflict(_("Begin the quiz first."))
    if paper.finished_at is None and over(ctx, paper):
        _end(ctx, paper, paper.due_at)
    return paper


def look(ctx: Ctx, entry_id: UUID) -> tuple[Entry, Category, Competition, Paper | None]:
    """One of the actor's quizzes as it is now: a paper whose time is up is ended by looking at it."""
    found = entry_of(ctx, entry_id)
    if found[3] is not None:
        _open(ctx, entry_id)
    return found


def left(ctx: Ctx, paper: Paper) -> tuple[int, int]:
    """Minutes and seconds until time is up."""
    seconds = max(int((paper.due_at - ctx.now).total_seconds()), 0)
    return divmod(seconds, 60)


def over(ctx: Ctx, paper: Paper) -> bool:
    return ctx.now > paper.due_at + GRACE


def _end(ctx: Ctx, paper: Paper, at: datetime) -> None:
    paper.finished_at = at
    paper.score = score(paper.drawn, paper.answers)
    paper.took = max((min(at, paper.due_at) - paper.started_at) // MILLISECOND, 0)
    ctx.audit(PaperEnded(entry_id=paper.entry_id, subject_id=paper.person_id))


def close_all(ctx: Ctx, competition_id: UUID) -> int:
    """End every paper whose time is up, with what was kept; returns how many still run."""
    running = 0
    for paper in _papers(ctx, competition_id):
        if paper.finished_at is None:
            if over(ctx, paper):
                _end(ctx, paper, paper.due_at)
            else:
                running += 1
    ctx.db.flush()
    return running


def marks_of(ctx: Ctx, competition_id: UUID, entries: Sequence[Entry]) -> dict[UUID, dict[str, Any]]:
    """Entry → raw mark: the sum of points and, to decide between equal ones, the sum of times (less is better).

    An entry whose members never began did not start; a member who never began brings nothing and takes no time.
    """
    papers: dict[UUID, list[Paper]] = {}
    for paper in _papers(ctx, competition_id):
        if paper.finished_at is not None:
            papers.setdefault(paper.entry_id, []).append(paper)
    found: dict[UUID, dict[str, Any]] = {}
    for entry in entries:
        own = papers.get(entry.id, [])
        if own:
            points = sum(paper.score or 0 for paper in own)
            found[entry.id] = {
                "mark": points,
                "outcome": "ok",
                "then": [-sum(paper.took or 0 for paper in own)],
            }
        else:
            found[entry.id] = {"mark": None, "outcome": "dns", "then": []}
    return found


def progress(ctx: Ctx, competition_id: UUID) -> dict[str, int]:
    """For those who run it: how many papers are being answered and how many are in. No scores before the end."""
    papers = _papers(ctx, competition_id)
    done = sum(1 for paper in papers if paper.finished_at is not None)
    return {"open": len(papers) - done, "done": done}


def _papers(ctx: Ctx, competition_id: UUID) -> list[Paper]:
    return list(
        ctx.db.scalars(
            sa.select(Paper)
            .join(Entry, sa.and_(Entry.tenant_id == Paper.tenant_id, Entry.id == Paper.entry_id))
            .where(Paper.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
        )
    )


def _plain(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in ("kind", "text", "options", "right", "points")}
