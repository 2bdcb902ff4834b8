"""The API of campaigns: the same services as their pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, current_locale, guard
from anxin_assessments import campaign_views
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.campaign_schemas import (
    CampaignInput,
    CampaignOutput,
    ExtendInput,
    FiguresOutput,
    WindowInput,
)
from anxin_assessments.models import Campaign
from anxin_assessments.policy import MANAGE_CAMPAIGN, READ_FIGURES
from anxin_assessments.services import campaigns, figures


@bp.get("/campaigns")
@guard(READ_FIGURES)
@bp.response(200, CampaignOutput(many=True))
def campaign_list(ctx: Ctx) -> list[dict[str, Any]]:
    """The newest campaigns."""
    return [_told(ctx, one) for one in campaigns.newest(ctx, size=100).rows]


@bp.post("/campaigns")
@guard(MANAGE_CAMPAIGN)
@bp.arguments(CampaignInput)
@bp.response(201, CampaignOutput)
def campaign_create(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Plan a campaign; it is a draft until it is published."""
    return _told(ctx, campaigns.create(ctx, **data))


@bp.get("/campaigns/<uuid:campaign>")
@guard(READ_FIGURES)
@bp.response(200, CampaignOutput)
def campaign_one(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    return _told(ctx, ctx.get(Campaign, campaign))


@bp.post("/campaigns/<uuid:campaign>/publish")
@guard(MANAGE_CAMPAIGN)
@bp.response(200, CampaignOutput)
def campaign_publish(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    """Freeze who is invited, and have everybody told by a task of the caller's."""
    found = campaigns.publish(ctx, campaign)
    campaigns.announce(ctx, campaign)
    return _told(ctx, found)


@bp.post("/campaigns/<uuid:campaign>/pause")
@guard(MANAGE_CAMPAIGN)
@bp.response(200, CampaignOutput)
def campaign_pause(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    return _told(ctx, campaigns.pause(ctx, campaign))


@bp.post("/campaigns/<uuid:campaign>/resume")
@guard(MANAGE_CAMPAIGN)
@bp.response(200, CampaignOutput)
def campaign_resume(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    return _told(ctx, campaigns.resume(ctx, campaign))


@bp.post("/campaigns/<uuid:campaign>/extend")
@guard(MANAGE_CAMPAIGN)
@bp.arguments(ExtendInput)
@bp.response(200, CampaignOutput)
def campaign_extend(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> dict[str, Any]:
    """A later last day."""
    return _told(ctx, campaigns.extend(ctx, campaign, data["closes_on"]))


@bp.post("/campaigns/<uuid:campaign>/remind")
@guard(MANAGE_CAMPAIGN)
@bp.response(200, CampaignOutput)
def campaign_remind(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    """Have the system remind the silent; the answer does not say who or how many they are."""
    campaigns.ask_to_remind(ctx, campaign)
    return _told(ctx, ctx.get(Campaign, campaign))


@bp.post("/campaigns/<uuid:campaign>/close")
@guard(MANAGE_CAMPAIGN)
@bp.response(200, CampaignOutput)
def campaign_close(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    return _told(ctx, campaigns.close(ctx, campaign))


@bp.post("/campaigns/<uuid:campaign>/next")
@guard(MANAGE_CAMPAIGN)
@bp.arguments(WindowInput)
@bp.response(201, CampaignOutput)
def campaign_next(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> dict[str, Any]:
    """A draft of the next round."""
    return _told(ctx, campaigns.next_round(ctx, campaign, **data))


def _told(ctx: Ctx, one: Campaign) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in CampaignOutput().fields},
        "state": campaign_views.state_of(one, ctx.now),
    }


@bp.get("/campaigns/<uuid:campaign>/figures")
@guard(READ_FIGURES)
@bp.response(200, FiguresOutput)
def campaign_figures(ctx: Ctx, campaign: UUID) -> dict[str, Any]:
    """How far a running campaign is, in steps; participation, distributions and change of one that is over."""
    found = figures.of_campaign(ctx, campaign)
    told = campaign_views.campaign_page(found, ctx.now, current_locale())
    return {
        "campaign_id": campaign,
        "invited": found.invited,
        "progress": str(found.progress),
        "counting": found.counting,
        "units": [
            {"unit": one.name, "invited": one.invited, "spoken": str(one.spoken)} for one in found.units
        ],
        "waves": [
            {"instrument": one.instrument.key, "units": [_unit(row) for row in plain["rows"]]}
            for one, plain in zip(found.waves, told["waves"], strict=True)
        ],
        "changes": told["changes"],
        "targets": [
            {"what": one["code"], "planned": one["planned"], "reached": str(one["reached"])}
            for one in told["targets"]
        ],
    }


def _unit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": row["name"],
        "eligible": row["eligible"],
        "participation": str(row["participation"]),
        "mean": str(row["mean"]),
        "distribution": [{"label": one["label"], "share": one["percent"]} for one in row["bins"]],
        "factors": row["factors"],
    }
