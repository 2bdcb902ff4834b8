"""Pages about hours and thanks: check in, tell hours, confirm them, the public list, certificates."""

from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, file_answer, guard, page, qr_svg
from anxin_volunteers import views_duty
from anxin_volunteers import views_service as views
from anxin_volunteers.blueprint import bp, tabs, to, typed
from anxin_volunteers.policy import JOIN, MANAGE, SERVE
from anxin_volunteers.schemas_service import (
    VolunteerCheckinInput,
    VolunteerCorrectionInput,
    VolunteerHoursInput,
    VolunteerHoursStepInput,
    VolunteerListInputOfYear,
    VolunteerObjectionInput,
    VolunteerObjectionStepInput,
)
from anxin_volunteers.services import hours, shifts, thanks

# ---- checking in -----------------------------------------------------------------------------------------


@bp.get("/shifts/<uuid:shift>/screen")
@guard(MANAGE)
def checkin_screen(ctx: Ctx, shift: UUID) -> AnyResponse:
    """The screen at the door: a code that changes each minute, and a QR that leads to the form."""
    found, code, came = hours.screen(ctx, shift)
    address = url_for("volunteers.checkin", shift=shift, code=code, _external=True)
    return page(
        "volunteers/screen.html",
        one=views_duty.turn(found),
        code=code,
        came=came,
        qr=qr_svg(address),
        over=found.shift.ends_at <= ctx.now,
        settled=found.shift.settled_at is not None,
    )


@bp.get("/checkin/<uuid:shift>")
@guard(JOIN, purpose=SERVE)
def checkin(ctx: Ctx, shift: UUID) -> AnyResponse:
    return _checkin(ctx, shift, {}, {})


def _checkin(ctx: Ctx, shift_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = shifts.turn(ctx, shift_id)
    return page("volunteers/checkin.html", one=views_duty.turn(found), values=values, errors=errors)


def _checkin_again(ctx: Ctx, error: Invalid, shift: UUID) -> AnyResponse:
    return _checkin(ctx, shift, typed(), error.fields)


@bp.post("/checkin/<uuid:shift>")
@guard(JOIN, purpose=SERVE, input=VolunteerCheckinInput, invalid=_checkin_again)
def checkin_do(ctx: Ctx, data: dict[str, Any], shift: UUID) -> AnyResponse:
    return to("signup", signup=hours.check_in(ctx, shift, data["code"]).id)


@bp.post("/shifts/<uuid:shift>/settle")
@guard(MANAGE)
def shift_settle(ctx: Ctx, shift: UUID) -> AnyResponse:
    hours.settle(ctx, shift)
    return to("shift", shift=shift)


# ---- hours -----------------------------------------------------------------------------------------------


@bp.get("/hours")
@guard(JOIN, purpose=SERVE)
def hour_list(ctx: Ctx) -> AnyResponse:
    """My hours and stars; tell some that no shift knows of."""
    return _hours(ctx, {}, {})


def _hours(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    rows, total = hours.mine(ctx)
    changes = hours.changes(ctx, [row.id for row in rows])
    return page(
        "volunteers/hours.html",
        rows=[views.hours(row, changes.get(row.id, [])) for row in rows],
        total=f"{total / 60:.1f}",
        stars=hours.stars(total),
        certificates=[views.certificate(award, year) for award, year in thanks.mine(ctx)],
        values=values,
        errors=errors,
    )


def _hours_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _hours(ctx, typed(), error.fields)


@bp.post("/hours")
@guard(JOIN, purpose=SERVE, input=VolunteerHoursInput, invalid=_hours_again)
def hour_claim(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    hours.claim(ctx, **data)
    return to("hour_list")


@bp.get("/hours/desk")
@guard(MANAGE)
def hour_desk(ctx: Ctx) -> AnyResponse:
    """Told hours to confirm, and what was confirmed last."""
    return page(
        "volunteers/hour_desk.html",
        tabs=tabs(ctx, "hour_desk"),
        waiting=[views.told(*one) for one in hours.waiting(ctx)],
        recent=[views.told(*one) for one in hours.recent(ctx)],
        reasons=views.reasons(),
    )


@bp.post("/hours/<uuid:service>")
@guard(MANAGE, input=VolunteerHoursStepInput)
def hour_decide(ctx: Ctx, data: dict[str, Any], service: UUID) -> AnyResponse:
    hours.decide(ctx, service, data["what"])
    return to("hour_desk")


@bp.post("/hours/<uuid:service>/correct")
@guard(MANAGE, input=VolunteerCorrectionInput)
def hour_correct(ctx: Ctx, data: dict[str, Any], service: UUID) -> AnyResponse:
    hours.correct(ctx, service, **data)
    return to("hour_desk")


# ---- thanks ----------------------------------------------------------------------------------------------


@bp.get("/thanks")
@guard(JOIN)
def thanks_public(ctx: Ctx) -> AnyResponse:
    """The list that is public at the moment; objecting to an entry."""
    found = thanks.public_list(ctx)
    return page("volunteers/thanks.html", **views.public(found))


@bp.post("/thanks/<uuid:award>/object")
@guard(JOIN, purpose=SERVE, input=VolunteerObjectionInput)
def thanks_object(ctx: Ctx, data: dict[str, Any], award: UUID) -> AnyResponse:
    thanks.object_to(ctx, award, data["text"])
    return to("thanks_public")


@bp.get("/certificates/<uuid:award>")
@guard(JOIN, purpose=SERVE)
def certificate(ctx: Ctx, award: UUID) -> AnyResponse:
    return file_answer(*thanks.fetch(ctx, award))


@bp.get("/verify/<number>")
@guard(PUBLIC)
def verify(ctx: Ctx, number: str) -> AnyResponse:
    """Anybody who holds a certificate checks its number."""
    return page("volunteers/verify.html", number=number[:40], found=thanks.verify(ctx, number))


@bp.get("/thanks/lists")
@guard(MANAGE)
def thanks_list(ctx: Ctx) -> AnyResponse:
    return _lists(ctx, {}, {})


def _lists(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    return page(
        "volunteers/thanks_lists.html",
        tabs=tabs(ctx, "thanks_list"),
        lists=[views.recognition(one, thanks.people_on(ctx, one)) for one in thanks.lists(ctx)],
        objections=[
            views.objection(*row) for one in thanks.lists(ctx) for row in thanks.objections(ctx, one.id)
        ],
        year=ctx.now.year,
        values=values,
        errors=errors,
    )


def _lists_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _lists(ctx, typed(), error.fields)


@bp.post("/thanks/lists")
@guard(MANAGE, input=VolunteerListInputOfYear, invalid=_lists_again)
def thanks_draw_up(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    thanks.draw_up(ctx, **data)
    return to("thanks_list")


@bp.post("/thanks/lists/<uuid:recognition>/publish")
@guard(MANAGE)
def thanks_publish(ctx: Ctx, recognition: UUID) -> AnyResponse:
    thanks.publish(ctx, recognition)
    return to("thanks_list")


@bp.post("/thanks/lists/<uuid:recognition>/grant")
@guard(MANAGE)
def thanks_grant(ctx: Ctx, recognition: UUID) -> AnyResponse:
    thanks.grant(ctx, recognition)
    return to("thanks_list")


@bp.post("/objections/<uuid:objection>")
@guard(MANAGE, input=VolunteerObjectionStepInput)
def objection_decide(ctx: Ctx, data: dict[str, Any], objection: UUID) -> AnyResponse:
    thanks.decide(ctx, objection, data["what"])
    return to("thanks_list")
