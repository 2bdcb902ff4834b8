"""What the pages and the API of shared devices say. No database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anxin.plugin import _, lazy, moment
from anxin_assessments.device_models import Device, Seat
from anxin_assessments.models import Campaign
from anxin_assessments.services.packs import Pile

STATES: dict[str, tuple[Any, str | None]] = {
    "waiting": (lazy("Waiting"), None),
    "answering": (lazy("Answering"), "info"),
    "done": (lazy("Done"), "ok"),
    "left": (lazy("Left"), "warn"),
    "expired": (lazy("Not used in time"), None),
}


def state_of(seat: Seat, now: datetime) -> str:
    if seat.done_at is not None:
        return "done"
    if seat.ended_at is not None:
        return "left"
    if seat.entered_at is not None:
        return "answering"
    return "waiting" if seat.until > now else "expired"


def seats(device: Device, found: Sequence[Seat], now: datetime) -> dict[str, Any]:
    """Each slip with its state where a helper looks after the device; else only how many are left."""
    states = [(seat.number, state_of(seat, now)) for seat in found]
    return {
        "slips": len(states),
        "unused": sum(state == "waiting" for _number, state in states),
        "seats": [{"number": number, "state": state} for number, state in states]
        if device.supervised
        else [],
    }


def rows(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**one, "text": STATES[one["state"]][0], "tone": STATES[one["state"]][1]} for one in told["seats"]
    ]


def device(one: Device, title: str, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "place": one.place,
        "title": title,
        "supervised": one.supervised,
        "open": one.closed_at is None and one.until > now,
        "until": moment(one.until),
    }


def pile(campaign: Campaign, one: Pile) -> tuple[str, str]:
    """A unit's slips as a choice of the printing form: value and words."""
    value = f"{campaign.id}:{one.unit_id}" if one.unit_id else str(campaign.id)
    unit = one.unit or _("without a unit")
    return value, _("%(title)s · %(unit)s (%(left)d more)", title=campaign.title, unit=unit, left=one.left)
