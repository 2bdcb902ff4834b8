"""What the shells show around every page: the tenant's name and colours, navigation, unread notices."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, url_for
from werkzeug.routing import BuildError

from anxin.extension.manifest import NavItem
from anxin.identity.roles import titles
from anxin.kernel.actor import TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.i18n import _


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
    """Navigation of one shell: core's and the enabled plugins' items the actor may open, in order."""
    registry = ctx.runtime.registry
    shown = _shown(ctx, which, registry.core.nav)
    for plugin in registry.enabled(ctx.tenant):
        own = _shown(ctx, which, plugin.nav)
        if len(own) > 1 and which == "staff":  # a module's lines stand together, under its name
            own = [replace(item, group=item.group or plugin.title) for item in own]
        shown += own
    first: dict[str, int] = {}  # items of one group stand together, where its first one belongs
    for item in shown:
        first[str(item.group)] = min(item.order, first.get(str(item.group), item.order))
    return [
        {
            "href": address,
            "icon": item.icon,
            "title": item.title,
            "group": item.group,
            "current": request.endpoint == item.endpoint,
        }
        for item in sorted(shown, key=lambda item: (first[str(item.group)], str(item.group), item.order))
        if (address := _address(item.endpoint)) is not None
    ]


def _shown(ctx: Ctx, which: str, nav: Iterable[NavItem]) -> list[NavItem]:
    return [
        item
        for item in nav
        if item.shell == which
        and (item.permission is None or ctx.allowed(item.permission))
        and (not item.kinds or ctx.tenant.kind in item.kinds)
        and (item.shown is None or item.shown(ctx))
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
