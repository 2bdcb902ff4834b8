"""Writes entries in the transaction of what they tell of. If they cannot be written, nothing is."""

import os
from collections.abc import Sequence

from anxin.kernel.ctx import Ctx, as_json
from anxin.kernel.entry import Entry
from anxin.kernel.ids import new_id

SALT_BYTES = 16

_INSERT = (
    "INSERT INTO core.audit_entry (tenant_id, id, at, action, looks, actor_kind, actor_id, role, agency, contract_id, "
    "purpose, subject_id, detail, salt) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)"
)


class Writer:
    """The kernel's AuditWriter (see kernel/runtime.py)."""

    def write(self, ctx: Ctx, entries: Sequence[Entry]) -> None:
        actor = ctx.actor
        role = actor.task or ",".join(actor.roles) or None
        driver = ctx.db.connection().connection.driver_connection
        with driver.pipeline():
            for entry in entries:
                driver.execute(
                    _INSERT,
                    (
                        ctx.tenant.id,
                        new_id(),
                        ctx.now,
                        entry.action,
                        entry.read,
                        actor.kind,
                        actor.person_id,
                        role,
                        actor.agency,
                        actor.contract_id,
                        ctx.purpose,
                        entry.subject_id,
                        as_json(entry.detail()),
                        os.urandom(SALT_BYTES),
                    ),
                )
