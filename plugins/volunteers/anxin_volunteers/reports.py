"""What volunteers count for the list of reports: this year's people, hours and coverage, branch by branch."""

from typing import Any

from anxin.plugin import Ctx, Report, lazy
from anxin_volunteers.policy import FIGURES
from anxin_volunteers.services import insight


def branches(ctx: Ctx) -> list[dict[str, Any]]:
    """Volunteers are known inside the union, so they are counted exactly."""
    return [
        {
            "branch": one.name,
            "people": one.people,
            "hours": round(one.minutes / 60, 1),
            "units": one.units,
            "covered": one.covered,
        }
        for one in insight.of_year(ctx, ctx.now.year).branches
    ]


BRANCHES = Report(
    name="volunteers.branches",
    title=lazy("Volunteers by branch"),
    note=lazy("This year as far as it has gone: hours that were confirmed, units with the people they need."),
    permission=FIGURES,
    columns=[
        ("branch", lazy("Branch")),
        ("people", lazy("People")),
        ("hours", lazy("Hours")),
        ("units", lazy("Units")),
        ("covered", lazy("Fully staffed")),
    ],
    rows=branches,
)
