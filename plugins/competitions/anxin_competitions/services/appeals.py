"""An entry was refused: its author may appeal once, and somebody else than the reviewer hears it."""

from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, _, notify
from anxin_competitions.models import Appeal, Entry
from anxin_competitions.policy import REVIEWED, Answered, Appealed, AppealRead
from anxin_competitions.services import competitions, entries


def appeal(ctx: Ctx, entry_id: UUID, text: str) -> Appeal:
    """By whoever entered, while the entry is refused and results are not out."""
    found = entries.own_or_managed(ctx, entry_id)
    if found.person_id != ctx.actor.person_id:
        raise NotFound()
    competitions.not_over(competitions.one(ctx, found.competition_id))
    if found.state != "refused":
        raise Conflict(_("Only an entry that was not accepted can be appealed for."))
    if of_entry(ctx, found.id) is not None:
        raise Conflict(_("You have appealed already."))
    made = Appeal(tenant_id=ctx.tenant.id, entry_id=found.id, person_id=found.person_id, made_at=ctx.now)
    ctx.seal(made, "sealed_text", text.strip())
    ctx.add(made)
    ctx.audit(Appealed(entry_id=found.id, subject_id=found.person_id))
    return made


def answer(ctx: Ctx, appeal_id: UUID, *, upheld: bool, text: str) -> Appeal:
    """With reasons, by somebody else than who refused the entry. Upheld, the entry takes part."""
    found = ctx.get(Appeal, appeal_id)
    entry = ctx.get(Entry, found.entry_id)
    competitions.not_over(competitions.one(ctx, entry.competition_id))
    if found.state != "open":
        raise Conflict(_("This appeal has been answered."))
    if entry.decided_by == ctx.actor.person_id:
        raise Conflict(_("Somebody else must hear the appeal: you reviewed the entry."))
    if not text.strip():
        raise Invalid(fields={"text": [_("Give the reasons.")]})
    found.state, found.answered_at, found.answered_by = (
        ("upheld" if upheld else "dismissed"),
        ctx.now,
        ctx.actor.person_id,
    )
    ctx.seal(found, "sealed_answer", text.strip())
    if upheld:
        entry.state, entry.decided_at = "accepted", ctx.now
    ctx.audit(Answered(objection_id=found.id, state=found.state, subject_id=found.person_id))
    notify(ctx, found.person_id, REVIEWED.code, "/competitions/mine")
    return found


def of_entry(ctx: Ctx, entry_id: UUID) -> Appeal | None:
    return ctx.db.scalar(
        sa.select(Appeal).where(Appeal.tenant_id == ctx.tenant.id, Appeal.entry_id == entry_id)
    )


def told(ctx: Ctx, found: Appeal) -> tuple[str, str]:
    """Its words and the answer's."""
    return ctx.open(found, "sealed_text"), ctx.open(found, "sealed_answer") if found.sealed_answer else ""


def read(ctx: Ctx, appeal_id: UUID) -> tuple[Appeal, Entry, str, str]:
    """For those who run it; the look is written down."""
    found = ctx.get(Appeal, appeal_id)
    entry = ctx.get(Entry, found.entry_id)
    ctx.audit(AppealRead(entry_id=entry.id, subject_id=found.person_id))
    return found, entry, *told(ctx, found)


def listed(ctx: Ctx, competition_id: UUID) -> list[tuple[Appeal, Entry]]:
    """Of a competition, for those who run it, open ones first."""
    rows = ctx.db.execute(
        sa.select(Appeal, Entry)
        .join(Entry, sa.and_(Entry.tenant_id == Appeal.tenant_id, Entry.id == Appeal.entry_id))
        .where(Appeal.tenant_id == ctx.tenant.id, Entry.competition_id == competition_id)
        .order_by(Appeal.answered_at.is_not(None), Appeal.made_at)
    )
    return [(row.Appeal, row.Entry) for row in rows]
