"""Tenant files over the database: plan, apply, export. Here because it needs every room; each room writes its own part."""

import sqlalchemy as sa

from anxin.contracts import apply as contracts
from anxin.contracts.words import CLOCKS, KINDS
from anxin.identity import apply as identity
from anxin.kernel.actor import SCOPES, TenantInfo, system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import ConfigurationError, NotFound
from anxin.kernel.i18n import lazy
from anxin.kernel.runtime import Runtime
from anxin.safety import apply as safety
from anxin.tenancy import apply as tenancy
from anxin.tenancy import files
from anxin.tenancy.entries import TenantApplied
from anxin.tenancy.files import Change, Installed, TenantFile
from anxin.tenancy.found import found
from anxin.tenancy.models import Tenant

TASK = "cli.tenant.apply"


def installed(runtime: Runtime) -> Installed:
    """What the loaded manifests offer, for checking a file against it."""
    registry = runtime.registry
    return Installed(
        modules=frozenset(registry.plugins),
        permissions={p.name: SCOPES[: SCOPES.index(p.scope) + 1] for p in registry.permissions.values()},
        clinical=frozenset(p.name for p in registry.permissions.values() if p.clinical),
        settings={
            name: schema
            for name in (*registry.plugins, *registry.core.settings)
            if (schema := registry.settings_schema(name))
        },
        billed=tuple(KINDS),
        clocks=tuple(CLOCKS),
    )


def current(runtime: Runtime, slug: str) -> TenantFile | None:
    """The tenant as it is; None when it is not here (or was never applied from a file)."""
    tenant = _find(runtime, slug)
    if tenant is None:
        return None
    with tenant_scope(runtime, tenant, system("cli.tenant.export")) as ctx:
        told = tenancy.read(ctx)
        return contracts.read(ctx, told) if told else None


def plan(runtime: Runtime, wanted: TenantFile) -> list[Change]:
    """What `apply` would change, line by line. Raises Invalid when the file does not fit what is installed."""
    files.check(wanted, installed(runtime))
    return files.plan(current(runtime, wanted.slug), wanted)


def apply(runtime: Runtime, wanted: TenantFile) -> list[Change]:
    """Found the tenant if need be and bring it to the file; returns what changed. Doing it again changes nothing."""
    changes = plan(runtime, wanted)
    if not changes:
        return []
    tenant = _find(runtime, wanted.slug) or found(
        runtime, slug=wanted.slug, kind=wanted.kind, name=wanted.name, locale=wanted.locale
    )
    parent = _find(runtime, wanted.parent) if wanted.parent else None
    if wanted.parent and parent is None:
        raise ConfigurationError(
            lazy("The parent “%(slug)s” is not here. Apply its file first.", slug=wanted.parent),
            code="parent_missing",
        )
    with tenant_scope(runtime, tenant, system(TASK)) as ctx:
        _apply(ctx, wanted, parent, len(changes))
    return changes


def _apply(ctx: Ctx, wanted: TenantFile, parent: TenantInfo | None, changes: int) -> None:
    kind = ctx.db.scalar(sa.select(Tenant.kind).where(Tenant.id == ctx.tenant.id))
    if kind != wanted.kind:
        raise ConfigurationError(
            lazy("A tenant cannot change its kind (%(kind)s). Found a new one.", kind=str(kind)),
            code="kind_fixed",
        )
    tenancy.write(ctx, wanted, parent.id if parent else None)
    identity.write(ctx, wanted)
    contracts.write(ctx, wanted)
    ctx.db.flush()
    safety.write(ctx, wanted)
    ctx.audit(TenantApplied(changes=changes))


def _find(runtime: Runtime, slug: str) -> TenantInfo | None:
    try:
        return runtime.caches["directory"].by_slug(slug)
    except NotFound:
        return None
