"""Shared devices, as those who look after them see them: open one for a campaign, hand out slips, end it.

They see numbers of slips and how far each is; who sat there, and what was answered, is not theirs to see.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, NotFound, lazy, sittings
from anxin_assessments import policy
from anxin_assessments.device_models import Device, Seat
from anxin_assessments.models import Campaign
from anxin_assessments.services import windows
from anxin_assessments.services.anonymous import ALPHABET

SIGNS = 6  # of 32: a thousand million codes, and a device that pauses after some that do not fit
MANY_SLIPS = 500
HANDED_FOR = timedelta(minutes=15)  # a code a helper reads out is used at once
MISSES, PAUSE = 10, timedelta(minutes=1)
LISTED = 50


@dataclass(frozen=True)
class Opened:
    """A device and its secret, which is shown once."""

    device: Device
    secret: str


@dataclass(frozen=True)
class Slip:
    """A code just made."""

    number: int
    code: str


def running(ctx: Ctx) -> Sequence[Campaign]:
    """Campaigns a device could be opened for now."""
    return ctx.scalars(
        ctx.select(Campaign)
        .where(Campaign.state == "open", Campaign.opens_at <= ctx.now, Campaign.closes_at > ctx.now)
        .order_by(Campaign.closes_at)
        .limit(LISTED)
    ).all()


def listed(ctx: Ctx) -> Sequence[Device]:
    """Devices, newest first."""
    return ctx.scalars(
        ctx.select(Device).order_by(Device.opened_at.desc(), Device.id.desc()).limit(LISTED)
    ).all()


def open_one(ctx: Ctx, campaign_id: UUID, *, place: str, hours: int, supervised: bool = False) -> Opened:
    """Open a device for some hours of a running campaign. Conflict when the campaign is not open."""
    campaign = ctx.get(Campaign, campaign_id)
    if not windows.running(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    if supervised and campaign.mode == "anonymous":
        raise Conflict(
            lazy("Nobody stands beside anonymous answers. Open the device without a helper."),
            code="assessments.not_supervised",
        )
    secret = secrets.token_urlsafe(24)
    device = ctx.add(
        Device(
            campaign_id=campaign.id,
            place=place.strip(),
            supervised=supervised,
            secret_hash=sittings.mark(secret),
            opened_at=ctx.now,
            until=min(ctx.now + timedelta(hours=hours), campaign.closes_at),
        )
    )
    ctx.audit(policy.DeviceOpened(device_id=device.id, campaign_id=campaign.id, supervised=supervised))
    return Opened(device, secret)


def is_open(ctx: Ctx, device: Device) -> bool:
    return device.closed_at is None and device.until > ctx.now


def close(ctx: Ctx, device_id: UUID) -> Device:
    """End a device at once, with every sitting that is open on it."""
    device = insist_on_open(ctx, device_id)
    device.closed_at = ctx.now
    for seat in seats(ctx, device.id):
        _end(ctx, seat)
    ctx.audit(policy.DeviceClosed(device_id=device.id))
    return device


def seats(ctx: Ctx, device_id: UUID) -> Sequence[Seat]:
    """The slips of a device, newest first."""
    return ctx.scalars(
        ctx.select(Seat).where(Seat.device_id == device_id).order_by(Seat.number.desc()).limit(MANY_SLIPS)
    ).all()


def hand_out(ctx: Ctx, device_id: UUID, count: int = 1) -> list[Slip]:
    """New slips with codes that are shown once. On a supervised device a slip is good for some minutes."""
    device = insist_on_open(ctx, device_id)
    if ctx.get(Campaign, device.campaign_id).mode == "anonymous":
        raise Conflict(
            lazy("An anonymous campaign takes the codes people drew for themselves."),
            code="assessments.own_codes",
        )
    ctx.lock(f"assessments.device.{device.id}")
    last = (
        ctx.scalar(
            sa.select(sa.func.max(Seat.number)).where(
                Seat.tenant_id == ctx.tenant.id, Seat.device_id == device.id
            )
        )
        or 0
    )
    if last + count > MANY_SLIPS:
        raise Conflict(
            lazy("One device takes %(most)d slips. Open another.", most=MANY_SLIPS), code="assessments.slips"
        )
    slips = [Slip(last + at, new_code()) for at in range(1, count + 1)]
    until = min(ctx.now + HANDED_FOR, device.until) if device.supervised else device.until
    ctx.insert(
        Seat,
        [
            {
                "device_id": device.id,
                "number": slip.number,
                "code_index": code_index(ctx, device.id, slip.code),
                "until": until,
            }
            for slip in slips
        ],
    )
    ctx.audit(policy.SlipsHandedOut(device_id=device.id, slips=count))
    return slips


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _sign in range(SIGNS))


def code_index(ctx: Ctx, device_id: UUID, code: str) -> bytes:
    plain = "".join(sign for sign in code.upper() if sign in ALPHABET)
    return ctx.blind("text", f"assessments seat {device_id} {plain}")


def end_seat(ctx: Ctx, device_id: UUID, number: int) -> None:
    """End the sitting on a slip, for a person who left without a word. What was answered stays theirs."""
    seat = ctx.scalars(
        ctx.select(Seat).where(Seat.device_id == device_id, Seat.number == number)
    ).one_or_none()
    if seat is None:
        raise NotFound()
    _end(ctx, seat)
    ctx.audit(policy.SeatEnded(device_id=device_id, number=number))


def _end(ctx: Ctx, seat: Seat) -> None:
    if seat.done_at is None and seat.ended_at is None:
        seat.ended_at = ctx.now
        if seat.sitting is not None:
            sittings.end(ctx, seat.sitting)


def insist_on_open(ctx: Ctx, device_id: UUID) -> Device:
    """The device; Conflict when it is closed, or its time is over."""
    device = ctx.get(Device, device_id)
    if not is_open(ctx, device):
        raise Conflict(lazy("This device is closed."), code="assessments.device_closed")
    return device
