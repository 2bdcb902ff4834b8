"""The API: the same services, JSON instead of pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from anxin.plugin import ApiBlueprint, Ctx, guard
from anxin_wishes import services
from anxin_wishes.policy import KEEP, WRITE
from anxin_wishes.schemas import WishInput, WishOutput

bp = ApiBlueprint("wishes", __name__, description="Wish wall")


@bp.get("/")
@guard(WRITE, purpose=KEEP)
@bp.response(200, WishOutput(many=True))
def mine(ctx: Ctx) -> list[Mapping[str, Any]]:
    """All of one's own, newest first."""
    return services.mine(ctx)


@bp.post("/")
@guard(WRITE, purpose=KEEP)
@bp.arguments(WishInput)
@bp.response(201, WishOutput)
def write(ctx: Ctx, data: dict[str, Any]) -> Mapping[str, Any]:
    """Write one."""
    return services.shown(ctx, services.write(ctx, **data))


@bp.get("/<uuid:wish>")
@guard(WRITE, purpose=KEEP)
@bp.response(200, WishOutput)
def one(ctx: Ctx, wish: UUID) -> Mapping[str, Any]:
    """One of one's own."""
    return services.one(ctx, wish)
