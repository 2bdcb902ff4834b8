"""The side of the person cared for: agree to be looked in on, say when a kind word helps, see what was noted."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import ConsentWithdrawn, Ctx, Invalid, NotFound, Person, job, lazy, notify
from anxin_volunteers import entries, policy
from anxin_volunteers.models import Period, Visit, Welcome
from anxin_volunteers.services import posts
from anxin_volunteers.services.units import tree


def own(ctx: Ctx) -> Welcome | None:
    return ctx.db.scalar(
        sa.select(Welcome).where(Welcome.tenant_id == ctx.tenant.id, Welcome.person_id == ctx.actor.person_id)
    )


def welcome(ctx: Ctx, *, wanted: bool) -> None:
    """Say that the liaison officer may look in, or no longer."""
    person_id = ctx.actor.person_id
    if person_id is None:
        raise NotFound()
    row = own(ctx)
    if wanted and row is None:
        ctx.add(Welcome(person_id=person_id, since=ctx.now))
    if not wanted and row is not None:
        ctx.db.delete(row)
    ctx.audit(entries.CareChanged(what="welcome" if wanted else "not_welcome", subject_id=person_id))


def periods(ctx: Ctx) -> list[tuple[Period, Any]]:
    """The own times of care, with their reasons."""
    rows = ctx.scalars(
        ctx.select(Period).where(Period.person_id == ctx.actor.person_id).order_by(Period.ends_on.desc())
    ).all()
    return [(row, ctx.open(row, "reason")) for row in rows]


def visits(ctx: Ctx) -> list[tuple[Visit, Any]]:
    """What liaison officers noted about visits to oneself."""
    rows = ctx.scalars(
        ctx.select(Visit).where(Visit.person_id == ctx.actor.person_id).order_by(Visit.visited_on.desc())
    ).all()
    return [(row, ctx.open(row, "what")) for row in rows]


def add_period(ctx: Ctx, *, reason: str, starts_on: date, ends_on: date) -> Period:
    """Note a time in which a kind word helps; it asks for being looked in on."""
    if ends_on < starts_on:
        raise Invalid(fields={"ends_on": [lazy("The last day is before the first.")]})
    if ctx.actor.person_id is None:
        raise NotFound()
    if own(ctx) is None:
        welcome(ctx, wanted=True)
    row = Period(
        person_id=ctx.actor.person_id, by_self=True, starts_on=starts_on, ends_on=ends_on, made_at=ctx.now
    )
    ctx.seal(row, "reason", reason)
    ctx.add(row)
    ctx.audit(entries.CareChanged(what="period_added", subject_id=row.person_id))
    return row


def remove_period(ctx: Ctx, period_id: UUID) -> None:
    """Whoever entered it, it is the person's to delete."""
    row = ctx.get(Period, period_id)
    ctx.db.delete(row)
    ctx.audit(entries.CareChanged(what="period_removed", subject_id=row.person_id))


@job("volunteers.greetings", every=timedelta(hours=6))
def greetings(ctx: Ctx) -> None:
    """In a time of care, tell the liaison officers of the unit that a kind word is due; not why."""
    today, every = ctx.today, timedelta(days=ctx.settings_of("volunteers")["greet_days"])
    due = ctx.db.execute(
        sa.select(Welcome, Person.unit_id)
        .join(Person, sa.and_(Person.tenant_id == Welcome.tenant_id, Person.id == Welcome.person_id))
        .where(
            Welcome.tenant_id == ctx.tenant.id,
            Welcome.greet_on.is_(None),
            sa.or_(Welcome.greeted_at.is_(None), Welcome.greeted_at <= ctx.now - every),
            Person.state == "active",
            sa.exists().where(
                Period.tenant_id == Welcome.tenant_id,
                Period.person_id == Welcome.person_id,
                Period.starts_on <= today,
                Period.ends_on >= today,
            ),
        )
        .limit(500)
    ).all()
    for row, unit_id in due:
        row.greet_on = today
        ctx.audit(entries.CareChanged(what="greeting_due", subject_id=row.person_id))
        for person_id in _liaisons(ctx, unit_id):
            notify(ctx, person_id, policy.GREETING.code, "/volunteers/liaison", key=f"greet:{row.id}:{today}")


def _liaisons(ctx: Ctx, unit_id: UUID | None) -> list[UUID]:
    """Those of the unit itself, else of the nearest unit above that has one."""
    node = tree(ctx).by_id.get(unit_id) if unit_id else None
    for above in reversed(node.line if node else ()):
        if found := posts.holders(ctx, [above], "liaison"):
            return found
    return []


def on_withdrawn(ctx: Ctx, event: ConsentWithdrawn) -> None:
    """Who takes the consent back is no longer looked in on, and the notes go."""
    if event.purpose != policy.CARED.name:
        return
    for model in (Welcome, Period, Visit):
        ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == event.person_id)
        )
    ctx.audit(entries.CareChanged(what="withdrawn", subject_id=event.person_id))
