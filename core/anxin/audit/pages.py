"""Pages of the audit room: who looked at my data, and the auditor's trail."""

from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import RAISE, Schema, fields, validate

from anxin.audit import services
from anxin.audit.entries import TrailRead
from anxin.audit.policy import READ
from anxin.kernel.blueprints import PluginBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard
from anxin.web.pages import page

bp = PluginBlueprint("audit", __name__, core=True)


class Window(Schema):
    class Meta:
        unknown = RAISE

    before = fields.UUID(load_default=None, allow_none=True)
    action = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))


@bp.get("/who-looked")
@guard(SIGNED_IN, input=Window)
def who_looked(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    lines = services.who_looked(ctx, before=data["before"])
    return page("audit/who_looked.html", lines=lines, more=len(lines) == services.PAGE)


@bp.get("/")
@guard(READ, input=Window)
def trail(ctx: Ctx, data: dict[str, Any]) -> ResponseReturnValue:
    lines = services.trail(ctx, action=data["action"], before=data["before"])
    ctx.audit(TrailRead(count=len(lines)))
    actions = sorted(
        ((name, str(entry.line)) for name, entry in ctx.runtime.registry.entries.items()),
        key=lambda one: one[1],
    )
    return page(
        "audit/trail.html",
        lines=lines,
        head=services.head(ctx),
        action=data["action"],
        actions=actions,
        more=len(lines) == services.PAGE,
    )
