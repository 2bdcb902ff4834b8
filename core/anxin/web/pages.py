"""How views answer with HTML: a whole page, only its main part for htmx, or an error in the shell."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import AnxinError
from anxin.kernel.i18n import _, lazy
from anxin.web.prefs import home_url
from anxin.web.shell import tenant_words

log = logging.getLogger(__name__)


class Words(NamedTuple):
    """What a status means to the reader."""

    title: object
    text: object = ""


_WORDS: Mapping[int, Words] = {
    400: Words(lazy("This could not be read"), lazy("Please go back and try once more.")),
    401: Words(lazy("Please sign in first")),
    403: Words(
        lazy("This is not open to you"), lazy("If you need it for your work, ask your administrator.")
    ),
    404: Words(lazy("There is no such page"), lazy("The link may have expired.")),
    405: Words(lazy("There is no such page"), lazy("The link may have expired.")),
    409: Words(lazy("This has just changed"), lazy("Please look at it again and decide anew.")),
    413: Words(lazy("This file is too large")),
    422: Words(lazy("Some answers need another look")),
    429: Words(
        lazy("One moment, please"), lazy("That was very often in a short time. Please try again in a minute.")
    ),
    503: Words(
        lazy("A part of the system is resting"),
        lazy("What you filled in is still here. Please try again shortly."),
    ),
}
_OURS = Words(
    lazy("Something went wrong on our side"),
    lazy("It was nothing you did, and what you filled in is still here. Please try again shortly."),
)


def part() -> str:
    """What htmx asked for: "main", "sheet" (a dialog), or "" for a whole page."""
    headers = request.headers
    if headers.get("HX-Request") != "true" or "HX-History-Restore-Request" in headers:
        return ""
    if headers.get("HX-Request-Type", "partial") != "partial":
        return ""
    return "sheet" if headers.get("HX-Target", "").endswith("#sheet") else "main"


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """The template as a whole page; for an htmx request only its title and block `main`."""
    response = make_response(render_template(template, partial=part(), **context), status)
    response.vary.update(("HX-Request", "Cookie"))
    return response


def shell_of(ctx: Ctx | None) -> str:
    """The shell of a page that employees and staff share: whoever works here sees it among their work."""
    staff = ctx is not None and any(role != "employee" for role in ctx.actor.roles)
    return "staff.html" if staff else "employee.html"


def short_code(status: int) -> str:
    """Something to read out on the telephone, also written to the log: "500-7F3A"."""
    return f"{status}-{secrets.token_hex(2).upper()}"


def _known(error: BaseException) -> tuple[int, Words, Mapping[str, list[Any]]]:
    """Status, words and field messages of whatever was raised."""
    if isinstance(error, AnxinError):
        words = _WORDS.get(error.status, _OURS)
        return error.status, Words(words.title, error.message), getattr(error, "fields", {})
    if isinstance(error, HTTPException) and error.code:
        return error.code, _WORDS.get(error.code, _WORDS[400] if error.code < 500 else _OURS), {}
    return 500, _OURS, {}


def _context(error: BaseException, status: int, words: Words, code: str) -> dict[str, Any]:
    return {
        "status": status,
        "title": words.title,
        "text": words.text,
        "code": code,
        "action": getattr(error, "action", None) or _("Back to the start page"),
        "action_href": getattr(error, "action_href", None) or home_url(),
    }


def render_error(error: BaseException, shell: str = "employee.html") -> Response:
    """The error as a page in a shell. For HTML requests; the API makes problem+json instead.

    An error of ours (5xx) is drawn without the app's context processors, because what they read may be what
    is broken; only `g.tenant` is used then, so brand and help bar stay.
    """
    status, words, fields = _known(error)
    code = short_code(status)
    context = _context(error, status, words, code) | {"fields": fields, "shell": shell}
    if status >= 500:
        log.error("answered %s", code, exc_info=error)
        template = current_app.jinja_env.get_template("error.html")
        tenant = tenant_words(g.tenant) if "tenant" in g else None
        html = template.render(**context, tenant=tenant, help_line=None, partial="", **shell_basics())
    else:
        html = render_template("error.html", partial=part() and "main", **context)
    response = make_response(html, status)
    if part():
        # whatever the request was to change, the news belongs where the page's content is
        response.headers["HX-Retarget"] = "#main"
        response.headers["HX-Reswap"] = "innerHTML"
    if isinstance(error, HTTPException) and error.response is None:
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after"}:
                response.headers[name] = value
    return response


def shell_basics() -> dict[str, Any]:
    """What every template of the shells may name; a context processor of the web room."""
    return {"prefs": g.setdefault("prefs", current_app.extensions["anxin.web.prefs"])}
