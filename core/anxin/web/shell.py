"""What the shells show around every page: the tenant's name and colours, navigation, unread notices."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from werkzeug.routing import BuildError

from anxin.extension.manifest import NavItem
from anxin.identity.roles import titles
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _, current_locale

NAV_KEPT = 4096  # menus a process remembers


def init_app(app: Flask) -> None:
    app.context_processor(shell)


def shell() -> dict[str, Any]:
    """Template context of the shells (see anxin.web). Works for visitors and for pages without a tenant."""
    ctx: Ctx | None = g.get("anxin")
    if ctx is None:
        return {}
    tenant = ctx.tenant
    context: dict[str, Any] = {"tenant": tenant_words(tenant), "help_line": help_line(ctx)}
    if ctx.actor.signed_in:
        context |= {
            "actor": {
                "name": ctx.actor.name,
                "role_title": " · ".join(map(str, titles(tenant, ctx.actor.roles))),
                "agency_home": f"/t/{ctx.actor.agency_slug}/contracts" if ctx.actor.agency_slug else None,
            },
            "nav": items(ctx, "staff"),
            "tabs": items(ctx, "employee"),
            "own_links": items(ctx, "me"),
            "unread": unread(ctx),
            "notices_url": _address("notices.index"),
        }
    return context


def tenant_words(tenant: TenantInfo) -> dict[str, Any]:
    """The tenant as the shells show it; known from the directory, without asking the database."""
    return {"name": tenant.name, "product_name": tenant.product_name, "brand": tenant.brand.get("colour")}


def help_line(ctx: Ctx) -> dict[str, str] | None:
    """The tenant's own line beside 12356, which no tenant can remove."""
    line = ctx.settings_of("safety").get("help_line") or {}
    return (
        {"number": line["number"], "label": line.get("label") or _("Our own line")}
        if line.get("number")
        else None
    )


def items(ctx: Ctx, which: str) -> list[dict[str, Any]]:
    """Navigation of one shell: core's and the enabled plugins' items the actor may open, in order.

    What an actor may open, and how it reads, is remembered for one version of the tenant's configuration; what an item
    says of itself (`shown`) is asked every time.
    """
    known: dict[Any, Any] = ctx.runtime.caches.setdefault("nav", {})
    if len(known) > NAV_KEPT:
        known.clear()
    who = ctx.tenant.id, ctx.tenant.config_version, frozenset(ctx.actor.grants), which
    if (offered := known.get(who)) is None:
        offered = known[who] = _offered(ctx, which)
    hidden = frozenset(
        nth for nth, (item, _group) in enumerate(offered) if item.shown is not None and not item.shown(ctx)
    )
    reading = *who, hidden, current_locale(), request.script_root
    if (lines := known.get(reading)) is None:
        lines = known[reading] = _lines([each for nth, each in enumerate(offered) if nth not in hidden])
    here = request.endpoint
    return [line | {"current": line["endpoint"] == here} for line in lines]


def _offered(ctx: Ctx, which: str) -> list[tuple[NavItem, Any]]:
    """(item, name of the module it stands under) of all that the actor may open, core's first."""
    registry = ctx.runtime.registry
    offered: list[tuple[NavItem, Any]] = [(item, None) for item in _permitted(ctx, which, registry.core.nav)]
    for plugin in registry.enabled(ctx.tenant):
        offered += [(item, plugin.title) for item in _permitted(ctx, which, plugin.nav)]
    return offered


def _permitted(ctx: Ctx, which: str, nav: Iterable[NavItem]) -> list[NavItem]:
    return [
        item
        for item in nav
        if item.shell == which
        and (item.permission is None or ctx.allowed(item.permission))
        and (not item.kinds or ctx.tenant.kind in item.kinds)
    ]


def _lines(shown: Sequence[tuple[NavItem, Any]]) -> list[dict[str, Any]]:
    """As the templates take them. A module's lines stand together, under its name, when staff see several of it."""
    several = Counter(str(module) for item, module in shown if module is not None and item.shell == "staff")
    grouped = [
        (item, str(item.group or (module if several[str(module)] > 1 else ""))) for item, module in shown
    ]
    first: dict[str, int] = {}  # items of one group stand together, where its first one belongs
    for item, group in grouped:
        first[group] = min(item.order, first.get(group, item.order))
    return [
        {
            "href": address,
            "icon": item.icon,
            "title": str(item.title),
            "group": group,
            "endpoint": item.endpoint,
        }
        for item, group in sorted(grouped, key=lambda each: (first[each[1]], each[1], each[0].order))
        if (address := _address(item.endpoint)) is not None
    ]


def unread(ctx: Ctx) -> int:
    count = current_app.extensions.get("anxin.unread")
    return count(ctx) if count else 0


def _address(endpoint: str) -> str | None:
    return _found(request.script_root, endpoint)


@lru_cache(maxsize=8192)
def _found(_script_root: str, endpoint: str) -> str | None:
    """A page asks for some forty of them; the answer changes only with the tenant's prefix."""
    try:
        return url_for(endpoint)
    except BuildError:
        return None
