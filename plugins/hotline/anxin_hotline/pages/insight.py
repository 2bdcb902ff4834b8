"""What calls are about, for who may know no call: closed months, and what stands out."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, file_answer, guard, name_of, page
from anxin_hotline import forms, views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG, READ_FIGURES
from anxin_hotline.schemas import HotlineHandledInput, HotlineSummaryInput
from anxin_hotline.services import alerts, figures, summaries


@bp.get("/figures")
@guard(READ_FIGURES)
def figures_page(ctx: Ctx) -> Response:
    """The last closed months, newest first, and what stands out."""
    found = figures.months(ctx)
    open_ones = [one for one in alerts.latest(ctx) if one.state != "closed"]
    return page(
        "hotline/figures.html",
        months=found,
        newest=_spreads(ctx, found[0]) if found else [],
        alerts=_lines(ctx, open_ones),
        formats=[("pdf", "PDF"), ("xlsx", "Excel")],
        kept=summaries.kept(ctx),
    )


def _spreads(ctx: Ctx, month: figures.Month) -> list[dict[str, Any]]:
    """The histograms of one month in words."""
    risks = {str(level): word for level, word in forms.RISKS.items()}
    return [
        {
            "title": figures.TITLES["topics"],
            "rows": figures.shown(month.topics, forms.ever(ctx, "topics")),
        },
        {"title": figures.TITLES["risks"], "rows": figures.shown(month.risks, risks)},
        {
            "title": figures.TITLES["outcomes"],
            "rows": figures.shown(month.outcomes, forms.ever(ctx, "next")),
        },
        {"title": figures.TITLES["hours"], "rows": figures.shown(month.hours, figures.PARTS)},
    ]


def _lines(ctx: Ctx, found: list[Any]) -> list[dict[str, Any]]:
    topics, units = forms.ever(ctx, "topics"), alerts.unit_names(ctx, found)
    return [
        {
            "id": one.id,
            "kind": alerts.KINDS[one.kind],
            "urgent": one.kind == "incident",
            "topic": topics.get(one.topic or "", ""),
            "unit": units.get(one.unit_id, "") if one.unit_id else "",
            "at_least": one.at_least,
            "usual": one.usual,
            "state": one.state,
            "at": views.at(ctx, one.raised_at),
            "done": one.done,
        }
        for one in found
    ]


@bp.post("/figures/summary")
@guard(READ_FIGURES, input=HotlineSummaryInput)
def summary(ctx: Ctx, data: dict[str, Any]) -> Response:
    """The month's summary as a file, made by a job."""
    task = summaries.ask(ctx, data["format"])
    return redirect(url_for("tasks.show", task=task.id), code=303)


@bp.get("/figures/<string:month>.pdf")
@guard(READ_FIGURES)
def summary_of(ctx: Ctx, month: str) -> Response:
    """The summary that was made after a month had closed."""
    return file_answer(*summaries.take(ctx, month))


@bp.get("/alerts")
@guard(READ_FIGURES)
def alert_list(ctx: Ctx) -> Response:
    return page("hotline/alerts.html", alerts=_lines(ctx, alerts.latest(ctx)))


def _alert(ctx: Ctx, alert_id: UUID, error: Invalid | None = None) -> Response:
    found = alerts.get(ctx, alert_id)
    return page(
        "hotline/alert.html",
        alert=_lines(ctx, [found])[0],
        seen_by=name_of(ctx, found.seen_by) if found.seen_by else "",
        values=request.form.to_dict() if error else {},
        errors=error.fields if error else {},
    )


@bp.get("/alerts/<uuid:alert>")
@guard(READ_FIGURES)
def alert(ctx: Ctx, alert: UUID) -> Response:
    """What stands out, in words that name no one."""
    return _alert(ctx, alert)


def _alert_again(ctx: Ctx, error: Invalid, alert: UUID) -> Response:
    return _alert(ctx, alert, error)


@bp.post("/alerts/<uuid:alert>")
@guard(READ_FIGURES, input=HotlineHandledInput, invalid=_alert_again)
def alert_handle(ctx: Ctx, data: dict[str, Any], alert: UUID) -> Response:
    alerts.handle(ctx, alert, data["done"])
    return to("alert", alert=alert)


@bp.post("/calls/<uuid:call>/incident")
@guard(LOG)
def incident(ctx: Ctx, call: UUID) -> Response:
    """A possible critical incident: the named owner hears of it at once, without the call."""
    alerts.incident(ctx, call)
    return to("call", call=call)
