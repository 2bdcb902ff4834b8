"""Pages of shared devices: those who look after them, and the screen people sit down at.

The screen knows two secrets, each in a cookie of these pages alone: the device's, and that of the sitting. It shows no
answer that was given, and goes back to its first page when nobody does anything.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, NotFound, current_locale, guard, page, sittings
from anxin_assessments import device_views, slips, views
from anxin_assessments.blueprint import bp, to
from anxin_assessments.device_models import Device, Seat
from anxin_assessments.device_schemas import AgreeInput, DeviceInput, PlaceInput, SitInput, SlipsInput
from anxin_assessments.models import Campaign
from anxin_assessments.policy import RUN_DEVICE, TAKE
from anxin_assessments.services import anonymous, devices, packs, seating
from anxin_assessments.services.rounds import Question, Round

DEVICE, SEAT = "anxin-device", "anxin-seat"
NOBODY = 300  # seconds without a tap: back to the first page; what was answered is kept
THANKS = 20


# ---- who looks after devices -----------------------------------------------------------------------------


@bp.get("/devices")
@guard(RUN_DEVICE)
def device_list(ctx: Ctx) -> AnyResponse:
    return _list(ctx)


def _list(ctx: Ctx, errors: Any = None) -> AnyResponse:
    campaigns = devices.running(ctx)
    found = devices.listed(ctx)
    titles = _titles(ctx, found)
    return page(
        "assessments/devices.html",
        campaigns=[(one.id, one.title) for one in campaigns],
        papers=[(one.id, one.title) for one in campaigns if one.mode != "anonymous"],
        piles=_piles(ctx, campaigns),
        blanks=[(one.id, one.title) for one in campaigns if one.mode == "anonymous"],
        devices=[device_views.device(one, titles[one.campaign_id], ctx.now) for one in found],
        values=request.form,
        errors=errors or {},
    )


def _piles(ctx: Ctx, campaigns: Sequence[Campaign]) -> list[tuple[str, str]]:
    """What slips can be printed for: value and words of each choice."""
    return [
        device_views.pile(campaign, pile)
        for campaign in campaigns
        if campaign.mode == "anonymous"
        for pile in packs.piles(ctx, campaign)
        if pile.left
    ]


def _titles(ctx: Ctx, found: Any) -> dict[UUID, str]:
    wanted = {one.campaign_id for one in found}
    return {one.id: one.title for one in ctx.scalars(ctx.select(Campaign).where(Campaign.id.in_(wanted)))}


def list_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _list(ctx, error.fields)


@bp.post("/devices")
@guard(RUN_DEVICE, input=DeviceInput, invalid=list_again)
def device_open(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """The address for the device is shown this once."""
    made = devices.open_one(ctx, **data)
    return page(
        "assessments/device_opened.html",
        device=made.device.id,
        place=made.device.place,
        address=address_of(made.secret),
    )


def address_of(secret: str) -> str:
    return url_for("assessments.device_take_over", secret=secret, _external=True)


@bp.get("/devices/<uuid:device>")
@guard(RUN_DEVICE)
def device_one(ctx: Ctx, device: UUID) -> AnyResponse:
    found = ctx.get(Device, device)
    campaign = ctx.get(Campaign, found.campaign_id)
    told = device_views.seats(found, devices.seats(ctx, device), ctx.now)
    return page(
        "assessments/device.html",
        device=device_views.device(found, campaign.title, ctx.now),
        told=told,
        seats=device_views.rows(told),
        takes_slips=campaign.mode != "anonymous",
    )


@bp.post("/devices/<uuid:device>/slips")
@guard(RUN_DEVICE)
def device_slip(ctx: Ctx, device: UUID) -> AnyResponse:
    """One slip, read out or written down for the person who stands there."""
    (slip,) = devices.hand_out(ctx, device)
    return page("assessments/device_slip.html", slip=slip, device=device)


@bp.post("/devices/<uuid:device>/print")
@guard(RUN_DEVICE, input=SlipsInput)
def device_print(ctx: Ctx, data: dict[str, Any], device: UUID) -> AnyResponse:
    """Many slips on paper, made by a job."""
    return redirect(url_for("tasks.show", task=slips.ask(ctx, device, **data).id), code=303)


@bp.post("/devices/<uuid:device>/seats/<int:number>/end")
@guard(RUN_DEVICE)
def device_end_seat(ctx: Ctx, device: UUID, number: int) -> AnyResponse:
    devices.end_seat(ctx, device, number)
    return to("device_one", device=device)


@bp.post("/devices/<uuid:device>/close")
@guard(RUN_DEVICE)
def device_close(ctx: Ctx, device: UUID) -> AnyResponse:
    return to("device_one", device=devices.close(ctx, device).id)


# ---- the screen ------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Who sits at the device: a person in their own context, or a ticket without anybody."""

    ctx: Ctx
    device: Device
    campaign: Campaign
    own: Ctx | None = None
    seat: Seat | None = None
    ticket: anonymous.Ticket | None = None

    def look(self) -> Round:
        if self.own is not None:
            return seating.look(self.own, self.campaign)
        return anonymous.look(self.ctx, self._held())

    def answer(self, place: int, raw: Any) -> tuple[Round, Question]:
        if self.own is not None:
            return seating.answer(self.own, self.campaign, self.device, place, raw)
        found = anonymous.answer(self.ctx, self._held(), place, raw)
        return found, found.questions[place - 1]

    def hand_in(self) -> None:
        if self.own is not None and self.seat is not None:
            seating.hand_in(self.own, self.campaign)
            seating.stand_up(self.ctx, self.seat, done=True)
        else:
            anonymous.hand_in(self.ctx, self._held())

    def leave(self) -> None:
        if self.seat is not None:
            seating.stand_up(self.ctx, self.seat, done=False)

    def asks(self) -> Any:
        """What is to be agreed to before the first question."""
        return seating.to_agree(self.own, self.campaign) if self.own is not None else []

    def _held(self) -> anonymous.Ticket:
        if self.ticket is None:
            raise NotFound()
        return self.ticket


