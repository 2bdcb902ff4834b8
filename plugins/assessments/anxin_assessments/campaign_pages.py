"""Pages of campaigns: the union plans and runs them, and sees figures."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, NotFound, Unit, care_groups, current_locale, guard, page
from anxin_assessments import campaign_views, reports, views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.campaign_schemas import CampaignInput, ExtendInput, WindowInput
from anxin_assessments.policy import MANAGE_CAMPAIGN, READ_FIGURES, RUN_DEVICE
from anxin_assessments.services import campaigns, catalogue, figures, inviting

MANY = 200  # people: telling them takes long enough to be watched


@bp.get("/campaigns")
@guard(READ_FIGURES)
def campaign_list(ctx: Ctx) -> AnyResponse:
    found = campaigns.newest(ctx, page=request.args.get("page", 1, type=int))
    return page(
        "assessments/campaigns.html",
        campaigns=[campaign_views.campaign(one, ctx.now, current_locale()) for one in found.rows],
        found=found,
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
        groups=[(one.id, one.name) for one in care_groups.all_of(ctx) if one.closed_at is None],
        modes=[(code, title) for code, (title, _hint) in campaign_views.MODES.items()],
        mode_hints=list(campaign_views.MODES.values()),
        rolling=list(campaign_views.ROLLING.items()),
        months=[(month, str(month)) for month in range(1, 13)],
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
    plan = found.campaign
    unit = ctx.get(Unit, plan.unit_id).name if plan.unit_id else None
    group = care_groups.get(ctx, plan.group_id).name if plan.group_id else None
    return page(
        "assessments/campaign.html",
        **campaign_views.campaign_page(found, ctx.now, current_locale()),
        who=campaign_views.who(plan, unit, group),
        aims=[(campaign_views.TARGETS[what], percent) for what, percent in sorted(plan.targets.items())],
        before_href=url_for("assessments.campaign", campaign=plan.before_id) if plan.before_id else None,
        may_manage=ctx.allowed(MANAGE_CAMPAIGN),
        may_run_devices=ctx.allowed(RUN_DEVICE),
        problems=[error.message, *(text for texts in error.fields.values() for text in texts)]
        if error
        else [],
    )


def _campaign_again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _campaign(ctx, campaign, error)


@bp.post("/campaigns/<uuid:campaign>/publish")
@guard(MANAGE_CAMPAIGN, invalid=_campaign_again)
def campaign_publish(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """Freeze who is invited, then tell them; when they are many, the page that follows shows how far that is."""
    campaigns.publish(ctx, campaign)
    task = campaigns.announce(ctx, campaign)
    if inviting.invited(ctx, campaign) > MANY:
        return redirect(url_for("tasks.show", task=task.id), code=303)
    return to("campaign", campaign=campaign)


@bp.post("/campaigns/<uuid:campaign>/pause")
@guard(MANAGE_CAMPAIGN)
def campaign_pause(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.pause(ctx, campaign).id)


@bp.post("/campaigns/<uuid:campaign>/resume")
@guard(MANAGE_CAMPAIGN)
def campaign_resume(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.resume(ctx, campaign).id)


@bp.post("/campaigns/<uuid:campaign>/extend")
@guard(MANAGE_CAMPAIGN, input=ExtendInput, invalid=_campaign_again)
def campaign_extend(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.extend(ctx, campaign, data["closes_on"]).id)


@bp.post("/campaigns/<uuid:campaign>/remind")
@guard(MANAGE_CAMPAIGN)
def campaign_remind(ctx: Ctx, campaign: UUID) -> AnyResponse:
    campaigns.ask_to_remind(ctx, campaign)
    return to("campaign", campaign=campaign)


@bp.post("/campaigns/<uuid:campaign>/close")
@guard(MANAGE_CAMPAIGN)
def campaign_close(ctx: Ctx, campaign: UUID) -> AnyResponse:
    return to("campaign", campaign=campaigns.close(ctx, campaign).id)


@bp.post("/campaigns/<uuid:campaign>/next")
@guard(MANAGE_CAMPAIGN, input=WindowInput, invalid=_campaign_again)
def campaign_next(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    """A draft of the next round, with the same people and instruments."""
    return to("campaign", campaign=campaigns.next_round(ctx, campaign, **data).id)


@bp.post("/campaigns/<uuid:campaign>/report/<form>")
@guard(READ_FIGURES)
def campaign_report(ctx: Ctx, campaign: UUID, form: str) -> AnyResponse:
    """The group report as a file, made by a job."""
    if form not in {"pdf", "xlsx"}:
        raise NotFound()
    return redirect(url_for("tasks.show", task=reports.ask(ctx, campaign, form).id), code=303)
