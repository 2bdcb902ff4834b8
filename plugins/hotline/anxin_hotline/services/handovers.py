"""Hand-over between shifts: a sheet the next shift must acknowledge."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import Conflict, Ctx, Invalid, NotFound, lazy, new_id, notify
from anxin_hotline import policy
from anxin_hotline.calls import Call, FollowUp, Handover
from anxin_hotline.models import Line
from anxin_hotline.services import lines, seeing, staff

SOON = timedelta(minutes=90)  # shifts that begin this soon are the next


def open_counts(ctx: Ctx, line_id: UUID) -> dict[str, int]:
    """What the next shift takes over, in numbers: follow-ups due within a day, danger within a day, unfinished."""
    due = ctx.scalar(
        sa.select(sa.func.count())
        .select_from(FollowUp)
        .where(
            FollowUp.tenant_id == ctx.tenant.id,
            FollowUp.state == "open",
            FollowUp.due_at < ctx.now + timedelta(days=1),
        )
    )
    day = (
        Call.tenant_id == ctx.tenant.id,
        Call.started_at > ctx.now - timedelta(days=1),
        sa.or_(Call.line_id == line_id, Call.line_id.is_(None)),
    )
    danger = ctx.scalar(
        sa.select(sa.func.count()).select_from(Call).where(*day, seeing.LOGGED, Call.risk >= 2)
    )
    unfinished = ctx.scalar(sa.select(sa.func.count()).select_from(Call).where(*day, Call.state == "live"))
    return {"due": due or 0, "danger": danger or 0, "unfinished": unfinished or 0}


def write(ctx: Ctx, line_id: UUID, note: str) -> Handover:
    """Leave a sheet; whoever is on the rota next is told."""
    line = ctx.get(Line, line_id)
    me = seeing.insist_me(ctx)
    if not note.strip():
        raise Invalid(
            fields={"note": [lazy("Write what the next shift has to know; “nothing” is an answer too.")]}
        )
    sheet_id = new_id()
    ctx.insert(
        Handover,
        [
            {
                "id": sheet_id,
                "line_id": line.id,
                "from_id": me,
                "made_at": ctx.now,
                "note": ctx.sealed(Handover, "note", sheet_id, me, note.strip()),
                "counts": open_counts(ctx, line.id),
            }
        ],
    )
    for person_id in _next(ctx, line.id) - {me}:
        notify(
            ctx, person_id, "hotline.handover", f"/hotline/handover/{sheet_id}", key=f"handover:{sheet_id}"
        )
    ctx.audit(policy.HandedOver(handover_id=sheet_id, subject_id=me))
    return _get(ctx, sheet_id)


def _next(ctx: Ctx, line_id: UUID) -> set[UUID]:
    """Who is at the line now or soon."""
    return {
        turn.person_id for turn in lines.rota(ctx, ctx.now, ctx.now + SOON, line_id=line_id) if turn.counts
    }


def _get(ctx: Ctx, handover_id: UUID, *, lock: bool = False) -> Handover:
    statement = sa.select(Handover).where(Handover.tenant_id == ctx.tenant.id, Handover.id == handover_id)
    found = ctx.db.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


def read(ctx: Ctx, handover_id: UUID) -> tuple[Handover, str]:
    """A sheet with its words; the look is written down for whoever wrote it."""
    sheet = _get(ctx, handover_id)
    note = seeing.open_or_nothing(ctx, sheet, "note")
    ctx.audit(policy.HandoverRead(handover_id=sheet.id, subject_id=sheet.from_id))
    return sheet, note if isinstance(note, str) else ""


def acknowledge(ctx: Ctx, handover_id: UUID) -> Handover:
    """“I have read it and take it over.” Not by whoever wrote it."""
    sheet, me = _get(ctx, handover_id, lock=True), seeing.insist_me(ctx)
    if sheet.acknowledged_at is not None:
        raise Conflict(lazy("This is taken over already."), code="acknowledged")
    if sheet.from_id == me:
        raise Conflict(lazy("Somebody of the next shift has to take it over, not you."), code="same_person")
    sheet.acknowledged_at, sheet.acknowledged_by = ctx.now, me
    ctx.audit(policy.HandoverRead(handover_id=sheet.id, acknowledged=True, subject_id=sheet.from_id))
    return sheet


def waiting(ctx: Ctx) -> list[Handover]:
    """Sheets nobody has taken over, of others than the reader, the oldest first."""
    return list(
        ctx.db.scalars(
            sa.select(Handover)
            .where(
                Handover.tenant_id == ctx.tenant.id,
                Handover.acknowledged_at.is_(None),
                Handover.from_id != ctx.actor.person_id,
            )
            .order_by(Handover.made_at)
            .limit(5)
        )
    )


def latest(ctx: Ctx, limit: int = 20) -> list[Handover]:
    return list(
        ctx.db.scalars(
            sa.select(Handover)
            .where(Handover.tenant_id == ctx.tenant.id)
            .order_by(Handover.made_at.desc())
            .limit(limit)
        )
    )


def remind(ctx: Ctx) -> None:
    """A sheet that the next shift has not taken over in time is the supervisors' business."""
    limit = timedelta(minutes=ctx.settings["handover_minutes"])
    late: Any = ctx.db.scalars(
        sa.select(Handover).where(
            Handover.tenant_id == ctx.tenant.id,
            Handover.acknowledged_at.is_(None),
            Handover.made_at < ctx.now - limit,
            Handover.made_at > ctx.now - timedelta(days=2),
        )
    )
    for sheet in late:
        for person_id in staff.supervisors(ctx):
            notify(
                ctx, person_id, "hotline.handover", f"/hotline/handover/{sheet.id}", key=f"late:{sheet.id}"
            )
