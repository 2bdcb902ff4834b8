"""Campaigns: plan, publish, close; who is invited, who took part or declined, and nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    Conflict,
    Ctx,
    Invalid,
    NotFound,
    Task,
    Unit,
    care_groups,
    duty_covered,
    lazy,
    start_task,
)
from anxin_assessments import policy, scoring
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.models import Campaign, GroupInvitation, Held, Invitation, Part, Sheet, invitation_of
from anxin_assessments.services import catalogue, inviting
from anxin_assessments.services.counting import count_round
from anxin_assessments.services.freezing import freeze_figures
from anxin_assessments.services.windows import last_day, over, running, window

PAGE, LAST_PAGE = 20, 1000
BETWEEN_REMINDERS = timedelta(days=2)

__all__ = [
    "Todo",
    "announce",
    "last_day",
    "newest",
    "over",
    "running",
    "window",
]

_ALL_ANSWERED = """
SELECT c.instruments <@ ARRAY(
         SELECT s.instrument FROM assessments.sheet s
          WHERE s.tenant_id = %(tenant)s AND s.campaign_id = %(campaign)s AND s.person_id = %(person)s
            AND s.state = 'submitted')
  FROM assessments.campaign c WHERE c.tenant_id = %(tenant)s AND c.id = %(campaign)s
