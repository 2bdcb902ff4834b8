"""Whom a campaign is for, and how they hear of it: the scope, the invitations, the reminders.

Everybody in the scope is invited and told by the system; nobody is shown who has answered and who has not.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select

from anxin.plugin import Ctx, Invalid, Person, Unit, below, care_groups, job, lazy, notify_many, task_of
from anxin_assessments import policy
from anxin_assessments.models import Campaign, Invitation, Part, invitation_of

log = logging.getLogger("anxin.assessments")
BATCH = 5000
NEW_FOR = timedelta(days=30)  # a rolling campaign invites those hired within these days
REMIND_BEFORE = timedelta(days=2)
CROWD = 20  # people: an anonymous answer names no smaller unit
LONG = timedelta(days=10)  # a campaign this long also reminds half-way


def people(ctx: Ctx, campaign: Campaign) -> Select[UUID, UUID | None]:
    """(id, unit) of everybody the campaign is for today."""
    found = sa.select(Person.id, Person.unit_id).where(
        Person.tenant_id == ctx.tenant.id,
        Person.state == "active",
        Person.kind.in_(("employee", "outsourced")),
        *_scope(campaign.scope, ctx.today),
    )
    if campaign.unit_id is not None:
        found = found.where(Person.unit_id.in_(below(ctx, [campaign.unit_id])))
    if campaign.group_id is not None:
        found = found.where(Person.id.in_(care_groups.members(ctx, campaign.group_id)))
    if campaign.rolling == "hired":
        found = found.where(Person.hired_on > ctx.today - NEW_FOR)
    if campaign.rolling == "birthday":
        found = found.where(Person.traits["birthday"].astext.in_(_birthdays(ctx.today)))
    return found


def _scope(scope: Any, today: date) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions on the day somebody was hired and the month they were born in."""
    if scope.get("hired_from"):
        yield Person.hired_on >= date.fromisoformat(scope["hired_from"])
    if scope.get("hired_until"):
        yield Person.hired_on <= date.fromisoformat(scope["hired_until"])
    if scope.get("years_from"):
        yield Person.hired_on <= _years_before(today, scope["years_from"])
    if scope.get("years_until"):
        yield Person.hired_on > _years_before(today, scope["years_until"])
    if scope.get("born_month"):
        yield sa.func.left(Person.traits["birthday"].astext, 2) == f"{scope['born_month']:02}"


def _birthdays(today: date) -> list[str]:
    """Whose day it is; who was born on 29 February has it on the 28th in most years."""
    days = [f"{today:%m-%d}"]
    if days == ["02-28"] and (today + timedelta(days=1)).month == 3:
        days.append("02-29")
    return days


def _years_before(day: date, years: int) -> date:
    """The same day some years ago; 29 February becomes the 28th."""
    month_end = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=month_end)


def invite(ctx: Ctx, campaign: Campaign) -> int:
    """Write down everybody the campaign is for and who is not invited yet, with the unit they are in now. For a
    group in a job alone, and without units."""
    model = invitation_of(campaign)
    already = sa.select(model.person_id).where(
        model.tenant_id == ctx.tenant.id, model.campaign_id == campaign.id
    )
    found = ctx.execute(people(ctx, campaign).where(Person.id.not_in(already))).all()
    rows = [{"campaign_id": campaign.id, "person_id": row.id, "unit_id": row.unit_id} for row in found]
    if campaign.mode == "anonymous":
        _blur(ctx, campaign, rows)
    if campaign.group_id is not None:
        rows = [{**row, "unit_id": None} for row in rows]
    for first in range(0, len(rows), BATCH):
        ctx.insert(model, rows[first : first + BATCH])
    return len(rows)


def _blur(ctx: Ctx, campaign: Campaign, rows: list[dict[str, Any]]) -> None:
    """Put each person of an anonymous campaign into the lowest unit of enough people: no answer says more.

    Invalid when all together are too few to hide among each other.
    """
    units = {
        unit.id: unit.parent_id
        for unit in ctx.scalars(sa.select(Unit).where(Unit.tenant_id == ctx.tenant.id))
    }
    sizes: Counter[UUID | None] = Counter()
    for row in rows:
        sizes.update(_upwards(units, row["unit_id"]))
    if len(rows) < CROWD:
        raise Invalid(
            fields={"unit_id": [lazy("An anonymous campaign needs %(least)d people or more.", least=CROWD)]}
        )
    for row in rows:
        row["unit_id"] = next(
            (unit for unit in _upwards(units, row["unit_id"]) if sizes[unit] >= CROWD), campaign.unit_id
        )


