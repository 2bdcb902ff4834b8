"""The session cookie: one a tenant, `__Host-` wherever the connection is secure, holding the capability's token."""

from flask import request
from werkzeug.wrappers import Response

from anxin.kernel.actor import TenantInfo


def bearer() -> str | None:
    """A personal access token of the Authorization header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def session_token(tenant: TenantInfo) -> str | None:
    return request.cookies.get(name(tenant))


def name(tenant: TenantInfo) -> str:
    return f"__Host-anxin-{tenant.slug}" if request.is_secure else f"anxin-{tenant.slug}"


def give(response: Response, tenant: TenantInfo, token: str) -> None:
    response.set_cookie(
        name(tenant), token, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )


def take(response: Response, tenant: TenantInfo) -> None:
    response.delete_cookie(name(tenant), httponly=True, secure=request.is_secure, samesite="Lax", path="/")
