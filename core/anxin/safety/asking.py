"""“请值班咨询师联系我”: an employee asks for a call. While that is open, asking again the same day says the
same thing.
"""

import sqlalchemy as sa

from anxin.identity.models import Person
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.i18n import local
from anxin.safety.models import Crisis
from anxin.safety.raising import ATTENTION, raise_crisis


def ask_contact(ctx: Ctx) -> Crisis:
    """Record the wish at level 2; the people on duty are told."""
    if ctx.actor.person_id is None:
        raise SignInRequired()
    return raise_crisis(
        ctx,
        person_id=ctx.actor.person_id,
        level=ATTENTION,
        source="safety.asked",
        key=f"asked:{ctx.actor.person_id}:{local(ctx.now):%Y-%m-%d}:{_closed_before(ctx)}",
        reason="asked",
    )


def _closed_before(ctx: Ctx) -> int:
    """How many of the actor's cases are closed: a new wish after a closing is a new case."""
    closed = sa.select(sa.func.count()).where(
        Crisis.tenant_id == ctx.tenant.id, Crisis.person_id == ctx.actor.person_id, Crisis.state == "closed"
    )
    return ctx.db.scalar(closed) or 0


def has_phone(ctx: Ctx) -> bool:
    """Is there a number to call the actor on?"""
    if ctx.actor.person_id is None:
        return False
    person = ctx.get(Person, ctx.actor.person_id)
    return bool(person.contact and ctx.open(person, "contact").get("phone"))
