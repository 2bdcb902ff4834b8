"""Sessions: server-side, one capability each. Opening a request's context is one round trip: enter the tenant by the
cookie's token and read who it belongs to.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
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
OWN_CONSENTS = "own consents"  # ctx.notes: purpose → version the actor has agreed to, as of this request

_WHO = """
SELECT s.id AS session_id, s.permissions AS only, p.id, p.name, p.kind, p.unit_id, p.locale, p.contract_id,
       home.name AS agency,
       coalesce((SELECT jsonb_agg(jsonb_build_array(m.role, m.unit_id)) FROM core.membership m
                  WHERE m.tenant_id = s.tenant_id AND m.person_id = p.id
                    AND (m.until IS NULL OR m.until > now())), '[]') AS memberships,
       p.contract_id IS NULL
         OR (c.state = 'running' AND %(today)s BETWEEN c.starts_on AND c.ends_on) AS covered,
       (SELECT k.wrapped FROM core.subject_key k WHERE k.tenant_id = p.tenant_id AND k.id = p.id) AS key,
       coalesce((SELECT jsonb_object_agg(a.purpose, a.version) FROM core.consent a
                  WHERE a.tenant_id = p.tenant_id AND a.person_id = p.id AND a.agreed), '{}') AS agreed,
       here.config_version, here.closed_at IS NOT NULL AS closed, home.slug AS agency_slug, c.services, c.roles,
       CASE WHEN s.kind = 'browser' THEN greatest(s.made_at, s.proved_at) END AS proved
  FROM core.sign_in s
  JOIN core.person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
  JOIN core.tenant here ON here.id = s.tenant_id
  LEFT JOIN core.tenant home ON home.id = p.home_tenant_id
  LEFT JOIN core.contract c ON c.tenant_id = p.tenant_id AND c.id = p.contract_id
 WHERE s.tenant_id = %(tenant)s AND s.token_hash = %(hash)s AND p.state = 'active'
"""


def open_ctx(runtime: Runtime, tenant: TenantInfo, token: str) -> Ctx:
    """The context of a signed-in request. SignInRequired when the token is unknown, ended, of another tenant, or its
    contract no longer runs.

    `tenant` may be the process's memory of it: the same round trip brings the version of its configuration, and an
    older memory is renewed before anybody relies on it.
    """
    link = Link(runtime.engine)
    try:
        asked = {"tenant": tenant.id, "hash": capability.token_hash(token), "today": local(now()).date()}
        entered, rows = link.enter(token, _WHO, asked)
        if entered[0] != tenant.id or len(rows) != 1:
            raise SignInRequired()
        covered, key, agreed, version, closed, *_contract = rows[0][10:]
        if closed or not covered:
            raise SignInRequired()
        if version != tenant.config_version:
            tenant = runtime.caches["directory"].by_id(tenant.id)
        ctx = Ctx(runtime, tenant, link, _actor(runtime, tenant, entered[2], rows[0]), token=token)
        ctx.keys.know(rows[0][2], key)
        ctx.notes[OWN_CONSENTS] = agreed
    except BaseException:
        link.close()
        raise
    return ctx


def _actor(runtime: Runtime, tenant: TenantInfo, reach: Reach, row: Any) -> Actor:
    session_id, only, person_id, name, _kind, unit_id, locale, contract_id, agency, memberships, *rest = row
    *_, agency_slug, services, roles, proved = rest
    held = tuple((role, UUID(unit) if unit else None) for role, unit in memberships)
    scope = Scope(tuple(services), tuple(roles)) if contract_id is not None else None
    if scope:
        held = scope.memberships(held)
    at_home = reach == "clinical" and keeps_a_line(
        tenant
    )  # one from before the module was on reads nothing yet
    narrowed = None if only is None else tuple(only)
    return Actor(
        kind="person",
        reach=reach,
        person_id=person_id,
        name=name,
        roles=tuple(dict.fromkeys(role for role, _ in held)),
        grants=_granted(runtime, tenant, held, scope, at_home=at_home, only=narrowed),
        unit_id=unit_id,
        agency=agency,
        agency_slug=agency_slug,
        contract_id=contract_id,
        session_id=session_id,
        locale=locale,
        proved_at=proved,
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
