"""Pages, one module a screen; importing them registers their routes."""

from anxin_hotline.pages import (
    callers,
    calls,
    crisis,
    desk,
    followups,
    form,
    handover,
    imports,
    insight,
    lines,
    pbx,
    supervision,
)
from anxin_hotline.pages.blueprint import bp

__all__ = [
    "bp",
    "callers",
    "calls",
    "crisis",
    "desk",
    "followups",
    "form",
    "handover",
    "imports",
    "insight",
    "lines",
    "pbx",
    "supervision",
]
