"""A tenant file's contracts: what is served, by whom, until when, with which cap, prices and clocks.

A file founds a contract and may word it anew as long as nothing else was agreed on. Once both parties have signed a wording
on their pages, only a wording they both sign changes it: a file that says anything else is refused. Who of the agency comes
in is the file's to say at any time, and so is what an exported file shows: the contract as it is now.
"""

import dataclasses
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.contracts import closing, content
from anxin.contracts.models import ContractVersion
from anxin.contracts.staff import Named, named
from anxin.identity.apply import set_contact, set_roles
from anxin.identity.models import Login, Person
from anxin.identity.names import sort_key
from anxin.kernel.actor import system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.errors import ConfigurationError, Conflict
from anxin.kernel.i18n import lazy
from anxin.tenancy import files
from anxin.tenancy.files import TenantFile
from anxin.tenancy.models import Contract, Tenant


def write(ctx: Ctx, wanted: TenantFile) -> None:
    """Bring the contracts to what the file says. Conflict when both parties have agreed on something else."""
    for contract in wanted.contracts:
        _contract(ctx, contract)


def _contract(ctx: Ctx, told: files.Contract) -> None:
    agency = ctx.db.scalar(sa.select(Tenant).where(Tenant.slug == told.agency, Tenant.kind == "agency"))
    if agency is None:
        raise ConfigurationError(
            lazy(
                "The contract names the agency “%(slug)s”, which is not here. Apply its file first.",
                slug=told.agency,
            ),
            code="agency_missing",
        )
    row = _row(ctx, told.reference)
    if row is None:
        row = ctx.add(
            Contract(
                agency_id=agency.id,
                number=told.reference,
                services=[],
                roles=[],
                starts_on=told.starts,
                ends_on=told.ends,
            )
        )
    if row.state == "ended":  # an ended contract is history: a file does not bring anybody back in
        return
    if _agreed_on_pages(ctx, row):
        _insist_same(row, told)
    else:
        _word(row, told)
    ctx.db.flush()
    present = {_contract_staff(ctx, row, agency, staff) for staff in told.staff}
    gone = sa.select(Person).where(
        Person.tenant_id == ctx.tenant.id,
        Person.contract_id == row.id,
        Person.state == "active",
        Person.id.not_in(present),
    )
    for person in ctx.db.scalars(gone).all():
        closing.leave(ctx, person)


def _row(ctx: Ctx, number: str) -> Contract | None:
    return ctx.db.scalar(
        sa.select(Contract).where(Contract.tenant_id == ctx.tenant.id, Contract.number == number)
    )


def _agreed_on_pages(ctx: Ctx, row: Contract) -> bool:
    agreed = sa.select(ContractVersion.id).where(
        ContractVersion.tenant_id == ctx.tenant.id,
        ContractVersion.contract_id == row.id,
        ContractVersion.state == "agreed",
    )
    return ctx.db.scalar(agreed.limit(1)) is not None


def _wording(told: files.Contract) -> content.Content:
    """The file's lines as the wording that parties sign."""
    return {
        "services": sorted(set(told.services)),
        "roles": sorted({role for staff in told.staff for role in staff.roles}),
        "starts_on": told.starts.isoformat(),
        "ends_on": told.ends.isoformat(),
        "sessions_per_person": told.sessions_per_person,
        "prices": dict(told.prices),
        "clocks": dict(told.clocks),
    }


def _word(row: Contract, told: files.Contract) -> None:
    content.put(row, _wording(told) | {"services": list(told.services)})
    row.employer_signed_at = _moment(told.signed_employer)
    row.agency_signed_at = _moment(told.signed_agency)
    row.state = "running" if told.countersigned else "draft"


def _insist_same(row: Contract, told: files.Contract) -> None:
    """The roles that are agreed on are the frame; the file's staff have to fit into it."""
    wording, agreed = _wording(told), content.of(row)
    fits = set(wording["roles"]) <= set(agreed["roles"])
    if not fits or not told.countersigned or wording | {"roles": agreed["roles"]} != agreed:
        raise Conflict(
            lazy(
                "Both parties have signed another wording of the contract “%(number)s” on their pages. "
                "Propose an amendment there, or write what they agreed on into the file.",
                number=row.number,
            ),
            code="contract_agreed",
        )


def _moment(signature: files.Signature | None) -> datetime | None:
    return datetime.combine(signature.on, time(), UTC) if signature else None