def _upwards(units: Mapping[UUID, UUID | None], unit: UUID | None) -> Iterator[UUID]:
    """A unit and those above it."""
    while unit is not None:
        yield unit
        unit = units.get(unit)


def invited(ctx: Ctx, campaign_id: UUID) -> int:
    """How many are invited: the union's own roster, not a figure about care."""
    return ctx.scalar(
        sa.select(sa.func.count())
        .select_from(Invitation)
        .where(Invitation.tenant_id == ctx.tenant.id, Invitation.campaign_id == campaign_id)
    )


# ---- telling people --------------------------------------------------------------------------------------


@job("assessments.announce")
def announce(ctx: Ctx, *, campaign_id: str, task_id: str | None = None) -> None:
    """Tell everybody who is invited; whoever was told already is not told again."""
    campaign = ctx.get(Campaign, UUID(campaign_id))
    if campaign.group_id is not None:  # nobody but a job knows who is in the group
        invite(ctx, campaign)
    told = _tell(
        ctx, campaign, _invited(ctx, campaign), policy.INVITED.code, f"invited:{campaign.id}", task_id
    )
    log.info("campaign %s announced%s", campaign.id, "" if campaign.group_id else f" to {told}")


@job("assessments.remind")
def remind(ctx: Ctx, *, campaign_id: str, task_id: str | None = None) -> None:
    """Remind those who have neither answered nor declined; asked for by the union, which is not told who."""
    remind_silent(ctx, ctx.get(Campaign, UUID(campaign_id)), task_id)


def remind_silent(ctx: Ctx, campaign: Campaign, task_id: str | None = None) -> int:
    """Remind everybody invited who has neither answered nor declined. Nobody is shown who that is."""
    spoken = sa.select(Part.person_id).where(Part.tenant_id == ctx.tenant.id, Part.campaign_id == campaign.id)
    silent = _invited(ctx, campaign).where(invitation_of(campaign).person_id.not_in(spoken))
    stamp = f"ending:{campaign.id}:{ctx.now:%Y%m%d}"
    told = _tell(ctx, campaign, silent, policy.ENDING.code, stamp, task_id)
    campaign.reminded_at = ctx.now
    ctx.audit(policy.CampaignReminded(campaign_id=campaign.id))
    return told


def _invited(ctx: Ctx, campaign: Campaign) -> Select[Any]:
    model = invitation_of(campaign)
    return (
        sa.select(model.person_id)
        .where(model.tenant_id == ctx.tenant.id, model.campaign_id == campaign.id)
        .order_by(model.person_id)
    )


def _tell(  # noqa: PLR0917  (one call each, with what was just worked out)
    ctx: Ctx, campaign: Campaign, people: Select[Any], kind: str, key: str, task_id: str | None
) -> int:
    """One notice each; the task behind it, if a person asked, shows how far it is, of a group not even that."""
    found = ctx.scalars(people).all()
    task = task_of(ctx, task_id) if task_id else None
    notify_many(
        ctx,
        found,
        kind,
        "/assessments/",
        key=key,
        report=task.report if task and campaign.group_id is None else None,
    )
    if task is not None:
        task.finish()
    return len(found)


def reminder_due(campaign: Campaign, now: datetime) -> bool:
    """Half-way through a long campaign, and two days before any ends: has that moment come since the last time?"""
    moments = [campaign.closes_at - REMIND_BEFORE]
    if campaign.closes_at - campaign.opens_at >= LONG:
        moments.append(campaign.opens_at + (campaign.closes_at - campaign.opens_at) / 2)
    passed = [moment for moment in moments if moment <= now]
    return bool(passed) and (campaign.reminded_at is None or campaign.reminded_at < max(passed))


def at_work(ctx: Ctx) -> Sequence[Campaign]:
    """Campaigns that run at this moment and are not paused."""
    return ctx.scalars(
        ctx.select(Campaign).where(
            Campaign.state == "open",
            Campaign.opens_at <= ctx.now,
            Campaign.closes_at > ctx.now,
            Campaign.paused_at.is_(None),
        )
    ).all()
