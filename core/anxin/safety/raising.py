"""raise_crisis: from any module to the people who must know, in the transaction of what was noticed.

Who may see what afterwards is decided in cases.py; when the clocks strike, in alerts.py.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.extension.events import CrisisRaised
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import ProgrammingError
from anxin.kernel.ids import new_id
from anxin.safety import alerts, rota
from anxin.safety.assigning import assign
from anxin.safety.entries import CrisisOpened
from anxin.safety.models import Crisis
from anxin.safety.steps import step

REASONS = ("answer", "score", "asked", "concern", "imminent")
SLOW = frozenset({"score"})  # contact within 72 hours; every other level-2 reason within 24
ATTENTION, DANGER = 2, 3


def raise_crisis(
    ctx: Ctx,
    *,
    person_id: UUID | None,
    level: int,
    source: str,
    key: str,
    reason: str = "answer",
    purpose: str | None = None,
) -> Crisis:
    """Record that somebody needs help and tell those on duty; returns the record.

    `level` is 2 (重点关注: a call within a day or three) or 3 (危机: a call within the hour). `key` says it
    once: the same key again changes nothing, unless the level is graver now. `source` is a dotted code of
    who noticed, `reason` one of REASONS. `purpose` names the consent that covers the call; at level 2 name
    and phone are hidden once it is withdrawn. Call it in the person's own context, a helper's or a job's;
    nobody else can write about a person's care.
    """
    _check(ctx, person_id, level, reason)
    on_duty, fallback = _whom(ctx)
    row = {
        "person_id": person_id,
        "level": level,
        "source": source,
        "reason": reason,
        "key": key,
        "purpose": purpose,
        "uncovered": fallback,
        "raised_at": ctx.now,
        **clocks(ctx, level, reason),
    }
    if (known := _find(ctx, key)) is not None:
        return _graver(ctx, known, row, on_duty)
    made = ctx.execute(
        pg.insert(Crisis)
        .values(tenant_id=ctx.tenant.id, id=new_id(), **row)
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(Crisis.id)
    ).scalar_one_or_none()
    crisis = _find(ctx, key)
    if crisis is None:
        raise ProgrammingError(f"raise_crisis: the key {key} belongs to somebody else's case")
    if made is None:  # somebody else's request said the same in this very moment
        ctx.unaudited("the same was said twice at once")
        return _graver(ctx, crisis, row, on_duty)
    step(ctx, crisis, "raised", code=f"level.{level}")
    _tell(ctx, crisis, on_duty)
    return crisis


def clocks(ctx: Ctx, level: int, reason: str) -> dict[str, Any]:
    """When the case must be acknowledged and the person contacted, from now."""
    settings = ctx.settings_of("safety")
    if level == DANGER:
        return {
            "acknowledge_by": ctx.now + timedelta(minutes=settings["acknowledge_minutes"]),
            "contact_by": ctx.now + timedelta(minutes=settings["contact_minutes"]),
        }
    hours = settings["contact_hours_score" if reason in SLOW else "contact_hours_answer"]
    return {"acknowledge_by": None, "contact_by": ctx.now + timedelta(hours=hours)}


def _check(ctx: Ctx, person_id: UUID | None, level: int, reason: str) -> None:
    if level not in (ATTENTION, DANGER) or reason not in REASONS:
        raise ProgrammingError(f"raise_crisis: level {level} or reason {reason!r} is not on the ladder")
    if ctx.actor.reach not in ("clinical", "system") and (
        person_id is None or person_id != ctx.actor.person_id
    ):
        raise ProgrammingError(
            "raise_crisis: only the person, a helper or a job can raise a crisis; enqueue a job"
        )


def _whom(ctx: Ctx) -> tuple[list[UUID], bool]:
    """Who is told now, and whether that is the fallback because nobody is on duty."""
    on_duty = rota.who(ctx)
    everybody = on_duty or [person_id for person_id, _ in ctx.db.execute(rota.helpers(ctx))]
    return list(dict.fromkeys([*everybody, *rota.who(ctx, role="supervisor")])), not on_duty


def _find(ctx: Ctx, key: str) -> Crisis | None:
    return ctx.db.scalar(
        sa.select(Crisis)
        .where(Crisis.tenant_id == ctx.tenant.id, Crisis.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _graver(ctx: Ctx, crisis: Crisis, row: dict[str, Any], helper_ids: list[UUID]) -> Crisis:
    """The same thing was said before. Only a graver level on a case that is not closed begins anew."""
    if row["level"] <= crisis.level or crisis.state == "closed":
        return crisis
    crisis.level, crisis.reason, crisis.uncovered = row["level"], row["reason"], row["uncovered"]
    crisis.acknowledge_by, crisis.contact_by = row["acknowledge_by"], row["contact_by"]
    crisis.state, crisis.acknowledged_at, crisis.acknowledged_by = "open", None, None
    crisis.contacted_at = crisis.contacted_by = crisis.lead_id = None
    crisis.closed_at = crisis.closed_by = crisis.outcome = None
    step(ctx, crisis, "graver", code=f"level.{crisis.level}")
    _tell(ctx, crisis, helper_ids)
    return crisis


def _tell(ctx: Ctx, crisis: Crisis, helper_ids: list[UUID]) -> None:
    """Assignments, jobs and events of a new (or graver) case."""
    ctx.db.flush()
    for helper_id in helper_ids:
        assign(ctx, crisis, helper_id)
        step(ctx, crisis, "alerted", helper_id=helper_id, key=f"alerted:{crisis.level}:{helper_id}")
    if crisis.uncovered:
        step(ctx, crisis, "uncovered", key=f"uncovered:{crisis.level}")
    ctx.audit(
        CrisisOpened(
            crisis_id=crisis.id, level=crisis.level, source=crisis.source, subject_id=crisis.person_id
        )
    )
    alerts.start(ctx, crisis)
    if crisis.level == DANGER:
        ctx.emit(CrisisRaised(crisis_id=crisis.id, person_id=crisis.person_id, source=crisis.source))
