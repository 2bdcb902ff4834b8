"""Sheets of paper of an anonymous campaign: a slip instead of a name, keyed by two people, then the way of every ticket.

Whoever answers on paper draws a slip like anybody else and puts it on a blank sheet; the ticket on it makes the sheet
count once, on paper or on a screen. Two people key it by that code. What they typed lies in a row of its own until it is
settled; the answers are then handed in as from a phone, and the row is deleted in the same transaction. Nobody can be
called about a risk answer, as on the screen: the numbers to call are printed on the sheet.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, lazy
from anxin_assessments import policy
from anxin_assessments.anonymous_models import UnnamedPaper, random_id
from anxin_assessments.models import Campaign
from anxin_assessments.services import anonymous, papers
from anxin_assessments.services.anonymous import Ticket
from anxin_assessments.services.rounds import Answers

LISTED = papers.LISTED


def of_campaign(ctx: Ctx, campaign_id: UUID) -> Sequence[UnnamedPaper]:
    """The sheets on their way in; those to be settled first. Settled ones are gone."""
    campaign = anonymous.running(ctx, campaign_id)
    return ctx.scalars(
        ctx.select(UnnamedPaper)
        .where(UnnamedPaper.campaign_id == campaign.id)
        .order_by(UnnamedPaper.state, UnnamedPaper.mark, UnnamedPaper.id)
        .limit(LISTED)
    ).all()


def key(ctx: Ctx, campaign_id: UUID, code: str, answers: Answers) -> UnnamedPaper | None:
    """Key a sheet by the code on it, the first time or, by somebody else, the second. None when it was taken in at once,
    since both typed the same. Conflict when the ticket was used on a screen meanwhile."""
    held = anonymous.ticket(ctx, campaign_id, code)
    anonymous.lock(ctx, held)
    anonymous.look(ctx, held)
    found = of_ticket(ctx, held)
    if found is None:
        return _first(ctx, held, answers)
    return _second(ctx, held, found, answers)


def of_ticket(ctx: Ctx, held: Ticket) -> UnnamedPaper | None:
    """What was keyed of a ticket's sheet so far."""
    return ctx.scalars(
        ctx.select(UnnamedPaper).where(
            UnnamedPaper.campaign_id == held.campaign.id, UnnamedPaper.ticket == held.hash
        )
    ).one_or_none()


def _first(ctx: Ctx, held: Ticket, answers: Answers) -> UnnamedPaper:
    paper_id = random_id()
    paper = UnnamedPaper(
        id=paper_id,
        campaign_id=held.campaign.id,
        ticket=held.hash,
        unit_id=held.unit_id,
        mark=held.mark,
        state="once",
        first=_sealed(ctx, paper_id, "first", answers),
        first_by=ctx.actor.person_id,
    )
    ctx.add(paper)
    ctx.audit(policy.PaperKeyed(paper_id=paper_id))
    return paper


def _second(ctx: Ctx, held: Ticket, paper: UnnamedPaper, answers: Answers) -> UnnamedPaper | None:
    if paper.state != "once":
        raise Conflict(lazy("This form has been keyed twice already."), code="assessments.keyed_twice")
    if paper.first_by == ctx.actor.person_id:
        raise Conflict(papers.SAME_KEYER, code="assessments.same_keyer")
    ctx.audit(policy.PaperKeyed(paper_id=paper.id))
    found = papers.compared(papers.round_of(ctx, held.campaign), _opened(ctx, paper, "first"), answers)
    if not found:
        _take_in(ctx, held, paper, answers)
        return None
    paper.second = _sealed(ctx, paper.id, "second", answers)
    paper.second_by, paper.differences, paper.state = ctx.actor.person_id, len(found), "differs"
    return paper


def differences(ctx: Ctx, paper: UnnamedPaper) -> list[papers.Difference]:
    """The questions two people read differently. The look is audited."""
    campaign = ctx.get(Campaign, paper.campaign_id)
    ctx.audit(policy.PaperCompared(paper_id=paper.id))
    return papers.compared(
        papers.round_of(ctx, campaign), _opened(ctx, paper, "first"), _opened(ctx, paper, "second")
    )


def settle(ctx: Ctx, paper_id: UUID, typed: Sequence[str]) -> UUID:
    """What the paper says, for each difference in its order ("-" for no answer). Then the answers go in, and the row
    goes. Returns the campaign."""
    ctx.lock(f"assessments.paper.{paper_id}")
    paper = ctx.get(UnnamedPaper, paper_id)
    campaign = anonymous.running(ctx, paper.campaign_id)
    if paper.state != "differs":
        raise Conflict(lazy("There is nothing to settle on this form."), code="assessments.settled")
    answers: Answers = _opened(ctx, paper, "first")
    papers.settle_into(answers, differences(ctx, paper), typed)
    _take_in(ctx, Ticket(campaign, paper.unit_id, paper.ticket, paper.mark), paper, answers)
    return campaign.id


def _take_in(ctx: Ctx, held: Ticket, paper: UnnamedPaper, answers: Answers) -> None:
    """The way of every ticket; questions left blank on paper stay blank, since nobody can be asked."""
    instruments = papers.round_of(ctx, held.campaign).instruments
    anonymous.fill(ctx, held, {one.id: answers[one.key] for one in instruments}, gaps=True)
    ctx.audit(policy.PaperSettled(paper_id=paper.id))
    _drop(ctx, paper.id)


def discard(ctx: Ctx, paper_id: UUID) -> UUID:
    """Forget what was keyed of a sheet, to begin again. Returns its campaign."""
    paper = ctx.get(UnnamedPaper, paper_id)
    campaign_id = paper.campaign_id
    ctx.audit(policy.PaperDiscarded(paper_id=paper_id))
    _drop(ctx, paper_id)
    return campaign_id


def _drop(ctx: Ctx, paper_id: UUID) -> None:
    ctx.execute(
        sa.delete(UnnamedPaper).where(UnnamedPaper.tenant_id == ctx.tenant.id, UnnamedPaper.id == paper_id)
    )


def _sealed(ctx: Ctx, paper_id: UUID, column: str, answers: Answers) -> bytes:
    return ctx.sealed(UnnamedPaper, column, paper_id, ctx.tenant.id, answers)


def _opened(ctx: Ctx, paper: UnnamedPaper, column: str) -> Answers:
    return ctx.unseal(UnnamedPaper, column, paper.id, ctx.tenant.id, getattr(paper, column))