@contextmanager
def _desk(ctx: Ctx) -> Iterator[Desk]:
    device, campaign = _device(ctx)
    secret = request.cookies.get(SEAT, "")
    if campaign.mode == "anonymous":
        yield Desk(ctx, device, campaign, ticket=anonymous.ticket(ctx, campaign.id, secret))
        return
    seat = seating.seat_of(ctx, device, secret)
    with sittings.at(ctx, secret, TAKE) as own:
        yield Desk(ctx, device, campaign, own=own, seat=seat)


def _device(ctx: Ctx) -> tuple[Device, Campaign]:
    return seating.device_of(ctx, request.cookies.get(DEVICE, ""))


def seated(view: Callable[..., AnyResponse]) -> Callable[..., AnyResponse]:
    """A page of a sitting: without one the screen goes back to its first page."""

    @wraps(view)
    def inner(ctx: Ctx, *args: Any, **url: Any) -> AnyResponse:
        with ExitStack() as stack:
            try:
                desk = stack.enter_context(_desk(ctx))
            except (NotFound, Invalid):
                return _clean(to("device_start"))
            if ctx.actor.signed_in:
                return to("device_start")
            return _turning_back(view(desk, *args, **url), NOBODY)

    return inner


def _turning_back(response: AnyResponse, seconds: int) -> AnyResponse:
    """Back to the first page after a while, without script."""
    response.headers["Refresh"] = f"{seconds}; url={url_for('assessments.device_start')}"
    return response


def _clean(response: AnyResponse) -> AnyResponse:
    response.delete_cookie(SEAT, path=url_for("assessments.device_start"))  # type: ignore[attr-defined]
    return response


def _keep(response: AnyResponse, name: str, value: str, seconds: int | None) -> AnyResponse:
    response.set_cookie(  # type: ignore[attr-defined]
        name,
        value,
        max_age=seconds,
        path=url_for("assessments.device_start"),
        httponly=True,
        secure=request.is_secure,
        samesite="Strict",
    )
    return response


@bp.get("/device/open/<secret>")
@guard(PUBLIC)
def device_take_over(ctx: Ctx, secret: str) -> AnyResponse:
    """Opened once on the device itself; the secret leaves the address bar."""
    device, _campaign = seating.device_of(ctx, secret)
    seconds = int((device.until - ctx.now).total_seconds())
    response = make_response(page("assessments/device_ready.html", place=device.place))
    return _keep(response, DEVICE, secret, seconds)


@bp.get("/device/")
@guard(PUBLIC)
def device_start(ctx: Ctx) -> AnyResponse:
    """The first page, clean: whoever sat here before has left no trace on it."""
    return _clean(_start(ctx))


def _start(ctx: Ctx, errors: Any = None, status: int = 200) -> AnyResponse:
    device, campaign = _device(ctx)
    if ctx.actor.signed_in:  # a device that many use holds nobody's sign-in
        return make_response(page("assessments/device_signed_in.html"))
    return make_response(
        page(
            "assessments/device_start.html",
            campaign=campaign,
            supervised=device.supervised,
            number=request.form.get("number", ""),
            errors=errors or {},
            status=status,
        )
    )


def _start_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _start(ctx, error.fields)


