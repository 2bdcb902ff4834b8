"""A person's ways in, for their own copy and for erasure: which factors and outside accounts there are, never a secret."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity import factors
from anxin.identity.factor_models import KnownDevice, PhoneSignIn, ScimUser
from anxin.identity.models import Messenger, MessengerAccount
from anxin.kernel.ctx import Ctx


def own_copy(ctx: Ctx, person_id: UUID) -> dict[str, Any]:
    has = factors.of(ctx, person_id)
    linked = ctx.db.scalars(
        sa.select(Messenger.vendor)
        .join(
            MessengerAccount,
            sa.and_(
                MessengerAccount.tenant_id == Messenger.tenant_id,
                MessengerAccount.messenger_id == Messenger.id,
            ),
        )
        .where(Messenger.tenant_id == ctx.tenant.id, MessengerAccount.person_id == person_id)
    )
    return {
        "authenticator_app": has.app,
        "passkeys": has.passkeys,
        "recovery_codes": has.codes,
        "messengers": sorted(linked),
    }


def own_erase(ctx: Ctx, person_id: UUID) -> dict[str, int]:
    """Counts by table."""
    counts = factors.take_all(ctx, person_id)
    models: tuple[Any, ...] = (MessengerAccount, KnownDevice, PhoneSignIn, ScimUser)
    for model in models:
        gone = ctx.execute(
            sa.delete(model).where(model.tenant_id == ctx.tenant.id, model.person_id == person_id)
        )
        counts[model.__tablename__] = gone.rowcount  # type: ignore[attr-defined]
    return counts
