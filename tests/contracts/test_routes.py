"""Every route × two tenants × every role, from the live URL map: guarded, safe to GET, and blind to other people's ids."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from anxin.kernel.db import TenantModel
from anxin.kernel.ids import new_id

from .everything import fill, models
from .routes import INFRASTRUCTURE, Route, all_rules, routes

ROLES = ("employee", "admin", "helper", "supervisor")
# GETs that write more than an audit entry, each with the reason
WRITES_ON_GET = {
    "identity.oidc_begin": "the state of a sign-in on its way; OpenID Connect begins with a GET",
    "identity.oidc_return": "OpenID Connect comes back with a GET; state, nonce and cookie make it single-use",
    "identity.messenger_begin": "as with OpenID Connect",
    "identity.messenger_return": "as with OpenID Connect",
    "notices.open_notice": "opening a notice is reading it; nothing else changes and doing it again changes nothing",
}


def stands_for(name: str, route: Route) -> list[type[TenantModel]]:
    """The models that an argument or field may mean: by its name, else any of the same room or plugin."""
    name = name.removesuffix("_id")
    named = [m for m in models() if name in (m.__tablename__, m.__name__.lower())]
    room = route.rule.endpoint.partition(".")[0].removesuffix("-api")
    near = [m for m in models() if room in (m.__module__.split(".")[1], m.__schema__)]
    return named or near or models()


@pytest.fixture
def everybody(person, agency_person, give_consent, runtime):
    """everybody(tenant): somebody in each role, who has agreed to everything."""

    def make(tenant: Any) -> dict[str, Any]:
        found = {
            role: (agency_person if role in ("helper", "supervisor") else person)(role, tenant=tenant)
            for role in ROLES
        }
        asked = [one for one in runtime.registry.purposes.values() if one.basis == "consent"]
        for someone in found.values():
            give_consent(someone, *asked)
        return found

    return make


def grants_of(runtime: Any, tenant: Any, role: str) -> Any:
    return runtime.caches["directory"].by_id(tenant.id).roles[role]


def call(client: Any, route: Route, arguments: dict[str, UUID], any_id: UUID) -> Any:
    return client.open(client.base + route.address(**arguments), method=route.method, **route.request(any_id))


# ---- the shape of routes ---------------------------------------------------------------------------------


def test_every_view_is_guarded(app) -> None:
    bare = {
        rule.endpoint
        for rule in all_rules(app)
        if not hasattr(app.view_functions[rule.endpoint], "__guard__")
    }
    assert bare == set(INFRASTRUCTURE)


def test_what_is_off_is_not_there(app, new_tenant, person, client_as, runtime) -> None:
    """A plugin's routes answer 404 in a tenant that does not run it, to everybody."""
    tenant = new_tenant(modules=[])
    plugins = set(runtime.registry.plugins)
    theirs = [
        route
        for route in routes(app)
        if getattr(app.blueprints[route.rule.endpoint.rpartition(".")[0]], "plugin", None) in plugins
    ]
    assert theirs
    for client in (client_as(tenant=tenant), client_as(person("employee", tenant=tenant))):
        answers = {
            str(r): call(client, r, dict.fromkeys(r.ids, new_id()), new_id()).status_code for r in theirs
        }
        assert {route: status for route, status in answers.items() if status != 404} == {}


def test_visitors_are_asked_to_sign_in_whatever_the_id(app, tenant, client_as) -> None:
    client = client_as(tenant=tenant)
    wrong = {}
    for route in routes(app):
        if route.guard.access.name == "public":
            continue
        answer = call(client, route, dict.fromkeys(route.ids, new_id()), new_id())
        expected = (
            answer.status_code == 401 if route.api else "/sign-in" in answer.headers.get("Location", "")
        )
        if not expected:
            wrong[str(route)] = answer.status_code
    assert wrong == {}


