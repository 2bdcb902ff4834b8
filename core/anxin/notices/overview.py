"""What became of sending: for the union as counts by channel that name nobody, for a person their own; and trying the
failed ones again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from anxin.kernel.ctx import Ctx
from anxin.kernel.disclosure import K_COUNT, Cell, in_steps
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import job
from anxin.notices import channels
from anxin.notices.entries import FailedTriedAgain
from anxin.notices.models import Delivery, Notice

CHANNELS = {
    "mail": lazy("Mail"),
    "messenger": lazy("Messenger at work"),
    "sms": lazy("Text message"),
    "agency": lazy("Inbox at the agency"),
}
SPAN = timedelta(days=30)
STEP = K_COUNT
AT_ONCE = 500


@dataclass(frozen=True)
class Tally:
    """One channel in the last thirty days, in steps that no single notice shows through."""

    channel: str
    sent: Cell[int]
    waiting: Cell[int]
    failed: Cell[int]
    causes: Sequence[str]


@dataclass(frozen=True)
class Own:
    """One of the actor's own deliveries."""

    channel: str
    state: str
    at: datetime


def tallies(ctx: Ctx) -> list[Tally]:
    """Counts by channel, for whoever looks after sending. Counted in a transaction of its own that reads only."""
    with ctx.figures() as session:
        rows = session.execute(
            sa.select(Delivery.channel, Delivery.state, Delivery.error, sa.func.count())
            .join(Notice, sa.and_(Notice.tenant_id == Delivery.tenant_id, Notice.id == Delivery.notice_id))
            .where(Delivery.tenant_id == ctx.tenant.id, Notice.made_at > ctx.now - SPAN)
            .group_by(Delivery.channel, Delivery.state, Delivery.error)
        ).all()
    return [
        _tally(name, [row[1:] for row in rows if row[0] == name]) for name in sorted({row[0] for row in rows})
    ]


def _tally(name: str, rows: Sequence[tuple[str, str | None, int]]) -> Tally:
    def counted(state: str) -> Cell[int]:
        return in_steps(sum(count for found, _error, count in rows if found == state), STEP)

    causes = sorted({error for state, error, _count in rows if state == "failed" and error})
    return Tally(name, counted("sent"), counted("waiting"), counted("failed"), causes)


def own(ctx: Ctx) -> list[Own]:
    """The actor's last deliveries outside the inbox."""
    rows = ctx.db.execute(
        sa.select(Delivery.channel, Delivery.state, Delivery.done_at, Notice.made_at)
        .join(Notice, sa.and_(Notice.tenant_id == Delivery.tenant_id, Notice.id == Delivery.notice_id))
        .where(
            Delivery.tenant_id == ctx.tenant.id,
            Notice.person_id == ctx.actor.person_id,
            Delivery.person_id == ctx.actor.person_id,
            Delivery.state != "skipped",
        )
        .order_by(Notice.made_at.desc(), Delivery.channel)
        .limit(10)
    )
    return [Own(channel, state, done_at or made_at) for channel, state, done_at, made_at in rows]


def try_again(ctx: Ctx) -> None:
    """Ask for the failed ones of the last days to be sent once more."""
    ctx.enqueue(again)
    ctx.audit(FailedTriedAgain())


@job("notices.again")
def again(ctx: Ctx) -> None:
    """Put failed deliveries back, with all their tries; who has read the notice meanwhile needs none."""
    rows = ctx.db.scalars(
        sa.select(Delivery)
        .join(Notice, sa.and_(Notice.tenant_id == Delivery.tenant_id, Notice.id == Delivery.notice_id))
        .where(
            Delivery.tenant_id == ctx.tenant.id,
            Delivery.state == "failed",
            Notice.read_at.is_(None),
            Notice.made_at > ctx.now - SPAN,
        )
        .limit(AT_ONCE)
        .with_for_update(of=Delivery, skip_locked=True)
    ).all()
    for row in rows:
        row.state, row.tries, row.error, row.done_at = "waiting", 0, None, None
        ctx.enqueue(channels.STEPS[row.channel], notice_id=row.notice_id)
