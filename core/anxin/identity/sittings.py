"""Sittings: somebody answers for a while on a device that is not theirs, without signing in on it.

A sitting is a capability of one person and no session: no cookie of signing in can be made of it, so that none of the
pages a person has when signed in opens with it. Whoever begins one says beforehand how they know who is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from anxin.kernel import capability
from anxin.kernel.actor import Actor, Grant
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound, SignInRequired
from anxin.kernel.guard import Permission
from anxin.kernel.link import Link

LONGEST = timedelta(hours=2)
IDLE = timedelta(minutes=10)

_WHO = """
SELECT p.id, p.name, p.unit_id, p.locale FROM core.person p
 WHERE p.tenant_id = %(tenant)s AND p.id = (SELECT guard.person()) AND p.state = 'active'
"""


def begin(ctx: Ctx, person_id: UUID) -> str:
    """Begin a sitting of a person of this tenant; returns its secret. The caller audits."""
    return capability.mint(
        ctx.runtime.auth, ctx.tenant.id, reach="self", person_id=person_id, lifetime=LONGEST, idle=IDLE
    )


def mark(secret: str) -> bytes:
    """What may be kept of a sitting's secret, to end it from elsewhere."""
    return capability.token_hash(secret)


def end(ctx: Ctx, kept: bytes) -> bool:
    """End the sitting of this mark at once; False when it had ended."""
    return capability.revoke(ctx.runtime.auth, kept)


@contextmanager
def at(ctx: Ctx, secret: str, permission: Permission) -> Iterator[Ctx]:
    """The person's own context, with this one permission of the plugin at work; commits at the end of its block.

    NotFound when the sitting has ended, or is another tenant's.
    """
    link = Link(ctx.runtime.engine)
    try:
        try:
            entered = link.enter(secret)
        except SignInRequired:
            raise NotFound() from None
        found = link.execute(_WHO, {"tenant": ctx.tenant.id}).fetchone()
        if entered[0] != ctx.tenant.id or found is None:
            raise NotFound()
        person_id, name, unit_id, locale = found
        actor = Actor(
            kind="person",
            reach="self",
            person_id=person_id,
            name=name,
            grants={permission.name: Grant("own")},
            unit_id=unit_id,
            locale=locale,
        )
        own = Ctx(ctx.runtime, ctx.tenant, link, actor, now=ctx.now, token=secret)
        own.plugin, own.grant = ctx.plugin, Grant("own")
        yield own
        own.commit()
    finally:
        link.close()
