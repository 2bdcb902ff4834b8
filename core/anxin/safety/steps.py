"""Writing one step of a crisis: append only, and told once however often a job runs."""

from uuid import UUID

from sqlalchemy.dialects import postgresql as pg

from anxin.kernel.ctx import Ctx
from anxin.kernel.ids import new_id
from anxin.safety.models import Crisis, CrisisEvent


def step(
    ctx: Ctx,
    crisis: Crisis,
    kind: str,
    *,
    key: str | None = None,
    helper_id: UUID | None = None,
    code: str | None = None,
    note: str | None = None,
) -> bool:
    """Append a step. False when it was told already. `note` is sealed for the crisis's subject."""
    step_id = new_id()
    subject = crisis.person_id or ctx.tenant.id
    made = ctx.execute(
        pg.insert(CrisisEvent)
        .values(
            tenant_id=ctx.tenant.id,
            id=step_id,
            crisis_id=crisis.id,
            person_id=crisis.person_id,
            kind=kind,
            key=key or f"{kind}:{crisis.level}:{step_id.hex if note else ''}",
            at=ctx.now,
            actor_id=ctx.actor.person_id,
            helper_id=helper_id,
            code=code,
            note=None if note is None else ctx.sealed(CrisisEvent, "note", step_id, subject, note),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "crisis_id", "key"])
        .returning(CrisisEvent.id)
    )
    return made.scalar_one_or_none() is not None
