"""Where the plugin meets other rooms: home page, a person's page, workbench, data rights."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import render_template, url_for

from anxin.plugin import Card, Ctx, Figure, Panel, QueueItem, _, current_locale, day, hookimpl, lazy
from anxin_assessments import campaign_views, policy, words
from anxin_assessments import demo as invented
from anxin_assessments.care_models import Interpretation
from anxin_assessments.models import GroupInvitation, Invitation, Outcome, Part, Sheet
from anxin_assessments.paper_models import Paper
from anxin_assessments.questionnaire_models import Reply
from anxin_assessments.services import campaigns, catalogue, interpreting
from anxin_assessments.services import figures as counted


@hookimpl
def home_cards(ctx: Ctx) -> Iterable[Card]:
    """The self-tests, and each campaign that waits for this person."""
    if not ctx.allowed(policy.TAKE):
        return
    for todo in campaigns.todo(ctx):
        yield Card(
            title=todo.campaign.title,
            text=_("Until %(day)s. Taking part is your choice.", day=day(campaigns.last_day(todo.campaign))),
            href=url_for("assessments.index"),
            icon="clipboard-list",
            order=10,
        )
    yield Card(
        title=_("How am I doing?"),
        text=_("A short self-test; only you see the result"),
        href=url_for("assessments.index"),
        icon="clipboard-list",
        order=20,
    )


@hookimpl
def person_panels(ctx: Ctx, person_id: UUID) -> Iterable[Panel]:
    """A counsellor's way to a person's results; the look itself is written down on the page it leads to."""
    if ctx.allowed(policy.READ_RESULT):
        html = render_template(
            "assessments/_panel.html", href=url_for("assessments.person", person=person_id)
        )
        yield Panel(title=_("Assessments"), html=html, order=30)


@hookimpl
def work_panels(ctx: Ctx) -> Iterable[Panel]:
    """For the union's workbench: the newest campaigns, and the last finished one by large units."""
    if not ctx.allowed(policy.READ_FIGURES):
        return
    locale, newest = current_locale(), campaigns.newest(ctx).rows
    over = next((one for one in newest if campaigns.over(one, ctx.now)), None)
    last = campaign_views.campaign_page(counted.of_campaign(ctx, over.id), ctx.now, locale) if over else None
    html = render_template(
        "assessments/_work.html",
        campaigns=[campaign_views.campaign(one, ctx.now, locale) for one in newest[:3]],
        last=last if last and last["waves"] else None,
    )
    if newest:
        yield Panel(title=_("Assessment campaigns"), html=html, order=30)


@hookimpl(specname="figures")
def workbench_figures(ctx: Ctx) -> Iterable[Figure]:
    """For the union's workbench: how many self-tests were finished, at least, in steps."""
    if ctx.allowed(policy.READ_FIGURES):
        yield Figure(
            label=_("Self-tests in the last 30 days"),
            value=counted.recent_sheets(ctx),
            note=_("at least, in steps; person-times, not people"),
            order=30,
            href=url_for("assessments.campaign_list"),
        )


@hookimpl
def subject_export(ctx: Ctx, person_id: UUID) -> Mapping[str, Any]:
    """Every sheet with its questions, answers and scores, and the campaigns the person was invited to."""
    sheets = ctx.scalars(
        ctx.select(Sheet).where(Sheet.person_id == person_id).order_by(Sheet.started_at)
    ).all()
    outcomes = ctx.scalars(ctx.select(Outcome).where(Outcome.person_id == person_id)).all()
    scores = {outcome.sheet_id: ctx.open(outcome, "scores") for outcome in outcomes}
    parts = ctx.scalars(ctx.select(Part).where(Part.person_id == person_id)).all()
    return {
        "sheets": [_exported(ctx, sheet, scores.get(sheet.id)) for sheet in sheets],
        "interpretations": [
            {
                "result": str(outcome),
                "text": reading.text,
                "plan": reading.plan,
                "sent": reading.sent_at.isoformat(),
            }
            for outcome, reading in interpreting.of_results(ctx, [outcome.id for outcome in outcomes]).items()
        ],
        "campaigns": [{"campaign": str(part.campaign_id), "state": part.state} for part in parts],
        "papers": [
            {"campaign": str(paper.campaign_id), "number": paper.number, "state": paper.state}
            for paper in ctx.scalars(ctx.select(Paper).where(Paper.person_id == person_id))
        ],
        "questionnaires": [
            {"version": str(reply.version_id), "state": reply.state, "answers": ctx.open(reply, "answers")}
            for reply in ctx.scalars(ctx.select(Reply).where(Reply.person_id == person_id))
        ],
    }


def _exported(ctx: Ctx, sheet: Sheet, scores: Any) -> dict[str, Any]:
    instrument = catalogue.instrument(ctx, sheet.instrument)
    text = catalogue.words(instrument, ctx.locale)
    answers = ctx.open(sheet, "answers")
    return {
        "instrument": words.title(instrument, ctx.locale),
        "edition": instrument.key,
        "started": sheet.started_at.isoformat(),
        "submitted": sheet.submitted_at.isoformat() if sheet.submitted_at else None,
        "answers": [
            {"question": question, "answer": text.answer_text(item, value) if value is not None else None}
            for item, (question, value) in enumerate(zip(text.items, answers, strict=True), 1)
        ],
        "scores": scores,
    }


@hookimpl
def subject_erase(ctx: Ctx, person_id: UUID) -> Mapping[str, int]:
    """Delete sheets, results and participation. Tallies stay: they have no person, and figures never move."""
    counts: dict[str, int] = {}
    for model in (Interpretation, Outcome, Paper, Sheet, Part, Invitation, GroupInvitation, Reply):
        done = ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id)
        )
        counts[model.__tablename__] = done.rowcount  # type: ignore[attr-defined]
    if any(counts.values()):
        ctx.audit(policy.AssessmentsErased(sheets=counts["sheet"], subject_id=person_id))
    return counts


@hookimpl
def queue_items(ctx: Ctx) -> Iterable[QueueItem]:
    """For the list over all employers: people the actor works with whose results nobody has interpreted, once each. What
    was promised is a request, on the contract's clock for those; the rest has none."""
    if not ctx.allowed(policy.READ_RESULT):
        return []
    with ctx.acting(grant=ctx.actor.grants[policy.READ_RESULT.name], purpose=policy.SHARE.name):
        found = interpreting.waiting(ctx)
    first = {one.person_id: one for one in reversed(found)}  # promised before not, then the oldest
    return [
        QueueItem(
            "request" if one.promised else "task",
            lazy("Promised interpretation") if one.promised else lazy("Result to interpret"),
            f"/assessments/people/{one.person_id}",
            since=one.made_at,
        )
        for one in reversed(first.values())
    ]


@hookimpl
def demo(ctx: Ctx, story: Any) -> None:
    """The invented history of `anxin demo`."""
    invented.fill(ctx, story)
