"""The waiting list: an offer holds the room for a while and expires; who waits may let go at any time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import AnxinError, Conflict, Ctx, Invalid, NotFound, job, lazy, new_id, notify, resources
from anxin_rooms import policy
from anxin_rooms.models import Room, Site, Wait
from anxin_rooms.schedule import MINUTE
from anxin_rooms.services import rules
from anxin_rooms.services.booking import KIND, Made, Wish, book
from anxin_rooms.services.catalogue import room

OPEN = ("waiting", "offered")
AT_ONCE = 5  # waiting lists one person may be on
FREE = lazy("This time is free: you can book it right away.")

GONE = lazy("The offer is over. You can join the list again.")


def join(ctx: Ctx, room_id: UUID, starts: datetime, ends: datetime) -> UUID:
    """Wait for a time that is taken. A time the room never offers is refused now, not silently waited for."""
    found = room(ctx, room_id)
    rules.insist(ctx, found, [(starts, ends)])
    a, b = found.whole(starts, ends)
    if not any(claim.from_at < b and claim.until_at > a for claim in resources.busy(ctx, [room_id], a, b)):
        raise Conflict(FREE, code="free")
    me = ctx.actor.person_id
    ctx.lock(f"rooms:{me}")
    present = mine(ctx)
    if len(present) >= AT_ONCE:
        raise Invalid(lazy("You are on %(count)d waiting lists already.", count=AT_ONCE), code="many")
    same = next((one for one in present if one.room_id == room_id and one.starts_at == starts), None)
    if same is not None:
        return same.id
    row = {
        "id": new_id(),
        "room_id": room_id,
        "person_id": me,
        "unit_id": ctx.actor.unit_id,
        "starts_at": starts,
        "ends_at": ends,
        "made_at": ctx.now,
    }
    ctx.insert(Wait, [row])
    ctx.audit(policy.Waiting(wait_id=row["id"], state="waiting", subject_id=me))
    return row["id"]


def mine(ctx: Ctx) -> Sequence[Any]:
    """The actor's open places on waiting lists, with their rooms, soonest first."""
    return ctx.execute(
        sa.select(
            Wait.id,
            Wait.room_id,
            Wait.starts_at,
            Wait.ends_at,
            Wait.state,
            Wait.offer_until,
            Room.name.label("room"),
            Site.name.label("site"),
        )
        .join(Room, sa.and_(Room.tenant_id == Wait.tenant_id, Room.id == Wait.room_id))
        .join(Site, sa.and_(Site.tenant_id == Room.tenant_id, Site.id == Room.site_id))
        .where(
            Wait.tenant_id == ctx.tenant.id,
            Wait.person_id == ctx.actor.person_id,
            Wait.starts_at > ctx.now,
            Wait.state.in_(OPEN),
        )
        .order_by(Wait.starts_at)
    ).all()


def accept(ctx: Ctx, wait_id: UUID) -> Made:
    """Take the offer: what it held becomes the booking, in one transaction."""
    row = _own(ctx, wait_id)
    if row.state != "offered" or row.offer_until is None or row.offer_until <= ctx.now:
        raise Conflict(GONE, code="gone")
    resources.give_back(ctx, [wait_id])
    made = book(ctx, Wish(row.room_id, [(row.starts_at, row.ends_at)], source="waiting"))
    _set(ctx, wait_id, "taken")
    ctx.audit(policy.Waiting(wait_id=wait_id, state="taken", subject_id=row.person_id))
    return made


def leave(ctx: Ctx, wait_id: UUID) -> None:
    """Let go, offered or not; the next one is asked."""
    row = _own(ctx, wait_id)
    if row.state not in OPEN:
        return
    _set(ctx, wait_id, "left")
    if row.state == "offered":
        resources.give_back(ctx, [wait_id])
        ctx.enqueue(offer, room_id=str(row.room_id))
    ctx.audit(policy.Waiting(wait_id=wait_id, state="left", subject_id=row.person_id))


@job("rooms.offer")
def offer(ctx: Ctx, *, room_id: str) -> None:
    """Something became free in the room: offer it to whoever waits longest for such a time."""
    waits = ctx.execute(
        sa.select(Wait.id, Wait.person_id, Wait.starts_at, Wait.ends_at)
        .where(
            Wait.tenant_id == ctx.tenant.id,
            Wait.room_id == UUID(room_id),
            Wait.state == "waiting",
            Wait.starts_at > ctx.now + 10 * MINUTE,
        )
        .order_by(Wait.made_at)
        .limit(100)
    ).all()
    for wait in waits:
        try:
            resources.take(
                ctx, wait.id, [resources.Need(KIND, UUID(room_id))], [(wait.starts_at, wait.ends_at)]
            )
        except AnxinError:  # still taken, or closed by now: this one goes on waiting
            continue
        until = min(ctx.now + timedelta(minutes=ctx.settings["offer_minutes"]), wait.starts_at)
        _set(ctx, wait.id, "offered", until)
        notify(ctx, wait.person_id, policy.OFFERED.code, "/rooms/bookings", key=f"rooms:offer:{wait.id}")


def expire(ctx: Ctx) -> int:
    """Offers nobody took go to the next; waits whose time has come end. Called by the periodic job."""
    rows = ctx.execute(
        sa.select(Wait.id, Wait.room_id, Wait.state).where(
            Wait.tenant_id == ctx.tenant.id,
            sa.or_(
                sa.and_(Wait.state == "offered", Wait.offer_until <= ctx.now),
                sa.and_(Wait.state == "waiting", Wait.starts_at <= ctx.now),
            ),
        )
    ).all()
    for row in rows:
        _set(ctx, row.id, "expired")
    offered = [row for row in rows if row.state == "offered"]
    if offered:
        resources.give_back(ctx, [row.id for row in offered])
    for room_id in {row.room_id for row in offered}:
        ctx.enqueue(offer, room_id=str(room_id))
    return len(rows)


def _own(ctx: Ctx, wait_id: UUID) -> Wait:
    row = ctx.scalars(
        sa.select(Wait).where(
            Wait.tenant_id == ctx.tenant.id, Wait.id == wait_id, Wait.person_id == ctx.actor.person_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _set(ctx: Ctx, wait_id: UUID, state: str, until: datetime | None = None) -> None:
    ctx.execute(
        sa.update(Wait)
        .where(Wait.tenant_id == ctx.tenant.id, Wait.id == wait_id)
        .values(state=state, offer_until=until)
    )
