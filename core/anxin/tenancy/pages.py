"""The union admin's pages about the tenant itself: modules, name and colours, organisation."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from anxin.identity import org as people_org
from anxin.identity import places
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.i18n import ngettext
from anxin.kernel.schemas import Nothing
from anxin.tenancy import services, settings_form
from anxin.tenancy.models import Unit
from anxin.tenancy.policy import BRAND_MANAGE, MODULES_MANAGE, ORG_MANAGE, SETTINGS_MANAGE
from anxin.tenancy.schemas import BrandInput, BrandPreview, MergeInput, ModuleInput, UnitInput
from anxin.tenancy.units import options
from anxin.web import theme
from anxin.web.pages import page

bp = PluginBlueprint("tenancy", __name__, core=True, url_prefix="/admin")

# the pairs that depend on the brand; all are measured by the tests
SHOWN = (
    "ink / paper",
    "on-brand / brand",
    "brand-text / paper",
    "brand-text / brand-soft",
    "danger / surface",
)
COLOURS = ("#1f6f6b", "#d7000f", "#f39800", "#0052d9", "#6a3d9a", "#2f5d8a")


# ---- modules ------------------------------------------------------------------------------------------------------


@bp.get("/modules")
@guard(MODULES_MANAGE)
def modules(ctx: Ctx) -> ResponseReturnValue:
    return page("tenancy/modules.html", modules=services.modules(ctx))


@bp.get("/modules/<name>")
@guard(MODULES_MANAGE)
def module(ctx: Ctx, name: str) -> ResponseReturnValue:
    """What switching on means; a dialog for htmx, a page without script."""
    return _ask(ctx, name)


def _ask(ctx: Ctx, name: str, error: Invalid | None = None) -> ResponseReturnValue:
    return page("tenancy/module.html", state=services.module(ctx, name), errors=error.fields if error else {})


def _ask_again(ctx: Ctx, error: Invalid, name: str) -> ResponseReturnValue:
    return _ask(ctx, name, error)


@bp.post("/modules/<name>")
@guard(MODULES_MANAGE, input=ModuleInput, invalid=_ask_again)
def switch_module(ctx: Ctx, data: dict[str, Any], name: str) -> ResponseReturnValue:
    if data["on"]:
        services.switch_on(ctx, name, signed=data["signed"])
    else:
        services.switch_off(ctx, name)
    return redirect(url_for("tenancy.modules", done=name), code=303)


# ---- name and colours ---------------------------------------------------------------------------------------------


def _brand(ctx: Ctx, colour: str, name: str, errors: Any = None) -> ResponseReturnValue:
    return page(
        "tenancy/brand.html",
        product_name=name,
        colour=colour,
        theme=theme.derive(colour),
        report=[row for row in theme.report(colour) if row.pair in SHOWN],
        colours=COLOURS,
        errors=errors or {},
    )


def _brand_again(ctx: Ctx, error: Invalid) -> ResponseReturnValue:
    return _brand(ctx, _known_colour(ctx), request.form.get("product_name", ""), error.fields)


@bp.get("/brand")
@guard(BRAND_MANAGE, input=BrandPreview)
def brand(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    return _brand(ctx, data["colour"] or _known_colour(ctx), ctx.tenant.product_name)


@bp.post("/brand")
@guard(BRAND_MANAGE, input=BrandInput, invalid=_brand_again)
def save_brand(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    services.set_brand(ctx, data["product_name"], data["colour"])
    return redirect(url_for("tenancy.brand"), code=303)


def _known_colour(ctx: Ctx) -> str:
    return str(ctx.tenant.brand.get("colour") or theme.DEFAULT_BRAND)


# ---- settings -----------------------------------------------------------------------------------------------------


def _settings(ctx: Ctx, error: Invalid | None = None, *, name: str) -> ResponseReturnValue:
    schema = services.settings_schema(ctx, name)
    lines = list(settings_form.layout(schema, ctx.settings_of(name)))
    return page(
        "tenancy/settings.html",
        names=services.configurable(ctx),
        name=name,
        lines=lines,
        errors=error.fields if error else {},
        saved=request.args.get("saved"),
    )


def _settings_again(ctx: Ctx, error: Invalid, name: str) -> ResponseReturnValue:
    return _settings(ctx, error, name=name)


@bp.get("/settings")
@guard(SETTINGS_MANAGE)
def settings_index(ctx: Ctx) -> ResponseReturnValue:
    return redirect(url_for("tenancy.settings", name=services.configurable(ctx)[0][0]), code=303)


@bp.get("/settings/<name>")
@guard(SETTINGS_MANAGE)
def settings(ctx: Ctx, name: str) -> ResponseReturnValue:
    return _settings(ctx, name=name)


@bp.post("/settings/<name>")
@guard(SETTINGS_MANAGE, invalid=_settings_again)
def save_settings(ctx: Ctx, name: str) -> ResponseReturnValue:
    values = settings_form.collect(
        services.settings_schema(ctx, name), services.settings(ctx, name), request.form
    )
    services.change_settings(ctx, name, values)
    return redirect(url_for("tenancy.settings", name=name, saved=1), code=303)


# ---- organisation -------------------------------------------------------------------------------------------------


def _org(ctx: Ctx, error: Invalid | None = None) -> ResponseReturnValue:
    units = services.tree(ctx, closed=True)
    people = places.headcounts(ctx)
    still = [row for row in units if row.closed_at is None]
    return page(
        "tenancy/org.html",
        nodes=_nodes(still, people),
        units=still,
        closed=[row for row in units if row.closed_at is not None],
        people=sum(people.values()),
        options=options(still),
        errors=error.fields if error else {},
        values=request.form if error else {},
    )


@bp.get("/org")
@guard(ORG_MANAGE)
def org(ctx: Ctx) -> ResponseReturnValue:
    return _org(ctx)


def _nodes(units: list[Unit], people: dict[UUID, int]) -> list[dict[str, Any]]:
    nodes: dict[UUID, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    below = _with_below(units, people)
    for row in units:
        node = {
            "title": row.name,
            "href": url_for("tenancy.unit", unit=row.id),
            "text": ngettext("%(num)d person", "%(num)d people", below[row.id]) if below[row.id] else "",
            "children": [],
            "open": row.parent_id is None,
        }
        nodes[row.id] = node
        (nodes[row.parent_id]["children"] if row.parent_id and row.parent_id in nodes else top).append(node)
    return top


def _with_below(units: list[Unit], people: dict[UUID, int]) -> dict[UUID, int]:
    """Headcounts with all below; parents stand before their children in `units`."""
    counts = {row.id: people.get(row.id, 0) for row in units}
    for row in reversed(units):
        if row.parent_id is not None and row.parent_id in counts:
            counts[row.parent_id] += counts[row.id]
    return counts


def _org_again(ctx: Ctx, error: Invalid) -> ResponseReturnValue:
    return _org(ctx, error)


@bp.post("/org")
@guard(ORG_MANAGE, input=UnitInput, invalid=_org_again)
def add_unit(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    services.add_unit(ctx, data["name"], data["parent"], data["code"] or None)
    return redirect(url_for("tenancy.org"), code=303)


def _unit(ctx: Ctx, unit: UUID, error: Invalid | None = None) -> ResponseReturnValue:
    row = services.unit(ctx, unit)
    others = [other for other in services.tree(ctx) if not other.path.startswith(row.path)]
    return page(
        "tenancy/unit.html",
        unit=row,
        people=places.headcounts(ctx).get(row.id, 0),
        changes=services.history(ctx, unit),
        options=options(others),
        errors=error.fields if error else {},
    )


def _unit_again(ctx: Ctx, error: Invalid, unit: UUID) -> ResponseReturnValue:
    return _unit(ctx, unit, error)


@bp.get("/org/<uuid:unit>")
@guard(ORG_MANAGE)
def unit(ctx: Ctx, unit: UUID) -> ResponseReturnValue:
    return _unit(ctx, unit)


@bp.post("/org/<uuid:unit>")
@guard(ORG_MANAGE, input=UnitInput, invalid=_unit_again)
def change_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> ResponseReturnValue:
    services.change_unit(ctx, unit, name=data["name"], parent_id=data["parent"])
    return redirect(url_for("tenancy.org"), code=303)


@bp.post("/org/<uuid:unit>/close")
@guard(ORG_MANAGE, input=Nothing)
def close_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> ResponseReturnValue:
    people_org.close(ctx, unit)
    return redirect(url_for("tenancy.org"), code=303)


@bp.post("/org/<uuid:unit>/reopen")
@guard(ORG_MANAGE, input=Nothing)
def reopen_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> ResponseReturnValue:
    services.reopen_unit(ctx, unit)
    return redirect(url_for("tenancy.unit", unit=unit), code=303)


@bp.post("/org/<uuid:unit>/merge")
@guard(ORG_MANAGE, input=MergeInput, invalid=_unit_again)
def merge_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> ResponseReturnValue:
    people_org.merge(ctx, unit, data["into"])
    return redirect(url_for("tenancy.unit", unit=data["into"]), code=303)
