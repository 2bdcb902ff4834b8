"""Sessions: server-side, one capability each. Opening a request's context is one round trip: enter the tenant by the
cookie's token and read who it belongs to.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from anxin.identity.models import Person, SignIn
from anxin.identity.roles import Scope, grants, keeps_a_line, reaches_care
from anxin.kernel import capability
from anxin.kernel.actor import Actor, Grant, TenantInfo
from anxin.kernel.capability import Reach
from anxin.kernel.clock import now
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import SignInRequired
from anxin.kernel.i18n import local
from anxin.kernel.link import Link
from anxin.kernel.runtime import Runtime

GRANTS_KEPT = 2048  # sets of grants a process remembers
SESSIONS_KEPT = 1024  # and sessions
OWN_CONSENTS = "own consents"  # ctx.notes: purpose → version the actor has agreed to, as of this request

_ENTER = "SELECT * FROM guard.enter_session(%(token)s, %(today)s, NULL)"
_ENTER_AS_BEFORE = "SELECT digest FROM guard.enter_session(%(token)s, %(today)s, %(known)s)"


class Entered(NamedTuple):
    """What guard.enter_session tells: whom the token belongs to, in which tenant, and what they hold there."""

    tenant: UUID
    reach: Reach
    session_id: UUID | None
    narrowed: list[str] | None
    person_id: UUID
    name: str
    unit_id: UUID | None
    locale: str | None
    contract_id: UUID | None
    agency: str | None
    agency_slug: str | None
    services: list[str] | None
    roles: list[str] | None
    covered: bool
    memberships: list[str]
    wrapped: bytes | None
    agreed: list[str]
    config_version: int
    closed: bool
    proved: datetime | None
    digest: bytes

    @property
    def held(self) -> tuple[tuple[str, UUID | None], ...]:
        """Roles, each with the unit it is held for (None: the whole tenant)."""
        parts = [one.partition("|") for one in self.memberships]
        return tuple((role, UUID(unit) if unit else None) for unit, _, role in parts)

    @property
    def consents(self) -> dict[str, int]:
        """Purpose → the version of it that was agreed to."""
        parts = [one.partition("|") for one in self.agreed]
        return {purpose: int(version) for version, _, purpose in parts}


class Remembered(NamedTuple):
    """What a process knows of a session it has seen, to act on while the database says whether it is still so."""

    entered: Entered
    actor: Actor
    consents: Mapping[str, int]


def open_ctx(runtime: Runtime, tenant: TenantInfo, token: str, *, swift: bool = False) -> Ctx:
    """The context of a signed-in request. SignInRequired when the token is unknown, ended, of another tenant, or its
    contract no longer runs.

    `tenant` may be the process's memory of it: the same round trip brings the version of its configuration, and an
    older memory is renewed before anybody relies on it. With `swift` so may the session be, until the first statement
    (see `kernel.guard`).
    """
    link = Link(runtime.engine)
    today = local(now()).date()
    memory: dict[tuple[UUID, bytes], Remembered] = runtime.caches.setdefault("sessions", {})
    name = tenant.id, hashlib.sha256(token.encode()).digest()
    known = memory.get(name) if swift else None
    try:
        if known is not None and known.entered.config_version == tenant.config_version:
            link.enter_with_next(token, _ENTER_AS_BEFORE, today=today, known=known.entered.digest)
        else:
            entered = Entered._make(link.enter(token, _ENTER, today=today))
            if (
                entered.tenant != tenant.id
                or entered.session_id is None
                or entered.closed
                or not entered.covered
            ):
                raise SignInRequired()
            if entered.config_version != tenant.config_version:
                tenant = runtime.caches["directory"].by_id(tenant.id)
            known = Remembered(entered, _actor(runtime, tenant, entered), entered.consents)
            if len(memory) >= SESSIONS_KEPT:
                memory.clear()
            memory[name] = known
        ctx = Ctx(runtime, tenant, link, known.actor, token=token)
        ctx.keys.know(known.entered.person_id, known.entered.wrapped)
        ctx.notes[OWN_CONSENTS] = dict(known.consents)
    except BaseException:
        memory.pop(name, None)
        link.close()
        raise
    return ctx


def _actor(runtime: Runtime, tenant: TenantInfo, who: Entered) -> Actor:
    held = who.held
    scope = Scope(tuple(who.services or ()), tuple(who.roles or ())) if who.contract_id is not None else None
    if scope:
        held = scope.memberships(held)
    # one from before the module was on reads nothing yet
    at_home = who.reach == "clinical" and keeps_a_line(tenant)
    narrowed = None if who.narrowed is None else tuple(who.narrowed)
    return Actor(
        kind="person",
        reach=who.reach,
        person_id=who.person_id,
        name=who.name,
        roles=tuple(dict.fromkeys(role for role, _ in held)),
        grants=_granted(runtime, tenant, held, scope, at_home=at_home, only=narrowed),
        unit_id=who.unit_id,
        agency=who.agency,
        agency_slug=who.agency_slug,
        contract_id=who.contract_id,
        services=tuple(who.services or ()),
        session_id=who.session_id,
        locale=who.locale,
        proved_at=who.proved,
    )


def _granted(
    runtime: Runtime,
    tenant: TenantInfo,
    held: tuple[tuple[str, UUID | None], ...],
    scope: Scope | None,
    *,
    at_home: bool,
    only: tuple[str, ...] | None,
) -> Mapping[str, Grant]:
    """What these memberships allow, remembered for one version of the tenant's configuration."""
    known: dict[Any, Mapping[str, Grant]] = runtime.caches.setdefault("grants", {})
    name = tenant.id, tenant.config_version, held, scope, at_home, only
    if (found := known.get(name)) is not None:
        return found
    given = grants(
        tenant, runtime.registry.permissions, held, helper=scope is not None, at_home=at_home, only=only
    )
    if len(known) >= GRANTS_KEPT:
        known.clear()
    found = known[name] = MappingProxyType(
        scope.grants(given, runtime.registry.plugin_of) if scope else given
    )
    return found