# ---- the agency's people ------------------------------------------------------------------------------------------


def _contract_staff(ctx: Ctx, contract: Contract, agency: Tenant, staff: files.ContractStaff) -> UUID:
    """A person of the agency in this tenant, bound to the contract; who they are at home is looked up there."""
    home = _home_staff(ctx, agency.id, staff.login)
    row = ctx.db.scalar(
        sa.select(Person).where(
            Person.tenant_id == ctx.tenant.id,
            Person.contract_id == contract.id,
            Person.home_person_id == home["id"],
        )
    )
    if row is None:
        row = Person(
            kind="agency_staff",
            name=home["name"],
            sort_key=sort_key(home["name"]),
            contract_id=contract.id,
            home_tenant_id=agency.id,
            home_person_id=home["id"],
        )
        ctx.add(row)
        ctx.db.flush()
    if home["email"]:
        set_contact(ctx, row, email=home["email"])
    row.state, row.left_at = "active", None
    set_roles(ctx, row.id, staff.roles)
    return row.id


def _home_staff(ctx: Ctx, agency_id: UUID, login: str) -> dict[str, Any]:
    """Name and e-mail of an agency's person, read inside the agency (an operator's act: both files are the operator's)."""
    agency = ctx.runtime.caches["directory"].by_id(agency_id)
    with tenant_scope(ctx.runtime, agency, system("tenant.apply")) as there:
        found = there.db.execute(
            sa.select(Person)
            .join(Login, sa.and_(Login.tenant_id == Person.tenant_id, Login.person_id == Person.id))
            .where(Login.tenant_id == agency_id, Login.name == login)
        ).scalar_one_or_none()
        if found is None:
            raise ConfigurationError(
                lazy("The agency has nobody with the sign-in name “%(login)s”.", login=login),
                code="staff_missing",
            )
        contact = there.open(found, "contact") if found.contact else {}
        return {"id": found.id, "name": found.name, "email": contact.get("email")}


def _logins(ctx: Ctx, agency_id: UUID) -> dict[UUID, str]:
    """The agency's people who can sign in, with their names for it; read inside the agency, as above."""
    agency = ctx.runtime.caches["directory"].by_id(agency_id)
    with tenant_scope(ctx.runtime, agency, system("tenant.export")) as there:
        rows = there.db.execute(sa.select(Login.person_id, Login.name).where(Login.tenant_id == agency_id))
        return {row.person_id: row.name for row in rows}


# ---- back into a file ---------------------------------------------------------------------------------------------


def read(ctx: Ctx, told: TenantFile) -> TenantFile:
    """The file with its contracts as they are now. Those that were drafted on pages are not the file's. An agency's own
    duty turns name its own staff and hang on no contract."""
    contracts = tuple(_as_now(ctx, contract) for contract in told.contracts)
    staff = {(contract.agency, person.login) for contract in contracts for person in contract.staff}
    duty = tuple(turn for turn in told.duty if turn.agency == told.slug or (turn.agency, turn.staff) in staff)
    return dataclasses.replace(told, contracts=contracts, duty=duty)


def _as_now(ctx: Ctx, told: files.Contract) -> files.Contract:
    row = _row(ctx, told.reference)
    if row is None or row.state == "ended":
        return told
    now = content.of(row)
    same = set(told.services) == set(now["services"])
    return dataclasses.replace(
        told,
        services=told.services if same else tuple(now["services"]),
        starts=row.starts_on,
        ends=row.ends_on,
        sessions_per_person=now["sessions_per_person"],
        prices=now["prices"],
        clocks=now["clocks"],
        staff=_staff_now(ctx, row, told),
    )


def _staff_now(ctx: Ctx, row: Contract, told: files.Contract) -> tuple[files.ContractStaff, ...]:
    """Who is named now, in the file's order; whom the agency named on its pages after them."""
    logins = _logins(ctx, row.agency_id)
    people = {logins[one.home_id]: one for one in named(ctx, row.id) if one.home_id and one.home_id in logins}
    before = {one.login: one for one in told.staff}
    order = [*(login for login in before if login in people), *sorted(people.keys() - before.keys())]
    return tuple(_staff_line(login, people[login], before.get(login)) for login in order)


def _staff_line(login: str, now: Named, before: files.ContractStaff | None) -> files.ContractStaff:
    same = before is not None and set(before.roles) == set(now.roles)
    return before if before is not None and same else files.ContractStaff(login, now.roles)
