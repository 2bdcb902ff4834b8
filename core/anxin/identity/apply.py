"""A tenant file's people: roles, staff with accounts, sign-in providers."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Login, Membership, Person, Provider, Role
from anxin.identity.names import sort_key
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import Permission
from anxin.tenancy import files
from anxin.tenancy.files import TenantFile
from anxin.tenancy.models import Unit


def write(ctx: Ctx, wanted: TenantFile) -> None:
    """Bring roles, staff and providers to what the file says."""
    _roles(ctx, wanted)
    _staff(ctx, wanted)
    _providers(ctx, wanted)


# ---- roles --------------------------------------------------------------------------------------------------------


def _roles(ctx: Ctx, wanted: TenantFile) -> None:
    permissions: Mapping[str, Permission] = ctx.runtime.registry.permissions
    known = {row.name: row for row in ctx.db.scalars(sa.select(Role).where(Role.tenant_id == ctx.tenant.id))}
    for name, told in wanted.roles.items():
        grants = {
            grant.permission: grant.scope or permissions[grant.permission].scope
            for grant in told.grants
            if grant.permission in permissions
        }
        row = known.get(name) or ctx.add(Role(name=name, title="", grants={}))
        row.title, row.grants, row.helper = told.title.of(ctx.tenant.locale), grants, told.held_by == "agency"
        row.second_factor = told.second_factor
    for name, row in known.items():
        if name not in wanted.roles:
            ctx.db.delete(row)
    ctx.db.flush()


# ---- people -------------------------------------------------------------------------------------------------------


def _staff(ctx: Ctx, wanted: TenantFile) -> None:
    units: dict[str, UUID] = dict(
        ctx.db.execute(sa.select(Unit.code, Unit.id).where(Unit.tenant_id == ctx.tenant.id)).all()
    )  # type: ignore[arg-type]
    for told in wanted.staff:
        login = ctx.db.scalar(
            sa.select(Login).where(Login.tenant_id == ctx.tenant.id, Login.name == told.login)
        )
        person = _person(ctx, told, login)
        person.name, person.sort_key = told.name, sort_key(told.name)
        person.unit_id = units.get(told.unit) if told.unit else person.unit_id
        ctx.db.flush()
        if told.email:
            set_contact(ctx, person, email=told.email)
        if login is None:
            ctx.add(Login(person_id=person.id, name=told.login))
        set_roles(ctx, person.id, told.roles)
    ctx.db.flush()


def _person(ctx: Ctx, told: files.Staff, login: Login | None) -> Person:
    found = None
    if login is not None:
        found = ctx.db.get(Person, (ctx.tenant.id, login.person_id))
    elif told.number:
        found = ctx.db.scalar(
            sa.select(Person).where(Person.tenant_id == ctx.tenant.id, Person.number == told.number)
        )
    return found or ctx.add(Person(name=told.name, number=told.number, sort_key=sort_key(told.name)))


def set_roles(ctx: Ctx, person_id: UUID, roles: tuple[str, ...]) -> None:
    """Exactly these roles, for the whole tenant (memberships for a unit are left alone)."""
    held = {
        row.role: row
        for row in ctx.db.scalars(
            sa.select(Membership).where(
                Membership.tenant_id == ctx.tenant.id,
                Membership.person_id == person_id,
                Membership.unit_id.is_(None),
            )
        )
    }
    for role in roles:
        row = held.get(role) or ctx.add(Membership(person_id=person_id, role=role))
        row.until = None
    for role, row in held.items():
        if role not in roles and row.until is None:
            row.until = ctx.now


def set_contact(ctx: Ctx, person: Person, *, phone: str | None = None, email: str | None = None) -> None:
    """Seal phone and e-mail, with blind indexes for finding them again."""
    known: dict[str, Any] = (
        ctx.keys.open(Person, "contact", person.id, person.id, person.contact) if person.contact else {}
    )
    given = {"phone": phone, "email": email}
    value = {**known, **{key: text for key, text in given.items() if text}}
    if value != known:
        ctx.seal(person, "contact", value)
    person.phone_index = ctx.blind("phone", value["phone"]) if value.get("phone") else None
    person.email_index = ctx.blind("email", value["email"]) if value.get("email") else None


# ---- providers ----------------------------------------------------------------------------------------------------


def _providers(ctx: Ctx, wanted: TenantFile) -> None:
    """Metadata is fetched when an admin (or the demo) saves the provider; a file only names it."""
    known = {
        row.name: row
        for row in ctx.db.scalars(sa.select(Provider).where(Provider.tenant_id == ctx.tenant.id))
    }
    for told in wanted.providers:
        row = known.get(told.key)
        if row is None:
            row = ctx.add(Provider(name=told.key, title="", issuer=told.issuer, client_id=told.client_id))
        if row.issuer != told.issuer:
            row.metadata_ = {}
        row.title, row.issuer, row.client_id = told.title.of(ctx.tenant.locale), told.issuer, told.client_id
        row.number_claim = told.claim_number
        row.on = bool(row.metadata_)
        secret = _secret(told)
        if secret is not None:
            ctx.seal(row, "secret", secret)
    for name, row in known.items():
        row.on = row.on and any(told.key == name for told in wanted.providers)
    ctx.db.flush()


def _secret(told: files.Provider) -> str | None:
    """The client secret from where the file says it is; None when it is not there (yet)."""
    if told.secret_env:
        return os.environ.get(told.secret_env)
    if told.secret_file and Path(told.secret_file).is_file():
        return Path(told.secret_file).read_text(encoding="utf-8").strip()
    return None
