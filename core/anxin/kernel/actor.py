"""Who acts, in which tenant: plain values that every room understands, loaded once a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from anxin.kernel.capability import Reach

Scope = Literal["own", "assigned", "unit", "tenant"]
SCOPES: tuple[Scope, ...] = ("own", "assigned", "unit", "tenant")  # narrow to wide
Kind = Literal["visitor", "person", "system"]


@dataclass(frozen=True)
class Grant:
    """A permission as one actor holds it: how wide, and for the scope "unit" below which units."""

    scope: Scope
    units: frozenset[UUID] = frozenset()

    def widen(self, other: "Grant") -> "Grant":
        """The wider of two grants; two unit grants add their units."""
        if self.scope == other.scope:
            return Grant(self.scope, self.units | other.units)
        return max(self, other, key=lambda grant: SCOPES.index(grant.scope))


@dataclass(frozen=True)
class Actor:
    """The person (or visitor, or system task) behind a request or job."""

    kind: Kind
    reach: Reach
    person_id: UUID | None = None
    name: str = ""
    roles: tuple[str, ...] = ()
    grants: Mapping[str, Grant] = field(default_factory=dict)
    unit_id: UUID | None = None
    agency: str | None = None  # the agency's name, when acting under a service contract
    agency_slug: str | None = None  # where that agency's people go back to
    contract_id: UUID | None = None
    services: tuple[str, ...] = ()  # the modules that this contract covers
    session_id: UUID | None = None
    locale: str | None = None
    proved_at: datetime | None = None  # a session: when it was last proved who this is; None for programs
    task: str | None = None  # a system actor's job or command ("cli.tenant.apply")

    @property
    def signed_in(self) -> bool:
        return self.kind == "person"


VISITOR = Actor(kind="visitor", reach="visitor")


def system(task: str) -> Actor:
    """A job or an operator's command; its name appears in the audit trail."""
    return Actor(kind="system", reach="system", task=task, name=task)


@dataclass(frozen=True)
class TenantInfo:
    """A tenant as a request needs it: the directory row and its configuration at one version (cached per process)."""

    id: UUID
    slug: str
    kind: str
    name: str
    parent_id: UUID | None = None
    hosts: tuple[str, ...] = ()
    brand: Mapping[str, Any] = field(default_factory=dict)
    locale: str = "zh_CN"
    config_version: int = 0
    modules: frozenset[str] = frozenset()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # plugin or core room → values
    roles: Mapping[str, Mapping[str, Scope]] = field(default_factory=dict)  # role → permission → scope
    role_titles: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False

    @property
    def product_name(self) -> str:
        return str(self.brand.get("product_name") or self.name)
