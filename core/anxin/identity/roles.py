"""From roles to grants: which permissions an actor holds and how wide, resolved once a request."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anxin.kernel.actor import Grant, TenantInfo
from anxin.kernel.guard import Permission


def grants(
    tenant: TenantInfo,
    permissions: Mapping[str, Permission],
    memberships: Iterable[tuple[str, UUID | None]],
    *,
    helper: bool,
    at_home: bool = False,
    only: Iterable[str] | None = None,
) -> dict[str, Grant]:
    """Grants of a person holding `memberships` (role, unit).

    Clinical permissions count only for helpers, that is, staff of an agency under a running contract: no role that an
    employer or union holds can reach a person's care data (product principle 1). `at_home` (see `keeps_a_line`) adds
    those that an agency's people may hold in its own tenant. `only` narrows (access tokens).
    """
    held: dict[str, Grant] = {}
    limit = None if only is None else set(only)
    for role, unit in memberships:
        for name, scope in tenant.roles.get(role, {}).items():
            permission = permissions.get(name)
            if (
                permission is None
                or (permission.clinical and not (helper or (at_home and permission.at_agency)))
                or (limit is not None and name not in limit)
            ):
                continue
            grant = Grant(scope, frozenset([unit]) if scope == "unit" and unit else frozenset())
            held[name] = held[name].widen(grant) if name in held else grant
    return held


def keeps_a_line(tenant: TenantInfo) -> bool:
    """Is this an agency that runs a module of its own, for people who are no employer's (callers of its line)?"""
    return tenant.kind == "agency" and bool(tenant.modules)


@dataclass(frozen=True)
class Scope:
    """What a service contract lets its staff do: the modules it covers and the roles they may take."""

    services: Collection[str]
    roles: Collection[str]

    def memberships(self, held: Iterable[tuple[str, UUID | None]]) -> tuple[tuple[str, UUID | None], ...]:
        return tuple((role, unit) for role, unit in held if role in self.roles)

    def grants(self, held: Mapping[str, Grant], plugin_of: Callable[[str], str | None]) -> dict[str, Grant]:
        """Core's own permissions, and those of the modules the contract names; no other."""
        return {name: grant for name, grant in held.items() if plugin_of(name) in (None, *self.services)}


def reaches_care(held: Mapping[str, Grant], permissions: Mapping[str, Permission]) -> bool:
    """Does an actor with these grants need clinical reach in the database?"""
    return any(permissions[name].clinical for name in held if name in permissions)


def titles(tenant: TenantInfo, roles: Iterable[str]) -> list[Any]:
    return [tenant.role_titles.get(role, role) for role in roles]