@pytest.fixture
def writes(runtime) -> Iterator[list[str]]:
    """The tables that statements of the application role write."""
    found: list[str] = []

    def look(_connection, _cursor, statement, *_rest) -> None:
        if match := re.match(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+([\w.]+)", statement, re.IGNORECASE):
            found.append(match[1])

    event.listen(runtime.engine, "before_cursor_execute", look)
    yield found
    event.remove(runtime.engine, "before_cursor_execute", look)


@pytest.mark.parametrize("role", ROLES)
def test_no_get_changes_anything(app, tenant, everybody, client_as, runtime, writes, role) -> None:
    """The audit trail apart: its writer goes through the driver, past what is listened to here."""
    made = fill(runtime, tenant.id)
    client = client_as(everybody(tenant)[role])
    changed = {}
    for route in routes(app):
        if route.method != "GET" or route.rule.endpoint in WRITES_ON_GET:
            continue
        for model in {m for name in route.ids for m in stands_for(name, route)} or {None}:
            writes.clear()
            call(client, route, dict.fromkeys(route.ids, made[model] if model else new_id()), new_id())
            if writes:
                changed[str(route)] = list(writes)
    assert changed == {}


# ---- ids of others ---------------------------------------------------------------------------------------


def foreign(route: Route, made: dict[type[TenantModel], UUID]) -> Iterator[dict[str, UUID]]:
    """The route's id arguments, filled with ids that exist elsewhere."""
    if len(route.ids) == 1:
        for model in stands_for(route.ids[0], route):
            yield {route.ids[0]: made[model]}
    elif route.ids:
        yield {name: made[stands_for(name, route)[0]] for name in route.ids}


def without_ids(answer: Any) -> str:
    """The body with ids and the short code taken out."""
    text = answer.get_data(as_text=True)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{21,}|\d{3}-[0-9A-F]{4}", "?", text)


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_id_is_a_404(app, tenant, other_tenant, everybody, client_as, runtime, role) -> None:
    """Ids of tenant A, addressed from tenant B: 404 to whoever holds the permission, and not to be told from an id
    that exists nowhere by anybody."""
    made = fill(runtime, tenant.id)
    client = client_as(everybody(other_tenant)[role])
    grants = grants_of(runtime, other_tenant, role)
    wrong = {}
    for route in routes(app):
        if not route.ids:
            continue
        nowhere = new_id()
        unknown = call(client, route, dict.fromkeys(route.ids, nowhere), nowhere)
        told = without_ids(unknown)
        for arguments in foreign(route, made):
            answer = call(client, route, arguments, next(iter(arguments.values())))
            same = answer.status_code == unknown.status_code and without_ids(answer) == told
            if (
                not same
                or (route.permitted(grants) and answer.status_code != 404)
                or answer.status_code >= 500
            ):
                wrong[f"{route} {arguments}"] = answer.status_code, unknown.status_code
    assert wrong == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_id_in_an_input_leads_nowhere(
    app, tenant, other_tenant, everybody, client_as, runtime, superuser, role
) -> None:
    """Ids of tenant A inside forms, queries and JSON of tenant B: refused or found nothing, and nothing refers to
    them afterwards."""
    made = fill(runtime, tenant.id)
    own = fill(runtime, other_tenant.id)
    client = client_as(everybody(other_tenant)[role])
    before = picture(superuser, tenant.id)
    failed = {}
    for route in routes(app):
        target = {name: own[stands_for(name, route)[0]] for name in route.ids}
        for field in route.input_ids:
            for model in stands_for(field, route):
                body = route.request(own[model], **{field: made[model]})
                answer = client.open(client.base + route.address(**target), method=route.method, **body)
                if answer.status_code >= 500:
                    failed[f"{route} {field}={model.__name__}"] = answer.status_code
    assert failed == {}
    assert picture(superuser, tenant.id) == before


def picture(superuser: sa.Connection, tenant_id: UUID) -> dict[str, str]:
    """A hash of everything a tenant has; using a session is no change."""
    found = {}
    for model in models():
        rows = superuser.execute(
            sa.text(f"SELECT t::text FROM {model.__table__.fullname} t WHERE tenant_id = :t ORDER BY id"),
            {"t": tenant_id},
        )
        found[model.__table__.fullname] = hashlib.sha256(repr(rows.all()).encode()).hexdigest()
    return found


def test_the_union_meets_404_on_every_address_of_care(app, tenant, everybody, client_as, runtime) -> None:
    """Pages and API alike, with ids that exist in its very own tenant."""
    made = fill(runtime, tenant.id)
    client = client_as(everybody(tenant)["admin"])
    clinical = {row_id for model, row_id in made.items() if model.__clinical__}
    wrong = {}
    tried = 0
    for route in routes(app):
        for arguments in foreign(route, made) if route.ids else [{}]:
            if not route.clinical and not clinical & set(arguments.values()):
                continue
            tried += 1
            status = call(client, route, arguments, new_id()).status_code
            if status != 404:
                wrong[f"{route} {arguments}"] = status
    assert tried > 20
    assert wrong == {}


def test_one_employee_meets_404_on_what_is_anothers(app, tenant, everybody, client_as, runtime) -> None:
    made = fill(runtime, tenant.id)
    client = client_as(everybody(tenant)["employee"])
    grants = grants_of(runtime, tenant, "employee")
    wrong = {}
    for route in routes(app):
        if not route.permitted(grants):
            continue
        for arguments in foreign(route, made):
            personal = all(m.__subject__ for m, row_id in made.items() if row_id in arguments.values())
            status = call(client, route, arguments, new_id()).status_code
            if personal and status != 404:
                wrong[f"{route} {arguments}"] = status
    assert wrong == {}
