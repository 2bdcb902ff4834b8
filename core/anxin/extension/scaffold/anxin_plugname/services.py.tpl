"""What can be done, and nothing else writes. Pages and API call the same functions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, Invalid, lazy

from anxin_plugname.models import Thing
from anxin_plugname.policy import Removed, Written

TOO_MANY: Any = lazy("That is enough for today. Tomorrow there is room again.")


def write(ctx: Ctx, text: str) -> Thing:
    """Keep a text of the signed-in person. Invalid when today's number is reached."""
    recent = ctx.select(Thing).where(Thing.made_at > ctx.now - timedelta(days=1))
    if len(ctx.scalars(recent).all()) >= ctx.settings["most_a_day"]:
        raise Invalid(fields={"text": [TOO_MANY]})
    thing = Thing(person_id=ctx.actor.person_id, made_at=ctx.now)
    ctx.seal(thing, "text", text)
    ctx.add(thing)
    ctx.audit(Written(thing_id=thing.id, subject_id=thing.person_id))
    return thing


def mine(ctx: Ctx) -> list[Mapping[str, Any]]:
    """All of the signed-in person, newest first."""
    return [shown(ctx, thing) for thing in ctx.scalars(ctx.select(Thing).order_by(Thing.made_at.desc()))]


def one(ctx: Ctx, thing_id: UUID) -> Mapping[str, Any]:
    """One of them; NotFound for anybody else's."""
    return shown(ctx, ctx.get(Thing, thing_id))


def remove(ctx: Ctx, thing_id: UUID) -> None:
    thing = ctx.get(Thing, thing_id)
    ctx.db.delete(thing)
    ctx.audit(Removed(thing_id=thing.id, subject_id=thing.person_id))


def shown(ctx: Ctx, thing: Thing) -> Mapping[str, Any]:
    return {"id": thing.id, "text": ctx.open(thing, "text"), "made_at": thing.made_at}
