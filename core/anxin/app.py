"""create_app(): load, check, wire. Everything that knows all rooms at once is here and in rooms.py; nothing else is.

A request: WSGI middleware finds /t/<slug> → `open_request` makes the Ctx when the guard first asks → the guarded view →
commit. Errors become HTML or problem+json in `errors.py`.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, current_app, g, has_request_context, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_host

from anxin import edge, errors, health, rooms, web
from anxin.api import init_app as init_api
from anxin.audit.writer import Writer
from anxin.consent.decide import ConsentAccess
from anxin.extension import registry as extension
from anxin.extension.registry import Registry
from anxin.identity import cookies, sessions
from anxin.kernel import db, i18n
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx, visitor_ctx
from anxin.kernel.errors import Forbidden, NotFound, SignInRequired
from anxin.kernel.guard import this_request
from anxin.kernel.i18n import lazy
from anxin.kernel.idempotency import UNSAFE
from anxin.kernel.runtime import Runtime
from anxin.kernel.vault import Keyring
from anxin.settings import Settings
from anxin.tenancy.directory import Directory
from anxin.tenancy.paths import TenantPaths
from anxin.web import shell
from anxin.web.address import Address

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Nothing that HTTP says of these is to be put right in their headers.
ALONE = frozenset({200, 201, 303, 400, 401, 403, 404, 409, 422})
PLAIN_ADDRESS = re.compile(r"[\w.~:/?#@!$&'()*+,;=%-]*", re.ASCII)  # with nothing in it to be escaped
OPTIONS = frozenset({"_anchor", "_method", "_scheme", "_external"})


class NoSessions(SessionInterface):
    """People's sessions are capabilities (identity.sessions); of Flask's there is one, empty and for nobody."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return self._none

    def is_null_session(self, obj: object) -> bool:
        return True


class Asked(Request):
    """What a request may bring at most (Flask looks each up in the configuration, each time a form is read)."""

    max_content_length = 32 * 1024 * 1024  # type: ignore[assignment]  (a property there)
    max_form_memory_size = 2 * 1024 * 1024  # type: ignore[assignment]  (as above)
    max_form_parts = 1000  # type: ignore[assignment]  (as above)


