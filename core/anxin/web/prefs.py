"""Language, theme and text size of a device: kept in cookies, so that pages come without a flash.

With script, theme and size change in place; without it the same buttons post to /prefs. A link with ?lang=en
works everywhere and is remembered. Nothing here is personal, and nothing needs a sign-in.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from flask import redirect, request
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import _, current_locale, resolve

YEAR = 365 * 24 * 3600
CHOICES = {"lang": ("zh", "en"), "theme": ("", "light", "dark"), "size": ("", "large")}


class Prefs:
    """What this request asked for; templates see it as `prefs`."""

    @property
    def theme(self) -> str:
        return _known("theme", request.cookies)

    @property
    def size(self) -> str:
        return _known("size", request.cookies)

    @property
    def other_lang(self) -> str:
        """The language the switch in the app bar leads to."""
        return "zh" if current_locale() == "en" else "en"


def _known(name: str, source: MultiDict[str, str]) -> str:
    value = source.get(name, "")
    return value if value in CHOICES[name] else ""


def home_url() -> str:
    """The tenant's start page: "/", or "/t/<slug>/" when the tenant lives under a path."""
    return f"{request.script_root}/"


def here_url(lang: str | None = None) -> str:
    """The address of this page, in another language if asked; the start page when this one answers a form."""
    if request.method not in ("GET", "HEAD"):
        return f"{home_url()}?lang={lang}" if lang else home_url()
    args = MultiDict(request.args)
    if lang:
        args["lang"] = lang
    query = urlencode(list(args.items(multi=True)))
    return f"{request.script_root}{quote(request.path)}" + (f"?{query}" if query else "")


def local_path(target: str | None) -> str:
    """`target` when it is a path on this host, else the start page: open redirects serve phishers."""
    home = home_url()
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc or "\\" in target or "\n" in target else target


def save() -> Response:
    """POST /prefs: lang, theme or size, and `next`, the page to return to."""
    chosen = {name: request.form[name] for name in CHOICES if name in request.form}
    if not chosen or any(value not in CHOICES[name] for name, value in chosen.items()):
        raise Invalid(_("This setting is not known."))
    response = redirect(local_path(request.form.get("next")), code=303)
    for name, value in chosen.items():
        remember(response, name, value)
    return response


def remember(response: Response, name: str, value: str) -> None:
    # script may read these: it changes theme and size without a request
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, path="/")


def keep_language(response: Response) -> Response:
    """After a request with ?lang=…: remember it on this device."""
    if b"lang=" in request.query_string and resolve(request.args.get("lang")):
        remember(response, "lang", "en" if resolve(request.args["lang"]) == "en" else "zh")
    return response
