"""Capabilities: the only way into a tenant. Made and revoked by the auth role, which only identity (sign-in, sessions),
the scheduler and operator commands use; `tests/contracts` holds that.

A token is 32 random bytes; the database knows its SHA-256 only. Reach says what the row-level wall lets through:
visitor (public pages), self (own clinical rows), clinical (a helper under a contract), figures (counts on their way to
disclosure control), system (jobs and operator commands).
"""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

Reach = Literal["visitor", "self", "clinical", "figures", "system"]

_MINT = sa.text(
    "SELECT guard.mint(:hash, CAST(:tenant AS uuid), CAST(:person AS uuid), :reach, "
    "CAST(:lifetime AS interval), CAST(:idle AS interval))"
)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def mint(
    auth: Engine,
    tenant_id: UUID,
    *,
    reach: Reach,
    lifetime: timedelta,
    person_id: UUID | None = None,
    idle: timedelta | None = None,
    token: str | None = None,
) -> str:
    """Make a capability and return its token."""
    token = token or new_token()
    with auth.begin() as connection:
        connection.execute(
            _MINT,
            {
                "hash": token_hash(token),
                "tenant": tenant_id,
                "person": person_id,
                "reach": reach,
                "lifetime": lifetime,
                "idle": idle,
            },
        )
    return token


def revoke(auth: Engine, token_hash_: bytes) -> bool:
    """End one capability at once. False when it had ended already."""
    with auth.begin() as connection:
        return bool(connection.scalar(sa.text("SELECT guard.revoke(:hash)"), {"hash": token_hash_}))


def revoke_person(auth: Engine, tenant_id: UUID, person_id: UUID, *, keep: bytes | None = None) -> int:
    """End all capabilities of a person (leaver, changed roles, "end all other sessions"); returns how many."""
    statement = sa.text("SELECT guard.revoke_person(CAST(:t AS uuid), CAST(:p AS uuid), CAST(:k AS bytea))")
    with auth.begin() as connection:
        return connection.scalar(statement, {"t": tenant_id, "p": person_id, "k": keep}) or 0


@dataclass
class _Kept:
    token: str
    until: float


class Shared:
    """Short-lived capabilities without a person (visitors, figures), one a tenant and process, renewed at half-life."""

    LIFETIME = timedelta(minutes=10)

    def __init__(self, auth: Engine, reach: Reach) -> None:
        self._auth = auth
        self._reach: Reach = reach
        self._kept: dict[UUID, _Kept] = {}
        self._lock = threading.Lock()

    def token(self, tenant_id: UUID) -> str:
        kept = self._kept.get(tenant_id)
        if kept and kept.until > time.monotonic():
            return kept.token
        token = mint(self._auth, tenant_id, reach=self._reach, lifetime=self.LIFETIME)
        with self._lock:
            self._kept[tenant_id] = _Kept(token, time.monotonic() + self.LIFETIME.total_seconds() / 2)
        return token

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
