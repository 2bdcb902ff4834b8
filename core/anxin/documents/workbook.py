"""Workbooks as a union's Excel expects them: text stays text, the header stays in sight, nothing is a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from anxin.kernel.i18n import current_zone

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | bool | date | datetime | None

FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")
NAME_LENGTH, CELL_LENGTH = 31, 32_767


@dataclass(frozen=True)
class Sheet:
    """One sheet: a header and rows; `widths` in characters, `note` a line above the header (what was counted, when)."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[float] | None = None
    note: str | None = None
    zone: ZoneInfo = field(default_factory=current_zone)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx of the sheets. Strings are written as strings, so neither "=1+1" nor "007" changes; Excel keeps no
    zones, so aware times are shown on the wall clock of `Sheet.zone` (the tenant's, unless another is named).
    """
    import xlsxwriter  # loaded by the process that writes one, not by every web worker

    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    styles = Styles(
        head=book.add_format(
            {"bold": True, "bg_color": "#EAF2F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
        ),
        note=book.add_format({"font_color": "#5B6B69", "italic": True}),
        text=book.add_format({"num_format": "@"}),
        day=book.add_format({"num_format": "yyyy-mm-dd"}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    used: set[str] = set()
    for number, sheet in enumerate(sheets, 1):
        _fill(book.add_worksheet(_name(sheet.title, number, used)), sheet, styles)
    book.close()
    return target.getvalue()


@dataclass(frozen=True)
class Styles:
    head: Format
    note: Format
    text: Format
    day: Format
    moment: Format


def _fill(page: Worksheet, sheet: Sheet, styles: Styles) -> None:
    top = 0
    if sheet.note:
        page.write_string(0, 0, _clean(sheet.note), styles.note)
        top = 1
    for column, words in enumerate(sheet.header):
        page.write_string(top, column, _clean(words), styles.head)
    row = top
    for row, cells in enumerate(sheet.rows, top + 1):
        for column, cell in enumerate(cells):
            _write(page, (row, column), cell, sheet, styles)
    for column, width in enumerate(sheet.widths or [max(10, 2 * len(words) + 2) for words in sheet.header]):
        page.set_column(column, column, width)
    page.freeze_panes(top + 1, 0)
    if row > top and sheet.header:
        page.autofilter(top, 0, row, len(sheet.header) - 1)


def _write(page: Worksheet, place: tuple[int, int], cell: Cell, sheet: Sheet, styles: Styles) -> None:
    row, column = place
    match cell:
        case None:
            return
        case bool():
            page.write_boolean(row, column, cell)
        case int() | float():
            page.write_number(row, column, cell)
        case datetime():
            wall = cell.astimezone(sheet.zone).replace(tzinfo=None) if cell.tzinfo else cell
            page.write_datetime(row, column, wall, styles.moment)
        case date():
            page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), styles.day)  # noqa: DTZ001  (Excel has no zones)
        case _:
            page.write_string(row, column, _clean(str(cell)), styles.text)


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text)[:CELL_LENGTH]


def _name(title: str, number: int, used: set[str]) -> str:
    """Excel refuses some signs, long names and the same name twice (whatever the case)."""
    name = FORBIDDEN.sub(" ", _clean(title)).strip(" '")[:NAME_LENGTH] or str(number)
    if name.casefold() in used:
        name = f"{name[: NAME_LENGTH - 5]} ({number})"
    used.add(name.casefold())
    return name
