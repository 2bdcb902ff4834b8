"""Keys for many new people in one statement, instead of one by one at the first sealing."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx

CHUNK = 10_000
_KEYS = sa.text(
    "INSERT INTO core.subject_key (tenant_id, id, wrapped) "
    "SELECT CAST(:t AS uuid), * FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS bytea[]))"
)


def subject_keys(ctx: Ctx, subject_ids: Sequence[UUID]) -> None:
    """A key for each new person, known to the context at once."""
    for first in range(0, len(subject_ids), CHUNK):
        ids = list(subject_ids[first : first + CHUNK])
        wrapped = [ctx.runtime.keyring.new_subject_key(ctx.tenant.id)[1] for _each in ids]
        ctx.execute(_KEYS, {"t": ctx.tenant.id, "ids": ids, "keys": wrapped})
        for subject_id, key in zip(ids, wrapped, strict=True):
            ctx.keys.know(subject_id, key)