@bp.post("/device/")
@guard(PUBLIC, input=SitInput, invalid=_start_again)
def device_sit(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    device, campaign = _device(ctx)
    if ctx.actor.signed_in:
        return to("device_start")
    if campaign.mode == "anonymous":
        anonymous.look(ctx, anonymous.ticket(ctx, campaign.id, data["code"]))
        return _keep(to("device_next"), SEAT, data["code"], None)
    secret = seating.sit_down(ctx, device, data["number"], data["code"])
    if secret is None:  # not raised: the miss has to be counted
        return _start(ctx, {"code": [slips.DO_NOT_FIT]}, status=422)
    return _keep(to("device_next"), SEAT, secret, None)


@bp.get("/device/next")
@guard(PUBLIC)
@seated
def device_next(desk: Desk) -> AnyResponse:
    """What comes now: the consent, the next question, handing in, or thanks."""
    if desk.asks():
        return page("assessments/device_agree.html", purposes=desk.asks())
    found = desk.look()
    if not found.instruments:  # answered before, here or elsewhere
        return _clean(to("device_done"))
    return _onward(found, request.args.get("after", default=0, type=int))


def _onward(found: Round, after: int) -> AnyResponse:
    place = found.next_place(after)
    return to("device_question", place=place) if place is not None else to("device_check")


@bp.post("/device/agree")
@guard(PUBLIC, input=AgreeInput)
@seated
def device_agree(desk: Desk, data: dict[str, Any]) -> AnyResponse:
    if desk.own is not None and data["answer"] == "agreed":
        seating.agree(desk.own, desk.campaign)
        return to("device_next")
    if desk.own is not None:
        seating.refuse(desk.own, desk.campaign)
        desk.leave()
    return _clean(to("device_done"))


@bp.get("/device/<int:place>")
@guard(PUBLIC)
@seated
def device_question(desk: Desk, place: int) -> AnyResponse:
    return _question(desk, place)


def _question(desk: Desk, place: int, errors: Any = None) -> AnyResponse:
    found = desk.look()
    if not 1 <= place <= len(found.questions):
        raise NotFound()
    return page(
        "assessments/device_question.html",
        **views.round_question(found, place, current_locale(), shown=False),
        errors=errors or {},
    )


def _question_again(ctx: Ctx, error: Invalid, place: int) -> AnyResponse:
    with _desk(ctx) as desk:
        return _question(desk, place, error.fields)


@bp.post("/device/<int:place>")
@guard(PUBLIC, input=PlaceInput, invalid=_question_again)
@seated
def device_answer(desk: Desk, data: dict[str, Any], place: int) -> AnyResponse:
    found, asked = desk.answer(place, data["value"])
    if seating.risky(found, asked):
        return to("device_care", place=place)
    return _onward(found, place)


@bp.get("/device/<int:place>/care")
@guard(PUBLIC)
@seated
def device_care(desk: Desk, place: int) -> AnyResponse:
    """The help card before the next question; where the person is known, somebody can call them."""
    found = desk.look()
    if not 1 <= place <= len(found.questions):
        raise NotFound()
    return page(
        "assessments/device_care.html",
        place=place,
        named=desk.own is not None,
        care_text=views.care_text(seating.risky(found, found.questions[place - 1])),
    )


@bp.post("/device/<int:place>/call")
@guard(PUBLIC)
@seated
def device_call(desk: Desk, place: int) -> AnyResponse:
    if desk.own is None:
        raise NotFound()
    seating.call_me(desk.own, desk.campaign, place)
    return page("assessments/contact.html", next_href=url_for("assessments.device_next", after=place))


@bp.get("/device/finish")
@guard(PUBLIC)
@seated
def device_check(desk: Desk) -> AnyResponse:
    return _check(desk)


def _check(desk: Desk, errors: Any = None) -> AnyResponse:
    found = desk.look()
    return page(
        "assessments/device_check.html",
        missing=found.missing,
        total=len(found.questions),
        named=desk.own is not None,
        errors=errors or {},
    )


def _check_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    with _desk(ctx) as desk:
        return _check(desk, error.fields)


@bp.post("/device/finish")
@guard(PUBLIC, invalid=_check_again)
@seated
def device_finish(desk: Desk) -> AnyResponse:
    """Hand in; the sitting ends, and the screen is the next person's."""
    desk.hand_in()
    return _clean(to("device_done"))


@bp.post("/device/leave")
@guard(PUBLIC)
@seated
def device_leave(desk: Desk) -> AnyResponse:
    """Stop here; what was answered is kept, and another slip goes on with it."""
    desk.leave()
    return _clean(to("device_start"))


@bp.get("/device/done")
@guard(PUBLIC)
def device_done(ctx: Ctx) -> AnyResponse:
    _found, campaign = _device(ctx)
    response = make_response(
        page("assessments/device_done.html", named=campaign.mode == "named", mode=campaign.mode)
    )
    return _turning_back(_clean(response), THANKS)
