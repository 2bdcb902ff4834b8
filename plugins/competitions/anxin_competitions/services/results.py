"""Results: written down by one, checked by another."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, _
from anxin_competitions import marks
from anxin_competitions.models import Category, Entry, Result
from anxin_competitions.policy import Checked, Recorded
from anxin_competitions.services import competitions


def record(
    ctx: Ctx, entry_id: UUID, *, mark: str = "", outcome: str = "ok", by: UUID | None = None
) -> Result:
    """Write down (or correct) what was measured. A corrected result waits for its check again.

    `by` names the writer where the actor is a command.
    """
    entry, category = _entry(ctx, entry_id)
    if entry.state != "accepted":
        raise Conflict(_("Only accepted entries have results."))
    if outcome == "ok" and not mark.strip():
        raise Invalid(fields={"mark": [_("Write the mark, or say what happened.")]})
    value = marks.read(mark, category.measure) if outcome == "ok" else None
    found = of_entry(ctx, entry.id) or ctx.add(Result(entry_id=entry.id))
    found.mark, found.outcome = value, outcome
    found.written_by, found.written_at = by or _me(ctx), ctx.now
    found.checked_by = found.checked_at = None
    ctx.audit(Recorded(entry_id=entry.id, outcome=outcome))
    return found


def check(ctx: Ctx, entry_id: UUID) -> Result:
    """A second person confirms a result; Conflict when it is the one who wrote it."""
    entry, _category = _entry(ctx, entry_id)
    found = of_entry(ctx, entry.id)
    if found is None:
        raise NotFound()
    if found.written_by == _me(ctx):
        raise Conflict(_("Somebody else must check what you wrote down."))
    found.checked_by, found.checked_at = _me(ctx), ctx.now
    ctx.audit(Checked(entry_id=entry.id))
    return found


def check_category(ctx: Ctx, competition_id: UUID, category_id: UUID) -> int:
    """Confirm every unchecked result of a category that somebody else wrote; returns how many."""
    competitions.category(ctx, competition_id, category_id)
    done = 0
    for result in of_category(ctx, category_id).values():
        if result.checked_by is None and result.written_by != _me(ctx):
            check(ctx, result.entry_id)
            done += 1
    if not done:
        raise Conflict(_("There is nothing here that you can check: what you wrote, somebody else checks."))
    return done


def entry_of(ctx: Ctx, entry_id: UUID) -> Entry:
    """The entry a result is written for."""
    return _entry(ctx, entry_id)[0]


def of_entry(ctx: Ctx, entry_id: UUID) -> Result | None:
    return ctx.db.scalar(
        sa.select(Result).where(Result.tenant_id == ctx.tenant.id, Result.entry_id == entry_id)
    )


def of_category(ctx: Ctx, category_id: UUID) -> Mapping[UUID, Result]:
    """Entry → result."""
    rows = ctx.db.scalars(
        sa.select(Result)
        .join(Entry, sa.and_(Entry.tenant_id == Result.tenant_id, Entry.id == Result.entry_id))
        .where(Result.tenant_id == ctx.tenant.id, Entry.category_id == category_id)
    )
    return {row.entry_id: row for row in rows}


def _entry(ctx: Ctx, entry_id: UUID) -> tuple[Entry, Category]:
    entry = ctx.get(Entry, entry_id)
    competition = competitions.one(ctx, entry.competition_id)
    competitions.not_over(competition)
    if competition.state not in {"running", "checking"}:
        raise Conflict(_("It has not begun yet."))
    return entry, competitions.category(ctx, competition.id, entry.category_id)


def _me(ctx: Ctx) -> UUID:
    if ctx.actor.person_id is None:
        raise NotFound()
    return ctx.actor.person_id
