"""Tickets of anonymous campaigns on paper: print a pack, and write down who draws a slip. Pages and API."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, page
from anxin_assessments import device_pages, slips
from anxin_assessments.blueprint import api_bp, bp
from anxin_assessments.models import Campaign
from anxin_assessments.paper_schemas import (
    DrawInput,
    DrawnOutput,
    FormsOutput,
    PileForm,
    PileOutput,
    TicketsInput,
)
from anxin_assessments.policy import ANONYMOUS, KEY_PAPER, RUN_DEVICE
from anxin_assessments.schemas import CodeInput
from anxin_assessments.services import anonymous, packs


def _address(campaign: UUID) -> str:
    return url_for("assessments.anonymous_enter", campaign=campaign, _external=True)


@bp.post("/papers/tickets")
@guard(RUN_DEVICE, input=PileForm, invalid=device_pages.list_again)
def tickets_print(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    campaign_id, unit_id = data["pile"]
    task = slips.ask_tickets(ctx, campaign_id, unit_id, data["slips"], address=_address(campaign_id))
    return redirect(url_for("tasks.show", task=task.id), code=303)


@bp.get("/papers/<uuid:campaign>/slips")
@guard(KEY_PAPER, purpose=ANONYMOUS)
def slips_drawn(ctx: Ctx, campaign: UUID) -> AnyResponse:
    """Who draws a slip is typed in here; nobody sees a list of who did."""
    return _drawing(ctx, campaign)


def _drawing(ctx: Ctx, campaign: UUID, errors: Any = None, **told: Any) -> AnyResponse:
    found: Campaign = anonymous.running(ctx, campaign)
    return page(
        "assessments/slips.html",
        campaign=found,
        values={} if told else request.form,
        errors=errors or {},
        **told,
    )


def _again(ctx: Ctx, error: Invalid, campaign: UUID) -> AnyResponse:
    return _drawing(ctx, campaign, error.fields)


@bp.post("/papers/<uuid:campaign>/slips")
@guard(KEY_PAPER, purpose=ANONYMOUS, input=DrawInput, invalid=_again)
def slip_draw(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    return _drawing(ctx, campaign, drawn=True, unit=packs.draw(ctx, campaign, **data))


@bp.post("/papers/<uuid:campaign>/slips/void")
@guard(KEY_PAPER, purpose=ANONYMOUS, input=CodeInput, invalid=_again)
def slip_void(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> AnyResponse:
    packs.void(ctx, campaign, data["code"])
    return _drawing(ctx, campaign, voided=True)


# ---- API -------------------------------------------------------------------------------------------------


@api_bp.get("/campaigns/<uuid:campaign>/slips")
@guard(RUN_DEVICE)
@api_bp.response(200, PileOutput(many=True))
def api_piles(ctx: Ctx, campaign: UUID) -> list[packs.Pile]:
    """The units whose people tickets may be printed for, and how many were."""
    return packs.piles(ctx, anonymous.running(ctx, campaign))


@api_bp.post("/papers/tickets")
@guard(RUN_DEVICE)
@api_bp.arguments(TicketsInput)
@api_bp.response(202, FormsOutput)
def api_tickets_print(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Have tickets of an anonymous campaign printed as slips by a task."""
    return {"task": slips.ask_tickets(ctx, **data, address=_address(data["campaign_id"])).id}


@api_bp.post("/campaigns/<uuid:campaign>/slips")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@api_bp.arguments(DrawInput)
@api_bp.response(201, DrawnOutput)
def api_slip_draw(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> dict[str, Any]:
    """Write down that somebody draws a slip; the answer says from which pile."""
    return {"unit": packs.draw(ctx, campaign, **data)}


@api_bp.post("/campaigns/<uuid:campaign>/slips/void")
@guard(KEY_PAPER, purpose=ANONYMOUS)
@api_bp.arguments(CodeInput)
@api_bp.response(204)
def api_slip_void(ctx: Ctx, data: dict[str, Any], campaign: UUID) -> None:
    """Make a slip that was left over or spoilt void."""
    packs.void(ctx, campaign, data["code"])
