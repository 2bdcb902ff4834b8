"""The API: the same services, JSON instead of pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from anxin.plugin import ApiBlueprint, Ctx, guard

from anxin_plugname import services
from anxin_plugname.policy import KEEP, WRITE
from anxin_plugname.schemas import ThingInput, ThingOutput

bp = ApiBlueprint("plugname", __name__, description="Plugtitle")


@bp.get("/")
@guard(WRITE, purpose=KEEP)
@bp.response(200, ThingOutput(many=True))
def mine(ctx: Ctx) -> list[Mapping[str, Any]]:
    """All of one's own, newest first."""
    return services.mine(ctx)


@bp.post("/")
@guard(WRITE, purpose=KEEP)
@bp.arguments(ThingInput)
@bp.response(201, ThingOutput)
def write(ctx: Ctx, data: dict[str, Any]) -> Mapping[str, Any]:
    """Write one."""
    return services.shown(ctx, services.write(ctx, **data))


@bp.get("/<uuid:thing>")
@guard(WRITE, purpose=KEEP)
@bp.response(200, ThingOutput)
def one(ctx: Ctx, thing: UUID) -> Mapping[str, Any]:
    """One of one's own."""
    return services.one(ctx, thing)
