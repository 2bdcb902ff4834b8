"""Rows of an .xlsx or .csv file, as text. What the rows mean is for wording.py and sheet.py."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from python_calamine import CalamineError, CalamineWorkbook

MOST_ROWS = 2000
ENCODINGS = ("utf-8-sig", "gb18030")  # what Excel and WPS save on a Chinese machine


class UnreadableTableError(ValueError):
    """The file cannot be read as a table; `code` is a key of words.UNREADABLE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def rows(data: bytes) -> list[list[str]]:
    """The first sheet's rows as trimmed text, empty rows left out. Its safety was checked at the upload."""
    lines = _from_workbook(data) if data.startswith(b"PK") else _from_text(data)
    found = [[_cell(cell) for cell in line] for line in lines]
    found = [line for line in found if any(line)]
    if len(found) > MOST_ROWS:
        raise UnreadableTableError("too_long", f"more than {MOST_ROWS} rows")
    return found


def _from_workbook(data: bytes) -> Sequence[Sequence[object]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise UnreadableTableError("no_workbook", str(error)) from error


def _from_text(data: bytes) -> Sequence[Sequence[object]]:
    for encoding in ENCODINGS:
        try:
            return list(csv.reader(io.StringIO(data.decode(encoding))))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise UnreadableTableError("no_text", "neither UTF-8 nor GB 18030")


def _cell(cell: object) -> str:
    """A whole number that Excel keeps as 3.0 is written 3."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if cell is not None else ""


def by_heading(
    lines: Sequence[Sequence[str]], headings: Mapping[str, Sequence[str]]
) -> list[tuple[int, dict[str, str]]]:
    """(row number, its cells by field) below the first row that holds all headings without "?".

    `headings` maps a field to the names its column may have; a field ending in "?" may be absent.
    """
    for place, line in enumerate(lines):
        columns = {}
        for field, names in headings.items():
            spots = [spot for spot, cell in enumerate(line) if cell.lower() in names]
            if spots:
                columns[field.rstrip("?")] = spots[0]
        if all(field in columns for field in headings if not field.endswith("?")):
            below = enumerate(lines[place + 1 :], place + 2)
            return [
                (number, {field: _at(row, spot) for field, spot in columns.items()}) for number, row in below
            ]
    raise UnreadableTableError("no_heading", "no row holds the headings")


def _at(row: Sequence[str], spot: int) -> str:
    return row[spot] if spot < len(row) else ""
