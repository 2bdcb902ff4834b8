"""Security headers on every response, and a counter for what browsers report against the content policy."""

from __future__ import annotations

import logging
from collections import Counter
from functools import lru_cache
from threading import Lock

from flask import Response, request, url_for

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


def policy() -> str:
    rules = [f"{name} {value}" for name, value in POLICY.items()]
    return "; ".join([*rules, f"report-uri {url_for('web.csp')}"])


@lru_cache(maxsize=4096)
def _usual(root: str) -> list[tuple[str, str, str]]:
    """What every answer below one tenant's address carries: (lower-case name, name, value). The policy names the
    address of its own reports."""
    # pages hold personal data more often than not: nothing is stored unless a view says so
    usual = {"Content-Security-Policy": policy(), **FIXED, "Cache-Control": "no-store"}
    return [(name.lower(), name, value) for name, value in usual.items()]


def protect(response: Response) -> Response:
    """After every request. A view may set a header of its own first; it is kept."""
    headers = response.headers
    own = {name.lower() for name, _ in headers}
    for lower, name, value in _usual(request.script_root):
        if lower not in own:
            headers.add(name, value)
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", HSTS)
    return response


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
