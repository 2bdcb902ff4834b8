"""How a person wants to be told: which channels beside the inbox, and their own quiet hours. Urgent notices come in any
case; the inbox cannot be switched off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.identity import messengers
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid, SignInRequired
from anxin.kernel.i18n import _, lazy
from anxin.kernel.ids import new_id
from anxin.notices import channels
from anxin.notices.entries import ChannelChosen, QuietChosen
from anxin.notices.models import Choice, Quiet

CHANNELS = ("mail", "messenger", "sms")


@dataclass(frozen=True)
class Channel:
    """A channel this tenant sends by, whether the actor wants it, and whether there is an address of theirs for it."""

    name: str
    title: Any
    wanted: bool
    reaches: bool


@dataclass(frozen=True)
class QuietHours:
    """When nothing but the urgent is sent to the actor; `own` when they chose it themselves."""

    quiet_from: str
    quiet_until: str
    own: bool


def choices(ctx: Ctx) -> list[Channel]:
    """The channels that are offered here, with what the actor chose."""
    me = _me(ctx)
    refused = channels.unwanted(ctx, me)
    return [
        Channel(name, _title(ctx, name), name not in refused, channels.reaches(ctx, me, name))
        for name in channels.offered(ctx)
    ]


# what to do where a channel has no address of the actor
MISSING = {
    "mail": lazy("Your organisation has no e-mail address of yours, so nothing arrives this way yet."),
    "sms": lazy("Your organisation has no mobile number of yours, so nothing arrives this way yet."),
    "messenger": lazy("Sign in with it once; until then nothing arrives this way."),
}


def _title(ctx: Ctx, name: str) -> Any:
    if name == "messenger" and (row := messengers.sending(ctx)) is not None:
        return _("By %(messenger)s too", messenger=messengers.VENDORS[row.vendor].title)
    return {"mail": lazy("By e-mail too"), "sms": lazy("By text message too")}[name]


def choose(ctx: Ctx, channel: str, *, wanted: bool) -> None:
    """Switch a channel on or off for the actor."""
    if channel not in channels.offered(ctx):
        raise Invalid(fields={"channel": [lazy("This way of being notified is not known.")]})
    person_id = _me(ctx)
    ctx.execute(
        pg.insert(Choice)
        .values(
            tenant_id=ctx.tenant.id,
            id=new_id(),
            person_id=person_id,
            channel=channel,
            wanted=wanted,
            chosen_at=ctx.now,
        )
        .on_conflict_do_update(
            index_elements=["tenant_id", "person_id", "channel"],
            set_={"wanted": wanted, "chosen_at": ctx.now},
        )
    )
    ctx.audit(ChannelChosen(channel=channel, wanted=wanted, subject_id=person_id))


def choose_all(ctx: Ctx, wanted: Mapping[str, bool]) -> None:
    """A whole form of switches: what differs from before is written."""
    for channel in choices(ctx):
        if wanted.get(channel.name, False) != channel.wanted:
            choose(ctx, channel.name, wanted=not channel.wanted)


def quiet(ctx: Ctx) -> QuietHours:
    """The hours that hold for the actor."""
    own = channels.own_quiet(ctx, _me(ctx))
    begins, ends = own or channels.usual_quiet(ctx)
    return QuietHours(begins, ends, own is not None)


def keep_quiet(ctx: Ctx, quiet_from: str, quiet_until: str) -> None:
    """Set the actor's own quiet hours; the same time twice means never quiet."""
    person_id, hours = _me(ctx), {"quiet_from": quiet_from, "quiet_until": quiet_until}
    ctx.execute(
        pg.insert(Quiet)
        .values(tenant_id=ctx.tenant.id, id=new_id(), person_id=person_id, **hours)
        .on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_=hours)
    )
    ctx.audit(QuietChosen(subject_id=person_id))


def quiet_as_usual(ctx: Ctx) -> None:
    """Back to the hours of the tenant."""
    person_id = _me(ctx)
    ctx.execute(sa.delete(Quiet).where(Quiet.tenant_id == ctx.tenant.id, Quiet.person_id == person_id))
    ctx.audit(QuietChosen(subject_id=person_id))


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return ctx.actor.person_id
