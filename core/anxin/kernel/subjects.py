"""Per-subject keys: made on first use, wrapped by the tenant's key, gone for good when the subject is erased."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel import ledger, vault
from anxin.kernel.errors import NotFound

if TYPE_CHECKING:
    from anxin.kernel.ctx import Ctx
    from anxin.kernel.db import TenantModel

_FIND = sa.text(
    "SELECT wrapped FROM core.subject_key WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:s AS uuid)"
)
# somebody who erased their data and still works here gets a fresh key for what comes after; the old one stays gone
_MAKE = sa.text(
    "INSERT INTO core.subject_key AS k (tenant_id, id, wrapped) VALUES (CAST(:t AS uuid), CAST(:s AS uuid), :wrapped) "
    "ON CONFLICT (tenant_id, id) DO UPDATE SET wrapped = excluded.wrapped, erased_at = NULL, made_at = clock_timestamp() "
    "WHERE k.wrapped IS NULL"
)
_NEW = "INSERT INTO core.subject_key (tenant_id, id, wrapped) VALUES (%s, %s, %s)"
_ERASE = sa.text(
    "UPDATE core.subject_key SET wrapped = NULL, erased_at = now() "
    "WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:s AS uuid) AND wrapped IS NOT NULL"
)


class SubjectKeys:
    """Seals and opens fields for one context. Keys are read once a request; unwrapping is the keyring's business."""

    def __init__(self, ctx: "Ctx") -> None:
        self._ctx = ctx
        self._known: dict[UUID, vault.SubjectKey] = {}

    def know(self, subject_id: UUID, wrapped: bytes | None) -> None:
        """Take a wrapped key that another query has brought along (the actor's own, with the session)."""
        if wrapped is not None:
            self._known[subject_id] = self._ctx.runtime.keyring.unwrap(self._ctx.tenant.id, bytes(wrapped))

    def fresh(self, subject_id: UUID) -> None:
        """Make the key of a subject that is new in this very transaction, in one statement: nobody can have made it."""
        key, wrapped = self._ctx.runtime.keyring.new_subject_key(self._ctx.tenant.id)
        self._ctx.last(_NEW, (self._ctx.tenant.id, subject_id, wrapped), new=True)
        self._known[subject_id] = key

    def seal(
        self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, value: Any
    ) -> bytes:
        key = self._key(subject_id, make=True)
        return self._ctx.runtime.keyring.seal_json(key, value, self._aad(model, column, row_id, subject_id))

    def open(
        self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, blob: bytes
    ) -> Any:
        key = self._key(subject_id, make=False)
        return self._ctx.runtime.keyring.open_json(
            key, bytes(blob), self._aad(model, column, row_id, subject_id)
        )

    def seal_bytes(
        self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, content: bytes
    ) -> bytes:
        key = self._key(subject_id, make=True)
        return self._ctx.runtime.keyring.seal(key, content, self._aad(model, column, row_id, subject_id))

    def open_bytes(
        self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, blob: bytes
    ) -> bytes:
        key = self._key(subject_id, make=False)
        return self._ctx.runtime.keyring.open(key, bytes(blob), self._aad(model, column, row_id, subject_id))

    def erase(self, subject_id: UUID) -> bool:
        """Delete the subject's key: everything it sealed is noise from now on. False when there was none.

        A line goes into the erasure ledger first, outside the database: whoever restores an old copy replays it.
        """
        ledger.append(self._ctx.runtime.settings, self._ctx.tenant.id, subject_id, self._ctx.now)
        erased = self._ctx.execute(_ERASE, {"t": self._ctx.tenant.id, "s": subject_id})
        self._known.pop(subject_id, None)
        return bool(erased.rowcount)  # type: ignore[attr-defined]

    def _aad(self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID) -> bytes:
        return vault.field_aad(
            self._ctx.tenant.id, f"{model.__schema__}.{model.__tablename__}", column, row_id, subject_id
        )

    def _key(self, subject_id: UUID, *, make: bool) -> vault.SubjectKey:
        if (known := self._known.get(subject_id)) is not None:
            return known
        keyring, tenant_id = self._ctx.runtime.keyring, self._ctx.tenant.id
        parameters = {"t": tenant_id, "s": subject_id}
        wrapped = self._ctx.db.scalar(_FIND, parameters)
        if wrapped is None and make:
            self._ctx.db.execute(_MAKE, {**parameters, "wrapped": keyring.new_subject_key(tenant_id)[1]})
            wrapped = self._ctx.db.scalar(_FIND, parameters)
        if wrapped is None:
            raise NotFound(code="erased")
        self.know(subject_id, wrapped)
        return self._known[subject_id]
