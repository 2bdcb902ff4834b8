"""Monthly figures: what a union publishes to the one above it, and what that one receives."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from anxin.audit.sealer import signer
from anxin.contracts import rollups as published
from anxin.contracts import words
from anxin.contracts.blueprint import bp
from anxin.contracts.permissions import PUBLISH, READ_ROLLUPS
from anxin.contracts.schemas import MonthInput
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import NotFound
from anxin.kernel.guard import guard
from anxin.kernel.i18n import _
from anxin.web.pages import page


def title(code: str) -> str:
    """A figure's code in words."""
    if code == "people":
        return _("People (at least)")
    if code == "helped":
        return _("People who got help in the quarter")
    kind = code.removeprefix("served.")
    return str(words.KINDS.get(kind, kind))


def _above(ctx: Ctx) -> Any:
    if ctx.tenant.parent_id is None:
        return None
    return ctx.runtime.caches["directory"].by_id(ctx.tenant.parent_id)


@bp.get("/rollups")
@guard(PUBLISH)
def rollups(ctx: Ctx) -> ResponseReturnValue:
    """The closed months, and which of them are published."""
    return page("contracts/rollups.html", above=_above(ctx), months=published.months(ctx), title=title)


@bp.get("/rollups/month")
@guard(PUBLISH, input=MonthInput)
def preview(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    """What the union above would see of one month."""
    month: date = data["month"].replace(day=1)
    above = _above(ctx)
    if above is None:
        raise NotFound()
    standing = next((row for known, row in published.months(ctx) if known == month), None)
    figures = standing.figures if standing else published.preview(ctx, month)
    return page("contracts/rollup.html", above=above, month=month, row=standing, figures=figures, title=title)


@bp.post("/rollups")
@guard(PUBLISH, input=MonthInput)
def publish(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    published.publish(ctx, data["month"])
    return redirect(url_for("contracts.rollups"), code=303)


@bp.post("/rollups/<uuid:rollup>/withdraw")
@guard(PUBLISH)
def take_back(ctx: Ctx, rollup: UUID) -> ResponseReturnValue:
    published.withdraw(ctx, rollup)
    return redirect(url_for("contracts.rollups"), code=303)


@bp.get("/rollups/received")
@guard(READ_ROLLUPS)
def received(ctx: Ctx) -> ResponseReturnValue:
    """What the unions below have published, each with its signature checked."""
    found = published.received(ctx)
    codes = sorted({figure["code"] for one in found for figure in one.row.figures})
    return page(
        "contracts/received.html",
        found=found,
        codes=codes,
        title=title,
        key=signer(ctx.runtime.settings).verifier.text,
    )
