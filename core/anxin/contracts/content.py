"""What a wording of a contract says, checked and made canonical, so that two parties sign the very same bytes."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from anxin.contracts.words import CLOCKS, KINDS
from anxin.identity.models import Role
from anxin.kernel.canonical import canonical_json
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy
from anxin.tenancy.files_shape import LONGEST_CLOCK, MOST_FEN
from anxin.tenancy.models import Contract

Content = dict[str, Any]


def make(there: Ctx, data: Mapping[str, Any]) -> Content:
    """The content of a wording from loaded input (see schemas.ContentInput), checked against what the employer has:
    its modules, and its roles for agency staff. Invalid names the field."""
    errors: dict[str, list[Any]] = {}
    if data["ends_on"] < data["starts_on"]:
        errors["ends_on"] = [lazy("A contract cannot end before it starts.")]
    if unknown := set(data["services"]) - set(there.runtime.registry.plugins):
        errors["services"] = [lazy("There is no module “%(name)s”.", name=min(unknown))]
    if not data["services"]:
        errors["services"] = [lazy("Choose at least one module.")]
    if not data["roles"] or set(data["roles"]) - set(helper_roles(there)):
        errors["roles"] = [lazy("Choose among the roles for staff of an agency.")]
    prices = {kind: fen for kind, fen in data["prices"].items() if fen is not None}
    if set(prices) - set(KINDS) or any(not 0 <= fen <= MOST_FEN for fen in prices.values()):
        errors["prices"] = [lazy("A price is an amount up to one million yuan.")]
    clocks = {kind: minutes for kind, minutes in data["clocks"].items() if minutes is not None}
    if set(clocks) - set(CLOCKS) or any(not 1 <= minutes <= LONGEST_CLOCK for minutes in clocks.values()):
        errors["clocks"] = [lazy("A clock runs at least a minute and at most 90 days.")]
    if errors:
        raise Invalid(fields=errors)
    return {
        "services": sorted(set(data["services"])),
        "roles": sorted(set(data["roles"])),
        "starts_on": data["starts_on"].isoformat(),
        "ends_on": data["ends_on"].isoformat(),
        "sessions_per_person": data["sessions_per_person"],
        "prices": prices,
        "clocks": clocks,
    }


def helper_roles(there: Ctx) -> dict[str, str]:
    """The employer's roles that only an agency's staff may hold: name → title."""
    rows = there.db.execute(
        sa.select(Role.name, Role.title)
        .where(Role.tenant_id == there.tenant.id, Role.helper)
        .order_by(Role.name)
    )
    return {row.name: row.title for row in rows}


def digest(contract: Contract, number: int, content: Content) -> str:
    """What a signature is for: this content of this version of this contract, and no other."""
    told = {"contract": str(contract.id), "number": contract.number, "version": number, "content": content}
    return hashlib.sha256(canonical_json(told)).hexdigest()


def put(contract: Contract, content: Content) -> None:
    """Make a contract say what a wording says."""
    contract.services, contract.roles = list(content["services"]), list(content["roles"])
    contract.starts_on = date.fromisoformat(content["starts_on"])
    contract.ends_on = date.fromisoformat(content["ends_on"])
    contract.terms = {name: content[name] for name in ("sessions_per_person", "prices", "clocks")}


def proposed(contract: Contract, told: Content) -> Content:
    """A version's content; what it leaves open is as the contract has it."""
    return {**of(contract), **told}


def of(contract: Contract) -> Content:
    """What the contract says now, as a wording."""
    terms = contract.terms or {}
    return {
        "services": sorted(contract.services),
        "roles": sorted(contract.roles),
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat(),
        "sessions_per_person": terms.get("sessions_per_person"),
        "prices": dict(terms.get("prices") or {}),
        "clocks": dict(terms.get("clocks") or {}),
    }
