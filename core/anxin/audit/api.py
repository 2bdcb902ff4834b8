"""API of the audit room: the same services as its pages."""

from typing import Any

from marshmallow import Schema, fields

from anxin.audit import services
from anxin.audit.entries import TrailRead
from anxin.audit.pages import Window
from anxin.audit.policy import READ
from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import SIGNED_IN, guard

bp = ApiBlueprint("audit", __name__, core=True, description="Who did and saw what")


class LineOut(Schema):
    id = fields.UUID()
    at = fields.AwareDateTime()
    who = fields.String()
    role = fields.String()
    agency = fields.String(allow_none=True)
    what = fields.String()
    action = fields.String()
    purpose = fields.String(allow_none=True)
    fields_read = fields.List(fields.String(), attribute="fields")
    sealed = fields.Boolean()


@bp.get("/who-looked")
@guard(SIGNED_IN)
@bp.arguments(Window, location="query")
@bp.response(200, LineOut(many=True))
def who_looked(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Who looked at the signed-in person's data, newest first; `before` pages on."""
    return services.who_looked(ctx, before=data["before"])


@bp.get("/entries")
@guard(READ)
@bp.arguments(Window, location="query")
@bp.response(200, LineOut(many=True))
def entries(ctx: Ctx, data: dict[str, Any]) -> Any:
    """The tenant's audit trail, newest first; `before` pages on."""
    lines = services.trail(ctx, action=data["action"], before=data["before"])
    ctx.audit(TrailRead(count=len(lines)))
    return lines
