"""Idempotency-Key: an unsafe request sent twice acts once. The stored answer is kept 24 hours, sealed for its person."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Response, request

from anxin.kernel.ctx import Ctx, as_json
from anxin.kernel.errors import Conflict, Invalid
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id

KEEP = timedelta(hours=24)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_KEPT_HEADERS = ("Content-Type", "Location", "HX-Push-Url", "HX-Redirect")


class _Answers:
    """Stands for the table in the vault's binding; the table has no ORM model because nothing else reads it."""

    __schema__, __tablename__ = "core", "idempotency"


def key_of(ctx: Ctx) -> str | None:
    """The request's key, when it has one and it counts (an unsafe method, somebody signed in)."""
    key: str | None = request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or request.method not in UNSAFE or not ctx.actor.signed_in:
        return None
    if not 1 <= len(key) <= 128 or not key.isprintable():
        raise Invalid(lazy("An Idempotency-Key has 1 to 128 printable characters."), code="idempotency_key")
    return key


def replay(ctx: Ctx, key: str) -> Response | None:
    """The stored answer, or None when the key is new. Two at once wait for each other. Invalid (422) on another body."""
    ctx.lock(f"idempotency|{ctx.actor.person_id}|{key}")
    found = ctx.db.execute(
        sa.text(
            "SELECT id, fingerprint, status, headers, body FROM core.idempotency WHERE tenant_id = CAST(:t AS uuid) "
            "AND person_id = CAST(:p AS uuid) AND key = :k AND made_at > :since"
        ),
        {"t": ctx.tenant.id, "p": ctx.actor.person_id, "k": key, "since": ctx.now - KEEP},
    ).one_or_none()
    if found is None:
        return None
    if bytes(found.fingerprint) != _fingerprint():
        raise Invalid(
            lazy("This Idempotency-Key was used for a different request."), code="idempotency_key_reused"
        )
    if ctx.actor.person_id is None:
        raise Conflict()
    body = ctx.unseal(_Answers, "body", found.id, ctx.actor.person_id, found.body)  # type: ignore[arg-type]
    answer = Response(base64.b64decode(body), status=found.status, headers=found.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def remember(ctx: Ctx, key: str, response: Response) -> None:
    """Keep the answer in the request's own transaction."""
    person_id, row_id = ctx.actor.person_id, new_id()
    if person_id is None:
        return
    body: Any = base64.b64encode(response.get_data()).decode()
    ctx.db.execute(
        sa.text(
            "INSERT INTO core.idempotency (tenant_id, id, person_id, key, fingerprint, status, headers, body) "
            "VALUES (CAST(:t AS uuid), CAST(:id AS uuid), CAST(:p AS uuid), :k, :f, :s, CAST(:h AS jsonb), :b) "
            "ON CONFLICT (tenant_id, person_id, key) DO UPDATE SET id = excluded.id, body = excluded.body, "
            "fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, made_at = now()"
        ),
        {
            "t": ctx.tenant.id,
            "id": row_id,
            "p": person_id,
            "k": key,
            "f": _fingerprint(),
            "s": response.status_code,
            "h": _headers(response),
            "b": ctx.sealed(_Answers, "body", row_id, person_id, body),  # type: ignore[arg-type]
        },
    )


def _headers(response: Response) -> str:
    return as_json({name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers})


def _fingerprint() -> bytes:
    return hashlib.sha256(
        b"\0".join((request.method.encode(), request.full_path.encode(), request.get_data(cache=True)))
    ).digest()
