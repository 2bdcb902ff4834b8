"""The crisis flow: what to say next, who is on duty, the minimum of facts, 110 and 120, who to reach."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, names_of, on_duty, page
from anxin_hotline import forms, risk, views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG
from anxin_hotline.schemas import CallActInput, CallRiskInput
from anxin_hotline.services import crisis as service
from anxin_hotline.services import records, seeing


@bp.get("/calls/<uuid:call>/crisis")
@guard(LOG)
def crisis(ctx: Ctx, call: UUID) -> Response:
    return _show(ctx, call)


def _show(ctx: Ctx, call_id: UUID, error: Invalid | None = None) -> Response:
    found = seeing.get(ctx, call_id)
    record = records.read(ctx, found)
    _number, definition = forms.current(ctx)
    helpers, supervisors = on_duty(ctx), on_duty(ctx, role="supervisor")
    names = names_of(ctx, {*helpers, *supervisors})
    told = dict(record.risk) | (request.form.to_dict() if error else {})
    return page(
        "hotline/crisis.html",
        call=views.line(ctx, found),
        live=found.state in ("ringing", "live"),
        level=max(risk.level(told), found.risk or 0),
        told=told,
        questions=[(name, title, choices) for name, (title, choices) in risk.QUESTIONS.items()],
        scripts=[each for each in forms.scripts(definition) if each["code"] == "risk"],
        helpers=[names[one] for one in helpers if one in names],
        supervisors=[names[one] for one in supervisors if one in names],
        steps=record.steps,
        words=records.EVENTS,
        at=lambda when: views.at(ctx, when),
        digits=request.cookies.get("digits") != "off",
        errors=error.fields if error else {},
    )


def _again(ctx: Ctx, error: Invalid, call: UUID) -> Response:
    return _show(ctx, call, error)


@bp.post("/calls/<uuid:call>/crisis")
@guard(LOG, input=CallRiskInput, invalid=_again)
def assess(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    """The answers so far. Those on duty are told in this very request when they have to be."""
    service.assess(ctx, call, data)
    return to("crisis", call=call, told="1")


@bp.post("/calls/<uuid:call>/crisis/act")
@guard(LOG, input=CallActInput, invalid=_again)
def crisis_act(ctx: Ctx, data: dict[str, Any], call: UUID) -> Response:
    """One tap: 120 called, 110 called, family reached."""
    service.act(ctx, call, data["kind"], data["note"])
    return to("crisis", call=call)
