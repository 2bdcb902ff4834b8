"""The cookies of signing in: `__Host-` wherever the connection is secure, never for script, never across sites.

The session's is one a tenant and holds the capability's token.
"""

from flask import Request, request
from werkzeug.wrappers import Response

from anxin.kernel.actor import TenantInfo


def bearer(asked: Request) -> str | None:
    """A personal access token of the Authorization header."""
    said: str | None = asked.environ.get("HTTP_AUTHORIZATION")
    if said is None:
        return None
    scheme, _, token = said.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def session_token(asked: Request, tenant: TenantInfo) -> str | None:
    """Read straight from the header: every request asks for this one, and few for another."""
    wanted = _bound(f"anxin-{tenant.slug}", asked)
    for pair in asked.environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == wanted:
            return value.strip() or None
    return None


def give(response: Response, tenant: TenantInfo, token: str) -> None:
    keep(response, f"anxin-{tenant.slug}", token)


def take(response: Response, tenant: TenantInfo) -> None:
    drop(response, f"anxin-{tenant.slug}")


def kept(cookie: str) -> str | None:
    """What this browser was given under a name."""
    return request.cookies.get(_bound(cookie))


def keep(response: Response, cookie: str, value: str, *, seconds: int | None = None) -> None:
    """A secret for this browser alone: for a time, or until it is closed."""
    response.set_cookie(
        _bound(cookie),
        value,
        max_age=seconds,
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
        path="/",
    )


def drop(response: Response, cookie: str) -> None:
    response.delete_cookie(_bound(cookie), httponly=True, secure=request.is_secure, samesite="Lax", path="/")


def _bound(cookie: str, asked: Request | None = None) -> str:
    return f"__Host-{cookie}" if (asked or request).is_secure else cookie
