"""Assignments that come from a crisis: made for whoever is told, ended when the case is closed."""

from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Assignment
from anxin.kernel.ctx import Ctx
from anxin.safety.models import Crisis

REASON = "crisis"


def assign(ctx: Ctx, crisis: Crisis, helper_id: UUID) -> None:
    """Let a helper work with the person: the relation behind the scope "assigned". Consent still decides
    what they read.
    """
    if crisis.person_id is None or crisis.person_id == helper_id:
        return
    standing = sa.select(Assignment.id).where(
        Assignment.tenant_id == ctx.tenant.id,
        Assignment.person_id == crisis.person_id,
        Assignment.helper_id == helper_id,
        sa.or_(Assignment.until.is_(None), Assignment.until > ctx.now),
    )
    if ctx.db.scalar(standing) is None:
        ctx.add(Assignment(person_id=crisis.person_id, helper_id=helper_id, reason=REASON, since=ctx.now))


def release(ctx: Ctx, crisis: Crisis) -> None:
    """End the person's crisis assignments, unless another of their cases is still open."""
    if crisis.person_id is None:
        return
    others = sa.select(Crisis.id).where(
        Crisis.tenant_id == ctx.tenant.id,
        Crisis.person_id == crisis.person_id,
        Crisis.id != crisis.id,
        Crisis.state != "closed",
    )
    if ctx.db.scalar(others.limit(1)) is None:
        ctx.execute(
            sa.update(Assignment)
            .where(
                Assignment.tenant_id == ctx.tenant.id,
                Assignment.person_id == crisis.person_id,
                Assignment.reason == REASON,
                Assignment.until.is_(None),
            )
            .values(until=ctx.now)
        )
