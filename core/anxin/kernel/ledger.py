"""The erasure ledger: which subjects' keys were deleted and when, in a file outside the database. A restored copy of
the database brings old keys back; replaying the ledger deletes them again (`anxin db replay-erasures`).

Ids only, one line each: time, tenant, subject. Keep the file with the checkpoints, apart from the database.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection


class Erasure(NamedTuple):
    at: datetime
    tenant_id: UUID
    subject_id: UUID


def path(settings: Any) -> Path:
    return settings.data_dir / "audit" / "erasures.txt"


def append(settings: Any, tenant_id: UUID, subject_id: UUID, at: datetime) -> None:
    """Write a line and wait until the disk has it. One line too many does no harm: it names a key that is to go."""
    file = path(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        os.write(descriptor, f"{at.isoformat()} {tenant_id} {subject_id}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(settings: Any) -> Iterator[Erasure]:
    """Every whole line (a power failure may cut the last)."""
    file = path(settings)
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        parts = line.split(" ")
        if len(parts) == 3 and len(parts[2]) == 36:
            yield Erasure(datetime.fromisoformat(parts[0]), UUID(parts[1]), UUID(parts[2]))


def replay(connection: Connection, erasures: Iterator[Erasure]) -> int:
    """Delete again what a restore brought back: keys made before their erasure. Needs the owner's superuser rights."""
    done = 0
    for erasure in erasures:
        done += connection.execute(
            sa.text(
                "UPDATE core.subject_key SET wrapped = NULL, erased_at = :at WHERE tenant_id = :t AND id = :s "
                "AND wrapped IS NOT NULL AND made_at < :at"
            ),
            {"at": erasure.at, "t": erasure.tenant_id, "s": erasure.subject_id},
        ).rowcount
    return done
