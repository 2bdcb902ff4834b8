"""Figures for the union above: each month a union may publish what it has been shown itself, signed; the union above
reads that and nothing else of it.

Every figure is one that disclosure control has released to the publishing union before (billed units of a month, closed
quarters of help given) or public anyway (how many people it has). Published once a month, never changed: two versions of
one month would subtract. Taken back, it is gone above with the next request.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.audit.checkpoint import Checkpoint, CheckpointError, sign, verify
from anxin.audit.sealer import signer
from anxin.contracts.entries import RollupPublished, RollupWithdrawn
from anxin.contracts.models import Rollup, Statement
from anxin.contracts.statements import after, month_before
from anxin.identity.models import Person
from anxin.kernel.canonical import canonical_json
from anxin.kernel.ctx import Ctx
from anxin.kernel.disclosure import Cell, in_steps, show_count
from anxin.kernel.errors import Conflict, Forbidden, NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.safety import figures as help_given

BACK = 12  # months that may still be published
STEP_OF_PEOPLE = 10
PAGE = 120


@dataclass(frozen=True)
class Published:
    """A child's month as the union above sees it: with whose it is, and whether the signature fits."""

    row: Rollup
    name: str
    genuine: bool


def months(ctx: Ctx) -> list[tuple[date, Rollup | None]]:
    """The closed months, newest first, each with what was published of it."""
    known = {
        row.month: row for row in ctx.db.scalars(sa.select(Rollup).where(Rollup.tenant_id == ctx.tenant.id))
    }
    month, found = month_before(ctx.today), []
    for _step in range(BACK):
        found.append((month, known.get(month)))
        month = month_before(month)
    return found


def preview(ctx: Ctx, month: date) -> list[dict[str, Any]]:
    """What publishing this month would hand on: [{code, value}], value null where it is hidden."""
    month = _closed(ctx, month)
    found = [_figure("people", in_steps(_people(ctx), STEP_OF_PEOPLE))]
    units = _billed(ctx, month)
    found += [_figure(f"served.{kind}", show_count(count)) for kind, count in sorted(units.items())]
    if month.month % 3 == 0:
        quarter = next(
            (q for q in help_given.quarters(ctx) if (q.year, q.number * 3) == (month.year, month.month)), None
        )
        if quarter is not None:
            found.append(_figure("helped", quarter.people))
    return found


def _figure(code: str, cell: Cell[int]) -> dict[str, Any]:
    return {"code": code, "value": cell.value}


def _people(ctx: Ctx) -> int:
    return (
        ctx.db.scalar(
            sa.select(sa.func.count())
            .select_from(Person)
            .where(Person.tenant_id == ctx.tenant.id, Person.state == "active", Person.contract_id.is_(None))
        )
        or 0
    )


def _billed(ctx: Ctx, month: date) -> dict[str, int]:
    """Units by kind on this month's statements of all contracts: each was released with at least k."""
    counts: dict[str, int] = {}
    for lines in ctx.db.scalars(
        sa.select(Statement.lines).where(Statement.tenant_id == ctx.tenant.id, Statement.month == month)
    ):
        for line in lines:
            counts[line["kind"]] = counts.get(line["kind"], 0) + line["units"]
    return counts


def _closed(ctx: Ctx, month: date) -> date:
    month = month.replace(day=1)
    if after(month) > ctx.today:
        raise Conflict(lazy("Figures are published when their month is over."))
    return month


def publish(ctx: Ctx, month: date) -> UUID:
    """Sign the month's figures and hand them on to the union above. Conflict when that was done before."""
    if ctx.actor.contract_id is not None:
        raise Forbidden()
    if ctx.tenant.parent_id is None:
        raise NotFound()
    month = _closed(ctx, month)
    ctx.lock("contracts.rollup")
    known = ctx.db.scalar(sa.select(Rollup).where(Rollup.tenant_id == ctx.tenant.id, Rollup.month == month))
    figures = known.figures if known else preview(ctx, month)
    if known is not None and known.state == "published":
        raise Conflict(lazy("This month's figures are published already."))
    row = known or ctx.add(Rollup(id=new_id(), parent_id=ctx.tenant.parent_id, month=month))
    row.parent_id, row.figures, row.state = ctx.tenant.parent_id, figures, "published"
    row.published_at, row.publisher, row.withdrawn_at = ctx.now, ctx.actor.name, None
    checkpoint = _checkpoint(ctx.tenant.id, month, figures)
    row.note = sign(checkpoint, signer(ctx.runtime.settings))
    ctx.audit(RollupPublished(rollup_id=row.id, month=f"{month:%Y-%m}", digest=checkpoint.root.hex()))
    ctx.db.flush()
    return row.id


def withdraw(ctx: Ctx, rollup_id: UUID) -> None:
    """Take a month back. Published again, it says the very same: figures of a month never change."""
    if ctx.actor.contract_id is not None:
        raise Forbidden()
    row = ctx.db.scalar(
        sa.select(Rollup).where(Rollup.tenant_id == ctx.tenant.id, Rollup.id == rollup_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.state == "withdrawn":
        raise Conflict(lazy("These figures were taken back already."))
    row.state, row.withdrawn_at = "withdrawn", ctx.now
    ctx.audit(RollupWithdrawn(rollup_id=row.id, month=f"{row.month:%Y-%m}"))


def received(ctx: Ctx) -> list[Published]:
    """What the unions below have published to this one, newest month first; only what stands now."""
    below = {
        tenant.id: tenant.name
        for tenant in ctx.runtime.caches["directory"].all()
        if tenant.parent_id == ctx.tenant.id
    }
    rows = ctx.db.scalars(
        sa.select(Rollup)
        .where(Rollup.tenant_id.in_(below), Rollup.parent_id == ctx.tenant.id, Rollup.state == "published")
        .order_by(Rollup.month.desc(), Rollup.tenant_id)
        .limit(PAGE)
    )
    return [Published(row, below[row.tenant_id], genuine(ctx, row)) for row in rows]


def genuine(ctx: Ctx, row: Rollup) -> bool:
    """Do the figures carry a signature that fits them, this union and this month?"""
    try:
        signed = verify(row.note, [signer(ctx.runtime.settings).verifier])
    except CheckpointError:
        return False
    return signed.checkpoint == _checkpoint(row.tenant_id, row.month, row.figures)


def _checkpoint(tenant_id: UUID, month: date, figures: list[Any]) -> Checkpoint:
    origin = f"anxin/rollup/{tenant_id}/{month:%Y-%m}"
    return Checkpoint(origin, len(figures), hashlib.sha256(canonical_json(figures)).digest())
