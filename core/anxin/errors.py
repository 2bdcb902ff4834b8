"""One place makes an answer of an error: a redirect (sign in, consent), a page in the shell, or problem+json (RFC 9457).

Refusals that carry a `record` are written to the audit trail in a transaction of their own, since the request's is
rolled back.
"""

import logging
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from flask import Flask, g, jsonify, redirect, request, url_for
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from anxin import web
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import (
    AnxinError,
    ConsentRequired,
    Invalid,
    ProofRequired,
    SignInRequired,
    Unavailable,
)
from anxin.kernel.i18n import lazy

log = logging.getLogger("anxin.errors")

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "media_type",
}


def init_app(app: Flask) -> None:
    app.register_error_handler(AnxinError, answer)
    app.register_error_handler(HTTPException, answer)
    for away in (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, RedisError):
        app.register_error_handler(away, unavailable)
    app.register_error_handler(Exception, unexpected)


def answer(error: AnxinError | HTTPException) -> Response:
    """A refusal or an HTTP error."""
    ctx: Ctx | None = g.get("anxin")
    if ctx is not None:
        ctx.restart()
        record = getattr(error, "record", None)
        if record is not None and ctx.actor.signed_in:
            ctx.audit(record)
            ctx.commit()
            ctx.restart()
    if _wants_json():
        return problem(error)
    if isinstance(error, SignInRequired):
        return _to(url_for("identity.sign_in", next=_here()))
    if isinstance(error, ProofRequired):
        return _to(url_for("identity.confirm", next=_form_page()))
    if isinstance(error, ConsentRequired):
        return _to(url_for("consent.ask", purpose=error.purpose, next=_here()))
    return web.render_error(error, shell=web.shell_of(ctx))


def unavailable(error: Exception) -> Response:
    """The database or Redis is away: 503 with a clear page; nothing was changed."""
    log.error("a dependency is away: %s", type(error).__name__)
    g.pop("anxin", None)
    refused = Unavailable()
    refused.__cause__ = error
    response = problem(refused) if _wants_json() else web.render_error(refused)
    response.headers["Retry-After"] = "5"
    return response


def unexpected(error: Exception) -> Response:
    """A bug of ours: logged with its traceback, shown as a short code."""
    if _wants_json():
        log.exception("unexpected", exc_info=error)
        return problem(AnxinError(lazy("Something went wrong on our side.")))
    return web.render_error(error)


def problem(error: AnxinError | HTTPException) -> Response:
    """application/problem+json: type, title, status, code, detail, and errors by field for invalid input."""
    if isinstance(error, AnxinError):
        status, code, detail = error.status, error.code, str(error.message)
    else:
        status = error.code or 500
        code, detail = HTTP_CODES.get(status, "http_error"), error.description or ""
    body: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": getattr(error, "name", None) or code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if isinstance(error, Invalid) and error.fields:
        body["errors"] = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
    if isinstance(error, ConsentRequired):
        body["purpose"] = error.purpose
    response = jsonify(body)
    response.status_code = status
    response.headers["Content-Type"] = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    allow = getattr(error, "valid_methods", None)
    if allow:
        response.headers["Allow"] = ", ".join(allow)
    return response


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/scim/"))


def _to(address: str) -> Response:
    """A redirect that htmx follows with a whole page."""
    if request.headers.get("HX-Request") == "true":
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, code=303)


def _here() -> str:
    """Where to come back to: a page can be opened again, a form post cannot (its page is, by Referer, unknown)."""
    if request.method != "GET":
        return request.script_root + "/"
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return quote(request.script_root + request.path, safe="/") + query


def _form_page() -> str:
    """The page whose form was sent, when the browser says so and it is ours."""
    came = urlsplit(request.referrer or "")
    return came.path if request.method != "GET" and came.netloc == request.host else _here()
