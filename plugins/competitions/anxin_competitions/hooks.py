"""Where the plugin meets other rooms: home page, workbench, data rights, the demo."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import url_for

from anxin.plugin import Card, Ctx, Figure, _, day, hookimpl
from anxin_competitions import demo as invented
from anxin_competitions.models import (
    Appeal,
    Assignment,
    Award,
    Category,
    Competition,
    Entry,
    Judge,
    Kit,
    Member,
    Objection,
    Paper,
    Shown,
)
from anxin_competitions.policy import ENTER, JUDGE, MANAGE
from anxin_competitions.services import appeals, competitions, judging, papers, press, works


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    """What one can enter now, and works that wait for a judge."""
    if ctx.allowed(JUDGE) and (waiting := [row for row in judging.mine(ctx) if row[0].state == "open"]):
        yield Card(
            title=_("Works wait for you"),
            text=_("%(count)d to judge", count=len(waiting)),
            href=url_for("competitions.judging_list"),
            icon="pencil",
            order=15,
        )
    if not ctx.allowed(ENTER):
        return
    for entry, _category, competition, paper in papers.mine(ctx):
        if competition.state == "running" and (paper is None or paper.finished_at is None):
            yield Card(
                title=competition.title,
                text=_("The quiz is open: one attempt"),
                href=url_for("competitions.quiz", entry=entry.id),
                icon="trophy",
                order=12,
            )
    for one in competitions.listed(ctx):
        if one.state == "open" and one.enter_from <= ctx.today <= one.enter_until:
            yield Card(
                title=one.title,
                text=_("Enter until %(day)s", day=day(one.enter_until)),
                href=url_for("competitions.show", competition=one.id),
                icon="trophy",
                order=45,
            )


@hookimpl(specname="figures")
def workbench_figures(ctx: Ctx) -> Iterable[Figure]:
    """For those who manage: entries of this year. Taking part is public here, so the number is exact."""
    if ctx.allowed(MANAGE):
        count = ctx.db.scalar(
            sa.select(sa.func.count()).where(
                Entry.tenant_id == ctx.tenant.id,
                Entry.state.in_(("submitted", "accepted")),
                Entry.entered_at >= ctx.now.replace(month=1, day=1, hour=0, minute=0),
            )
        )
        yield Figure(
            label=_("Competition entries this year"),
            value=str(count or 0),
            order=60,
            href=url_for("competitions.manage_list"),
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Entries, teams, objections and awards of a person."""
    entered = ctx.db.execute(
        sa.select(Competition.title, Category.title.label("category"), Entry)
        .join(
            Category,
            sa.and_(Category.tenant_id == Competition.tenant_id, Category.competition_id == Competition.id),
        )
        .join(Entry, sa.and_(Entry.tenant_id == Category.tenant_id, Entry.category_id == Category.id))
        .where(
            Competition.tenant_id == ctx.tenant.id,
            sa.or_(
                Entry.person_id == person_id,
                sa.exists().where(
                    Member.tenant_id == ctx.tenant.id,
                    Member.entry_id == Entry.id,
                    Member.person_id == person_id,
                ),
            ),
        )
        .order_by(Entry.entered_at)
    ).all()
    objections = ctx.db.scalars(
        sa.select(Objection).where(Objection.tenant_id == ctx.tenant.id, Objection.person_id == person_id)
    ).all()
    quizzes = ctx.db.scalars(
        sa.select(Paper).where(Paper.tenant_id == ctx.tenant.id, Paper.person_id == person_id)
    ).all()
    given = ctx.db.scalars(
        sa.select(Award).where(Award.tenant_id == ctx.tenant.id, Award.person_id == person_id)
    ).all()
    return {
        "entries": [
            {
                "competition": row.title,
                "category": row.category,
                "title": row.Entry.title,
                "summary": row.Entry.summary,
                "state": row.Entry.state,
                "entered_at": row.Entry.entered_at.isoformat(),
                "reason": ctx.open(row.Entry, "sealed_reason")
                if row.Entry.sealed_reason and row.Entry.person_id == person_id
                else "",
            }
            for row in entered
        ],
        "objections": [
            {
                "made_at": one.made_at.isoformat(),
                "text": ctx.open(one, "sealed_text"),
                "answer": ctx.open(one, "sealed_answer") if one.sealed_answer else "",
                "state": one.state,
            }
            for one in objections
        ],
        "appeals": [
            {"made_at": one.made_at.isoformat(), "state": one.state, "words": appeals.told(ctx, one)}
            for one in ctx.db.scalars(
                sa.select(Appeal).where(Appeal.tenant_id == ctx.tenant.id, Appeal.person_id == person_id)
            )
        ],
        "sizes": [
            one.size
            for one in ctx.db.scalars(
                sa.select(Kit).where(Kit.tenant_id == ctx.tenant.id, Kit.person_id == person_id)
            )
        ],
        "pictures": [
            {"photo": str(one.photo_id), "answer": one.answer}
            for one in ctx.db.scalars(
                sa.select(Shown).where(Shown.tenant_id == ctx.tenant.id, Shown.person_id == person_id)
            )
        ],
        "quizzes": [
            {
                "started_at": one.started_at.isoformat(),
                "finished_at": one.finished_at.isoformat() if one.finished_at else None,
                "questions": [question["text"] for question in one.drawn],
                "answers": one.answers,
                "score": one.score,
            }
            for one in quizzes
        ],
        "awards": [{"title": one.title, "number": one.number, "prize": one.prize} for one in given],
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Objections, teams, judging and awards go; of entries the words go, while a number and a unit stay on the lists,
    which were published and are frozen."""
    tenant = ctx.tenant.id
    done = {}
    bench = sa.select(Judge.id).where(Judge.tenant_id == tenant, Judge.person_id == person_id)
    done["assignment"] = _delete(ctx, Assignment, Assignment.judge_id.in_(bench))
    done["photo"] = press.forget(ctx, person_id)
    for entry in ctx.db.scalars(
        sa.select(Entry).where(Entry.tenant_id == tenant, Entry.person_id == person_id)
    ):
        works.drop(ctx, entry)
    ctx.db.flush()
    for model in (Judge, Member, Objection, Award, Paper, Appeal, Kit, Shown):
        done[model.__tablename__] = _delete(ctx, model, model.person_id == person_id)
    blank = ctx.execute(
        sa.update(Entry)
        .where(Entry.tenant_id == tenant, Entry.person_id == person_id)
        .values(title="", summary="", sealed_reason=None)
    )
    done["entry"] = blank.rowcount  # type: ignore[attr-defined]
    return done


@hookimpl
def demo(ctx: Ctx, story: Any) -> None:
    """Invented competitions for the tenants of the demo."""
    invented.fill(ctx, story)


def _delete(ctx: Ctx, model: Any, condition: Any) -> int:
    return ctx.execute(sa.delete(model).where(model.tenant_id == ctx.tenant.id, condition)).rowcount  # type: ignore[attr-defined]
