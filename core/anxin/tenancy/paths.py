"""/t/<slug>/… → SCRIPT_NAME /t/<slug>, so that every url_for stays inside the tenant. Hosts need no rewriting."""

import re
from collections.abc import Callable, Iterable
from typing import Any

_TENANT = re.compile(r"^/t/([a-z][a-z0-9-]{1,30})(/.*)?$")


class TenantPaths:
    """WSGI middleware; leaves the slug in environ["anxin.slug"]. Whether the tenant exists is the directory's question."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]]) -> None:
        self._wsgi = wsgi

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = _TENANT.match(environ.get("PATH_INFO", ""))
        if found:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/t/{found[1]}"
            environ["PATH_INFO"] = found[2] or "/"
            environ["anxin.slug"] = found[1]
        return self._wsgi(environ, start_response)