def start(
    ctx: Ctx,
    person: Person,
    *,
    method: str,
    device: str | None = None,
    kind: str = "browser",
    name: str | None = None,
    permissions: list[str] | None = None,
    lifetime: timedelta | None = None,
    strong: bool = False,
) -> str:
    """Begin a session for a person and return its token (the cookie's value). The caller audits.

    It ends as the tenant's settings say: after a time, and after a shorter one without a request (`kind` "browser").

    The capability is made at once, the row with the caller's commit: a token without its row opens nothing.
    """
    rules = ctx.settings_of("identity")
    lifetime = lifetime or timedelta(hours=rules["session_hours"])
    memberships = [
        (role, unit)
        for role, unit in ctx.db.execute(
            sa.text(
                "SELECT role, unit_id FROM core.membership WHERE tenant_id = CAST(:t AS uuid) "
                "AND person_id = CAST(:p AS uuid) AND (until IS NULL OR until > now())"
            ),
            {"t": ctx.tenant.id, "p": person.id},
        )
    ]
    scope = _scope(ctx, person)
    registry = ctx.runtime.registry
    if scope:
        memberships = scope.memberships(memberships)
    held = grants(
        ctx.tenant,
        registry.permissions,
        memberships,
        helper=scope is not None,
        at_home=keeps_a_line(ctx.tenant),
        only=permissions,
    )
    if scope:
        held = scope.grants(held, registry.plugin_of)
    clinical = reaches_care(held, registry.permissions)
    token = capability.mint(
        ctx.runtime.auth,
        ctx.tenant.id,
        reach="clinical" if clinical else "self",
        person_id=person.id,
        lifetime=lifetime,
        idle=timedelta(minutes=rules["idle_minutes"]) if kind == "browser" else None,
    )
    ctx.add(
        SignIn(
            person_id=person.id,
            kind=kind,
            token_hash=capability.token_hash(token),
            method=method,
            name=name,
            device=device,
            permissions=permissions,
            strong=strong,
            expires_at=now() + lifetime,
        )
    )
    return token


def _scope(ctx: Ctx, person: Person) -> Scope | None:
    """What the contract of an agency's person allows; None for everybody else."""
    if person.contract_id is None:
        return None
    services, roles = ctx.db.execute(
        sa.text(
            "SELECT services, roles FROM core.contract WHERE tenant_id = CAST(:t AS uuid) AND id = CAST(:c AS uuid)"
        ),
        {"t": ctx.tenant.id, "c": person.contract_id},
    ).one()
    return Scope(services, roles)


def end(ctx: Ctx, sign_in: SignIn) -> None:
    """End one session at once."""
    capability.revoke(ctx.runtime.auth, sign_in.token_hash)
    sign_in.ended_at = ctx.now


def end_all(ctx: Ctx, person_id: UUID, *, keep: bytes | None = None) -> int:
    """End a person's sessions (leaver, changed roles, "everywhere else"); returns how many capabilities ended."""
    ctx.execute(
        sa.update(SignIn)
        .where(
            SignIn.tenant_id == ctx.tenant.id,
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            *([SignIn.token_hash != keep] if keep else []),
        )
        .values(ended_at=ctx.now)
    )
    return capability.revoke_person(ctx.runtime.auth, ctx.tenant.id, person_id, keep=keep)


def coarse_device(user_agent: str) -> str:
    """ "WeChat · Android": enough to recognise a session, too little to track anybody."""
    apps = (("MicroMessenger", "WeChat"), ("wxwork", "WeCom"), ("DingTalk", "DingTalk"), ("Lark", "Feishu"),
            ("Edg/", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
    app = next((name for mark, name in apps if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return " · ".join(filter(None, (app, system))) or hashlib.sha256(user_agent.encode()).hexdigest()[:6]
