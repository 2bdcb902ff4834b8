"""The sealer: numbers committed entries, hashes them into the tenant's tree, signs the new head, and puts the head on
file outside the database. Each second, or on demand; two at once wait for each other in the database.
"""

import logging
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.audit.checkpoint import Checkpoint, Signer, sign
from anxin.audit.checkpoint_file import CheckpointFile
from anxin.audit.leaves import leaf_data
from anxin.audit.merkle import Frontier, leaf_hash
from anxin.kernel.ids import new_id
from anxin.kernel.runtime import Runtime

log = logging.getLogger("anxin.sealer")

SIGNER = "anxin"
BATCH = 5000
TENANTS = 200
ADDED_BY_SEALER = ("seq", "leaf")


def signer(settings: Any) -> Signer:
    return Signer(SIGNER, settings.audit_key)


def heads_file(settings: Any) -> CheckpointFile:
    """Where signed heads leave the database at once. Put it on other storage, or copy it away."""
    return CheckpointFile(settings.data_dir / "audit" / "checkpoints.txt")


def origin(tenant_id: UUID) -> str:
    """The name of a tenant's tree in its checkpoints."""
    return f"anxin/{tenant_id}"


def leaf_of(row: Any) -> bytes:
    """An entry's bytes for the tree: all its columns but those the sealer adds."""
    return leaf_data({name: value for name, value in row.items() if name not in ADDED_BY_SEALER})


def seal_pending(runtime: Runtime) -> int:
    """Seal what waits in every tenant; returns how many entries."""
    with runtime.auth.connect() as connection:
        waiting = connection.scalars(sa.text("SELECT guard.unsealed(:n)"), {"n": TENANTS}).all()
        connection.rollback()
    return sum(seal(runtime, tenant_id) for tenant_id in waiting)


def catch_up(runtime: Runtime) -> int:
    """At a sealer's start: bring to the file what a crash between commit and append kept from it."""
    file = heads_file(runtime.settings)
    file.path.parent.mkdir(parents=True, exist_ok=True)
    added = 0
    for tenant in runtime.caches["directory"].all():
        with runtime.auth.begin() as connection:
            head = connection.execute(
                sa.text("SELECT note FROM guard.seal_head(CAST(:t AS uuid))"), {"t": tenant.id}
            ).one_or_none()
        added += file.append_missing([head.note] if head else [])
    return added


def seal(runtime: Runtime, tenant_id: UUID) -> int:
    """Seal everything that waits in one tenant."""
    sealed = 0
    while True:
        count = _seal_batch(runtime, tenant_id)
        sealed += count
        if count < BATCH:
            return sealed


def _seal_batch(runtime: Runtime, tenant_id: UUID) -> int:
    with runtime.auth.begin() as connection:
        rows = (
            connection.execute(
                sa.text("SELECT * FROM guard.seal_take(CAST(:t AS uuid), :n)"), {"t": tenant_id, "n": BATCH}
            )
            .mappings()
            .all()
        )
        if not rows:
            return 0
        head = connection.execute(
            sa.text("SELECT size, frontier FROM guard.seal_head(CAST(:t AS uuid))"), {"t": tenant_id}
        ).one_or_none()
        tree = Frontier.load(head.size, bytes(head.frontier)) if head else Frontier()
        first = tree.size
        leaves = [leaf_hash(leaf_of(row)) for row in rows]
        tree.extend(leaves)
        note = sign(Checkpoint(origin(tenant_id), tree.size, tree.root()), signer(runtime.settings))
        connection.execute(
            sa.text(
                "SELECT guard.seal_put(CAST(:t AS uuid), CAST(:ids AS uuid[]), :first, CAST(:leaves AS bytea[]), "
                "CAST(:id AS uuid), :root, :frontier, :note)"
            ),
            {
                "t": tenant_id,
                "ids": [row["id"] for row in rows],
                "first": first,
                "leaves": leaves,
                "id": new_id(),
                "root": tree.root(),
                "frontier": tree.dump(),
                "note": note,
            },
        )
    file = heads_file(runtime.settings)
    file.path.parent.mkdir(parents=True, exist_ok=True)
    file.append(note)
    return len(rows)
