"""Pages: a guard, one service call, a template."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, PluginBlueprint, guard, page
from anxin_wishes import services
from anxin_wishes.policy import KEEP, READ, WRITE
from anxin_wishes.schemas import WishInput

bp = PluginBlueprint("wishes", __name__)


@bp.get("/")
@guard(WRITE, purpose=KEEP)
def index(ctx: Ctx) -> Response:
    return _index(ctx)


def _index(ctx: Ctx, error: Invalid | None = None) -> Response:
    """The form and all of one's own; after a refusal with what was typed."""
    typed = request.form.get("text", "") if error else ""
    return page(
        "wishes/index.html", wishes=services.mine(ctx), text=typed, errors=error.fields if error else {}
    )


@bp.post("/")
@guard(WRITE, purpose=KEEP, input=WishInput, invalid=_index)
def write(ctx: Ctx, data: dict[str, Any]) -> Response:
    services.write(ctx, **data)
    return redirect(url_for("wishes.index"), code=303)


@bp.post("/<uuid:wish>/remove")
@guard(WRITE, purpose=KEEP)
def remove(ctx: Ctx, wish: UUID) -> Response:
    services.remove(ctx, wish)
    return redirect(url_for("wishes.index"), code=303)


@bp.get("/wall")
@guard(READ, purpose=KEEP)
def wall(ctx: Ctx) -> Response:
    """For the union: what waits for an answer."""
    return page("wishes/wall.html", wishes=services.wall(ctx))


@bp.post("/<uuid:wish>/grant")
@guard(READ, purpose=KEEP)
def grant(ctx: Ctx, wish: UUID) -> Response:
    services.grant(ctx, wish)
    return redirect(url_for("wishes.wall"), code=303)
