"""Which tenant a request is for, and its configuration: one small query a request, the rest cached per version."""

import threading
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

from anxin.kernel.actor import TenantInfo
from anxin.kernel.capability import Shared
from anxin.kernel.errors import NotFound
from anxin.kernel.link import Link

_ROW = (
    "SELECT id, slug, kind, name, parent_id, hosts, brand, locale, config_version, closed_at IS NOT NULL AS closed "
    "FROM core.tenant WHERE "
)
_BY_SLUG, _BY_HOST, _BY_ID = (
    sa.text(_ROW + condition)
    for condition in ("slug = :key", ":key = ANY (hosts)", "id = CAST(:key AS uuid)")
)
_ALL = sa.text(_ROW + "closed_at IS NULL ORDER BY slug")
_CONFIG = sa.text(
    "SELECT (SELECT coalesce(array_agg(name), '{}') FROM core.module WHERE off_at IS NULL) AS modules, "
    "(SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM core.setting) AS settings, "
    "(SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(title, grants)), '{}') FROM core.role) AS roles"
)


class Directory:
    """Finds tenants. The row is read on each request, so that a switched-off module or a closed tenant counts at once;
    modules, settings and roles are read again only when `config_version` has moved."""

    def __init__(self, engine: Engine, visitors: Shared) -> None:
        self._engine, self._visitors = engine, visitors
        self._configured: dict[UUID, TenantInfo] = {}
        self._slugs: dict[str, UUID] = {}  # a slug never changes and is never given twice
        self._lock = threading.Lock()

    def recall(self, slug: str) -> TenantInfo | None:
        """What this process remembers; whoever uses it checks `config_version` (see identity.sessions.open_ctx)."""
        tenant_id = self._slugs.get(slug)
        return self._configured.get(tenant_id) if tenant_id else None

    def by_slug(self, slug: str) -> TenantInfo:
        return self._find(_BY_SLUG, slug)

    def by_host(self, host: str) -> TenantInfo:
        return self._find(_BY_HOST, host.lower())

    def by_id(self, tenant_id: UUID) -> TenantInfo:
        return self._find(_BY_ID, tenant_id)

    def all(self) -> list[TenantInfo]:
        """All open tenants (scheduler, operator commands)."""
        with self._engine.connect() as connection:
            rows = connection.execute(_ALL).mappings().all()
        return [self._configure(dict(row)) for row in rows]

    def _find(self, statement: Any, key: Any) -> TenantInfo:
        with self._engine.connect() as connection:
            row = connection.execute(statement, {"key": key}).mappings().one_or_none()
        if row is None or row["closed"]:
            raise NotFound(code="no_tenant")
        return self._configure(dict(row))

    def _configure(self, row: dict[str, Any]) -> TenantInfo:
        known = self._configured.get(row["id"])
        if known is not None and known.config_version == row["config_version"]:
            return known
        with Link(self._engine) as link:
            link.enter(self._visitors.token(row["id"]))
            config = link.session.execute(_CONFIG).mappings().one()
        row["hosts"] = tuple(row["hosts"])
        info = TenantInfo(
            **row,
            modules=frozenset(config["modules"]),
            settings=config["settings"],
            roles={name: grants for name, (_, grants) in config["roles"].items()},
            role_titles={name: title for name, (title, _) in config["roles"].items()},
        )
        with self._lock:
            self._configured[info.id] = info
            self._slugs[info.slug] = info.id
        return info


def touch(ctx: Any) -> None:
    """Say that the tenant's configuration changed: every process reads it anew from the next request on."""
    ctx.execute(
        sa.text("UPDATE core.tenant SET config_version = config_version + 1 WHERE id = CAST(:id AS uuid)"),
        {"id": ctx.tenant.id},
    )
