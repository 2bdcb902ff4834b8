"""API of the notices room: the same services as its pages."""

from typing import Any
from uuid import UUID

from anxin.kernel.blueprints import ApiBlueprint
from anxin.kernel.ctx import Ctx
from anxin.kernel.guard import guard
from anxin.notices import choosing, overview, services
from anxin.notices.policy import READ, SENDING
from anxin.notices.schemas import (
    ChannelOutput,
    ChoiceInput,
    CountOutput,
    DeliveryOutput,
    InboxQuery,
    NoticeOutput,
    QuietInput,
    QuietOutput,
    TallyOutput,
)

bp = ApiBlueprint("notices", __name__, core=True, description="One's own notices; how sending goes")


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


@bp.get("/choices")
@guard(READ)
@bp.response(200, ChannelOutput(many=True))
def choices(ctx: Ctx) -> list[choosing.Channel]:
    """The channels offered here, and which of them one wants."""
    return choosing.choices(ctx)


@bp.put("/choices")
@guard(READ)
@bp.arguments(ChoiceInput)
@bp.response(204)
def choose(ctx: Ctx, data: dict[str, Any]) -> None:
    """Switch a channel on or off; urgent notices come in any case."""
    choosing.choose(ctx, data["channel"], wanted=data["wanted"])


@bp.get("/quiet")
@guard(READ)
@bp.response(200, QuietOutput)
def quiet(ctx: Ctx) -> choosing.QuietHours:
    """The quiet hours that hold for oneself."""
    return choosing.quiet(ctx)


@bp.put("/quiet")
@guard(READ)
@bp.arguments(QuietInput)
@bp.response(204)
def keep_quiet(ctx: Ctx, data: dict[str, Any]) -> None:
    """Choose one's own quiet hours; the same time twice means never quiet."""
    choosing.keep_quiet(ctx, **data)


@bp.delete("/quiet")
@guard(READ)
@bp.response(204)
def quiet_as_usual(ctx: Ctx) -> None:
    """Back to the quiet hours of the organisation."""
    choosing.quiet_as_usual(ctx)


@bp.get("/deliveries")
@guard(READ)
@bp.response(200, DeliveryOutput(many=True))
def deliveries(ctx: Ctx) -> list[overview.Own]:
    """One's own last messages outside the inbox, and what became of them."""
    return overview.own(ctx)


@bp.get("/sending")
@guard(SENDING)
@bp.response(200, TallyOutput(many=True))
def sending(ctx: Ctx) -> list[overview.Tally]:
    """What became of sending in the last thirty days, by channel, in steps."""
    return overview.tallies(ctx)


@bp.post("/sending/again")
@guard(SENDING)
@bp.response(204)
def try_again(ctx: Ctx) -> None:
    """Send the failed ones of the last thirty days once more."""
    overview.try_again(ctx)
