"""Work after the request: it survives a crash, and runs in the tenant it was asked for in."""

from uuid import UUID

from anxin.plugin import Ctx, job, notify
from anxin_wishes.models import Wish
from anxin_wishes.policy import ANSWERED


@job("wishes.tell")
def tell(ctx: Ctx, *, wish_id: str) -> None:
    """Tell the writer that there is an answer; what it is about stays inside."""
    wish = ctx.get(Wish, UUID(wish_id))
    notify(ctx, wish.person_id, ANSWERED.code, "/wishes/", key=f"wish:{wish_id}")
