"""Rules that look across the tables of one tenant file, and the check of a file against what is installed.
Both answer with (path, message) pairs, so that one run names every mistake.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import Schema, ValidationError

from anxin.kernel.i18n import lazy
from anxin.tenancy.files_schema import paths
from anxin.tenancy.files_shape import TenantFile

Mistake = tuple[str, Any]
ROUND_THE_CLOCK = (
    "24",
    "二十四",
    "全天",
    "昼夜",
    "round the clock",
    "around the clock",
)


def mistakes(tenant: TenantFile) -> list[Mistake]:
    """Everything inconsistent inside the file itself."""
    return [found for rule in RULES for found in rule(tenant)]


def _twice(path: str, keys: list[str]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield f"{path}[{index}]", lazy("“%(key)s” is here twice.", key=key)
        seen.add(key)


def _unique(tenant: TenantFile) -> Iterator[Mistake]:
    yield from _twice("modules", list(tenant.modules))
    yield from _twice("hosts", list(tenant.hosts))
    yield from _twice("org", [unit.code for unit in tenant.org])
    yield from _twice("org", [f"{unit.under or ''}/{unit.name}" for unit in tenant.org])
    yield from _twice("staff", [person.login for person in tenant.staff])
    yield from _twice("providers", [provider.key for provider in tenant.providers])
    yield from _twice("contracts", [contract.reference for contract in tenant.contracts])
    yield from _twice("duty", [turn.key for turn in tenant.duty])
    for role in tenant.roles.values():
        yield from _twice(f"roles.{role.name}.grants", [grant.permission for grant in role.grants])


def _tree(tenant: TenantFile) -> Iterator[Mistake]:
    under = {unit.code: unit.under for unit in tenant.org}
    for index, unit in enumerate(tenant.org):
        if unit.under is not None and unit.under not in under:
            yield (
                f"org[{index}].under",
                lazy("There is no unit “%(key)s”.", key=unit.under),
            )
        above, steps = unit.under, 0
        while above is not None and steps <= len(under):
            above, steps = under.get(above), steps + 1
        if steps > len(under):
            yield (
                f"org[{index}].under",
                lazy("These units lie under each other in a circle."),
            )
    if tenant.parent == tenant.slug:
        yield "parent", lazy("A tenant cannot be its own parent.")


def _people(tenant: TenantFile) -> Iterator[Mistake]:
    units = {unit.code for unit in tenant.org}
    for index, person in enumerate(tenant.staff):
        if person.unit is not None and person.unit not in units:
            yield (
                f"staff[{index}].unit",
                lazy("There is no unit “%(key)s”.", key=person.unit),
            )
        for at, name in enumerate(person.roles):
            role = tenant.roles.get(name)
            if role is None:
                yield (
                    f"staff[{index}].roles[{at}]",
                    lazy("There is no role “%(key)s”.", key=name),
                )
            elif role.held_by == "agency" and tenant.is_union:
                yield (
                    f"staff[{index}].roles[{at}]",
                    lazy(
                        "“%(key)s” is a role of contracted agency staff; "
                        "a union's own people cannot hold it.",
                        key=name,
                    ),
                )


def _contracts(tenant: TenantFile) -> Iterator[Mistake]:
    for index, contract in enumerate(tenant.contracts):
        here = f"contracts[{index}]"
        if contract.ends < contract.starts:
            yield f"{here}.ends", lazy("A contract cannot end before it starts.")
        if not tenant.is_union:
            yield (
                here,
                lazy("A contract stands in the employer's file, not in the agency's."),
            )
        yield from _twice(f"{here}.staff", [person.login for person in contract.staff])
        for at, person in enumerate(contract.staff):
            for which, name in enumerate(person.roles):
                role = tenant.roles.get(name)
                if role is None or role.held_by != "agency":
                    yield (
                        f"{here}.staff[{at}].roles[{which}]",
                        lazy(
                            "There is no role “%(key)s” that agency staff may hold.",
                            key=name,
                        ),
                    )


def _duty(tenant: TenantFile) -> Iterator[Mistake]:
    named = {(c.agency, person.login) for c in tenant.contracts for person in c.staff}
    if tenant.kind == "agency":  # its own line has a rota of its own people
        named |= {(tenant.slug, person.login) for person in tenant.staff}
    for index, turn in enumerate(tenant.duty):
        if (turn.agency, turn.staff) not in named:
            yield (
                f"duty[{index}].staff",
                lazy(
                    "“%(key)s” is named in no contract of this tenant.",
                    key=f"{turn.agency}/{turn.staff}",
                ),
            )


def _providers(tenant: TenantFile) -> Iterator[Mistake]:
    for index, provider in enumerate(tenant.providers):
        if (provider.secret_env is None) == (provider.secret_file is None):
            yield (
                f"providers[{index}]",
                lazy("Name the secret by exactly one of secret_env and secret_file."),
            )


def _promises(tenant: TenantFile) -> Iterator[Mistake]:
    """Nothing is promised round the clock unless the tenant staffs it; the national line is not the tenant's
    to promise."""
    line = tenant.help_line
    told = [("help_line.hours", line.hours, False)]
    if line.own is not None:
        told.append(("help_line.own.hours", line.own.hours, line.own.staffed_24h))
    for path, words, staffed in told:
        if not staffed and any(claim in f"{words.zh} {words.en}".lower() for claim in ROUND_THE_CLOCK):
            yield (
                path,
                lazy("Do not promise 24 hours: only a line with staffed_24h = true may say so."),
            )


def _place(tenant: TenantFile) -> Iterator[Mistake]:
    try:
        ZoneInfo(tenant.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "timezone", lazy("“%(key)s” is not a time zone.", key=tenant.timezone)


RULES: tuple[Callable[[TenantFile], Iterator[Mistake]], ...] = (
    _unique,
    _tree,
    _people,
    _contracts,
    _duty,
    _providers,
    _promises,
    _place,
)


@dataclass(frozen=True, slots=True)
class Installed:
    """What the loaded manifests offer, for the check of a file. `permissions` maps a name to the scopes it
    may be granted in; `clinical` names the permissions that reach person-level clinical rows; `settings` has
    one schema a module; `billed` and `clocks` name what a contract can have a price or a clock for."""

    modules: Collection[str]
    permissions: Mapping[str, Collection[str]]
    clinical: Collection[str] = frozenset()
    settings: Mapping[str, type[Schema]] = field(default_factory=dict)
    billed: Collection[str] = ()
    clocks: Collection[str] = ()


def unfit(tenant: TenantFile, installed: Installed) -> list[Mistake]:
    """Everything in the file that this installation cannot do."""
    return [
        *_modules(tenant, installed),
        *_grants(tenant, installed),
        *_settings(tenant, installed),
        *_terms(tenant, installed),
    ]


def _modules(tenant: TenantFile, installed: Installed) -> Iterator[Mistake]:
    for index, name in enumerate(tenant.modules):
        if name not in installed.modules:
            yield (
                f"modules[{index}]",
                lazy("The module “%(key)s” is not installed.", key=name),
            )


def _grants(tenant: TenantFile, installed: Installed) -> Iterator[Mistake]:
    for role in tenant.roles.values():
        for index, grant in enumerate(role.grants):
            here = f"roles.{role.name}.grants[{index}]"
            scopes = installed.permissions.get(grant.permission)
            if scopes is None:
                yield (
                    here,
                    lazy(
                        "No installed module defines the permission “%(key)s”.",
                        key=grant.permission,
                    ),
                )
            elif grant.scope is not None and grant.scope not in scopes:
                yield (
                    here,
                    lazy(
                        "“%(key)s” can be granted in these scopes only: %(scopes)s.",
                        key=grant.permission,
                        scopes=", ".join(sorted(scopes)),
                    ),
                )
            elif tenant.is_union and role.held_by != "agency" and grant.permission in installed.clinical:
                yield (
                    here,
                    lazy(
                        "“%(key)s” reads personal health data: in a union only agency roles may have it.",
                        key=grant.permission,
                    ),
                )


def _settings(tenant: TenantFile, installed: Installed) -> Iterator[Mistake]:
    for name, values in tenant.settings.items():
        schema = installed.settings.get(name)
        if schema is None:
            yield (
                f"settings.{name}",
                lazy(
                    "The module “%(key)s” is not installed or has no settings.",
                    key=name,
                ),
            )
            continue
        try:
            schema().load(dict(values))
        except ValidationError as error:
            yield from paths(error.messages, f"settings.{name}")


def _terms(tenant: TenantFile, installed: Installed) -> Iterator[Mistake]:
    """A contract serves modules that are here, and has prices and clocks for what is counted here."""
    for index, contract in enumerate(tenant.contracts):
        here = f"contracts[{index}]"
        for at, name in enumerate(contract.services):
            if name not in installed.modules:
                yield (
                    f"{here}.services[{at}]",
                    lazy("The module “%(key)s” is not installed.", key=name),
                )
        for table, known in (("prices", installed.billed), ("clocks", installed.clocks)):
            for name in getattr(contract, table):
                if name not in known:
                    yield (
                        f"{here}.{table}.{name}",
                        lazy("This must be one of: %(choices)s.", choices=", ".join(known)),
                    )
