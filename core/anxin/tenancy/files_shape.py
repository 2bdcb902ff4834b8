"""What a tenant file says, as data. A tenant is a file before it is rows: these classes are the file, whole,
after its preset has been merged in. Nothing here touches the database; `apply` and `export` stand on them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from types import MappingProxyType
from typing import Any

KINDS = ("district_union", "enterprise_union", "agency")
SCOPES = ("own", "assigned", "unit", "tenant")
NATIONAL_LINE = "12356"
MOST_FEN = 100_000_000
MOST_SESSIONS = 365
LONGEST_CLOCK = 60 * 24 * 90  # minutes


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the languages the product speaks."""

    zh: str
    en: str

    def of(self, locale: str) -> str:
        return self.en if locale.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Brand:
    product_name: str
    colour: str
    logo: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission given to a role; `scope` None means the permission's own default scope."""

    permission: str
    scope: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Grant":
        permission, _, scope = text.partition(":")
        return cls(permission, scope or None)

    def __str__(self) -> str:
        return f"{self.permission}:{self.scope}" if self.scope else self.permission


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the tenant. `held_by` "agency" marks roles that only contracted agency staff may hold:
    in a union they alone may carry clinical permissions (the employer wall)."""

    name: str
    title: Words
    grants: tuple[Grant, ...] = ()
    held_by: str = "people"
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the org tree (厂、矿、大队、队…); `under` is the code of the unit above it."""

    code: str
    name: str
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """An employer's OIDC provider. The client secret is named (environment variable or file), never held."""

    key: str
    title: Words
    issuer: str
    client_id: str
    secret_env: str | None = None
    secret_file: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile")
    claim_number: str = "employee_number"
    claim_name: str = "name"


@dataclass(frozen=True, slots=True)
class Staff:
    """A person with an account and roles. Everybody else comes from the roster; `number` is the link to
    it."""

    login: str
    name: str
    roles: tuple[str, ...]
    number: str | None = None
    unit: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ContractStaff:
    """A person of the agency, by their login there, and the roles they take in this tenant."""

    login: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """A service contract, as it stands in the employer's file: who may act here, as what, and until when; at most how
    many sessions a person and year, at which prices (fen, by kind of service), by which clocks (minutes)."""

    agency: str
    reference: str
    services: tuple[str, ...]
    staff: tuple[ContractStaff, ...]
    starts: date
    ends: date
    signed_employer: Signature | None = None
    signed_agency: Signature | None = None
    sessions_per_person: int | None = None
    prices: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, int] = field(default_factory=dict)

    @property
    def countersigned(self) -> bool:
        return self.signed_employer is not None and self.signed_agency is not None


@dataclass(frozen=True, slots=True)
class DutyTurn:
    """One weekly turn on duty. It runs over midnight when `until` is not after `since`."""

    agency: str
    staff: str
    post: str
    days: tuple[int, ...]
    since: time
    until: time

    @property
    def key(self) -> str:
        days = ",".join(str(day) for day in self.days)
        return f"{self.staff}/{self.post}/{days}/{self.since:%H:%M}"


@dataclass(frozen=True, slots=True)
class OwnLine:
    """The tenant's own telephone line, shown beside the national one."""

    number: str
    title: Words
    hours: Words
    staffed_24h: bool = False


@dataclass(frozen=True, slots=True)
class HelpLine:
    """The national line stays on every employee page; a tenant may add its own line beside it."""

    title: Words
    hours: Words
    number: str = NATIONAL_LINE
    own: OwnLine | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """How long one kind of record is kept, and what happens then ("delete", "anonymise" or "lock")."""

    days: int
    action: str


@dataclass(frozen=True, slots=True)
class TenantFile:
    slug: str
    kind: str
    name: str
    brand: Brand
    help_line: HelpLine
    name_en: str | None = None
    parent: str | None = None
    hosts: tuple[str, ...] = ()
    locale: str = "zh_CN"
    timezone: str = "Asia/Shanghai"
    modules: tuple[str, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    retention: Mapping[str, Keep] = field(default_factory=lambda: MappingProxyType({}))
    org: tuple[Unit, ...] = ()
    staff: tuple[Staff, ...] = ()
    providers: tuple[Provider, ...] = ()
    contracts: tuple[Contract, ...] = ()
    duty: tuple[DutyTurn, ...] = ()

    @property
    def is_union(self) -> bool:
        return self.kind != "agency"

    def unit_path(self, code: str) -> tuple[str, ...]:
        """Names from the top of the tree down to the unit of this code."""
        by_code = {unit.code: unit for unit in self.org}
        names: list[str] = []
        at: str | None = code
        while at is not None:
            names.append(by_code[at].name)
            at = by_code[at].under
        return tuple(reversed(names))

    def units_downwards(self) -> Iterator[Unit]:
        """Every unit after the one above it, whatever the order in the file."""
        below: dict[str | None, list[Unit]] = {}
        for unit in self.org:
            below.setdefault(unit.under, []).append(unit)
        waiting = list(reversed(below.get(None, [])))
        while waiting:
            unit = waiting.pop()
            yield unit
            waiting.extend(reversed(below.get(unit.code, [])))
