"""Campaigns: plan, publish, close; who is invited, who took part or declined, and nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, Person, Unit, below, duty_covered, lazy, notify
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, Invitation, Part, Sheet
from anxin_assessments.services import catalogue
from anxin_assessments.services.counting import count_round

BATCH = 5000
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Todo:
    """An open campaign as one invited person meets it: `left` are the instruments still to be answered."""

    campaign: Campaign
    instruments: list[Instrument]
    left: list[Instrument]


def all_of(ctx: Ctx) -> Sequence[Campaign]:
    """Every campaign of the tenant, newest first."""
    return ctx.scalars(ctx.select(Campaign).order_by(Campaign.made_at.desc(), Campaign.id.desc())).all()


def create(
    ctx: Ctx,
    *,
    title: str,
    instruments: Sequence[str],
    opens_on: date,
    closes_on: date,
    guidance: str = "",
    unit_id: UUID | None = None,
) -> Campaign:
    """A draft. Days are whole days in the tenant's time zone, the last one included."""
    offered = [catalogue.offered_one(ctx, name) for name in instruments]
    opens_at, closes_at = window(opens_on, closes_on)
    if unit_id is not None:
        ctx.get(Unit, unit_id)
    campaign = ctx.add(
        Campaign(
            title=title.strip(),
            guidance=guidance.strip(),
            instruments=[instrument.key for instrument in offered],
            unit_id=unit_id,
            opens_at=opens_at,
            closes_at=closes_at,
            state="draft",
            made_at=ctx.now,
        )
    )
    ctx.audit(policy.CampaignCreated(campaign_id=campaign.id))
    return campaign


def window(opens_on: date, closes_on: date, zone: str = "Asia/Shanghai") -> tuple[datetime, datetime]:
    """From the first moment of the first day to the end of the last."""
    at = ZoneInfo(zone)
    first = datetime(opens_on.year, opens_on.month, opens_on.day, tzinfo=at)
    last = datetime(closes_on.year, closes_on.month, closes_on.day, tzinfo=at)
    return first, last + timedelta(days=1)


