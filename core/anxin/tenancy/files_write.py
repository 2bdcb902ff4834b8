"""A tenant written back as a file: complete (its preset already merged in), in one stable order, one line per
unit, person and turn, so that two exports differ only where the tenants do.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Item

from anxin.tenancy.files_schema import DAYS
from anxin.tenancy.files_shape import (
    Contract,
    DutyTurn,
    HelpLine,
    Keep,
    OwnLine,
    Provider,
    Role,
    Signature,
    Staff,
    TenantFile,
    Unit,
    Words,
)

Values = dict[str, Any]


def write(tenant: TenantFile) -> str:
    """The TOML text; `parse(write(x)) == x`."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"{tenant.name}: the whole tenant, complete without a preset."))
    for key in ("slug", "kind", "name", "name_en", "parent", "locale", "timezone"):
        if (value := getattr(tenant, key)) is not None:
            document.add(key, tomlkit.item(value))
    document.add("hosts", tomlkit.item(list(tenant.hosts)))
    document.add("modules", tomlkit.item(list(tenant.modules)))
    for name, comment, rows in _lists(tenant):
        _lines(document, name, comment, rows)
    document.add("brand", _table(_set(vars_of(tenant.brand))))
    document.add("help_line", _table(_help_line(tenant.help_line)))
    if tenant.retention:
        document.add(
            "retention",
            _tables({name: _keep(keep) for name, keep in sorted(tenant.retention.items())}),
        )
    document.add("roles", _tables({role.name: _role(role) for role in tenant.roles.values()}))
    if tenant.settings:
        document.add(
            "settings",
            _tables({name: dict(values) for name, values in sorted(tenant.settings.items())}),
        )
    _array_of_tables(
        document,
        "providers",
        "The client secret is named, never held.",
        map(_provider, tenant.providers),
    )
    _array_of_tables(
        document,
        "contracts",
        "Who of an agency may act here, and until when; prices in fen, clocks in minutes.",
        map(_contract, tenant.contracts),
    )
    return tomlkit.dumps(document)


def vars_of(value: Any) -> Values:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _set(values: Values) -> Values:
    return {key: value for key, value in values.items() if value is not None}


def _lists(tenant: TenantFile) -> Iterable[tuple[str, str, list[Values]]]:
    yield (
        "org",
        "The org tree: `under` is the code of the unit above.",
        [_unit(unit) for unit in tenant.org],
    )
    yield (
        "staff",
        "People with roles; everybody else comes from the roster.",
        [_staff(p) for p in tenant.staff],
    )
    yield "duty", "The weekly duty rota.", [_turn(turn) for turn in tenant.duty]


def _lines(document: tomlkit.TOMLDocument, name: str, comment: str, rows: list[Values]) -> None:
    """An array with one inline table a line."""
    if not rows:
        return
    array = tomlkit.array()
    for row in rows:
        array.add_line(_inline(row), indent="  ")
    array.add_line(indent="")
    document.add(tomlkit.nl())
    document.add(tomlkit.comment(comment))
    document.add(name, array)


def _inline(values: Mapping[str, Any]) -> Item:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table.append(key, _inline(value) if isinstance(value, Mapping) else tomlkit.item(value))
    return table


def _table(values: Values) -> Item:
    table = tomlkit.table()
    for key, value in values.items():
        table.append(key, _value(value))
    return table


def _value(value: Any) -> Item:
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, list) and len(value) > 1 and all(isinstance(each, (str, Mapping)) for each in value):
        array = tomlkit.array()
        for each in value:
            array.add_line(_inline(each) if isinstance(each, Mapping) else each, indent="  ")
        array.add_line(indent="")
        return array
    if isinstance(value, list):
        array = tomlkit.array()
        for each in value:
            array.append(_inline(each) if isinstance(each, Mapping) else each)
        return array
    return tomlkit.item(value)


def _tables(named: Mapping[str, Values]) -> Item:
    parent = tomlkit.table(is_super_table=True)
    for name, values in named.items():
        parent.append(name, _table(values))
    return parent


def _array_of_tables(document: tomlkit.TOMLDocument, name: str, comment: str, rows: Iterable[Values]) -> None:
    array = tomlkit.aot()
    for row in rows:
        array.append(_table(row))  # type: ignore[arg-type]  # _table makes a Table; Item is its base
    if len(array):
        document.add(tomlkit.nl())
        document.add(tomlkit.comment(comment))
        document.add(name, array)


def _words(words: Words) -> Values:
    return {"zh": words.zh, "en": words.en}


def _unit(unit: Unit) -> Values:
    return _set({"code": unit.code, "name": unit.name, "under": unit.under})


def _staff(person: Staff) -> Values:
    return _set({**vars_of(person), "roles": list(person.roles)})


def _turn(turn: DutyTurn) -> Values:
    return {
        "agency": turn.agency,
        "staff": turn.staff,
        "as": turn.post,
        "days": [DAYS[day] for day in turn.days],
        "from": f"{turn.since:%H:%M}",
        "to": f"{turn.until:%H:%M}",
    }


def _line(line: HelpLine | OwnLine) -> Values:
    return {
        "number": line.number,
        "title": _words(line.title),
        "hours": _words(line.hours),
    }


def _help_line(line: HelpLine) -> Values:
    own = line.own
    return {
        **_line(line),
        **({"own": {**_line(own), "staffed_24h": own.staffed_24h}} if own else {}),
    }


def _keep(keep: Keep) -> Values:
    return vars_of(keep)


def _role(role: Role) -> Values:
    return {
        "title": _words(role.title),
        "held_by": role.held_by,
        "second_factor": role.second_factor,
        "grants": [str(grant) for grant in role.grants],
    }


def _provider(provider: Provider) -> Values:
    return _set(
        {
            **vars_of(provider),
            "title": _words(provider.title),
            "scopes": list(provider.scopes),
        }
    )


def _signature(signature: Signature | None) -> Values | None:
    return vars_of(signature) if signature else None


def _contract(contract: Contract) -> Values:
    return _set(
        {
            **vars_of(contract),
            "prices": dict(sorted(contract.prices.items())) or None,
            "clocks": dict(sorted(contract.clocks.items())) or None,
            "services": list(contract.services),
            "staff": [{"login": person.login, "roles": list(person.roles)} for person in contract.staff],
            "signed_employer": _signature(contract.signed_employer),
            "signed_agency": _signature(contract.signed_agency),
        }
    )
