"""Writes entries in the transaction of what they tell of, with its COMMIT. If they cannot be written, nothing is."""

import os
from collections.abc import Sequence
from typing import Any

from anxin.kernel.ctx import Ctx, as_json
from anxin.kernel.entry import Entry
from anxin.kernel.ids import new_id

SALT_BYTES = 16

_INSERT = (
    "INSERT INTO core.audit_entry (tenant_id, id, at, action, looks, actor_kind, actor_id, role, agency, contract_id, "
    "purpose, subject_id, confidential, salt, detail) VALUES "
)
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"
AT_ONCE = 8  # as many in one statement: each number of rows is a statement of its own


def row(ctx: Ctx, entry: Entry) -> dict[str, Any]:
    """The columns of one entry, said by the context's actor at its moment."""
    actor = ctx.actor
    return {
        "tenant_id": ctx.tenant.id,
        "id": new_id(),
        "at": ctx.now,
        "action": entry.action,
        "looks": entry.read,
        "actor_kind": actor.kind,
        "actor_id": actor.person_id,
        "role": actor.task or ",".join(actor.roles) or None,
        "agency": actor.agency,
        "contract_id": actor.contract_id,
        "purpose": ctx.purpose,
        "subject_id": entry.subject_id,
        "confidential": entry.confidential,
        "salt": os.urandom(SALT_BYTES),
        "detail": entry.detail(),
    }


class Writer:
    """The kernel's AuditWriter (see kernel/runtime.py)."""

    def write(self, ctx: Ctx, entries: Sequence[Entry]) -> None:
        for first in range(0, len(entries), AT_ONCE):
            part = entries[first : first + AT_ONCE]
            values: list[Any] = []
            for entry in part:
                columns = row(ctx, entry)
                columns["detail"] = as_json(columns["detail"])
                values.extend(columns.values())
            ctx.last(_INSERT + ", ".join([_ROW] * len(part)), values, new=True)
