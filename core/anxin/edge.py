"""The edge of the application: which proxies are believed, and how often the doors may be tried."""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import RedisStorage
from werkzeug.middleware.proxy_fix import ProxyFix

from anxin.settings import Network, Settings

# Per address, so an office behind one address must still get in on a Monday morning. Guessing one person's passphrase
# is slowed down per sign-in name, in identity.signin.
DOORS = {
    "identity.sign_in_local": "120 per minute",
    "identity.oidc_begin": "300 per minute",
    "identity.oidc_return": "300 per minute",
    "identity.messenger_begin": "300 per minute",
    "identity.messenger_return": "300 per minute",
    "identity.second_step_code": "60 per minute",
    "identity.second_step_set_up": "60 per minute",
    "identity.passkey_begin": "120 per minute",
    "identity.passkey_sign_in": "120 per minute",
    "identity.phone_begin": "60 per minute",
    "identity.forgot_ask": "20 per minute",
    "identity.confirm_with": "60 per minute",
    "identity.scim": "3000 per minute",
    "identity.link": "60 per minute",
    "identity.use_link": "30 per minute",
    "web.csp": "120 per minute",
}


class OneClient(RedisStorage):
    """The limits' store with the client we have: the library would import Valkey's as well, 10 MB in each process."""

    STORAGE_SCHEME = ["redis", "rediss", "redis+unix"]
    DEPENDENCIES = ["redis"]


class TrustedProxies:
    """WSGI middleware: X-Forwarded-* counts only when the connection comes from one of the operator's proxies."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], networks: tuple[Network, ...]) -> None:
        self._direct, self._networks = wsgi, networks
        self._proxied = ProxyFix(wsgi, x_for=1, x_proto=1, x_host=1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            return self._proxied(environ, start_response)
        return self._direct(environ, start_response)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def init_app(app: Flask, settings: Settings, doors: Mapping[str, str]) -> None:
    """Limits on Redis; while it is away each process counts for itself. `doors` are the plugins' own."""
    asked: tuple[Any, ...] = app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs
    hooks: list[list[Any]] = [functions[None] for functions in asked]
    before = [list(each) for each in hooks]
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url.replace("unix://", "redis+unix://", 1),
        in_memory_fallback_enabled=True,
        in_memory_fallback=["600 per minute"],
        strategy="moving-window",
    )
    # only the doors count, and each asks by itself: with its hooks every request of everybody would ask for its limits
    for each, kept in zip(hooks, before, strict=True):
        each[:] = kept
    for endpoint, often in {**DOORS, **doors}.items():
        app.view_functions[endpoint] = limiter.limit(often)(app.view_functions[endpoint])  # type: ignore[assignment]
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