class Answered(Response):
    """A response whose headers need no second look: all but a few have their length counted, and are done."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        plain = PLAIN_ADDRESS.fullmatch(self.headers.get("Location", ""))
        if self.status_code not in ALONE or "Content-Location" in self.headers or not plain:
            return super().get_wsgi_headers(environ)
        if "Content-Length" not in self.headers and self.is_sequence:
            self.headers["Content-Length"] = str(sum(map(len, self.iter_encoded())))
        return self.headers


class Application(Flask):
    """Flask with plain views only (it asks of each function of each request whether it must be awaited), with addresses
    that are compiled when they are first asked for, and without Flask's own sessions."""

    url_rule_class = Address
    request_class = Asked
    response_class = Answered
    session_interface = NoSessions()

    def redirect(self, location: str, code: int = 302) -> Response:
        """Without the page that nobody sees."""
        return self.response_class(status=code, headers={"Location": location})

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        """The endpoints that have one address, and it depends on nothing but its own parts."""
        each = {endpoint: list(self.url_map.iter_rules(endpoint)) for endpoint in self.view_functions}
        return {
            endpoint: rules[0]
            for endpoint, rules in each.items()
            if len(rules) == 1 and not rules[0].defaults and not rules[0].build_only
        }

    def url_for(self, endpoint: str, **values: Any) -> str:  # type: ignore[override]  (its options are among the values)
        """As Flask's, but for most addresses the rule is asked at once: a page has a hundred of them."""
        given = {name: value for name, value in values.items() if value is not None}
        rule = self._rules.get(endpoint) if has_request_context() else None
        if rule is None or not rule.arguments <= given.keys() or not OPTIONS.isdisjoint(given):
            return super().url_for(endpoint, **values)
        built = rule.build(given)
        return this_request().script_root + built[1] if built else super().url_for(endpoint, **values)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As Flask's for any host, of what the request knows already (Flask reads the host twice, and encodes it)."""
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        request.host = get_host(request.environ)  # type: ignore[assignment]  (a property that keeps what it is given)
        return MapAdapter(
            self.url_map,
            _server(request.host),
            request.root_path,
            "",
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode("utf-8", "replace"),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


@lru_cache(maxsize=256)
def _server(host: str) -> str:
    """A host as werkzeug writes it: ASCII, in small letters. BadHost when it cannot be."""
    return Map().bind(host).server_name


def create_app(settings: Settings | None = None, *, registry: Registry | None = None) -> Flask:
    """The application of one process. `registry` replaces the installed plugins (tests)."""
    settings = settings or Settings.load()
    app = Application("anxin", static_folder=None)
    app.config.update(DEBUG=settings.dev)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    db.init_app(
        app,
        app_url=db.driver_url(settings.app_database_url),
        auth_url=db.driver_url(settings.auth_database_url),
        pool_size=settings.pool_size,
    )
    registry = registry or extension.load(rooms.core_parts(), settings.plugins)
    runtime = Runtime(
        app=app,
        settings=settings,
        keyring=Keyring(settings.master_key),
        access=ConsentAccess(),
        audit=Writer(),
        registry=registry,
        jobs=registry.jobs(),
    )
    runtime.caches["directory"] = Directory(runtime.engine, runtime.visitors)
    app.extensions["anxin"] = runtime
    app.extensions["anxin.open"] = open_request
    web.init_app(app, rooms.plugin_templates(registry), with_gallery=settings.dev)
    shell.init_app(app)
    init_api(app)
    rooms.register_blueprints(app, registry)
    health.init_app(app)
    errors.init_app(app)
    app.before_request(refuse_cross_site)
    app.teardown_request(close_ctx)
    edge.init_app(app, settings, registry.doors())
    app.wsgi_app = TenantPaths(app.wsgi_app)  # type: ignore[method-assign]
    return app


def open_request(*, swift: bool = False) -> Ctx:
    """The context of this request: its tenant by path or host, its actor by token or cookie, or a visitor."""
    runtime, asked = _runtime(), this_request()
    ctx = _signed_in(runtime, asked, swift=swift) or visitor_ctx(runtime, request_tenant())
    ctx.plugin = getattr(_blueprint(asked), "plugin", None)
    i18n.prefer(person=ctx.actor.locale, tenant=ctx.tenant.locale)
    return ctx


def _signed_in(runtime: Runtime, asked: Request, *, swift: bool) -> Ctx | None:
    """The context of the request's session or token; None for visitors. SignInRequired for a token that opens nothing.

    A remembered tenant will do here: opening the session tells whether the memory is current.
    """
    if asked.path.startswith("/scim/"):  # a directory's token is no session (identity.scim)
        return None
    directory: Directory = runtime.caches["directory"]
    tenant = directory.recall(asked.environ.get("anxin.slug", "")) or request_tenant()
    bearer = cookies.bearer(asked)
    token = bearer or cookies.session_token(asked, tenant)
    if not token:
        return None
    try:
        ctx = sessions.open_ctx(runtime, tenant, token, swift=swift)
    except SignInRequired:
        if bearer:
            raise
        return None
    g.tenant = ctx.tenant
    return ctx


def request_tenant() -> TenantInfo:
    """The tenant of this request's address; NotFound when the address names none."""
    if "tenant" not in g:
        directory: Directory = _runtime().caches["directory"]
        slug = request.environ.get("anxin.slug")
        g.tenant = directory.by_slug(slug) if slug else directory.by_host(request.host.partition(":")[0])
    return g.tenant


def refuse_cross_site() -> ResponseReturnValue | None:
    """Unsafe requests with a cookie must come from our own pages. Browsers say so (Sec-Fetch-Site, else Origin);
    a client that sends neither is no browser and carries no ambient cookie."""
    asked = this_request()
    if asked.method not in UNSAFE or cookies.bearer(asked) or asked.endpoint in ("web.csp",):
        return None
    site, origin = asked.environ.get("HTTP_SEC_FETCH_SITE"), asked.environ.get("HTTP_ORIGIN")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden(lazy("This form was sent from another site."), code="cross_site")
    if site is None and origin is not None and origin.partition("://")[2] != asked.host:
        raise Forbidden(lazy("This form was sent from another site."), code="cross_site")
    return None


def close_ctx(_error: BaseException | None) -> None:
    ctx: Ctx | None = g.pop("anxin", None)
    if ctx is not None:
        ctx.close()


def _runtime() -> Runtime:
    return current_app.extensions["anxin"]


def _blueprint(asked: Request) -> object:
    name = asked.blueprint
    if name is None:
        raise NotFound()
    return current_app.blueprints[name]
