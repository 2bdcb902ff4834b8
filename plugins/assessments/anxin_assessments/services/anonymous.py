"""Anonymous, yet once per person: tickets that prove themselves, slips without a person, and the shuffle.

An invited person takes one ticket. That they took it is written down, the ticket is not: it is a random number
and a keyed signature over it, checked when somebody answers with it. The slip that collects the answers knows
the ticket's hash and a unit of at least CROWD people, no person and no time. A job moves finished slips on when
there are enough of them, in random order and in one transaction, so that not even the order of rows tells.

What it costs: a lost ticket cannot be given again, answers cannot be found for anybody, and nobody can be
called. The help card stands before the next question all the same.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, job, lazy, new_id
from anxin_assessments import policy, scoring
from anxin_assessments.anonymous_models import AnonymousSheet, Slip, UnnamedPaper, random_id
from anxin_assessments.figure_models import Tally
from anxin_assessments.models import Campaign, Invitation, Part
from anxin_assessments.services import catalogue, windows
from anxin_assessments.services.counting import ROUND, tallies
from anxin_assessments.services.rounds import Round, blank, insist_fitting

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 signs that are not mistaken for one another
HALF = 10  # signs: 50 bits of chance, 50 bits of signature
MARK = 5  # signs of the code that may be shown beside others
MIX_FROM = 10  # finished slips that are moved together while the campaign runs


@dataclass(frozen=True)
class Ticket:
    """A ticket somebody holds: for which campaign, and from which unit."""

    campaign: Campaign
    unit_id: UUID | None
    hash: bytes
    mark: str  # the first signs of the code, to find a sheet of paper by


@dataclass(frozen=True)
class Sitting(Round):
    """A slip with its plain answers."""

    ticket: Ticket


def take_ticket(ctx: Ctx, campaign_id: UUID) -> str:
    """One ticket for an invited person; Conflict when they have taken it, or declined."""
    campaign = running(ctx, campaign_id)
    unit_id = ctx.execute(
        sa.select(Invitation.unit_id).where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign.id,
            Invitation.person_id == ctx.actor.person_id,
        )
    ).one_or_none()
    if unit_id is None:
        raise NotFound()
    if ctx.actor.person_id is None or not note_taken(ctx, campaign.id, ctx.actor.person_id):
        raise Conflict(
            lazy("You have taken your ticket. Go on with the code you noted down."), code="assessments.ticket"
        )
    return make_code(ctx, campaign.id, unit_id[0])


def note_taken(ctx: Ctx, campaign_id: UUID, person_id: UUID) -> bool:
    """Write down that a person has their ticket, by the day; False when they had it before, or declined."""
    taken = ctx.scalar(
        insert(Part)
        .values(
            tenant_id=ctx.tenant.id,
            id=new_id(),
            campaign_id=campaign_id,
            person_id=person_id,
            state="ticket",
            made_at=ctx.now.replace(hour=0, minute=0, second=0, microsecond=0),  # the day, not the moment
        )
        .on_conflict_do_nothing()
        .returning(Part.id)
    )
    if taken is None:
        return False
    ctx.audit(policy.TicketTaken(campaign_id=campaign_id, subject_id=person_id))
    return True


def make_code(ctx: Ctx, campaign_id: UUID, unit_id: UUID | None) -> str:
    """A ticket: chance and a keyed signature over it. It is kept nowhere."""
    chance = "".join(secrets.choice(ALPHABET) for _sign in range(HALF))
    return grouped(chance + _signature(ctx, campaign_id, unit_id, chance))


def grouped(code: str) -> str:
    """In groups of five, to be read and typed."""
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))


def ticket(ctx: Ctx, campaign_id: UUID, code: str) -> Ticket:
    """The ticket a code is; Invalid when nobody was given it."""
    campaign = running(ctx, campaign_id)
    plain = "".join(sign for sign in code.upper() if sign in ALPHABET)
    chance, signature = plain[:HALF], plain[HALF:]
    mark = chance[:MARK]
    units = ctx.scalars(
        sa.select(Invitation.unit_id)
        .where(Invitation.tenant_id == ctx.tenant.id, Invitation.campaign_id == campaign.id)
        .distinct()
    ).all()
    for unit_id in units:
        if secrets.compare_digest(signature, _signature(ctx, campaign.id, unit_id, chance)):
            return Ticket(
                campaign, unit_id, ctx.blind("text", f"assessments slip {campaign.id} {chance}"), mark
            )
    raise Invalid(fields={"code": [lazy("This code is not valid. Please look at it once more.")]})


def _signature(ctx: Ctx, campaign_id: UUID, unit_id: UUID | None, chance: str) -> str:
    keyed = ctx.blind("text", f"assessments ticket {campaign_id} {unit_id} {chance}")
    return "".join(ALPHABET[byte % 32] for byte in keyed[:HALF])


def running(ctx: Ctx, campaign_id: UUID) -> Campaign:
    campaign = ctx.get(Campaign, campaign_id)
    if campaign.mode != "anonymous":
        raise NotFound()
    if not windows.running(campaign, ctx.now):
        raise Conflict(lazy("This campaign is not open at the moment."), code="assessments.not_open")
    return campaign


# ---- answering -------------------------------------------------------------------------------------------


def lock(ctx: Ctx, held: Ticket) -> None:
    """One at a time for a ticket, whichever way its answers come in."""
    ctx.lock(f"assessments.slip.{held.hash.hex()}")


def look(ctx: Ctx, held: Ticket) -> Sitting:
    """The slip of a ticket with its answers so far; Conflict when it was handed in."""
    instruments = [catalogue.instrument(ctx, key) for key in held.campaign.instruments]
    found = _slip(ctx, held)
    if found is not None and found.void:
        raise Conflict(lazy("This slip is void. Please ask for another one."), code="assessments.void")
    if found is not None and found.finished:
        raise Conflict(lazy("This ticket has been used."), code="assessments.used")
    given = (
        ctx.unseal(Slip, "answers", found.id, ctx.tenant.id, found.answers) if found else blank(instruments)
    )
    return Sitting(instruments, given, held)


def answer(ctx: Ctx, held: Ticket, place: int, raw: Any) -> Sitting:
    """Keep one answer, as a form sends it. Nobody is told of a risk answer, since there is nobody to call; the
    page shows the help card."""
    lock(ctx, held)
    sitting = look(ctx, held)
    if not 1 <= place <= len(sitting.questions):
        raise NotFound()
    asked = sitting.questions[place - 1]
    try:
        value = scoring.read_answer(asked.instrument, asked.item, raw)
    except scoring.AnswerError:
        raise Invalid(fields={"value": [lazy("Please choose one of the answers.")]}) from None
    sitting.answers[asked.instrument.key][asked.item - 1] = value
    _keep(ctx, held, sitting.answers, finished=False)
    return sitting


def hand_in(ctx: Ctx, held: Ticket, *, gaps: bool = False) -> None:
    """Finish the slip; the ticket is used. Invalid while a question is open, unless `gaps` may stay."""
    lock(ctx, held)
    sitting = look(ctx, held)
    if sitting.missing and not gaps:
        raise Invalid(
            fields={
                f"item-{place}": [lazy("Question %(number)d has no answer yet.", number=place)]
                for place in sitting.missing
            }
        )
    _keep(ctx, held, sitting.answers, finished=True)


def fill(
    ctx: Ctx, held: Ticket, answers: Mapping[str, Sequence[scoring.Answer | None]], *, gaps: bool = False
) -> None:
    """All answers at once, by the id of the instrument, for programs and paper; the same checks."""
    sitting = look(ctx, held)
    for one in sitting.instruments:
        insist_fitting(one, answers.get(one.id, []))
        sitting.answers[one.key][:] = answers[one.id]
    _keep(ctx, held, sitting.answers, finished=False)
    hand_in(ctx, held, gaps=gaps)


def begun(ctx: Ctx, held: Ticket) -> bool:
    """Has somebody answered with it, or is it void?"""
    look(ctx, held)
    return _slip(ctx, held) is not None


def _slip(ctx: Ctx, held: Ticket) -> Any:
    return ctx.execute(
        sa.select(Slip.id, Slip.answers, Slip.finished, Slip.void).where(
            Slip.tenant_id == ctx.tenant.id,
            Slip.campaign_id == held.campaign.id,
            Slip.ticket == held.hash,
        )
    ).one_or_none()


def _keep(ctx: Ctx, held: Ticket, answers: Any, *, finished: bool) -> None:
    found = _slip(ctx, held)
    slip_id = found.id if found else random_id()
    blob = ctx.sealed(Slip, "answers", slip_id, ctx.tenant.id, answers)
    ctx.execute(
        insert(Slip)
        .values(
            tenant_id=ctx.tenant.id,
            id=slip_id,
            campaign_id=held.campaign.id,
            ticket=held.hash,
            unit_id=held.unit_id,
            answers=blob,
            finished=finished,
        )
        .on_conflict_do_update(
            index_elements=["tenant_id", "campaign_id", "ticket"],
            set_={"answers": blob, "finished": finished},
        )
    )
    ctx.unaudited("anonymous answers: who gave them, and when, is not written down anywhere")


# ---- the shuffle -----------------------------------------------------------------------------------------


@job("assessments.mix", every=timedelta(hours=1))
def mix(ctx: Ctx) -> None:
    """Move finished slips of anonymous campaigns on, when there are enough to hide among each other."""
    for campaign in ctx.scalars(
        ctx.select(Campaign).where(Campaign.mode == "anonymous", Campaign.frozen_at.is_(None))
    ):
        mix_one(ctx, campaign)


def mix_one(ctx: Ctx, campaign: Campaign) -> int:
    """Shuffle and move the finished slips of a campaign; all that are left when it is over. Returns how many."""
    ctx.lock(f"assessments.mix.{campaign.id}")
    if windows.over(campaign, ctx.now):
        _forget_keyings(ctx, campaign)
    slips = ctx.execute(_finished(ctx, campaign)).all()
    if not slips or (len(slips) < MIX_FROM and not windows.over(campaign, ctx.now)):
        return 0
    secrets.SystemRandom().shuffle(slips)  # type: ignore[arg-type]  (a list of rows)
    sheets: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    for slip in slips:
        given = ctx.unseal(Slip, "answers", slip.id, ctx.tenant.id, slip.answers)
        counted.append(_row(campaign, slip.unit_id, instrument=ROUND, scale="", band="", level=None, score=0))
        for key, answers in given.items():
            sheet_id = random_id()
            blob = ctx.sealed(AnonymousSheet, "answers", sheet_id, ctx.tenant.id, answers)
            sheets.append(_row(campaign, slip.unit_id, id=sheet_id, instrument=key, answers=blob))
            instrument = catalogue.instrument(ctx, key)
            result = scoring.score(instrument, answers).as_json()
            counted += [_row(campaign, slip.unit_id, **row) for row in tallies(instrument, result)]
    secrets.SystemRandom().shuffle(sheets)
    secrets.SystemRandom().shuffle(counted)
    ctx.insert(AnonymousSheet, sheets)
    ctx.insert(Tally, [{"id": random_id(), **row} for row in counted])
    ctx.execute(
        sa.update(Slip)
        .where(Slip.tenant_id == ctx.tenant.id, Slip.id.in_([slip.id for slip in slips]))
        .values(answers=None)
    )
    ctx.unaudited("anonymous answers are shuffled")
    return len(slips)


def _forget_keyings(ctx: Ctx, campaign: Campaign) -> None:
    """Sheets of paper that were not settled until the end; the people who key are told that this is the end."""
    ctx.execute(
        sa.delete(UnnamedPaper).where(
            UnnamedPaper.tenant_id == ctx.tenant.id, UnnamedPaper.campaign_id == campaign.id
        )
    )
    ctx.unaudited("what was keyed of a sheet goes with the end of its campaign")


def _row(campaign: Campaign, unit_id: UUID | None, **columns: Any) -> dict[str, Any]:
    return {"campaign_id": campaign.id, "unit_id": unit_id, **columns}


def _finished(ctx: Ctx, campaign: Campaign) -> sa.Select[UUID, UUID | None, bytes | None]:
    return sa.select(Slip.id, Slip.unit_id, Slip.answers).where(
        Slip.tenant_id == ctx.tenant.id,
        Slip.campaign_id == campaign.id,
        Slip.finished,
        Slip.answers.is_not(None),
    )


def unmixed(ctx: Ctx, campaign: Campaign) -> bool:
    """Are finished slips still waiting to be moved?"""
    return ctx.execute(_finished(ctx, campaign).limit(1)).first() is not None
