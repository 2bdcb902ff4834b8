"""Pages of answers on paper: print forms, key them twice, settle what differs."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, names_of, page
from anxin_assessments import forms, paper_views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.models import Campaign
from anxin_assessments.paper_schemas import FormsInput, KeyInput, SettleInput
from anxin_assessments.policy import KEY_PAPER, RUN_DEVICE, SELF
from anxin_assessments.services import devices, papers


@bp.post("/papers/print")
@guard(RUN_DEVICE, input=FormsInput)
def paper_print(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return redirect(url_for("tasks.show", task=forms.ask(ctx, **data).id), code=303)


@bp.get("/papers")
@guard(KEY_PAPER, purpose=SELF)
def paper_campaigns(ctx: Ctx) -> AnyResponse:
    """Running campaigns that take paper."""
    found = devices.running(ctx)
    return page(
        "assessments/papers.html",
        campaigns=[one for one in found if one.mode != "anonymous"],
        anonymous=[
            {"href": url_for("assessments.unnamed_list", campaign=one.id), "title": one.title}
            for one in found
            if one.mode == "anonymous"
        ],
    )


@bp.get("/papers/<uuid:campaign>")
@guard(KEY_PAPER, purpose=SELF)
def paper_list(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """The forms that were keyed, by their numbers: nobody's name is needed to key."""
    found = papers.of_campaign(ctx, campaign)
    keyers = names_of(ctx, {one.first_by for one in found})
    return page(
        "assessments/paper_list.html",
        campaign=ctx.get(Campaign, campaign),
        forms=[paper_views.form(one, keyers.get(one.first_by, "")) for one in found],
    )


@bp.get("/papers/<uuid:campaign>/key")
@guard(KEY_PAPER, purpose=SELF)
def paper_form(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return _form(ctx, campaign)


def _form(ctx: Ctx, campaign_id: UUID, errors: Any = None) -> AnyResponse:
    campaign = papers.insist_on_paper(ctx, campaign_id)
    return page(
        "assessments/paper_key.html",
        back=url_for("assessments.paper_list", campaign=campaign_id),
        action=url_for("assessments.paper_key", campaign=campaign_id),
        **paper_views.keying(papers.round_of(ctx, campaign), campaign, request.form, errors),
    )


def _form_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _form(ctx, campaign, error.fields)


@bp.post("/papers/<uuid:campaign>/key")
@guard(KEY_PAPER, purpose=SELF, input=KeyInput, invalid=_form_again)
def paper_key(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    """Key a form; the next one follows at once, unless the two keyings differ."""
    answers = papers.read(papers.round_of(ctx, ctx.get(Campaign, campaign)), data.pop("typed"))
    made = papers.key(ctx, campaign, **data, answers=answers)
    if made.state == "differs":
        return to("paper_one", paper=made.id)
    return to("paper_form", campaign=campaign)


@bp.get("/papers/forms/<uuid:paper>")
@guard(KEY_PAPER, purpose=SELF)
def paper_one(ctx: Ctx, paper: UUID) -> AnyResponse:
    return _one(ctx, paper)


def _one(ctx: Ctx, paper_id: UUID, errors: Any = None) -> AnyResponse:
    paper = papers.one(ctx, paper_id)
    found = papers.differences(ctx, paper) if paper.state == "differs" else []
    return page(
        "assessments/paper.html",
        form=paper_views.form(paper, ""),
        campaign=paper.campaign_id,
        **paper_views.settling(found, request.form, errors),
    )


def _one_again(ctx: Ctx, error: Invalid, paper: UUID) -> AnyResponse:
    return _one(ctx, paper, error.fields)


@bp.post("/papers/forms/<uuid:paper>")
@guard(KEY_PAPER, purpose=SELF, input=SettleInput, invalid=_one_again)
def paper_settle(ctx: Ctx, data: dict[str, Any], paper: UUID) -> AnyResponse:
    return to("paper_list", campaign=papers.settle(ctx, paper, data["typed"]).campaign_id)


@bp.post("/papers/forms/<uuid:paper>/discard")
@guard(KEY_PAPER, purpose=SELF)
def paper_discard(ctx: Ctx, paper: UUID) -> AnyResponse:
    return to("paper_list", campaign=papers.discard(ctx, paper))
