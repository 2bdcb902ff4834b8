"""Work by the clock. Jobs that a service asks for stand beside it."""

from datetime import timedelta

from anxin.plugin import Ctx, job
from anxin_hotline.services import callers, followups, handovers, lines, pbx


@job("hotline.watch", every=timedelta(minutes=5))
def watch(ctx: Ctx) -> None:
    """Gaps roll over and alarm; sheets that nobody took over are the supervisors' business."""
    lines.watch(ctx)
    handovers.remind(ctx)
    followups.remind(ctx)


JOBS = [pbx.apply, callers.link, callers.unlink, watch]
