"""The demo's rota: the turns of its tenant files (see safety.turns), and a check that nothing is left
open."""

from collections.abc import Iterable
from datetime import datetime

from anxin.safety.turns import Shift, shifts

__all__ = ["Shift", "gaps", "shifts"]


def gaps(on_duty: Iterable[Shift], starts: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches between two moments in which nobody of these shifts is on duty."""
    found, at = [], starts
    for shift in sorted(on_duty, key=lambda each: each.starts_at):
        if shift.starts_at > at:
            found.append((at, min(shift.starts_at, ends)))
        at = max(at, shift.ends_at)
        if at >= ends:
            break
    if at < ends:
        found.append((at, ends))
    return [gap for gap in found if gap[0] < gap[1]]
