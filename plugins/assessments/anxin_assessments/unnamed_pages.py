"""Pages of sheets without a name: print the blank sheet, key what comes back by the slip on it, settle what differs."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, day, guard, page
from anxin_assessments import forms, paper_views
from anxin_assessments.anonymous_models import UnnamedPaper
from anxin_assessments.blueprint import bp, to
from anxin_assessments.models import Campaign
from anxin_assessments.paper_schemas import BlankInput, SettleInput, UnnamedKeyInput
from anxin_assessments.policy import ANONYMOUS, KEY_PAPER, RUN_DEVICE
from anxin_assessments.services import anonymous, papers, unnamed_papers, windows


@bp.post("/papers/blank")
@guard(RUN_DEVICE, input=BlankInput)
def blank_print(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return redirect(url_for("tasks.show", task=forms.ask_blank(ctx, **data).id), code=303)


@bp.get("/papers/<uuid:campaign>/sheets")
@guard(KEY_PAPER, purpose=ANONYMOUS)
def unnamed_list(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """What is on its way in, by the first signs of the codes."""
    found: Campaign = anonymous.running(ctx, campaign)
    return page(
        "assessments/unnamed_list.html",
        campaign=found,
        until=day(windows.last_day(found)),
        sheets=[paper_views.sheet(one) for one in unnamed_papers.of_campaign(ctx, campaign)],
    )


@bp.get("/papers/<uuid:campaign>/sheets/key")
@guard(KEY_PAPER, purpose=ANONYMOUS)
def unnamed_form(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return _form(ctx, campaign)


def _form(ctx: Ctx, campaign_id: UUID, errors: Any = None) -> AnyResponse:
    campaign = anonymous.running(ctx, campaign_id)
    return page(
        "assessments/unnamed_key.html",
        back=url_for("assessments.unnamed_list", campaign=campaign_id),
        action=url_for("assessments.unnamed_key", campaign=campaign_id),
        taken_in="taken" in request.args,
        **paper_views.keying(papers.round_of(ctx, campaign), campaign, request.form, errors),
    )


def _form_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _form(ctx, campaign, error.fields)


@bp.post("/papers/<uuid:campaign>/sheets/key")
@guard(KEY_PAPER, purpose=ANONYMOUS, input=UnnamedKeyInput, invalid=_form_again)
def unnamed_key(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    """Key a sheet; the next one follows at once, unless the two keyings differ."""
    answers = papers.read(papers.round_of(ctx, anonymous.running(ctx, campaign)), data["typed"])
    made = unnamed_papers.key(ctx, campaign, data["code"], answers)
    if made is None:
        return to("unnamed_form", campaign=campaign, taken=1)
    if made.state == "differs":
        return to("unnamed_one", paper=made.id)
    return to("unnamed_form", campaign=campaign)


@bp.get("/papers/sheets/<uuid:paper>")
@guard(KEY_PAPER, purpose=ANONYMOUS)
def unnamed_one(ctx: Ctx, paper: UUID) -> AnyResponse:
    return _one(ctx, paper)


def _one(ctx: Ctx, paper_id: UUID, errors: Any = None) -> AnyResponse:
    paper = ctx.get(UnnamedPaper, paper_id)
    found = unnamed_papers.differences(ctx, paper) if paper.state == "differs" else []
    return page(
        "assessments/unnamed.html",
        sheet=paper_views.sheet(paper),
        campaign=paper.campaign_id,
        **paper_views.settling(found, request.form, errors),
    )


def _one_again(ctx: Ctx, error: Invalid, paper: UUID) -> AnyResponse:
    return _one(ctx, paper, error.fields)


@bp.post("/papers/sheets/<uuid:paper>")
@guard(KEY_PAPER, purpose=ANONYMOUS, input=SettleInput, invalid=_one_again)
def unnamed_settle(ctx: Ctx, data: dict[str, Any], paper: UUID) -> AnyResponse:
    return to("unnamed_list", campaign=unnamed_papers.settle(ctx, paper, data["typed"]))


@bp.post("/papers/sheets/<uuid:paper>/discard")
@guard(KEY_PAPER, purpose=ANONYMOUS)
def unnamed_discard(ctx: Ctx, paper: UUID) -> AnyResponse:
    return to("unnamed_list", campaign=unnamed_papers.discard(ctx, paper))
