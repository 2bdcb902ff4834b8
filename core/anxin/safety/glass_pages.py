"""The two-key look at contact details in imminent danger."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.identity.people import name_of
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.safety import cases, glass, words
from anxin.safety.blueprint import bp
from anxin.safety.permissions import CRISIS, HANDLE, SECOND_KEY
from anxin.safety.schemas import GlassInput, SecondInput
from anxin.web.pages import page


def show_form(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    case_id = request.values.get("case_id", type=UUID)
    crisis = cases.get(ctx, case_id) if case_id else None
    return page(
        "safety/emergency_ask.html",
        crisis=crisis,
        code=cases.code(crisis) if crisis else None,
        reasons=list(words.GLASS_REASONS.items()),
        reason=request.form.get("reason"),
        number=request.form.get("number", ""),
        errors=error.fields if error else {},
    )


@bp.get("/emergency")
@guard(HANDLE, purpose=CRISIS)
def emergency(ctx: Ctx) -> ResponseReturnValue:
    return show_form(ctx)


@bp.post("/emergency")
@guard(HANDLE, purpose=CRISIS, input=GlassInput, invalid=show_form)
def emergency_ask(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    asked = glass.ask(ctx, reason=data["reason"], number=data["number"], case_id=data["case_id"])
    return redirect(url_for("safety.emergency_request", request_id=asked.id), code=303)


@bp.get("/emergency/<uuid:request_id>")
@guard(HANDLE, purpose=CRISIS)
def emergency_request(ctx: Ctx, request_id: UUID) -> ResponseReturnValue:
    """Where a request stands; name, unit and phone once both keys are turned."""
    found = glass.get(ctx, request_id)
    stage = glass.stage(ctx, found)
    return page(
        "safety/emergency.html",
        request_row=found,
        stage=stage,
        facts=glass.facts(ctx, found),
        asked_by=name_of(ctx, found.asked_by),
        may_second=stage == "asked" and found.asked_by != ctx.actor.person_id and ctx.allowed(SECOND_KEY),
        words=words,
        at=lambda when: words.at(ctx, when),
    )


@bp.post("/emergency/<uuid:request_id>/second")
@guard(SECOND_KEY, purpose=CRISIS, input=SecondInput)
def emergency_second(ctx: Ctx, data: dict[str, Any], request_id: UUID) -> ResponseReturnValue:
    glass.second(ctx, request_id, agree=data["agree"])
    return redirect(url_for("safety.emergency_request", request_id=request_id), code=303)
