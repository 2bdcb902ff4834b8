"""Pages of campaigns: the union plans and runs them, and sees figures."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, Unit, current_locale, guard, page
from anxin_assessments import views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.policy import MANAGE_CAMPAIGN, READ_FIGURES
from anxin_assessments.schemas import CampaignInput
from anxin_assessments.services import campaigns, catalogue, figures


@bp.get("/campaigns")
@guard(READ_FIGURES)
def campaign_list(ctx: Ctx) -> AnyResponse:
    return page(
        "assessments/campaigns.html",
        campaigns=[views.campaign(one, ctx.now, current_locale()) for one in campaigns.all_of(ctx)],
        may_manage=ctx.allowed(MANAGE_CAMPAIGN),
    )


@bp.get("/campaigns/new")
@guard(MANAGE_CAMPAIGN)
def campaign_new(ctx: Ctx) -> AnyResponse:
    return _form(ctx, {}, {})


def _form(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    units = ctx.scalars(ctx.select(Unit).order_by(Unit.path)).all()
    return page(
        "assessments/campaign_new.html",
        choices=[(one["id"], one["title"]) for one in views.listed(catalogue.offered(ctx), current_locale())],
        units=[(unit.id, "　" * (unit.path.count("/") - 1) + unit.name) for unit in units],
        values=values,
        errors=errors,
    )


def _form_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    values = {**request.form.to_dict(), "instruments": request.form.getlist("instruments")}
    return _form(ctx, values, error.fields)


@bp.post("/campaigns")
@guard(MANAGE_CAMPAIGN, input=CampaignInput, invalid=_form_again)
def campaign_create(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    return to("campaign", campaign=campaigns.create(ctx, **data).id)


@bp.get("/campaigns/<uuid:campaign>")
@guard(READ_FIGURES)
def campaign(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return _campaign(ctx, campaign)


def _campaign(ctx: Ctx, campaign_id: UUID, error: Invalid | None = None) -> AnyResponse:
    found = figures.of_campaign(ctx, campaign_id)
    return page(
        "assessments/campaign.html",
        **views.campaign_page(found, ctx.now, current_locale()),
        may_manage=ctx.allowed(MANAGE_CAMPAIGN),
        problems=[error.message, *(text for texts in error.fields.values() for text in texts)]
        if error
        else [],
    )


def _campaign_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _campaign(ctx, campaign, error)


@bp.post("/campaigns/<uuid:campaign>/publish")
@guard(MANAGE_CAMPAIGN, invalid=_campaign_again)
def campaign_publish(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.publish(ctx, campaign).id)


@bp.post("/campaigns/<uuid:campaign>/close")
@guard(MANAGE_CAMPAIGN)
def campaign_close(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.close(ctx, campaign).id)
