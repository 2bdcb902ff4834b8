"""Swaps and the times one has: a colleague takes a shift over, with the same checks as signing up."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, lazy, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Availability, Need, Shift, Signup, Swap
from anxin_volunteers.services import shifts


def ask(ctx: Ctx, signup_id: UUID, to_id: UUID) -> Swap:
    """Ask a colleague to take over; until they say yes the place stays one's own."""
    row = shifts.own(ctx, signup_id)
    if row.state != "assigned" or row.starts_at <= ctx.now:
        raise Conflict()
    if to_id == row.person_id:
        raise Invalid(fields={"number": [lazy("That is yourself.")]})
    need, shift = ctx.get(Need, row.need_id), ctx.get(Shift, row.shift_id)
    shifts.insist_able(ctx, need, shift, to_id)
    taken = sa.select(Swap.id).where(
        Swap.tenant_id == ctx.tenant.id, Swap.signup_id == row.id, Swap.state == "asked"
    )
    if ctx.scalar(taken) is not None:
        raise Conflict(lazy("Somebody has been asked already."), code="volunteers.swap_asked")
    made = ctx.add(Swap(signup_id=row.id, from_id=row.person_id, to_id=to_id, state="asked", made_at=ctx.now))
    ctx.audit(entries.SignupChanged(shift_id=row.shift_id, what="swap_asked", subject_id=row.person_id))
    notify(ctx, to_id, policy.WAITS.code, "/volunteers/shifts", key=f"swap:{made.id}")
    return made


def asked(ctx: Ctx) -> list[tuple[Swap, Signup]]:
    """What others ask of the actor."""
    found = ctx.db.execute(
        sa.select(Swap, Signup)
        .join(Signup, sa.and_(Signup.tenant_id == Swap.tenant_id, Signup.id == Swap.signup_id))
        .where(
            Swap.tenant_id == ctx.tenant.id,
            Swap.to_id == ctx.actor.person_id,
            Swap.state == "asked",
            Signup.state == "assigned",
            Signup.starts_at > ctx.now,
        )
        .order_by(Signup.starts_at)
    )
    return [(row.Swap, row.Signup) for row in found]


def answer(ctx: Ctx, swap_id: UUID, *, yes: bool) -> Swap:
    """Take the shift over, or not. The colleague's place passes on in one step, never lost in between."""
    swap = ctx.db.scalar(
        sa.select(Swap)
        .where(Swap.tenant_id == ctx.tenant.id, Swap.id == swap_id, Swap.to_id == ctx.actor.person_id)
        .with_for_update()
    )
    if swap is None:
        raise NotFound()
    row = ctx.db.get_one(Signup, (ctx.tenant.id, swap.signup_id))
    if swap.state != "asked" or row.state != "assigned" or row.starts_at <= ctx.now:
        raise Conflict()
    swap.state = "taken" if yes else "declined"
    if yes:
        row.state, row.ended_at = "swapped", ctx.now
        ctx.db.flush()
        need, shift = ctx.get(Need, row.need_id), ctx.get(Shift, row.shift_id)
        shifts.assign(ctx, need, shift, swap.to_id, state="assigned", source="swap")
    ctx.audit(
        entries.SignupChanged(shift_id=row.shift_id, what=f"swap_{swap.state}", subject_id=row.person_id)
    )
    notify(ctx, swap.from_id, policy.SHIFT.code, "/volunteers/shifts", key=f"swap:{swap.id}:answer")
    return swap


def times(ctx: Ctx) -> Sequence[Availability]:
    """When the actor usually has time."""
    return ctx.scalars(
        sa.select(Availability).where(
            Availability.tenant_id == ctx.tenant.id, Availability.person_id == ctx.actor.person_id
        )
    ).all()


def set_times(ctx: Ctx, chosen: Sequence[str]) -> None:
    """Exactly these: "0-morning" is Monday morning. None at all means that anything may be asked."""
    if ctx.actor.person_id is None:
        raise NotFound()
    slots = sorted(set(chosen))
    ctx.execute(
        sa.delete(Availability).where(
            Availability.tenant_id == ctx.tenant.id, Availability.person_id == ctx.actor.person_id
        )
    )
    for slot in slots:
        ctx.add(Availability(person_id=ctx.actor.person_id, slot=slot, made_at=ctx.now))
    ctx.audit(entries.TimesChanged(times=len(slots), subject_id=ctx.actor.person_id))
