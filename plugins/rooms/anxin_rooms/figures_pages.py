"""How rooms are used, for the union: a month at a time, never by whom."""

from typing import Any

from flask import make_response, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import XLSX, Ctx, Sheet, _, guard, page, workbook
from anxin_rooms import views, words
from anxin_rooms.blueprint import bp
from anxin_rooms.policy import READ_FIGURES
from anxin_rooms.schemas import RoomMonthInput
from anxin_rooms.services import figures as counted


@bp.get("/figures")
@guard(READ_FIGURES, input=RoomMonthInput)
def figures(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    today = views.today(ctx.now)
    year, number = data["year"] or today.year, data["month"] or today.month
    found = counted.month(ctx, year, number)
    before = (year, number - 1) if number > 1 else (year - 1, 12)
    after = (year, number + 1) if number < 12 else (year + 1, 1)
    return page(
        "rooms/figures.html",
        month=found,
        title=_("Month %(month)d of %(year)d", year=year, month=number),
        rows=[
            {
                "name": row.name,
                "type": words.TYPES[row.type],
                "site": row.site,
                "count": row.count,
                "share": row.share,
                "missed": row.missed,
                "waits": row.waits,
                "confidential": row.confidential,
            }
            for row in found.rows
        ],
        previous=url_for("rooms.figures", year=before[0], month=before[1]),
        following=url_for("rooms.figures", year=after[0], month=after[1])
        if after <= (today.year, today.month)
        else None,
        hour_labels=[f"{hour}:00" for hour, _open, _secret in found.hours],
        open_counts=[count for _hour, count, _secret in found.hours],
        secret_counts=[cell.value for _hour, _open, cell in found.hours],
        units=[{"name": name, "open": count, "secret": cell} for name, count, cell in found.units],
        this={"year": year, "month": number},
    )


@bp.get("/figures.xlsx")
@guard(READ_FIGURES, input=RoomMonthInput)
def figures_xlsx(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """The same table as a workbook."""
    today = views.today(ctx.now)
    found = counted.month(ctx, data["year"] or today.year, data["month"] or today.month)
    header = (
        _("Room"),
        _("Place"),
        _("Kind of room"),
        _("Bookings"),
        _("Used of the open time"),
        _("Nobody came"),
        _("Waited in vain"),
    )
    rows = [
        (
            row.name,
            row.site,
            str(words.TYPES[row.type]),
            str(row.count),
            str(row.share),
            str(row.missed),
            str(row.waits),
        )
        for row in found.rows
    ]
    note = _(
        "Confidential rooms are counted in steps, and only when enough different people came. Nobody's name is here."
    )
    book = workbook(
        [Sheet(_("Use of rooms"), header=header, rows=rows, widths=(18, 18, 14, 10, 14, 10, 10), note=note)]
    )
    response = make_response(book)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f"attachment; filename=rooms-{found.first:%Y-%m}.xlsx"
    return response
