"""Work by the clock. Jobs that a service asks for stand beside it."""

from datetime import timedelta

from anxin.plugin import Ctx, job
from anxin_hotline.services import (
    alerts,
    callers,
    followups,
    handovers,
    importing,
    lines,
    pbx,
    summaries,
    supervision,
)


@job("hotline.watch", every=timedelta(minutes=5))
def watch(ctx: Ctx) -> None:
    """Gaps roll over and alarm; sheets that nobody took over are the supervisors' business."""
    lines.watch(ctx)
    handovers.remind(ctx)
    followups.remind(ctx)


@job("hotline.look", every=timedelta(hours=1))
def look(ctx: Ctx) -> None:
    """What stands out today; calls to review; looks whose time is over."""
    alerts.raise_found(ctx)
    supervision.sample(ctx)
    supervision.lapse(ctx)


@job("hotline.month", every=timedelta(days=1))
def month(ctx: Ctx) -> None:
    """After a month has closed, its summary."""
    if lines.named(ctx):
        summaries.every_month(ctx)


JOBS = [
    pbx.apply,
    callers.link,
    callers.unlink,
    importing.build,
    summaries.build,
    watch,
    look,
    month,
]
