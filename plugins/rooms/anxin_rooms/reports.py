"""What the rooms count for the union's list of reports: the last whole month, room by room."""

from datetime import timedelta
from typing import Any

from anxin.plugin import Ctx, Report, lazy
from anxin_rooms import views, words
from anxin_rooms.policy import READ_FIGURES
from anxin_rooms.services import figures


def use(ctx: Ctx) -> list[dict[str, Any]]:
    """The month before this one; what is confidential is counted in steps or hidden."""
    last = views.today(ctx.now).replace(day=1) - timedelta(days=1)
    return [
        {
            "room": row.name,
            "site": row.site,
            "type": words.TYPES[row.type],
            "count": row.count,
            "share": row.share,
            "missed": row.missed,
            "waits": row.waits,
        }
        for row in figures.month(ctx, last.year, last.month).rows
    ]


USE = Report(
    name="rooms.use",
    title=lazy("Use of rooms"),
    note=lazy("The last whole month. Confidential rooms are counted in steps."),
    permission=READ_FIGURES,
    columns=[
        ("room", lazy("Room")),
        ("site", lazy("Place")),
        ("type", lazy("Kind of room")),
        ("count", lazy("Bookings")),
        ("share", lazy("Used of the open time")),
        ("missed", lazy("Nobody came")),
        ("waits", lazy("Waited in vain")),
    ],
    rows=use,
)
