"""An agency's people: the employers they serve, the worst clock first, and one list of what waits over all of them."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from anxin.contracts import queue
from anxin.contracts.blueprint import bp
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.web.pages import page


def _now(ctx: Ctx) -> dict[str, Any]:
    found = queue.desks(ctx)
    return {"desks": found, "lines": queue.lines(ctx, found), "now": ctx.now}


def _agency(ctx: Ctx) -> None:
    if ctx.tenant.kind != "agency":
        raise NotFound()


@bp.get("/contracts")
@guard(SIGNED_IN)
def employers(ctx: Ctx) -> ResponseReturnValue:
    """Whom you serve, and what waits there; going there is one click."""
    _agency(ctx)
    return page("contracts/employers.html", **_now(ctx))


@bp.get("/contracts/now")
@guard(SIGNED_IN)
def employers_now(ctx: Ctx) -> ResponseReturnValue:
    """The lists alone; the page asks for them every half minute."""
    _agency(ctx)
    return render_template("contracts/_desks.html", **_now(ctx))
