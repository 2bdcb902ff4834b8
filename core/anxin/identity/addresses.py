"""Addresses that carry a right of their own: a calendar that is subscribed to cannot sign in.

Each is a personal token narrowed to one permission, so it appears among the person's own tokens, ends there like any
other, and opens nothing but what asks for that permission.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from anxin.identity import entries, me, sessions
from anxin.identity.models import Person, SignIn
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, SignInRequired
from anxin.kernel.guard import Permission

KEPT = timedelta(days=400)


def live(ctx: Ctx, permission: Permission) -> list[SignIn]:
    """The person's addresses for this permission that still work, newest first."""
    return [row for row in me.sign_ins(ctx, "token") if row.permissions == [permission.name]]


def make(ctx: Ctx, permission: Permission, name: str) -> str:
    """A new address's secret; it is shown once and kept as a hash. The older ones for the permission end."""
    end(ctx, permission)
    person = ctx.db.scalar(
        sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.id == me.mine(ctx))
    )
    if person is None:
        raise NotFound()
    token = sessions.start(
        ctx,
        person,
        method="token",
        kind="token",
        name=name,
        permissions=[permission.name],
        lifetime=KEPT,
    )
    ctx.db.flush()
    ctx.audit(entries.TokenMade(subject_id=person.id, token_id=live(ctx, permission)[0].id))
    return token


def end(ctx: Ctx, permission: Permission) -> int:
    """End the person's addresses for this permission, at once; how many there were."""
    rows = live(ctx, permission)
    for row in rows:
        me.end(ctx, row.id)
    return len(rows)


@contextmanager
def opened(ctx: Ctx, secret: str, permission: Permission) -> Iterator[Ctx]:
    """The context of whoever made the address, for reading; NotFound when it ended or was never made."""
    try:
        own = sessions.open_ctx(ctx.runtime, ctx.tenant, secret)
    except SignInRequired:
        raise NotFound() from None
    try:
        if not own.allowed(permission):
            raise NotFound()
        own.grant, own.plugin = own.actor.grants[permission.name], ctx.plugin
        yield own
    finally:
        own.close()
