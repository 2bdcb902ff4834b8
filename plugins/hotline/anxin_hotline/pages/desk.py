"""The desk: log a call without the mouse, see what rings, go on with what is unfinished."""

import secrets
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from anxin.plugin import Ctx, Invalid, Unit, clock_time, guard, names_of, page
from anxin_hotline import forms, risk, views
from anxin_hotline.pages.blueprint import bp, to
from anxin_hotline.policy import LOG
from anxin_hotline.schemas import HotlineDraftInput, SaveInput
from anxin_hotline.services import callers, handovers, lines, logging, seeing

RECENT = 5


@bp.get("/")
@guard(LOG)
def desk(ctx: Ctx) -> Response:
    """An empty form, ready for the next call."""
    return _form(ctx, {}, token=secrets.token_urlsafe(18))


def _again(ctx: Ctx, error: Invalid) -> Response:
    """The form with what is missing; nothing typed is lost."""
    told = {name: value for name, value in request.form.items() if name not in ("token", "form")}
    return _form(ctx, told, token=request.form.get("token") or secrets.token_urlsafe(18), errors=error.fields)


@bp.post("/save")
@guard(LOG, input=SaveInput, invalid=_again, swift=True)
def save(ctx: Ctx, data: dict[str, Any]) -> Response:
    """Save, and the next empty form is there."""
    saved = logging.save(ctx, data["token"], data)
    return to("desk", saved=saved.call_id)


@bp.post("/draft")
@guard(LOG, input=HotlineDraftInput, swift=True)
def draft(ctx: Ctx, data: dict[str, Any]) -> Response:
    """An autosave: what changed, and back what colleagues changed."""
    kept = logging.keep(ctx, data["token"], data["n"], data["fields_"])
    return jsonify(
        n=kept.n,
        at=clock_time(ctx.now),
        changes=dict(kept.changes),
        others=sorted(names_of(ctx, kept.others).values()) if kept.others else [],
        danger=kept.level >= 2,
        back=url_for("hotline.call", call=kept.call_id),
    )


@bp.post("/crisis")
@guard(LOG, input=SaveInput, invalid=_again)
def into_crisis(ctx: Ctx, data: dict[str, Any]) -> Response:
    """The chord: keep what is written, then the page that leads through it."""
    words = {name: str(value) for name, value in data.items() if isinstance(value, str) and value}
    words |= {name: str(data[name]) for name in ("risk", "unit_id", "line_id") if data[name] is not None}
    words |= {f"x_{name}": value for name, value in data["own"].items()}
    words = {name: value for name, value in words.items() if name not in ("token", "form")}
    kept = logging.keep(ctx, data["token"], 0, words)
    return to("crisis", call=kept.call_id)


@bp.get("/ringing")
@guard(LOG)
def ringing(ctx: Ctx) -> str:
    """What rings, asked for every few seconds by the desk."""
    return render_template("hotline/_ringing.html", ringing=views.ringing(ctx, logging.ringing(ctx)))


@bp.post("/calls/<uuid:call>/answer")
@guard(LOG)
def answer(ctx: Ctx, call: UUID) -> Response:
    logging.answer(ctx, call)
    return to("call", call=call)


@bp.post("/calls/<uuid:call>/discard")
@guard(LOG)
def discard(ctx: Ctx, call: UUID) -> Response:
    logging.discard(ctx, call)
    return to("desk")


def resume(ctx: Ctx, call_id: UUID) -> Response:
    """The form of a call that is on, as far as it is written."""
    call, written, n = logging.resume(ctx, call_id)
    told = {"line_id": str(call.line_id or "")} | written
    return _form(ctx, told, token=call.token, n=n, call=call)


def _form(
    ctx: Ctx,
    told: dict[str, Any],
    *,
    token: str,
    n: int = 0,
    call: Any = None,
    errors: Any = None,
) -> Response:
    number, definition = forms.current(ctx)
    return page(
        "hotline/desk.html",
        told=told,
        token=token,
        n=n,
        call=views.live(ctx, call) if call is not None else None,
        form=number,
        at_agency=ctx.tenant.kind == "agency",
        groups={which: forms.options(definition, which) for which in forms.LISTS},
        risks=list(forms.RISKS.items()),
        own=[
            {**each, "words": forms.word(each), "choices": forms.options(each, "options")}
            for each in definition.get("fields", [])
        ],
        scripts=forms.scripts(definition),
        questions=risk.QUESTIONS,
        lines=lines.named(ctx),
        units=_units(ctx),
        ringing=views.ringing(ctx, logging.ringing(ctx)),
        drafts=[views.line(ctx, one) for one in logging.drafts(ctx) if call is None or one.id != call.id],
        recent=[views.line(ctx, one) for one in seeing.page(ctx, limit=RECENT)],
        saved=request.args.get("saved", type=UUID) if not errors else None,
        waiting=handovers.waiting(ctx),
        code=seeing.code,
        digits=request.cookies.get("digits") != "off",
        local_key=views.local_key(ctx),
        flag_words=callers.FLAGS,
        errors=errors or {},
    )


def _units(ctx: Ctx) -> list[tuple[str, str]]:
    """Units of the first levels, for calls that speak of one; no deeper, so that a handful cannot be meant."""
    rows = ctx.scalars(ctx.select(Unit).where(Unit.closed_at.is_(None)).order_by(Unit.path).limit(300)).all()
    return [
        (str(unit.id), "　" * (depth - 1) + unit.name)
        for unit in rows
        if (depth := unit.path.strip("/").count("/") + 1) <= 3
    ]
