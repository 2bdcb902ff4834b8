"""Bearer tokens of a tenant's directory: shown once, kept as a hash, ended at once."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.entries import ScimTokenEnded, ScimTokenMade
from anxin.identity.factor_models import ScimToken
from anxin.kernel import capability
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound

PREFIX = "scim_"  # so that a token found in a log says what it opens


def make(ctx: Ctx, name: str, days: int) -> str:
    token = PREFIX + capability.new_token()
    row = ctx.add(
        ScimToken(
            name=name, token_hash=capability.token_hash(token), expires_at=ctx.now + timedelta(days=days)
        )
    )
    ctx.audit(ScimTokenMade(token_id=row.id))
    return token


def live(ctx: Ctx) -> list[ScimToken]:
    return list(
        ctx.db.scalars(
            sa.select(ScimToken)
            .where(
                ScimToken.tenant_id == ctx.tenant.id,
                ScimToken.ended_at.is_(None),
                ScimToken.expires_at > ctx.now,
            )
            .order_by(ScimToken.made_at)
        )
    )


def end(ctx: Ctx, token_id: UUID) -> None:
    row = next((one for one in live(ctx) if one.id == token_id), None)
    if row is None:
        raise NotFound()
    row.ended_at = ctx.now
    ctx.audit(ScimTokenEnded(token_id=row.id))


def opens(ctx: Ctx, token: str) -> bool:
    """Is this a live token of this tenant? Notes once an hour that it was used."""
    row = ctx.db.scalar(
        sa.select(ScimToken).where(
            ScimToken.tenant_id == ctx.tenant.id,
            ScimToken.token_hash == capability.token_hash(token),
            ScimToken.ended_at.is_(None),
            ScimToken.expires_at > ctx.now,
        )
    )
    if row is None:
        return False
    if row.used_at is None or row.used_at < ctx.now - timedelta(hours=1):
        row.used_at = ctx.now
    return True
