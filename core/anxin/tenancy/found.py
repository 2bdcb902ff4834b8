"""Founding a tenant: the operator's act that makes a row in the directory and the first things inside."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from anxin.kernel.actor import TenantInfo
from anxin.kernel.errors import Conflict
from anxin.kernel.i18n import lazy
from anxin.kernel.ids import new_id
from anxin.kernel.runtime import Runtime


def found(runtime: Runtime, *, slug: str, kind: str, name: str, locale: str = "zh_CN") -> TenantInfo:
    """A new, empty tenant. Conflict when the slug is taken."""
    tenant_id: UUID = new_id()
    try:
        with runtime.auth.begin() as connection:
            connection.execute(
                sa.text("SELECT guard.found(CAST(:id AS uuid), :slug, :kind, :name, :locale)"),
                {"id": tenant_id, "slug": slug, "kind": kind, "name": name, "locale": locale},
            )
    except IntegrityError as error:
        raise Conflict(lazy("A tenant with this short name exists already."), code="slug_taken") from error
    return runtime.caches["directory"].by_id(tenant_id)
