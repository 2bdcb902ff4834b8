"""What can be done, and nothing else writes. Pages and API call the same functions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, lazy, names_of
from anxin_wishes import jobs
from anxin_wishes.models import Wish
from anxin_wishes.policy import Erased, Granted, Read, Removed, Written

ENOUGH: Any = lazy("That is enough for today. Tomorrow there is room for more.")


def write(ctx: Ctx, text: str) -> Wish:
    """Put up a wish of the signed-in person. Invalid when today's number is reached."""
    recent = ctx.select(Wish).where(Wish.made_at > ctx.now - timedelta(days=1))
    if len(ctx.scalars(recent).all()) >= ctx.settings["most_a_day"]:
        raise Invalid(fields={"text": [ENOUGH]})
    wish = Wish(person_id=ctx.actor.person_id, state="open", made_at=ctx.now)
    ctx.seal(wish, "text", text)
    ctx.add(wish)
    ctx.audit(Written(wish_id=wish.id, subject_id=wish.person_id))
    return wish


def mine(ctx: Ctx) -> list[Mapping[str, Any]]:
    """All of the signed-in person, newest first."""
    return [shown(ctx, wish) for wish in ctx.scalars(ctx.select(Wish).order_by(Wish.made_at.desc()))]


def one(ctx: Ctx, wish_id: UUID) -> Mapping[str, Any]:
    """One of them; NotFound for anybody else's."""
    return shown(ctx, ctx.get(Wish, wish_id))


def remove(ctx: Ctx, wish_id: UUID) -> None:
    wish = ctx.get(Wish, wish_id)
    ctx.db.delete(wish)
    ctx.audit(Removed(wish_id=wish.id, subject_id=wish.person_id))


def wall(ctx: Ctx) -> list[Mapping[str, Any]]:
    """The open wishes with their writers' names, oldest first; every look is written down."""
    wishes = ctx.scalars(ctx.select(Wish).where(Wish.state == "open").order_by(Wish.made_at)).all()
    names = names_of(ctx, [wish.person_id for wish in wishes])
    for wish in wishes:
        ctx.audit(Read(wish_id=wish.id, subject_id=wish.person_id))
    return [{**shown(ctx, wish), "name": names[wish.person_id]} for wish in wishes]


def waiting(ctx: Ctx) -> int:
    """How many wishes nobody has answered yet."""
    open_ones = ctx.select(Wish).where(Wish.state == "open").subquery()
    return ctx.scalar(sa.select(sa.func.count()).select_from(open_ones)) or 0


def grant(ctx: Ctx, wish_id: UUID) -> None:
    """Say yes; the writer is told by a job. Conflict when it was granted already."""
    wish = ctx.get(Wish, wish_id)
    if wish.state != "open":
        raise Conflict()
    wish.state = "granted"
    ctx.audit(Granted(wish_id=wish.id, subject_id=wish.person_id))
    ctx.enqueue(jobs.tell, wish_id=wish.id)


def erase(ctx: Ctx, person_id: UUID) -> int:
    """Delete all wishes of a person; returns how many."""
    done = ctx.execute(sa.delete(Wish).where(Wish.tenant_id == ctx.tenant.id, Wish.person_id == person_id))
    if done.rowcount:
        ctx.audit(Erased(wishes=done.rowcount, subject_id=person_id))
    return done.rowcount


def shown(ctx: Ctx, wish: Wish) -> Mapping[str, Any]:
    return {"id": wish.id, "text": ctx.open(wish, "text"), "state": wish.state, "made_at": wish.made_at}
