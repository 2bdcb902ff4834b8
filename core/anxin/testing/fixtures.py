"""The fixtures (see the package's docstring)."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from anxin import start
from anxin.app import create_app
from anxin.embedded.throwaway import database_cluster, valkey_server
from anxin.identity import sessions
from anxin.identity.models import Membership, Person, Role
from anxin.kernel import db, migrate
from anxin.kernel.actor import SCOPES, Actor, TenantInfo, system
from anxin.kernel.ctx import Ctx, tenant_scope
from anxin.kernel.runtime import Runtime, job_key
from anxin.settings import Settings
from anxin.tenancy.directory import touch
from anxin.tenancy.found import found
from anxin.tenancy.models import Contract, Module

_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Someone:
    """A person made for a test."""

    id: UUID
    tenant: TenantInfo
    token: str


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A throwaway PostgreSQL; the superuser's address."""
    with database_cluster(tmp_path_factory.mktemp("pg")) as address:
        yield address


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey_server(tmp_path_factory.mktemp("valkey")) as address:
        yield address


@pytest.fixture(scope="session")
def settings(cluster: str, valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a migrated database inside the cluster."""
    owner = cluster.replace("/postgres?", "/anxin?")
    admin = sa.create_engine(db.driver_url(cluster), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE anxin")
    admin.dispose()
    env = {
        "DATABASE_URL": owner,
        "ANXIN_APP_DATABASE_URL": owner.replace("//postgres@", "//anxin_app@"),
        "ANXIN_AUTH_DATABASE_URL": owner.replace("//postgres@", "//anxin_auth@"),
        "REDIS_URL": valkey,
        "ANXIN_POOL_SIZE": "10",
    }
    return Settings.load(tmp_path_factory.mktemp("data"), env)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application with all installed plugins."""
    made = create_app(settings)
    made.testing = True
    registry = made.extensions["anxin"].registry
    engine = sa.create_engine(db.driver_url(settings.database_url))
    migrate.upgrade(engine, migrate.components(registry), job_key=job_key(settings))
    engine.dispose()
    start.settled()  # as anxin.wsgi does
    yield made
    for pool in (made.extensions["anxin"].engine, made.extensions["anxin"].auth):
        pool.dispose()


@pytest.fixture(scope="session")
def runtime(app: Flask) -> Runtime:
    return app.extensions["anxin"]


@pytest.fixture
def new_tenant(runtime: Runtime) -> Callable[..., TenantInfo]:
    """new_tenant(kind="enterprise_union", modules=None, roles=None): a tenant with every permission granted
    to the role its name suggests ("admin": all non-clinical at tenant scope; "helper": clinical, assigned;
    "employee": own)."""

    def make(
        kind: str = "enterprise_union",
        *,
        modules: list[str] | None = None,
        roles: dict[str, dict[str, str]] | None = None,
        name: str | None = None,
    ) -> TenantInfo:
        number = next(_numbers)
        info = found(
            runtime,
            slug=f"t{number}-{kind.split('_', maxsplit=1)[0]}",
            kind=kind,
            name=name or f"测试工会{number}",
        )
        with tenant_scope(runtime, info, system("test.found")) as ctx:
            ctx.unaudited("test set-up")
            for module in runtime.registry.plugins if modules is None else modules:
                ctx.add(Module(name=module))
            for role, grants in (_standard_roles(runtime) | (roles or {})).items():
                ctx.add(Role(name=role, title=role, grants=grants, helper=role in ("helper", "supervisor")))
            touch(ctx)
        return runtime.caches["directory"].by_id(info.id)

    return make


def _standard_roles(runtime: Runtime) -> dict[str, dict[str, str]]:
    every = runtime.registry.permissions.values()
    narrow = {p.name: "own" for p in every if p.scope == "own"}
    return {
        "employee": narrow,
        "admin": narrow | {p.name: "tenant" for p in every if not p.clinical and p.scope != "own"},
        "helper": narrow | {p.name: "assigned" for p in every if p.clinical},
        "supervisor": narrow | {p.name: SCOPES[-1] for p in every if p.clinical},
    }


@pytest.fixture
def tenant(new_tenant: Callable[..., TenantInfo]) -> TenantInfo:
    return new_tenant()


@pytest.fixture
def other_tenant(new_tenant: Callable[..., TenantInfo]) -> TenantInfo:
    return new_tenant()


@pytest.fixture
def scope(runtime: Runtime) -> Callable[..., AbstractContextManager[Ctx]]:
    """scope(tenant, actor=None): a context that commits at the end of its block; writes need no entry in
    tests."""

    def enter(info: TenantInfo, actor: Actor | None = None) -> AbstractContextManager[Ctx]:
        current = runtime.caches["directory"].by_id(info.id)
        return tenant_scope(runtime, current, actor or system("test"))

    return enter


@pytest.fixture
def ctx(scope: Callable[..., AbstractContextManager[Ctx]], tenant: TenantInfo) -> Iterator[Ctx]:
    with scope(tenant) as context:
        context.unaudited("test")
        yield context


@pytest.fixture
def person(scope: Callable[..., Any], tenant: TenantInfo) -> Callable[..., Someone]:
    """person("admin", tenant=…, unit_id=…, name=…): somebody active with these roles and a live session."""

    def make(*roles: str, tenant: TenantInfo = tenant, **fields: Any) -> Someone:
        number = next(_numbers)
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            row = ctx.add(
                Person(
                    **{"name": f"王小{number}", "sort_key": f"wangxiao{number:06}", "number": f"N{number}"}
                    | fields
                )
            )
            ctx.db.flush()
            for role in roles or ("employee",):
                ctx.add(Membership(person_id=row.id, role=role, unit_id=fields.get("unit_id")))
            ctx.db.flush()
            token = sessions.start(ctx, row, method="test", lifetime=timedelta(hours=1))
        return Someone(row.id, tenant, token)

    return make


@pytest.fixture
def agency_person(
    scope: Callable[..., Any],
    tenant: TenantInfo,
    new_tenant: Callable[..., TenantInfo],
    person: Callable[..., Someone],
) -> Callable[..., Someone]:
    """agency_person("helper"): somebody of a contracted agency, acting in `tenant`."""

    def make(*roles: str, tenant: TenantInfo = tenant, state: str = "running", **fields: Any) -> Someone:
        agency = new_tenant("agency", name="测试心理服务中心")
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            contract = ctx.add(
                Contract(
                    agency_id=agency.id,
                    number=f"HT-{next(_numbers)}",
                    services=sorted(ctx.runtime.registry.plugins),
                    roles=sorted({"helper", "supervisor", *roles}),
                    starts_on=ctx.today - timedelta(days=30),
                    ends_on=ctx.today + timedelta(days=300),
                    state=state,
                    employer_signed_at=ctx.now,
                    agency_signed_at=ctx.now,
                )
            )
            ctx.db.flush()
            contract_id = contract.id
        return person(
            *(roles or ("helper",)),
            tenant=tenant,
            kind="agency_staff",
            contract_id=contract_id,
            home_tenant_id=agency.id,
            **fields,
        )

    return make


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """client_as(person): a test client with that person's session; addresses are below the person's
    tenant."""

    def make(someone: Someone | None = None, tenant: TenantInfo | None = None) -> FlaskClient:
        info = someone.tenant if someone else tenant
        assert info is not None, "say whose tenant"
        client = app.test_client()
        client.environ_base["SCRIPT_NAME"] = ""
        if someone:
            client.set_cookie(f"anxin-{info.slug}", someone.token)
        client.base = f"/t/{info.slug}"  # type: ignore[attr-defined]
        return client

    return make
