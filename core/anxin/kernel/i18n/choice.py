"""Which language to speak now: a scope (jobs, mails, tests), the cookie, the person, the tenant, zh_CN.

And on which clock: the tenant's time zone, in a scope or a request, else Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_request_context, request

DEFAULT = "zh_CN"
LOCALES = ("zh_CN", "en")
COOKIE = "lang"
DEFAULT_ZONE = "Asia/Shanghai"
_ALIASES = {
    "zh": "zh_CN",
    "zh-cn": "zh_CN",
    "zh_cn": "zh_CN",
    "zh-hans": "zh_CN",
    "en": "en",
    "en-us": "en",
    "en-gb": "en",
}

_scope: ContextVar[str | None] = ContextVar("anxin_locale", default=None)
_zone: ContextVar[str | None] = ContextVar("anxin_zone", default=None)


def resolve(tag: str | None) -> str | None:
    """The supported locale a language tag means, or None: "zh" and "zh-CN" → "zh_CN"."""
    return _ALIASES.get((tag or "").lower())


@contextmanager
def locale_scope(locale: str, zone: str | None = None) -> Iterator[None]:
    """Speak `locale` (on the clock of `zone`) inside the block, request or not: jobs write in their
    receiver's language."""
    found = resolve(locale)
    if found is None:
        raise ValueError(f"unsupported locale {locale!r}; supported: {', '.join(LOCALES)}")
    token, zone_token = _scope.set(found), _zone.set(zone or _zone.get())
    try:
        yield
    finally:
        _scope.reset(token)
        _zone.reset(zone_token)


def prefer(*, person: str | None = None, tenant: str | None = None, zone: str | None = None) -> None:
    """Remember for this request what the person chose, what the tenant speaks, and the tenant's clock."""
    kept = g._get_current_object()
    kept.locale_wishes = (resolve(person), resolve(tenant))
    kept.time_zone = zone
    kept.pop("locale_spoken", None)


def current_zone() -> ZoneInfo:
    """The time zone in which moments are shown."""
    wished = g.get("time_zone") if has_request_context() else None
    return ZoneInfo(_zone.get() or wished or DEFAULT_ZONE)


def current_locale() -> str:
    """The locale to speak now; one of LOCALES."""
    scoped = _scope.get()
    if scoped:
        return scoped
    if not has_request_context():
        return DEFAULT
    kept: Any = g._get_current_object()
    spoken = kept.get("locale_spoken")
    if spoken is None:  # asked for every string of a page, and the same until `prefer` says otherwise
        person, tenant = kept.get("locale_wishes", (None, None))
        chosen = resolve(request.args.get(COOKIE)) or resolve(request.cookies.get(COOKIE))
        spoken = kept.locale_spoken = chosen or person or tenant or DEFAULT
    return spoken


def html_lang() -> str:
    """The value of <html lang>: "zh-CN" or "en"."""
    return current_locale().replace("_", "-")
