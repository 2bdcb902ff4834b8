"""Per-subject keys: made on first use, wrapped by the tenant's key, gone for good when the subject is erased."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from anxin.kernel import vault
from anxin.kernel.errors import NotFound

if TYPE_CHECKING:
    from anxin.kernel.ctx import Ctx
    from anxin.kernel.db import TenantModel

_FIND = sa.text("SELECT wrapped FROM core.subject_key WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:s AS uuid)")
_MAKE = sa.text(
    "INSERT INTO core.subject_key (tenant_id, id, wrapped) VALUES (CAST(:t AS uuid), CAST(:s AS uuid), :wrapped) "
    "ON CONFLICT DO NOTHING"
)
_ERASE = sa.text(
    "UPDATE core.subject_key SET wrapped = NULL, erased_at = now() "
    "WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:s AS uuid) AND wrapped IS NOT NULL"
)


class SubjectKeys:
    """Seals and opens fields for one context; the keyring keeps unwrapped keys for a bounded while."""

    def __init__(self, ctx: "Ctx") -> None:
        self._ctx = ctx

    def seal(self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, value: Any) -> bytes:
        key = self._key(subject_id, make=True)
        return vault.seal_json(self._ctx.runtime.keyring, key, value, self._aad(model, column, row_id, subject_id))

    def open(self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID, blob: bytes) -> Any:
        key = self._key(subject_id, make=False)
        return vault.open_json(self._ctx.runtime.keyring, key, blob, self._aad(model, column, row_id, subject_id))

    def erase(self, subject_id: UUID) -> bool:
        """Delete the subject's key: everything it sealed is noise from now on. False when there was none."""
        erased = self._ctx.db.execute(_ERASE, {"t": self._ctx.tenant.id, "s": subject_id})
        self._ctx.runtime.keyring.forget(self._ctx.tenant.id, subject_id)
        return bool(erased.rowcount)

    def _aad(self, model: type["TenantModel"], column: str, row_id: UUID, subject_id: UUID) -> bytes:
        return vault.aad(self._ctx.tenant.id, f"{model.__schema__}.{model.__tablename__}", column, row_id, subject_id)

    def _key(self, subject_id: UUID, *, make: bool) -> bytes:
        keyring, tenant_id = self._ctx.runtime.keyring, self._ctx.tenant.id
        if (known := keyring.recall(tenant_id, subject_id)) is not None:
            return known
        parameters = {"t": tenant_id, "s": subject_id}
        wrapped = self._ctx.db.scalar(_FIND, parameters)
        if wrapped is None and make:
            self._ctx.db.execute(_MAKE, {**parameters, "wrapped": keyring.new_subject_key(tenant_id)[1]})
            wrapped = self._ctx.db.scalar(_FIND, parameters)
        if wrapped is None:
            raise NotFound(code="erased")
        return keyring.remember(tenant_id, subject_id, wrapped)
