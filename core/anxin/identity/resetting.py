"""Asking for a reset link by oneself: the page answers alike for everybody, and the work is the same.

A job is asked for either way; only it finds out whether there is anybody, and mails the link to the address on their
record. At most three links an hour for one person, so that nobody's inbox is flooded by strangers.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Link, Login, Person
from anxin.kernel.ctx import Ctx

JOB: Final = SimpleNamespace(name="notices.reset_link")  # the mail is the notices room's
AN_HOUR: Final = 3


def ask(ctx: Ctx, name: str) -> None:
    """Whoever it is: nothing is told here."""
    login_id = ctx.db.scalar(
        sa.select(Login.id).where(Login.tenant_id == ctx.tenant.id, Login.name == name.strip().lower())
    )
    ctx.enqueue(JOB, login_id=login_id)
    ctx.unaudited("asking tells nothing; the link that is made has its entry")


def may_have(ctx: Ctx, login_id: UUID) -> Person | None:
    """The person behind a sign-in name, when a link may be sent: active, activated, not too often."""
    person = ctx.db.scalar(
        sa.select(Person)
        .join(Login, sa.and_(Login.tenant_id == Person.tenant_id, Login.person_id == Person.id))
        .where(Login.tenant_id == ctx.tenant.id, Login.id == login_id, Person.state == "active")
    )
    if person is None:
        return None
    lately = ctx.db.scalar(
        sa.select(sa.func.count())
        .select_from(Link)
        .where(
            Link.tenant_id == ctx.tenant.id,
            Link.person_id == person.id,
            Link.made_at > ctx.now - timedelta(hours=1),
        )
    )
    return person if (lately or 0) < AN_HOUR else None
