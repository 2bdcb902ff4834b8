"""Pages: a guard, one service call, a template."""

from typing import Any
from uuid import UUID

from anxin.plugin import Ctx, Invalid, PluginBlueprint, guard, page
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from anxin_plugname import services
from anxin_plugname.policy import KEEP, WRITE
from anxin_plugname.schemas import ThingInput

bp = PluginBlueprint("plugname", __name__)


@bp.get("/")
@guard(WRITE, purpose=KEEP)
def index(ctx: Ctx) -> Response:
    return _index(ctx)


def _index(ctx: Ctx, error: Invalid | None = None) -> Response:
    """The form and all of one's own; after a refusal with what was typed."""
    typed = request.form.get("text", "") if error else ""
    return page(
        "plugname/index.html", things=services.mine(ctx), text=typed, errors=error.fields if error else {}
    )


@bp.post("/")
@guard(WRITE, purpose=KEEP, input=ThingInput, invalid=_index)
def write(ctx: Ctx, data: dict[str, Any]) -> Response:
    services.write(ctx, **data)
    return redirect(url_for("plugname.index"), code=303)


@bp.post("/<uuid:thing>/remove")
@guard(WRITE, purpose=KEEP)
def remove(ctx: Ctx, thing: UUID) -> Response:
    services.remove(ctx, thing)
    return redirect(url_for("plugname.index"), code=303)
