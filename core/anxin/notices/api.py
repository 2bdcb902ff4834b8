"""API of the notices room: the same services as its pages."""

from typing import Any
from uuid import UUID

from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import guard
from anxin.notices import services
from anxin.notices.policy import READ
from anxin.notices.schemas import ChoiceInput, CountOutput, InboxQuery, NoticeOutput

bp = ApiBlueprint("notices", __name__, core=True, description="One's own notices")


@bp.get("/")
@guard(READ)
@bp.arguments(InboxQuery, location="query")
@bp.response(200, NoticeOutput(many=True))
def inbox(ctx: Ctx, data: dict[str, Any]) -> list[services.Line]:
    """One's own notices, newest first; `before` goes on from a time."""
    return services.inbox(ctx, **data)


@bp.get("/unread")
@guard(READ)
@bp.response(200, CountOutput)
def unread(ctx: Ctx) -> dict[str, int]:
    """How many are unread."""
    return {"count": services.unread(ctx)}


@bp.post("/<uuid:notice>/read")
@guard(READ)
@bp.response(200, NoticeOutput)
def read(ctx: Ctx, notice: UUID) -> services.Line:
    """Mark one read."""
    return services.open_notice(ctx, notice)


@bp.post("/read")
@guard(READ)
@bp.response(200, CountOutput)
def read_all(ctx: Ctx) -> dict[str, int]:
    """Mark all read; answers how many were not."""
    return {"count": services.read_all(ctx)}


@bp.put("/choices")
@guard(READ)
@bp.arguments(ChoiceInput)
@bp.response(204)
def choose(ctx: Ctx, data: dict[str, Any]) -> None:
    """Switch a channel on or off; urgent notices come in any case."""
    services.choose(ctx, data["channel"], wanted=data["wanted"])
