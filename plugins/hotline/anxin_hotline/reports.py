"""What the support line counts for the list of reports: the last closed months, a line each."""

from typing import Any

from anxin.plugin import Ctx, Report, lazy
from anxin_hotline.policy import READ_FIGURES
from anxin_hotline.services import figures


def months(ctx: Ctx) -> list[dict[str, Any]]:
    return [
        {
            "month": month.name,
            "callers": month.callers,
            "calls": month.calls,
            "abandoned": month.abandoned,
            "waited": month.waited,
        }
        for month in figures.months(ctx)
    ]


MONTHS = Report(
    name="hotline.months",
    title=lazy("Callers by month"),
    note=lazy("The last six closed months."),
    permission=READ_FIGURES,
    columns=[
        ("month", lazy("Month")),
        ("callers", lazy("Callers")),
        ("calls", lazy("Calls, at least")),
        ("abandoned", lazy("Hung up while waiting, at least")),
        ("waited", lazy("Seconds until answered, on average")),
    ],
    rows=months,
)
