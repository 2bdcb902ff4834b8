"""Hand-over sheets: write one at the end of a shift, take one over at the beginning."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, names_of, page
from anxin_hotline import views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG
from anxin_hotline.schemas import HotlineHandoverInput
from anxin_hotline.services import handovers, lines


def _list(ctx: Ctx, error: Invalid | None = None) -> Response:
    sheets = handovers.latest(ctx)
    return page(
        "hotline/handovers.html",
        sheets=sheets,
        names=names_of(ctx, {i for sheet in sheets for i in (sheet.from_id, sheet.acknowledged_by) if i}),
        lines=dict(lines.named(ctx)),
        at=lambda when: views.at(ctx, when),
        values=request.form.to_dict() if error else {},
        errors=error.fields if error else {},
    )


@bp.get("/handover")
@guard(LOG)
def handover_list(ctx: Ctx) -> Response:
    return _list(ctx)


@bp.post("/handover")
@guard(LOG, input=HotlineHandoverInput, invalid=_list)
def handover_write(ctx: Ctx, data: dict[str, Any]) -> Response:
    handovers.write(ctx, data["line_id"], data["note"])
    return to("handover_list")


@bp.get("/handover/<uuid:sheet>")
@guard(LOG)
def handover(ctx: Ctx, sheet: UUID) -> Response:
    found, note = handovers.read(ctx, sheet)
    people = {i for i in (found.from_id, found.acknowledged_by) if i}
    return page(
        "hotline/handover.html",
        sheet=found,
        note_text=note,
        names=names_of(ctx, people),
        line=dict(lines.named(ctx)).get(found.line_id, ""),
        mine=found.from_id == ctx.actor.person_id,
        at=lambda when: views.at(ctx, when),
    )


@bp.post("/handover/<uuid:sheet>/take")
@guard(LOG)
def handover_take(ctx: Ctx, sheet: UUID) -> Response:
    handovers.acknowledge(ctx, sheet)
    return to("handover_list")