"""


@dataclass(frozen=True)
class Todo:
    """An open campaign as one invited person meets it: `left` are the instruments still to be answered."""

    campaign: Campaign
    instruments: list[Instrument]
    left: list[Instrument]


@dataclass(frozen=True)
class Listed:
    """One page of a list."""

    rows: Sequence[Campaign]
    page: int
    more: bool


def newest(ctx: Ctx, *, page: int = 1, size: int = PAGE) -> Listed:
    """Campaigns of the tenant, newest first, one page of them."""
    page = min(max(page, 1), LAST_PAGE)
    rows = ctx.scalars(
        ctx.select(Campaign)
        .order_by(Campaign.made_at.desc(), Campaign.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    return Listed(rows[:size], page, len(rows) > size)


def create(
    ctx: Ctx,
    *,
    title: str,
    instruments: Sequence[str],
    opens_on: date,
    closes_on: date,
    guidance: str = "",
    unit_id: UUID | None = None,
    mode: str = "named",
    scope: Mapping[str, Any] | None = None,
    rolling: str | None = None,
    targets: Mapping[str, int] | None = None,
    before_id: UUID | None = None,
    group_id: UUID | None = None,
) -> Campaign:
    """A draft. Days are whole days in the tenant's time zone, the last one included.

    With `before_id` it is the next round of that campaign; people who finish both are compared, as far as the
    editions are the same: another instrument, or another edition, starts a history of its own.
    """
    offered = [catalogue.offered_one(ctx, name) for name in instruments]
    opens_at, closes_at = window(opens_on, closes_on)
    if unit_id is not None:
        ctx.get(Unit, unit_id)
    _insist_on_group(ctx, group_id, mode)
    before = ctx.get(Campaign, before_id) if before_id else None
    if before is not None and "anonymous" in (mode, before.mode):
        raise Invalid(fields={"before_id": [lazy("Anonymous rounds cannot be compared person by person.")]})
    campaign = ctx.add(
        Campaign(
            title=title.strip(),
            guidance=guidance.strip(),
            instruments=[instrument.key for instrument in offered],
            unit_id=unit_id,
            opens_at=opens_at,
            closes_at=closes_at,
            mode=mode,
            scope=dict(scope or {}),
            rolling=rolling,
            targets=dict(targets or {}),
            before_id=before_id,
            group_id=group_id,
            round=before.round + 1 if before else 1,
            state="draft",
            made_at=ctx.now,
        )
    )
    ctx.audit(policy.CampaignCreated(campaign_id=campaign.id))
    return campaign


def next_round(ctx: Ctx, campaign_id: UUID, *, opens_on: date, closes_on: date) -> Campaign:
    """A draft of the next round: the same people, instruments and aims, in a new window."""
    before = ctx.get(Campaign, campaign_id)
    return create(
        ctx,
        title=before.title,
        instruments=[key.rsplit("-", 1)[0] for key in before.instruments],
        opens_on=opens_on,
        closes_on=closes_on,
        guidance=before.guidance,
        unit_id=before.unit_id,
        mode=before.mode,
        scope=before.scope,
        rolling=before.rolling,
        targets=before.targets,
        before_id=None if before.mode == "anonymous" else before.id,
        group_id=before.group_id,
    )


def _insist_on_group(ctx: Ctx, group_id: UUID | None, mode: str) -> None:
    if group_id is None:
        return
    if care_groups.get(ctx, group_id).closed_at is not None:
        raise Invalid(fields={"group_id": [lazy("This group has ended.")]})
    if mode == "anonymous":
        raise Invalid(fields={"group_id": [lazy("An anonymous campaign cannot be for a group.")]})


def publish(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """Open a draft and freeze who is invited.

    Refused without a duty rota over the whole window when an answer could call for help at once.
    """
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.state != "draft":
        raise Conflict(lazy("This campaign has been published already."), code="assessments.published")
    if campaign.closes_at <= ctx.now:
        raise Invalid(fields={"closes_on": [lazy("The last day is over already.")]})
    if campaign.mode == "anonymous" and any(
        catalogue.instrument(ctx, key).free for key in campaign.instruments
    ):
        raise Invalid(
            fields={"mode": [lazy("A form that asks for numbers or times cannot be answered anonymously.")]}
        )
    _insist_on_duty(ctx, campaign, max(campaign.opens_at, ctx.now), campaign.closes_at)
    if (
        campaign.group_id is None  # whether anybody is in a group, its campaign does not tell
        and inviting.invite(ctx, campaign) == 0
        and campaign.rolling is None
    ):
        raise Invalid(fields={"unit_id": [lazy("Nobody works in this unit, or fits the conditions.")]})
    campaign.state, campaign.published_at = "open", ctx.now
    ctx.audit(policy.CampaignPublished(campaign_id=campaign.id))
    return campaign


def announce(ctx: Ctx, campaign_id: UUID) -> Task:
    """Tell everybody invited, as long work with progress; each person is told once, whoever asks again."""
    return start_task(
        ctx,
        inviting.announce,
        title=lazy("Telling the people who are invited"),
        back="assessments.campaign_list",
        campaign_id=_open_one(ctx, campaign_id).id,
    )


def ask_to_remind(ctx: Ctx, campaign_id: UUID) -> None:
    """Have the system remind the silent now. Conflict when it did so in the last two days."""
    campaign = _open_one(ctx, campaign_id)
    if campaign.reminded_at is not None and campaign.reminded_at > ctx.now - BETWEEN_REMINDERS:
        raise Conflict(lazy("They were reminded within the last two days."), code="assessments.reminded")
    campaign.reminded_at = ctx.now
    ctx.enqueue(inviting.remind, campaign_id=campaign.id)
    ctx.audit(policy.CampaignReminded(campaign_id=campaign.id))


def pause(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """Nobody can begin or go on, nobody is reminded, until it is resumed. The last day stays."""
    campaign = _open_one(ctx, campaign_id)
    campaign.paused_at = campaign.paused_at or ctx.now
    ctx.audit(policy.CampaignPaused(campaign_id=campaign.id))
    return campaign


def resume(ctx: Ctx, campaign_id: UUID) -> Campaign:
    campaign = _open_one(ctx, campaign_id)
    campaign.paused_at = None
    ctx.audit(policy.CampaignResumed(campaign_id=campaign.id))
    return campaign


def extend(ctx: Ctx, campaign_id: UUID, closes_on: date) -> Campaign:
    """A later last day. The duty rota has to cover it, as it did the first one."""
    campaign = _open_one(ctx, campaign_id)
    closes_at = window(closes_on, closes_on)[1]
    if closes_at <= campaign.closes_at:
        raise Invalid(fields={"closes_on": [lazy("Choose a day after the present last day.")]})
    if campaign.frozen_at is not None or over(campaign, ctx.now):
        raise Conflict(
            lazy("It is over, and its figures are out. Plan another round."), code="assessments.over"
        )
    _insist_on_duty(ctx, campaign, campaign.closes_at, closes_at)
    campaign.closes_at = closes_at
    ctx.audit(policy.CampaignExtended(campaign_id=campaign.id))
    return campaign


def _open_one(ctx: Ctx, campaign_id: UUID) -> Campaign:
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.state != "open" or over(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    return campaign


def _insist_on_duty(ctx: Ctx, campaign: Campaign, begins: datetime, ends: datetime) -> None:
    """An answer can call for help at once: then somebody has to be on duty the whole time."""
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    if any(one.has_risk_items for one in instruments) and not duty_covered(ctx, begins, ends):
        raise Invalid(
            lazy(
                "An answer in this campaign can call for help at once, and for a part of its time nobody is "
                "on duty. Have the agency fill the duty rota first."
            ),
            code="assessments.no_duty",
        )


def close(ctx: Ctx, campaign_id: UUID) -> Campaign:
    """End an open campaign now. Its figures are published from then on."""
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.state != "open":
        raise Conflict(lazy("Only an open campaign can be closed."), code="assessments.not_open")
    campaign.state, campaign.closed_at = "closed", ctx.now
    ctx.enqueue(freeze_figures, campaign_id=campaign.id)
    ctx.audit(policy.CampaignClosed(campaign_id=campaign.id))
    return campaign


def todo(ctx: Ctx) -> list[Todo]:
    """Running campaigns the person is invited to and has neither finished nor declined."""
    person_id = ctx.actor.person_id
    done = sa.select(Part.campaign_id).where(Part.tenant_id == ctx.tenant.id, Part.person_id == person_id)
    found = ctx.scalars(
        sa.select(Campaign)
        .where(
            Campaign.id.in_(_invited_to(ctx)),
            Campaign.tenant_id == ctx.tenant.id,
            Campaign.state == "open",
            Campaign.opens_at <= ctx.now,
            Campaign.closes_at > ctx.now,
            Campaign.paused_at.is_(None),
            Campaign.id.not_in(done),
        )
        .order_by(Campaign.closes_at)
    )
    return [_todo(ctx, campaign) for campaign in found]


def _invited_to(ctx: Ctx) -> sa.CompoundSelect[Any]:
    """The campaigns the actor is invited to, as one of all or as one of a group."""
    return sa.union_all(
        *(
            sa.select(model.campaign_id).where(
                model.tenant_id == ctx.tenant.id, model.person_id == ctx.actor.person_id
            )
            for model in (Invitation, GroupInvitation)
        )
    )


def is_invited(ctx: Ctx, campaign: Campaign) -> bool:
    """Is the actor invited?"""
    model = invitation_of(campaign)
    return bool(
        ctx.scalar(
            sa.select(model.id).where(
                model.tenant_id == ctx.tenant.id,
                model.campaign_id == campaign.id,
                model.person_id == ctx.actor.person_id,
            )
        )
    )


def _todo(ctx: Ctx, campaign: Campaign) -> Todo:
    instruments = [catalogue.instrument(ctx, key) for key in campaign.instruments]
    answered = set(_submitted(ctx, campaign.id, ctx.actor.person_id))
    return Todo(campaign, instruments, [one for one in instruments if one.key not in answered])


def _submitted(ctx: Ctx, campaign_id: UUID, person_id: UUID | None) -> Sequence[str]:
    return ctx.scalars(
        sa.select(Sheet.instrument).where(
            Sheet.tenant_id == ctx.tenant.id,
            Sheet.person_id == person_id,
            Sheet.campaign_id == campaign_id,
            Sheet.state == "submitted",
        )
    ).all()


def insist_on_invitation(ctx: Ctx, campaign_id: UUID, instrument: Instrument) -> Campaign:
    """The running campaign, for an invited person and one of its instruments; else NotFound or Conflict."""
    campaign = ctx.get(Campaign, campaign_id)
    if (
        not is_invited(ctx, campaign)
        or instrument.key not in campaign.instruments
        or campaign.mode == "anonymous"
    ):
        raise NotFound()
    if campaign.mode == "confidential":  # the agency interprets each result: it has to be allowed to read it
        ctx.runtime.access.require(ctx, policy.SHARE.name)
    if not running(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    return campaign


def answered(ctx: Ctx, sheet: Sheet | Held) -> None:
    """After a submission: once all instruments are answered, the person took part; count it."""
    if sheet.campaign_id is None:
        return
    whose = {"tenant": ctx.tenant.id, "campaign": sheet.campaign_id, "person": sheet.person_id}
    if ctx.fast(_ALL_ANSWERED, whose).fetchone()[0]:
        _part(ctx, sheet.campaign_id, sheet.person_id, "done")
        ctx.enqueue(count_round, campaign_id=sheet.campaign_id, person_id=sheet.person_id)


def decline(ctx: Ctx, campaign_id: UUID) -> None:
    """Not taking part is an answer too: nobody reminds the person again."""
    person_id = ctx.actor.person_id
    if person_id is None or campaign_id not in {one.campaign.id for one in todo(ctx)}:
        raise NotFound()
    _part(ctx, campaign_id, person_id, "declined")
    ctx.audit(policy.Declined(campaign_id=campaign_id, subject_id=person_id))


def _part(ctx: Ctx, campaign_id: UUID, person_id: UUID, state: str) -> None:
    row = {"campaign_id": campaign_id, "person_id": person_id, "state": state, "made_at": ctx.now}
    ctx.insert_unless(Part, row, ("tenant_id", "campaign_id", "person_id"))


def titles(instruments: Sequence[str], locale: str) -> list[str]:
    """The plain names of instrument editions."""
    return [scoring.load(*key.rsplit("-", 1)).title[locale] for key in instruments]
