"""A caller's card: marks, code, merges; and the person's own page where they link their calls."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, guard, name_of, page
from anxin_hotline import views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import CALLS, LOG, OWN
from anxin_hotline.schemas import HotlineClaimInput, HotlineFlagInput, HotlineMergeInput
from anxin_hotline.services import callers


@bp.get("/callers/<uuid:caller>")
@guard(LOG)
def caller(ctx: Ctx, caller: UUID) -> Response:
    return _card(ctx, caller)


def _card(ctx: Ctx, caller_id: UUID, error: Invalid | None = None) -> Response:
    card = callers.card(ctx, caller_id)
    return page(
        "hotline/caller.html",
        card=card,
        name=name_of(ctx, card.person_id) if card.person_id else None,
        rows=[views.line(ctx, one) for one in card.calls],
        flag_words=callers.FLAGS,
        at=lambda when: views.at(ctx, when),
        values=request.form.to_dict() if error else {},
        errors=error.fields if error else {},
    )


def _again(ctx: Ctx, error: Invalid, caller: UUID) -> Response:
    return _card(ctx, caller, error)


@bp.post("/callers/<uuid:caller>/flag")
@guard(LOG, input=HotlineFlagInput, invalid=_again)
def caller_flag(ctx: Ctx, data: dict[str, Any], caller: UUID) -> Response:
    callers.flag(ctx, caller, data["kind"], data["days"], data["note"])
    return to("caller", caller=caller)


@bp.post("/flags/<uuid:flag>/end")
@guard(LOG)
def flag_end(ctx: Ctx, flag: UUID) -> Response:
    return to("caller", caller=callers.end_flag(ctx, flag))


@bp.post("/callers/<uuid:caller>/code")
@guard(LOG)
def caller_code(ctx: Ctx, caller: UUID) -> Response:
    callers.new_code(ctx, caller)
    return to("caller", caller=caller)


@bp.post("/callers/<uuid:caller>/merge")
@guard(LOG, input=HotlineMergeInput, invalid=_again)
def caller_merge(ctx: Ctx, data: dict[str, Any], caller: UUID) -> Response:
    callers.merge(ctx, caller, data["other"])
    return to("caller", caller=caller)


@bp.post("/merges/<uuid:merge>/undo")
@guard(LOG)
def merge_undo(ctx: Ctx, merge: UUID) -> Response:
    return to("caller", caller=callers.unmerge(ctx, merge))


# ---- the person's own page --------------------------------------------------------------------------------------


def _mine(ctx: Ctx, error: Invalid | None = None) -> Response:
    return page(
        "hotline/mine.html",
        linked=callers.mine(ctx),
        at=lambda when: views.at(ctx, when),
        asked=request.args.get("asked") == "1",
        errors=error.fields if error else {},
    )


@bp.get("/mine")
@guard(OWN, purpose=CALLS)
def mine(ctx: Ctx) -> Response:
    return _mine(ctx)


@bp.post("/mine")
@guard(OWN, purpose=CALLS, input=HotlineClaimInput, invalid=_mine)
def claim(ctx: Ctx, data: dict[str, Any]) -> Response:
    callers.claim(ctx, data["code"])
    return to("mine", asked="1")


@bp.post("/mine/cut")
@guard(OWN, purpose=CALLS)
def cut(ctx: Ctx) -> Response:
    callers.cut(ctx)
    return to("mine")
