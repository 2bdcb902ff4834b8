"""Pages of liaison officers (hand in, see the state) and of leads (hand on)."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, guard, page
from anxin_volunteers import views
from anxin_volunteers.blueprint import bp, to, typed
from anxin_volunteers.policy import REPORT
from anxin_volunteers.schemas_care import VolunteerConcernInput, VolunteerPeriodInput, VolunteerVisitInput
from anxin_volunteers.services import handons, liaison
from anxin_volunteers.words import HELP, REASONS, SIGNS, SINCE, VISITS


@bp.get("/liaison")
@guard(REPORT)
def liaison_home(ctx: Ctx) -> AnyResponse:
    """My colleagues: a tap on a name hands a concern on; greetings that are due; what became of earlier slips."""
    people = liaison.colleagues(ctx)
    return page(
        "volunteers/liaison.html",
        greet=[one for one in people if one.greet],
        people=people,
        slips=[views.slip(one) for one in liaison.mine(ctx)],
    )


@bp.get("/liaison/<uuid:person>")
@guard(REPORT)
def concern_form(ctx: Ctx, person: UUID) -> AnyResponse:
    return _concern(ctx, person, {}, {})


def _concern(ctx: Ctx, person_id: UUID, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/concern_form.html",
        about=liaison.colleague(ctx, person_id),
        signs=list(SIGNS.items()),
        since=list(SINCE.items()),
        values=values,
        errors=errors,
    )


def _concern_again(ctx: Ctx, error: Invalid, person: UUID) -> AnyResponse:
    return _concern(ctx, person, {**typed(), "signs": request.form.getlist("signs")}, error.fields)


@bp.post("/liaison/<uuid:person>/concern")
@guard(REPORT, input=VolunteerConcernInput, invalid=_concern_again)
def concern_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> AnyResponse:
    liaison.report(ctx, person, **data)
    return to("concern_sent")


@bp.get("/liaison/sent")
@guard(REPORT)
def concern_sent(ctx: Ctx) -> AnyResponse:
    """Thanks, what happens now, and what to do when it cannot wait."""
    return page("volunteers/concern_sent.html")


@bp.get("/liaison/<uuid:person>/visit")
@guard(REPORT)
def visit_form(ctx: Ctx, person: UUID) -> AnyResponse:
    return _visit(ctx, person, {"on": ctx.today.isoformat(), "kind": "work"}, {})


def _visit(ctx: Ctx, person_id: UUID, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/visit_form.html",
        about=liaison.colleague(ctx, person_id),
        kinds=list(VISITS.items()),
        helps=list(HELP.items()),
        reasons=list(REASONS.items()),
        values=values,
        errors=errors,
    )


def _visit_again(ctx: Ctx, error: Invalid, person: UUID) -> AnyResponse:
    return _visit(ctx, person, {**typed(), "help": request.form.getlist("help")}, error.fields)


@bp.post("/liaison/<uuid:person>/visit")
@guard(REPORT, input=VolunteerVisitInput, invalid=_visit_again)
def visit_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> AnyResponse:
    liaison.visit(ctx, person, on=data["on"], kind=data["kind"], help_=data["help"], note=data["note"])
    return to("liaison_home")


@bp.post("/liaison/<uuid:person>/period")
@guard(REPORT, input=VolunteerPeriodInput, invalid=_visit_again)
def period_send(ctx: Ctx, data: dict[str, Any], person: UUID) -> AnyResponse:
    liaison.period(ctx, person, **data)
    return to("liaison_home")


# ---- leads -----------------------------------------------------------------------------------------------


@bp.get("/handons")
@guard(REPORT)
def handon_list(ctx: Ctx) -> AnyResponse:
    """What waits to be handed on: codes and clocks."""
    return page("volunteers/handons.html", turns=[views.turn(one, ctx.now) for one in handons.waiting(ctx)])


@bp.post("/handons/<uuid:handon>")
@guard(REPORT)
def handon_pass(ctx: Ctx, handon: UUID) -> AnyResponse:
    handons.hand_on(ctx, handon)
    return to("handon_list")
