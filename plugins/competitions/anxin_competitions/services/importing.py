"""Results from a file, row by row: what fits is written, what does not is named."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import AnxinError, Ctx, Invalid, Person, _
from anxin_competitions.models import Category, Competition, Entry, Ranking
from anxin_competitions.rules.places import OUTCOMES
from anxin_competitions.services import competitions, ranking, results


def knows(ctx: Ctx, competition_id: UUID) -> bool:
    """Whether the competition is this tenant's."""
    return (
        ctx.db.scalar(
            sa.select(Competition.id).where(
                Competition.tenant_id == ctx.tenant.id, Competition.id == competition_id
            )
        )
        is not None
    )


def take_in(ctx: Ctx, competition_id: UUID, rows: Sequence[Mapping[str, Any]], number: str) -> dict[str, Any]:
    """{written, refused: [{row, reason}]}; every row is written down by the person with that employee number."""
    writer = ctx.db.scalar(
        sa.select(Person.id).where(
            Person.tenant_id == ctx.tenant.id, Person.number == number, Person.state == "active"
        )
    )
    if writer is None:
        raise Invalid(_("Nobody on the roster has this number."))
    found = competitions.one(ctx, competition_id)
    by_title = {category.title: category for category in competitions.categories(ctx, found.id)}
    written, refused = 0, []
    for line, row in enumerate(rows, 1):
        try:
            _write(ctx, by_title, row, writer)
        except AnxinError as error:
            reason = next(iter(getattr(error, "fields", {}).values()), [error.message])[0]
            refused.append({"row": line, "reason": str(reason)})
        else:
            written += 1
    return {"written": written, "refused": refused}


def _write(ctx: Ctx, by_title: Mapping[str, Category], row: Mapping[str, Any], writer: UUID) -> None:
    if not isinstance(row, Mapping):
        raise Invalid(_("A row is an object."))
    category = by_title.get(str(row.get("category")))
    if category is None:
        raise Invalid(_("There is no such category."))
    outcome = str(row.get("outcome") or "ok")
    if outcome not in OUTCOMES:
        raise Invalid(_("This outcome is not known."))
    entry_id = ctx.db.scalar(
        sa.select(Entry.id).where(
            Entry.tenant_id == ctx.tenant.id,
            Entry.category_id == category.id,
            Entry.number == _whole(row.get("number")),
            Entry.state == "accepted",
        )
    )
    if entry_id is None:
        raise Invalid(_("Nobody starts with this number."))
    results.record(ctx, entry_id, mark=str(row.get("mark") or ""), outcome=outcome, by=writer)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**6 else -1


def replayed(ctx: Ctx, competition_id: UUID | None) -> list[dict[str, Any]]:
    """Every confirmed ranking computed anew: does it come out byte for byte?"""
    statement = (
        sa.select(Ranking, Competition.title)
        .join(
            Competition,
            sa.and_(Competition.tenant_id == Ranking.tenant_id, Competition.id == Ranking.competition_id),
        )
        .where(Ranking.tenant_id == ctx.tenant.id, Ranking.checked_by.is_not(None))
        .order_by(Competition.title, Ranking.version)
    )
    if competition_id is not None:
        competitions.one(ctx, competition_id)
        statement = statement.where(Ranking.competition_id == competition_id)
    return [
        {
            "competition": str(row.Ranking.competition_id),
            "title": row.title,
            "version": row.Ranking.version,
            "digest": row.Ranking.digest,
            "same": ranking.holds(row.Ranking),
        }
        for row in ctx.db.execute(statement)
    ]
