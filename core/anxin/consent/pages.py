"""Consent pages: the question on the way into a service, and "my consents"."""

import json
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import RAISE, Schema, fields, validate

from anxin.consent import rights, services
from anxin.consent.policy import TEXTS_MANAGE
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.errors import Invalid
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.kernel.i18n import lazy
from anxin.web.pages import page
from anxin.web.prefs import local_path

bp = PluginBlueprint("consent", __name__, core=True)


class Answer(Schema):
    class Meta:
        unknown = RAISE

    answer = fields.String(required=True, validate=validate.OneOf(["agreed", "refused", "withdrawn"]))
    next = fields.String(load_default=None, allow_none=True)
    extra = fields.List(fields.String(), load_default=list)


class Sure(Schema):
    class Meta:
        unknown = RAISE

    sure = fields.Boolean(required=True, validate=validate.Equal(True, error=lazy("Please confirm first.")))  # type: ignore[arg-type]  (marshmallow shows any text, lazy too)


def data_again(ctx: Ctx, error: Invalid) -> ResponseReturnValue:
    return page("consent/data.html", requests=rights.requests(ctx), errors=error.fields)


@bp.get("/ask/<purpose>")
@guard(SIGNED_IN)
def ask(ctx: Ctx, purpose: str) -> ResponseReturnValue:
    """Read and decide. Separate consents that go with the purpose (who else receives data) are asked one by one,
    never ticked beforehand; declining them does not block the service."""
    asked = services.purpose(ctx, purpose)
    return page(
        "consent/ask.html",
        purpose=asked,
        extras=[one.purpose for one in services.standing(ctx) if one.purpose.requires == asked.name],
        next=local_path(request.args.get("next")),
    )


@bp.post("/ask/<purpose>")
@guard(SIGNED_IN, input=Answer)
def decide(ctx: Ctx, data: dict[str, Any], purpose: str) -> ResponseReturnValue:
    asked = services.purpose(ctx, purpose)
    services.answer(ctx, asked, data["answer"])
    if data["answer"] == "agreed":
        for extra in (one.purpose for one in services.standing(ctx) if one.purpose.requires == asked.name):
            services.answer(ctx, extra, "agreed" if extra.name in data["extra"] else "refused")
        return redirect(local_path(data["next"]), code=303)
    return redirect(url_for("home.index"), code=303)


@bp.get("/")
@guard(SIGNED_IN)
def index(ctx: Ctx) -> ResponseReturnValue:
    """What I agreed to, and how to take it back."""
    return page("consent/index.html", standing=services.standing(ctx), history=services.history(ctx))


@bp.get("/<purpose>/wording")
@guard(SIGNED_IN)
def wording(ctx: Ctx, purpose: str) -> ResponseReturnValue:
    """What one consent says, whether I agreed to it or not."""
    return page("consent/wording.html", purpose=services.purpose(ctx, purpose))


@bp.get("/data")
@guard(SIGNED_IN)
def data(ctx: Ctx) -> ResponseReturnValue:
    """My data: take a copy, ask for erasure."""
    return page("consent/data.html", requests=rights.requests(ctx))


@bp.post("/data/copy")
@guard(SIGNED_IN)
def data_copy(ctx: Ctx) -> ResponseReturnValue:
    body = json.dumps(rights.copy(ctx), ensure_ascii=False, indent=1, default=str)
    response = Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=anxin-my-data.json"
    return response


@bp.post("/data/erase")
@guard(SIGNED_IN, input=Sure, invalid=data_again)
def data_erase(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    rights.ask_erasure(ctx)
    return redirect(url_for("consent.data"), code=303)


@bp.get("/texts")
@guard(TEXTS_MANAGE)
def texts(ctx: Ctx) -> ResponseReturnValue:
    """What people here are asked, word for word, with version, recipient and what it opens."""
    return page("consent/texts.html", purposes=ctx.runtime.registry.purposes_of(ctx.tenant))


@bp.post("/<purpose>")
@guard(SIGNED_IN, input=Answer)
def change(ctx: Ctx, data: dict[str, Any], purpose: str) -> ResponseReturnValue:
    services.answer(ctx, services.purpose(ctx, purpose), data["answer"])
    return redirect(url_for("consent.index"), code=303)
