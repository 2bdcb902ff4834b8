"""The API of shared devices: the same services as their pages."""

from typing import Any
from uuid import UUID

from anxin.plugin import PUBLIC, Ctx, Invalid, guard, sittings
from anxin_assessments import device_views, slips
from anxin_assessments.blueprint import api_bp as bp
from anxin_assessments.device_models import Device
from anxin_assessments.device_pages import address_of
from anxin_assessments.device_schemas import (
    AtOnceInput,
    DeviceInput,
    DeviceOutput,
    OpenedOutput,
    SeatsOutput,
    SlipOutput,
    SlipsInput,
)
from anxin_assessments.policy import RUN_DEVICE, TAKE
from anxin_assessments.services import anonymous, devices, seating


@bp.get("/devices")
@guard(RUN_DEVICE)
@bp.response(200, DeviceOutput(many=True))
def device_list(ctx: Ctx) -> Any:
    """The newest shared devices."""
    return devices.listed(ctx)


@bp.post("/devices")
@guard(RUN_DEVICE)
@bp.arguments(DeviceInput)
@bp.response(201, OpenedOutput)
def device_open(ctx: Ctx, data: dict[str, Any]) -> dict[str, Any]:
    """Open a device for a running campaign; its address is given this once."""
    made = devices.open_one(ctx, **data)
    told = {name: getattr(made.device, name) for name in DeviceOutput().fields}
    return {**told, "address": address_of(made.secret)}


@bp.post("/devices/<uuid:device>/close")
@guard(RUN_DEVICE)
@bp.response(200, DeviceOutput)
def device_close(ctx: Ctx, device: UUID) -> Device:
    """End a device and every sitting on it."""
    return devices.close(ctx, device)


@bp.post("/devices/<uuid:device>/slips")
@guard(RUN_DEVICE)
@bp.arguments(SlipsInput)
@bp.response(201, SlipOutput(many=True))
def device_slips(ctx: Ctx, data: dict[str, Any], device: UUID) -> list[devices.Slip]:
    """New slips; their codes are given this once."""
    return devices.hand_out(ctx, device, data["count"])


@bp.get("/devices/<uuid:device>/slips")
@guard(RUN_DEVICE)
@bp.response(200, SeatsOutput)
def device_seats(ctx: Ctx, device: UUID) -> dict[str, Any]:
    """How many slips are used; on a supervised device how far each is, without names."""
    return device_views.seats(ctx.get(Device, device), devices.seats(ctx, device), ctx.now)


@bp.post("/devices/<uuid:device>/slips/<int:number>/end")
@guard(RUN_DEVICE)
@bp.response(204)
def device_end_seat(ctx: Ctx, device: UUID, number: int) -> None:
    """End the sitting on a slip."""
    devices.end_seat(ctx, device, number)


@bp.post("/devices/answers")
@guard(PUBLIC)
@bp.arguments(AtOnceInput)
@bp.response(204)
def device_answers(ctx: Ctx, data: dict[str, Any]) -> None:
    """One person's whole round at a device; nothing is given back."""
    device, campaign = seating.device_of(ctx, data["secret"])
    if campaign.mode == "anonymous":
        anonymous.fill(ctx, anonymous.ticket(ctx, campaign.id, data["code"]), data["answers"])
        return
    secret = seating.sit_down(ctx, device, data["number"], data["code"])
    if secret is None:
        ctx.commit()  # the miss is counted, whatever becomes of the request
        raise Invalid(fields={"code": [slips.DO_NOT_FIT]})
    seat = seating.seat_of(ctx, device, secret)
    with sittings.at(ctx, secret, TAKE) as own:
        if data["agreed"]:
            seating.agree(own, campaign)
        seating.fill(own, campaign, device, data["answers"])
    seating.stand_up(ctx, seat, done=True)