def publish(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """Open a draft and freeze who is invited.

    Refused without a duty rota over the whole window when an answer could call for help at once.
    """
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.state != "draft":
        raise Conflict(lazy("This campaign has been published already."), code="assessments.published")
    if campaign.closes_at <= ctx.now:
        raise Invalid(fields={"closes_on": [lazy("The last day is over already.")]})
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    start = max(campaign.opens_at, ctx.now)
    if any(one.has_risk_items for one in instruments) and not duty_covered(ctx, start, campaign.closes_at):
        raise Invalid(
            lazy(
                "An answer in this campaign can call for help at once, and for a part of its time nobody is "
                "on duty. Have the agency fill the duty rota first."
            ),
            code="assessments.no_duty",
        )
    if _invite(ctx, campaign) == 0:
        raise Invalid(fields={"unit_id": [lazy("Nobody works in this unit.")]})
    campaign.state, campaign.published_at = "open", ctx.now
    ctx.audit(policy.CampaignPublished(campaign_id=campaign.id))
    return campaign


def _invite(ctx: Ctx, campaign: Campaign) -> int:
    """Write down everybody the campaign is for, with the unit they are in now."""
    people = sa.select(Person.id, Person.unit_id).where(
        Person.tenant_id == ctx.tenant.id,
        Person.state == "active",
        Person.kind.in_(("employee", "outsourced")),
    )
    if campaign.unit_id is not None:
        people = people.where(Person.unit_id.in_(below(ctx, [campaign.unit_id])))
    rows = [
        {"campaign_id": campaign.id, "person_id": row.id, "unit_id": row.unit_id}
        for row in ctx.execute(people)
    ]
    for first in range(0, len(rows), BATCH):
        ctx.insert(Invitation, rows[first : first + BATCH])
    return len(rows)


def close(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """End an open campaign now. Its figures are published from then on."""
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.state != "open":
        raise Conflict(lazy("Only an open campaign can be closed."), code="assessments.not_open")
    campaign.state, campaign.closed_at = "closed", ctx.now
    ctx.audit(policy.CampaignClosed(campaign_id=campaign.id))
    return campaign


def over(campaign: Campaign, now: datetime) -> bool:
    """Closed by hand or by its last day: only then may figures of results be shown."""
    return campaign.state == "closed" or (campaign.state == "open" and campaign.closes_at <= now)


def last_day(campaign: Campaign) -> datetime:
    """The window ends at the midnight after the last day; people are told the last day."""
    return campaign.closes_at - ONE_SECOND


def running(campaign: Campaign, now: datetime) -> bool:
    return campaign.state == "open" and campaign.opens_at <= now < campaign.closes_at


def todo(ctx: Ctx) -> list[Todo]:
    """Running campaigns the person is invited to and has neither finished nor declined."""
    person_id = ctx.actor.person_id
    done = sa.select(Part.campaign_id).where(Part.tenant_id == ctx.tenant.id, Part.person_id == person_id)
    found = ctx.scalars(
        sa.select(Campaign)
        .join(
            Invitation,
            sa.and_(
                Invitation.tenant_id == Campaign.tenant_id,
                Invitation.campaign_id == Campaign.id,
                Invitation.person_id == person_id,
            ),
        )
        .where(
            Campaign.tenant_id == ctx.tenant.id,
            Campaign.state == "open",
            Campaign.opens_at <= ctx.now,
            Campaign.closes_at > ctx.now,
            Campaign.id.not_in(done),
        )
        .order_by(Campaign.closes_at)
    )
    return [_todo(ctx, campaign) for campaign in found]


def _todo(ctx: Ctx, campaign: Campaign) -> Todo:
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    answered = set(_submitted(ctx, campaign.id))
    return Todo(campaign, instruments, [one for one in instruments if one.key not in answered])


def _submitted(ctx: Ctx, campaign_id: UUID) -> Sequence[str]:
    return ctx.scalars(
        sa.select(Sheet.instrument).where(
            Sheet.tenant_id == ctx.tenant.id,
            Sheet.person_id == ctx.actor.person_id,
            Sheet.campaign_id == campaign_id,
            Sheet.state == "submitted",
        )
    ).all()


def insist_on_invitation(ctx: Ctx, campaign_id: UUID, instrument: Instrument) -> Campaign:
    """The running campaign, for an invited person and one of its instruments; else NotFound or Conflict."""
    invited = ctx.scalar(
        sa.select(Invitation.id).where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign_id,
            Invitation.person_id == ctx.actor.person_id,
        )
    )
    campaign = ctx.get(Campaign, campaign_id) if invited else None
    if campaign is None or instrument.key not in campaign.instruments:
        raise NotFound()
    if not running(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    return campaign


def answered(ctx: Ctx, sheet: Sheet) -> None:
    """After a submission: once all instruments are answered, the person took part; count it."""
    if sheet.campaign_id is None:
        return
    campaign = ctx.get(Campaign, sheet.campaign_id)
    ctx.db.flush()
    if set(campaign.instruments) <= set(_submitted(ctx, campaign.id)):
        _part(ctx, campaign.id, sheet.person_id, "done")
        ctx.enqueue(count_round, campaign_id=campaign.id, person_id=sheet.person_id)


def decline(ctx: Ctx, campaign_id: UUID) -> None:
    """Not taking part is an answer too: nobody reminds the person again."""
    person_id = ctx.actor.person_id
    if person_id is None or campaign_id not in {one.campaign.id for one in todo(ctx)}:
        raise NotFound()
    _part(ctx, campaign_id, person_id, "declined")
    ctx.audit(policy.Declined(campaign_id=campaign_id, subject_id=person_id))


def _part(ctx: Ctx, campaign_id: UUID, person_id: UUID, state: str) -> None:
    row = {"tenant_id": ctx.tenant.id, "campaign_id": campaign_id, "person_id": person_id, "state": state}
    ctx.execute(insert(Part).values(**row, made_at=ctx.now).on_conflict_do_nothing())


def ending(ctx: Ctx, within: timedelta) -> Sequence[Campaign]:
    """Running campaigns that end soon and whose silent people have not been reminded."""
    return ctx.scalars(
        ctx.select(Campaign).where(
            Campaign.state == "open",
            Campaign.opens_at <= ctx.now,
            Campaign.closes_at > ctx.now,
            Campaign.closes_at <= ctx.now + within,
            Campaign.reminded_at.is_(None),
        )
    ).all()


def remind_silent(ctx: Ctx, campaign: Campaign) -> int:
    """Remind everybody invited who has neither answered nor declined. Nobody is shown who that is."""
    spoken = sa.select(Part.person_id).where(Part.tenant_id == ctx.tenant.id, Part.campaign_id == campaign.id)
    people = ctx.scalars(
        sa.select(Invitation.person_id).where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign.id,
            Invitation.person_id.not_in(spoken),
        )
    ).all()
    for person_id in people:
        notify(ctx, person_id, policy.ENDING.code, "/assessments/", key=f"ending:{campaign.id}")
    campaign.reminded_at = ctx.now
    ctx.audit(policy.CampaignReminded(campaign_id=campaign.id))
    return len(people)


def titles(instruments: Sequence[str], locale: str) -> list[str]:
    """The plain names of instrument editions."""
    return [scoring.load(*key.rsplit("-", 1)).title[locale] for key in instruments]
