"""API of the tenancy room: the same services as its pages."""

from typing import Any
from uuid import UUID

from flask import request

from anxin.identity import org
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import guard
from anxin.kernel.i18n import lazy
from anxin.tenancy import services
from anxin.tenancy.policy import BRAND_MANAGE, MODULES_MANAGE, ORG_MANAGE, SETTINGS_MANAGE
from anxin.tenancy.schemas import (
    BrandInput,
    BrandOut,
    ChangeOut,
    MergeInput,
    ModuleInput,
    ModuleOut,
    UnitInput,
    UnitOut,
)

bp = ApiBlueprint("tenancy", __name__, core=True, description="Modules, name and colours, organisation")


def _out(state: services.ModuleState) -> dict[str, Any]:
    return {
        "name": state.plugin.name,
        "title": str(state.plugin.title),
        "on": state.on,
        "needs_assessment": state.needs_assessment,
    }


@bp.get("/modules")
@guard(MODULES_MANAGE)
@bp.response(200, ModuleOut(many=True))
def modules(ctx: Ctx) -> Any:
    """Installed modules and whether this tenant runs them."""
    return [_out(state) for state in services.modules(ctx)]


@bp.put("/modules/<name>")
@guard(MODULES_MANAGE)
@bp.arguments(ModuleInput)
@bp.response(200, ModuleOut)
def switch_module(ctx: Ctx, data: dict[str, Any], name: str) -> Any:
    """Switch a module on or off. Its data stays when it goes off."""
    if data["on"]:
        services.switch_on(ctx, name, signed=data["signed"])
    else:
        services.switch_off(ctx, name)
    ctx.db.flush()
    return _out(services.module(ctx, name))


@bp.get("/brand")
@guard(BRAND_MANAGE)
@bp.response(200, BrandOut)
def brand(ctx: Ctx) -> Any:
    """Name and colour of the tenant's pages."""
    return {"product_name": ctx.tenant.product_name, "colour": ctx.tenant.brand.get("colour")}


@bp.put("/brand")
@guard(BRAND_MANAGE)
@bp.arguments(BrandInput)
@bp.response(200, BrandOut)
def save_brand(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Change name and colour."""
    services.set_brand(ctx, data["product_name"], data["colour"])
    return data


@bp.get("/settings/<name>")
@guard(SETTINGS_MANAGE)
@bp.response(200)
def settings(ctx: Ctx, name: str) -> Any:
    """A module's settings as they hold, defaults filled in."""
    services.settings_schema(ctx, name)
    return dict(ctx.settings_of(name))


@bp.put("/settings/<name>")
@guard(SETTINGS_MANAGE)
@bp.response(204)
def change_settings(ctx: Ctx, name: str) -> Any:
    """Replace a module's settings; its schema judges them, unknown keys are refused."""
    services.settings_schema(ctx, name)
    values = request.get_json()
    if not isinstance(values, dict):
        raise Invalid(lazy("Settings are one JSON object."))
    services.change_settings(ctx, name, values)


@bp.get("/units")
@guard(ORG_MANAGE)
@bp.response(200, UnitOut(many=True))
def units(ctx: Ctx) -> Any:
    """The org tree, parents before children."""
    return services.tree(ctx)


@bp.post("/units")
@guard(ORG_MANAGE)
@bp.arguments(UnitInput)
@bp.response(201, UnitOut)
def add_unit(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Add a unit."""
    return services.add_unit(ctx, data["name"], data["parent"], data["code"])


@bp.put("/units/<uuid:unit>")
@guard(ORG_MANAGE)
@bp.arguments(UnitInput)
@bp.response(200, UnitOut)
def change_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> Any:
    """Rename or move a unit with all below it."""
    services.change_unit(ctx, unit, name=data["name"], parent_id=data["parent"])
    return services.unit(ctx, unit)


@bp.delete("/units/<uuid:unit>")
@guard(ORG_MANAGE)
@bp.response(204)
def close_unit(ctx: Ctx, unit: UUID) -> Any:
    """Close a unit; its history stays."""
    org.close(ctx, unit)


@bp.post("/units/<uuid:unit>/reopen")
@guard(ORG_MANAGE)
@bp.response(204)
def reopen_unit(ctx: Ctx, unit: UUID) -> Any:
    """Open a closed unit again."""
    services.reopen_unit(ctx, unit)


@bp.post("/units/<uuid:unit>/merge")
@guard(ORG_MANAGE)
@bp.arguments(MergeInput)
@bp.response(204)
def merge_unit(ctx: Ctx, data: dict[str, Any], unit: UUID) -> Any:
    """Merge a unit into another: people, units below and roles go over."""
    org.merge(ctx, unit, data["into"])


@bp.get("/units/<uuid:unit>/history")
@guard(ORG_MANAGE)
@bp.response(200, ChangeOut(many=True))
def unit_history(ctx: Ctx, unit: UUID) -> Any:
    """What happened to a unit, newest first."""
    return services.history(ctx, unit)
