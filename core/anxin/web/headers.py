"""Security headers on every response, and a counter for what browsers report against the content policy."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import Any

from flask import request

log = logging.getLogger(__name__)

# No inline script or style anywhere, no evaluation; images may be data: for swatches a browser draws itself.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000"
REPORT_LIMIT = 8_192

_counts: Counter[str] = Counter()
_lock = Lock()


class Protected:
    """WSGI middleware: what every answer carries, whoever made it. A view may set a header of its own; it is kept."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]], report: str) -> None:
        """`report` is where browsers tell what the policy blocked, below the root of a tenant."""
        self._wsgi, self._report = wsgi, report

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        usual = _usual(environ.get("SCRIPT_NAME", "") + self._report, environ["wsgi.url_scheme"] == "https")

        def protect(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name.lower() for name, _ in headers}
            kept = [(name, value) for lower, name, value in usual if lower not in own]
            return start_response(status, headers + kept, *error)

        return self._wsgi(environ, protect)


@lru_cache(maxsize=4096)
def _usual(report: str, secure: bool) -> list[tuple[str, str, str]]:
    """(lower-case name, name, value) of what every answer below one tenant's address carries."""
    policy = "; ".join([*(f"{name} {value}" for name, value in POLICY.items()), f"report-uri {report}"])
    # pages hold personal data more often than not: nothing is stored unless a view says so
    usual = {"Content-Security-Policy": policy, **FIXED, "Cache-Control": "no-store"}
    if secure:
        usual["Strict-Transport-Security"] = HSTS
    return [(name.lower(), name, value) for name, value in usual.items()]


def count_report() -> tuple[str, int]:
    """POST /csp: browsers report what the policy blocked. The body is untrusted and may hold addresses,
    so only the directive is kept."""
    content = (
        request.get_data(cache=False)[:REPORT_LIMIT] if (request.content_length or 0) <= REPORT_LIMIT else b""
    )
    directive = next((name for name in POLICY if name.encode() in content), "other")
    with _lock:
        _counts[directive] += 1
    log.warning("content policy report: %s", directive)
    return "", 204


def reports() -> dict[str, int]:
    """How often each directive was reported since the process started (metrics and tests)."""
    with _lock:
        return dict(_counts)
