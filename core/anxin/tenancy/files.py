"""Tenants as files: read, check, write back, and the plan between two of them.

    tenant = load(Path("tenants/demo/dongling.toml"))     # preset merged in; Invalid names every mistake
    check(tenant, installed)                              # against the loaded manifests
    changes = plan(current, tenant)                       # [] when there is nothing to do
    text = write(tenant)                                  # load(write(x)) == x

Pure: `anxin tenant apply/export` put these over the database.
"""

import tomllib
from pathlib import Path
from typing import cast

from marshmallow import ValidationError

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy
from anxin.tenancy import files_presets, files_rules, files_schema
from anxin.tenancy.files_plan import Change, plan
from anxin.tenancy.files_rules import Installed
from anxin.tenancy.files_shape import (
    Brand,
    Contract,
    ContractStaff,
    DutyTurn,
    Grant,
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
from anxin.tenancy.files_write import write

__all__ = [
    "Brand",
    "Change",
    "Contract",
    "ContractStaff",
    "DutyTurn",
    "Grant",
    "HelpLine",
    "Installed",
    "Keep",
    "OwnLine",
    "Provider",
    "Role",
    "Signature",
    "Staff",
    "TenantFile",
    "Unit",
    "Words",
    "check",
    "load",
    "parse",
    "plan",
    "write",
]

LARGEST = 4_000_000


def load(path: Path) -> TenantFile:
    """The tenant file at `path`. Raises `Invalid` whose `fields` map each path in the file to its
    messages."""
    if path.stat().st_size > LARGEST:
        raise Invalid(lazy("The tenant file is larger than 4 MB."))
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> TenantFile:
    """As `load`, from the text itself."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(lazy("This is not valid TOML: %(why)s", why=str(error))) from error
    typed = list(files_schema.secrets_in(tables))
    if typed:
        said = lazy("A secret does not belong in a file: use secret_env or secret_file.")
        raise mistaken([(path, said) for path in typed])
    try:
        tenant = cast(TenantFile, files_schema.TenantTable().load(files_presets.resolve(tables)))
    except ValidationError as error:
        raise mistaken(list(files_schema.paths(error.messages))) from error
    if found := files_rules.mistakes(tenant):
        raise mistaken(found)
    return tenant


def check(tenant: TenantFile, installed: Installed) -> None:
    """Refuses a file that names modules, permissions, scopes or settings this installation does not have."""
    if found := files_rules.unfit(tenant, installed):
        raise mistaken(found)


def mistaken(found: list[files_rules.Mistake]) -> Invalid:
    """The one refusal that names every mistake."""
    fields: dict[str, list[object]] = {}
    for path, message in found:
        fields.setdefault(path, []).append(message)
    return Invalid(lazy("The tenant file has mistakes."), fields=fields)
