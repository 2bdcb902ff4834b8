"""Tickets on paper for an anonymous campaign: packs of printed slips, drawn by hand.

The slips of a pack are tickets like any other: a random code with a keyed signature, stored nowhere before it is used. Who
draws one is written down as for a ticket on the screen, by name and day; which slip it was, nobody can know, since slips
carry no number and are drawn at random. A pack row says how many were printed for a unit, so that there are never more than
people invited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, Person, Unit, consent_on_paper, lazy
from anxin_assessments import policy
from anxin_assessments.anonymous_models import Slip, TicketPack, random_id
from anxin_assessments.models import Campaign, Invitation
from anxin_assessments.services import anonymous, unnamed_papers


@dataclass(frozen=True)
class Pile:
    """The slips of one unit: None stands for everybody whose unit is too small to be named."""

    unit_id: UUID | None
    unit: str | None
    invited: int
    printed: int
    void: int

    @property
    def left(self) -> int:
        """How many may still be printed: one for each person invited, and one for each that is void."""
        return max(0, self.invited - max(0, self.printed - self.void))


def piles(ctx: Ctx, campaign: Campaign) -> list[Pile]:
    """The units a campaign's tickets may name, and how many slips each still may have."""
    invited = _counts(ctx, Invitation, campaign, sa.func.count())
    printed = _counts(ctx, TicketPack, campaign, sa.func.sum(TicketPack.count))
    void = _counts(ctx, Slip, campaign, sa.func.count().filter(Slip.void))
    named = sa.select(Unit.id, Unit.name).where(
        Unit.tenant_id == ctx.tenant.id, Unit.id.in_([unit for unit in invited if unit])
    )
    names: dict[UUID | None, str] = {row.id: row.name for row in ctx.execute(named)}
    found = [
        Pile(unit, names.get(unit), people, printed.get(unit, 0), void.get(unit, 0))
        for unit, people in invited.items()
    ]
    return sorted(found, key=lambda pile: (pile.unit is None, pile.unit or ""))


def _counts(
    ctx: Ctx, model: Any, campaign: Campaign, figure: sa.ColumnElement[int]
) -> dict[UUID | None, int]:
    rows = ctx.execute(
        sa.select(model.unit_id.label("unit"), figure.label("figure"))
        .where(model.tenant_id == ctx.tenant.id, model.campaign_id == campaign.id)
        .group_by(model.unit_id)
    )
    return {row.unit: int(row.figure) for row in rows}


def begin(ctx: Ctx, campaign_id: UUID, unit_id: UUID | None, slips: int) -> TicketPack:
    """Note a pack that is to be printed. Invalid when there would be more slips than people invited."""
    campaign = anonymous.running(ctx, campaign_id)
    ctx.lock(f"assessments.packs.{campaign.id}")
    pile = next((one for one in piles(ctx, campaign) if one.unit_id == unit_id), None)
    if pile is None:
        raise Invalid(fields={"unit_id": [lazy("Nobody of this unit was invited to this campaign.")]})
    if slips > pile.left:
        said = lazy("At most %(left)d more: one slip for each person invited.", left=pile.left)
        raise Invalid(fields={"slips": [said]})
    pack = ctx.add(TicketPack(id=random_id(), campaign_id=campaign.id, unit_id=unit_id, count=slips))
    ctx.audit(policy.TicketsPrinted(campaign_id=campaign.id, slips=slips))
    return pack


def unit_of(ctx: Ctx, pack: TicketPack) -> str | None:
    """The name of the unit a pack is for."""
    return ctx.scalar(sa.select(Unit.name).where(Unit.tenant_id == ctx.tenant.id, Unit.id == pack.unit_id))


def codes(ctx: Ctx, pack: TicketPack) -> Sequence[str]:
    """The tickets of a pack, made anew each time; for the paper, and for nothing else."""
    campaign = anonymous.running(ctx, pack.campaign_id)
    return [anonymous.make_code(ctx, campaign.id, pack.unit_id) for _slip in range(pack.count)]


def draw(ctx: Ctx, campaign_id: UUID, *, number: str, signed: bool) -> str | None:
    """Write down that the person of this employee number draws a slip now, consent signed on the list. Returns the
    unit of the pile they draw from (None: the pile without a unit). Conflict when they have had a ticket, or declined."""
    campaign = anonymous.running(ctx, campaign_id)
    row = ctx.execute(
        sa.select(Invitation.person_id, Invitation.unit_id, Unit.name)
        .join(Person, sa.and_(Person.tenant_id == Invitation.tenant_id, Person.id == Invitation.person_id))
        .outerjoin(Unit, sa.and_(Unit.tenant_id == Invitation.tenant_id, Unit.id == Invitation.unit_id))
        .where(
            Invitation.tenant_id == ctx.tenant.id,
            Invitation.campaign_id == campaign.id,
            Person.number == number.strip(),
            Person.state == "active",
        )
    ).one_or_none()
    if row is None:
        raise Invalid(fields={"number": [lazy("Nobody with this number was invited to this campaign.")]})
    if not signed:
        raise Invalid(fields={"signed": [lazy("Without a signature on the list nobody draws a slip.")]})
    if not anonymous.note_taken(ctx, campaign.id, row.person_id):
        raise Conflict(lazy("This person has had a ticket already, or said no."), code="assessments.ticket")
    consent_on_paper(ctx, row.person_id, policy.ANONYMOUS)
    return row.name


def void(ctx: Ctx, campaign_id: UUID, code: str) -> None:
    """A slip that was left over or spoilt: its code opens nothing from now on, and another may be printed for it.
    Conflict when somebody answers with it already, on a screen or on paper."""
    held = anonymous.ticket(ctx, campaign_id, code)
    anonymous.lock(ctx, held)
    if anonymous.begun(ctx, held) or unnamed_papers.of_ticket(ctx, held) is not None:
        raise Conflict(lazy("Somebody is answering with this slip."), code="assessments.begun")
    row = {"id": random_id(), "campaign_id": campaign_id, "ticket": held.hash, "unit_id": held.unit_id}
    ctx.insert(Slip, [row | {"finished": True, "void": True}])
    ctx.audit(policy.SlipVoided(campaign_id=campaign_id))
