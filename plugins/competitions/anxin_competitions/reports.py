"""What competitions count for the list of reports: how many entries each has, and how many came through."""

from typing import Any

from anxin.plugin import Ctx, Report, lazy
from anxin_competitions import words
from anxin_competitions.policy import MANAGE
from anxin_competitions.services import competitions, entries


def turnout(ctx: Ctx) -> list[dict[str, Any]]:
    """Entries are public within the organisation, so they are counted exactly."""
    rows = []
    for one in competitions.listed(ctx):
        counts = entries.counts(ctx, one.id).values()
        rows.append(
            {
                "title": one.title,
                "state": words.STATES[one.state],
                "entries": sum(sum(states.values()) for states in counts),
                "accepted": sum(states.get("accepted", 0) for states in counts),
                "withdrawn": sum(states.get("withdrawn", 0) for states in counts),
            }
        )
    return rows


TURNOUT = Report(
    name="competitions.turnout",
    title=lazy("Who takes part in competitions"),
    note=lazy("All competitions with their entries as of now."),
    permission=MANAGE,
    columns=[
        ("title", lazy("Competition")),
        ("state", lazy("State")),
        ("entries", lazy("Entries")),
        ("accepted", lazy("Accepted")),
        ("withdrawn", lazy("Withdrawn")),
    ],
    rows=turnout,
)
