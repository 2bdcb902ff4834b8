"""PluginContract: the rules every plugin keeps, as tests. A plugin's test_contract.py needs no more than

    class TestContract(PluginContract):
        plugin = "rooms"

Two class attributes make its walk over other tenants' ids reach further: `rows`, which makes rows of the
plugin in a foreign tenant, and `inputs`, a valid form or JSON body for each route that takes one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from anxin.extension import conformance, tables
from anxin.extension.conformance import Examined
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.db import driver_url
from anxin.kernel.guard import PUBLIC, Guard, Permission
from anxin.kernel.ids import new_id
from anxin.kernel.runtime import Runtime
from anxin.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RULES = conformance.RULES | tables.RULES


class PluginContract:
    """Subclass it and name the plugin."""

    plugin: ClassVar[str]
    inputs: ClassVar[Mapping[str, Mapping[str, Any]]] = {}  # endpoint → a valid body

    def rows(self, ctx: Ctx, person_id: UUID) -> Mapping[str, UUID]:
        """Make rows about that person of a foreign tenant; return their ids by the name of the URL
        parameter."""
        return {"person": person_id, "person_id": person_id}

    @pytest.fixture
    def examined(self, app: Flask, runtime: Runtime, settings: Settings) -> Iterator[Examined]:
        engine = sa.create_engine(driver_url(settings.database_url), poolclass=sa.NullPool)
        with engine.connect() as connection:
            yield Examined(runtime.registry.plugins[self.plugin], runtime.registry, app, connection)

    @pytest.mark.parametrize("rule", RULES)
    def test_rule(self, rule: str, examined: Examined) -> None:
        assert list(RULES[rule](examined)) == []

    def test_a_visitor_meets_only_what_is_public(
        self, app: Flask, tenant: TenantInfo, client_as: Callable[..., FlaskClient]
    ) -> None:
        client = client_as(None, tenant)
        for route, method, guard in self._routes(app):
            if guard.access is not PUBLIC:
                status = self._ask(client, route, method, {}).status_code
                assert status in (303, 401), f"{method} {route.rule} answered a visitor with {status}"

    def test_switched_off_it_is_not_there(
        self,
        app: Flask,
        new_tenant: Callable[..., TenantInfo],
        person: Callable[..., Any],
        client_as: Callable[..., FlaskClient],
    ) -> None:
        bare = new_tenant(modules=[])
        client = client_as(person("employee", "admin", tenant=bare))
        for route, method, _ in self._routes(app):
            status = self._ask(client, route, method, {}).status_code
            assert status == 404, f"{method} {route.rule} answered {status} while the plugin is off"

    def test_a_foreign_id_is_not_found(  # noqa: PLR0917  (fixtures are asked for by name)
        self,
        app: Flask,
        runtime: Runtime,
        scope: Callable[..., Any],
        other_tenant: TenantInfo,
        person: Callable[..., Any],
        agency_person: Callable[..., Any],
        give_consent: Callable[..., None],
        client_as: Callable[..., FlaskClient],
    ) -> None:
        """Every route with an id in its address, asked by somebody with all permissions, for another
        tenant's rows."""
        stranger = person("employee", tenant=other_tenant)
        with scope(other_tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.plugin = self.plugin
            foreign = self.rows(ctx, stranger.id)
        insider, helper = person("employee", "admin"), agency_person("helper", "supervisor")
        for somebody in (insider, helper):
            give_consent(somebody, *runtime.registry.plugins[self.plugin].purposes)
        for route, method, guard in self._routes(app):
            if not any(_is_id(route, name) for name in route.arguments):
                continue
            clinical = isinstance(guard.access, Permission) and guard.access.clinical
            answer = self._ask(client_as(helper if clinical else insider), route, method, foreign)
            # a form that does not even parse is refused before anything is looked up: that tells nothing
            wanted = (404,) if route.endpoint in self.inputs or not _takes_input(app, route) else (404, 422)
            assert answer.status_code in wanted, f"{method} {route.rule} answered {answer.status_code}"

    def _routes(self, app: Flask) -> Iterator[tuple[Rule, str, Guard]]:
        for route in app.url_map.iter_rules():
            if route.endpoint.partition(".")[0] in (self.plugin, f"{self.plugin}-api"):
                guard = app.view_functions[route.endpoint].__guard__  # type: ignore[attr-defined]
                for method in METHODS:
                    if method in (route.methods or ()):
                        yield route, method, guard

    def _ask(self, client: FlaskClient, route: Rule, method: str, ids: Mapping[str, UUID]) -> Any:
        values = {name: ids.get(name) or _sample(route, name) for name in route.arguments}
        built = route.build(values, append_unknown=False)
        assert built is not None, f"no address for {route.rule}"
        body = self.inputs.get(route.endpoint, {})
        form = {"json": body} if route.rule.startswith("/api/") else {"data": body}
        return client.open(f"{client.base}{built[1]}", method=method, **({} if method == "GET" else form))  # type: ignore[attr-defined]


def _is_id(route: Rule, name: str) -> bool:
    return type(route._converters[name]).__name__ == "UUIDConverter"


def _sample(route: Rule, name: str) -> Any:
    kinds: dict[str, Any] = {"UUIDConverter": new_id(), "IntegerConverter": 1, "FloatConverter": 1.0}
    return kinds.get(type(route._converters[name]).__name__, "x")


def _takes_input(app: Flask, route: Rule) -> bool:
    view: Any = app.view_functions[route.endpoint]
    return view.__guard__.input is not None or bool(getattr(view, "_apidoc", {}).get("arguments"))
