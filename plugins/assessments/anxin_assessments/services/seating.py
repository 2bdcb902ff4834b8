"""Sitting down at a shared device: the own number and a slip, then the questions, then nothing is left on the screen.

The device itself may do nothing: each sitting is the person's own for as long as it lasts. Answers that were given
are never shown again on it, not even to whoever goes on with the next slip.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    Conflict,
    Ctx,
    Invalid,
    NotFound,
    Person,
    Purpose,
    answer_consent,
    consents_waiting,
    lazy,
    notify,
    sittings,
)
from anxin_assessments import policy, scoring
from anxin_assessments.device_models import Device, Seat
from anxin_assessments.models import Campaign, Sheet
from anxin_assessments.services import alarms, campaigns, catalogue, devices, sheets, windows
from anxin_assessments.services.rounds import Question, Round, blank, given


def device_of(ctx: Ctx, secret: str) -> tuple[Device, Campaign]:
    """The open device of a secret, with its running campaign; NotFound when either is over."""
    device = ctx.db.scalar(
        sa.select(Device).where(
            Device.tenant_id == ctx.tenant.id, Device.secret_hash == sittings.mark(secret)
        )
    )
    if device is None or not devices.is_open(ctx, device):
        raise NotFound()
    campaign = ctx.get(Campaign, device.campaign_id)
    if not windows.running(campaign, ctx.now):
        raise NotFound()
    return device, campaign


def sit_down(ctx: Ctx, device: Device, number: str, code: str) -> str | None:
    """The secret of a sitting for an invited person's own number and an unused slip; None when they do not fit, which
    is counted: a device that is guessed at pauses for a minute. Commit in either case."""
    if device.misses >= devices.MISSES and device.missed_at and device.missed_at > ctx.now - devices.PAUSE:
        raise Conflict(
            lazy("That was very often in a short time. Please try again in a minute."),
            code="assessments.device_pauses",
        )
    seat, person_id = _free_seat(ctx, device, code), _person(ctx, number)
    ctx.unaudited("who sits down is written down in their own context")
    secret = sittings.begin(ctx, person_id) if seat is not None and person_id is not None else None
    if (
        seat is None
        or person_id is None
        or secret is None
        or not _greet(ctx, device, seat, person_id, secret)
    ):
        device.misses, device.missed_at = device.misses + 1, ctx.now
        return None
    device.misses = 0
    seat.entered_at, seat.sitting = ctx.now, sittings.mark(secret)
    return secret


def _greet(ctx: Ctx, device: Device, seat: Seat, person_id: UUID, secret: str) -> bool:
    """In the person's own context, since nobody else may see whether they are invited: a group is nobody's business.
    Whoever is not has sat down for nothing, and the sitting is over."""
    with sittings.at(ctx, secret, policy.TAKE) as own:
        if not campaigns.is_invited(own, own.get(Campaign, device.campaign_id)):
            sittings.end(ctx, sittings.mark(secret))
            return False
        own.audit(policy.SatDown(device_id=device.id, subject_id=person_id))
        notify(own, person_id, policy.SEATED.code, "/assessments/", key=f"seated:{seat.id}")
    return True


def _free_seat(ctx: Ctx, device: Device, code: str) -> Seat | None:
    return ctx.db.scalar(
        sa.select(Seat)
        .where(
            Seat.tenant_id == ctx.tenant.id,
            Seat.device_id == device.id,
            Seat.code_index == devices.code_index(ctx, device.id, code),
            Seat.entered_at.is_(None),
            Seat.ended_at.is_(None),
            Seat.until > ctx.now,
        )
        .with_for_update()
    )


def _person(ctx: Ctx, number: str) -> UUID | None:
    return ctx.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id, Person.number == number.strip(), Person.state == "active"
        )
    )


def seat_of(ctx: Ctx, device: Device, secret: str) -> Seat:
    """The slip a sitting began with; NotFound when it is over, or not of this device."""
    seat = ctx.db.scalar(
        sa.select(Seat).where(
            Seat.tenant_id == ctx.tenant.id,
            Seat.device_id == device.id,
            Seat.sitting == sittings.mark(secret),
            Seat.done_at.is_(None),
            Seat.ended_at.is_(None),
        )
    )
    if seat is None:
        raise NotFound()
    return seat


def stand_up(ctx: Ctx, seat: Seat, *, done: bool) -> None:
    """The sitting is over; its secret opens nothing from now on."""
    if done:
        seat.done_at = ctx.now
    else:
        seat.ended_at = ctx.now
    if seat.sitting is not None:
        sittings.end(ctx, seat.sitting)
    ctx.unaudited("a slip's own mark; the sheets are audited")


# ---- in the person's own context -------------------------------------------------------------------------


def to_agree(own: Ctx, campaign: Campaign) -> list[Purpose]:
    """What the person has to be asked before the questions of this campaign."""
    return consents_waiting(own, policy.SHARE if campaign.mode == "confidential" else policy.SELF)


def agree(own: Ctx, campaign: Campaign) -> None:
    for purpose in to_agree(own, campaign):
        answer_consent(own, purpose, "agreed", method="device")


def refuse(own: Ctx, campaign: Campaign) -> None:
    """No is an answer, written down as such; nobody reminds the person again."""
    for purpose in to_agree(own, campaign)[:1]:
        answer_consent(own, purpose, "refused", method="device")
    campaigns.decline(own, campaign.id)


def look(own: Ctx, campaign: Campaign) -> Round:
    """What is left of the campaign for this person: instruments that are not handed in, with their answers so far."""
    found = own.scalars(own.select(Sheet).where(Sheet.campaign_id == campaign.id)).all()
    handed_in = {sheet.instrument for sheet in found if sheet.state == "submitted"}
    left = [catalogue.instrument(own, key) for key in campaign.instruments if key not in handed_in]
    answers = blank(left)
    for sheet in found:
        if sheet.instrument in answers:
            answers[sheet.instrument] = own.open(sheet, "answers")
    return Round(left, answers)


def answer(own: Ctx, campaign: Campaign, device: Device, place: int, raw: object) -> tuple[Round, Question]:
    """Keep one answer; a risk answer is told on at once, as on any other device."""
    asked = _asked(look(own, campaign), place)
    way = "supervised" if device.supervised else "device"
    sheet = sheets.start(own, asked.instrument.id, campaign.id, way=way)
    sheets.answer(own, sheet.id, asked.item, raw)
    own.db.flush()
    return look(own, campaign), asked


def risky(found: Round, asked: Question) -> scoring.Risk | None:
    """What the help card is about, after this answer."""
    return scoring.risk_of_answer(asked.instrument, asked.item, given(found.answers, asked))


def risk_at(own: Ctx, campaign: Campaign, place: int) -> scoring.Risk | None:
    found = look(own, campaign)
    return risky(found, _asked(found, place))


def call_me(own: Ctx, campaign: Campaign, place: int) -> None:
    """The person asks for a counsellor's call from the help card."""
    asked = _asked(look(own, campaign), place)
    sheet = own.scalars(
        own.select(Sheet).where(Sheet.campaign_id == campaign.id, Sheet.instrument == asked.instrument.key)
    ).one()
    alarms.contact_wished(own, sheet, asked.instrument)


def hand_in(own: Ctx, campaign: Campaign) -> None:
    """Score everything. Invalid names each unanswered question by its place ("item-3")."""
    found = look(own, campaign)
    if found.missing:
        raise Invalid(
            fields={
                f"item-{place}": [lazy("Question %(number)d has no answer yet.", number=place)]
                for place in found.missing
            }
        )
    for one in found.instruments:
        sheet = sheets.start(own, one.id, campaign.id)
        sheets.submit(own, sheet.id)


def fill(own: Ctx, campaign: Campaign, device: Device, answers: Mapping[str, Sequence[object]]) -> None:
    """A whole round at once, for programs: the same consents, checks and alarms."""
    found = look(own, campaign)
    if to_agree(own, campaign):
        raise Invalid(fields={"agreed": [lazy("Nobody answers before they agreed.")]})
    way = "supervised" if device.supervised else "device"
    for one in found.instruments:
        sheets.fill(own, one.id, list(answers.get(one.id, ())), campaign.id, way=way)  # type: ignore[arg-type]


def _asked(found: Round, place: int) -> Question:
    if not 1 <= place <= len(found.questions):
        raise NotFound()
    return found.questions[place - 1]
