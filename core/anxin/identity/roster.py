"""Reads a union's own roster workbook into rows, and says of every cell it cannot take where it is and why.

    roster = read(Path("花名册.xlsx"))      # or the uploaded bytes
    roster.rows                             # RosterRow: what can be imported
    roster.errors                           # RowError: sheet, row as Excel counts it, column, reason
    roster.columns                          # how each heading was read; field None means left alone

Pure: nothing is stored. A fatal error drops its row, any other drops only its cell. Raises `Invalid` when the
file itself cannot be taken (see files.workbooks) or no sheet has a heading with 姓名.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from anxin.files import workbooks
from anxin.identity.roster_cells import READERS, BadCell, text
from anxin.identity.roster_columns import Column, Heading, Said, find, guess, plain
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import lazy

SEPARATORS = re.compile(r"\s*(?:-*>|[/\\/＞→|]|——|--)\s*")
FATAL = frozenset({"name", "number"})
BLANK = frozenset(("", "/", "\\", "-", "--", "—", "——", "无"))
NOT_PEOPLE = re.compile(r"\s*(合计|总计|小计|共计|填表人|制表人|审核人|备注|说明)")


@dataclass(slots=True)
class RosterRow:
    """One person as the roster names them. `born` is ISO text of the precision given; `unit` leads down the
    org tree."""

    sheet: str
    row: int
    name: str
    number: str | None = None
    sex: str | None = None
    born: str | None = None
    id_number: str | None = None
    phone: str | None = None
    email: str | None = None
    unit: tuple[str, ...] = ()
    job: str | None = None
    form: str | None = None
    employer: str | None = None
    hired: date | None = None
    left: date | None = None
    status: bool = True
    care: str | None = None
    worker: str | None = None
    relation: str | None = None
    typed: bool = False  # the employee number was typed as a number: it may have lost leading zeros


@dataclass(frozen=True, slots=True)
class RowError:
    """A cell (or a whole row, when `fatal`) that was not taken. `row` counts from 1, as Excel shows it."""

    sheet: str
    row: int
    column: str
    reason: Any
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A sheet as it came: its heading, and its lines from the first person on (0-based row)."""

    heading: tuple[str, ...]
    first_row: int
    lines: Sequence[Sequence[Any]]


@dataclass(slots=True)
class Roster:
    """`sheets`: the lines as they came, by sheet, to give back those that were refused."""

    rows: list[RosterRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    skipped_sheets: list[str] = field(default_factory=list)
    sheets: dict[str, Lines] = field(default_factory=dict)

    @property
    def columns_mapped(self) -> dict[tuple[str, str], str]:
        """(sheet, heading) → field."""
        return {(column.sheet, column.heading): column.field for column in self.columns if column.field}

    @property
    def ignored_columns(self) -> list[tuple[str, str]]:
        return [(column.sheet, column.heading) for column in self.columns if not column.field]

    @property
    def correction(self) -> bool:
        """A file we gave back with reasons: it names some people, never everybody."""
        return any(column.field == "reason" for column in self.columns)


def read(source: Path | bytes, said: Said | None = None) -> Roster:
    """The roster in an .xlsx file; 20,000 people take about a second. `said`: what headings mean, beside what we know."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    workbooks.check(content)
    roster = Roster()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheet_names:
            _sheet(roster, sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), said)
    except CalamineError as error:
        raise Invalid(lazy("This file is damaged. Save it again and upload the new file.")) from error
    if not roster.columns:
        raise Invalid(
            lazy("No sheet has a heading with 姓名. Use the template, or add a line with the headings.")
        )
    roster.rows = list(_once(roster))
    return roster


def headings(source: bytes, said: Said | None = None) -> list[tuple[str, list[str], str | None]]:
    """(heading, what stands in the first lines below, field or None) of every sheet, each heading once. Where nothing
    is known, the fullest line among the first is taken for the heading, so that somebody can say what it means.
    """
    workbooks.check(source)
    found: dict[str, tuple[str, list[str], str | None]] = {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source))
        for sheet in book.sheet_names:
            lines = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            heading = find(sheet, lines, said) or guess(sheet, lines, said)
            if heading is None:
                continue
            for column in heading.columns:
                below = [line[column.index] for line in lines[heading.first_row : heading.first_row + 3]]
                samples = [text(cell)[:40] for cell in below if cell not in ("", None)]
                found.setdefault(plain(column.heading), (column.heading, samples, column.field))
    except CalamineError as error:
        raise Invalid(lazy("This file is damaged. Save it again and upload the new file.")) from error
    return list(found.values())


def _sheet(roster: Roster, sheet: str, lines: Sequence[Sequence[Any]], said: Said | None) -> None:
    heading = find(sheet, lines, said)
    if heading is None:
        roster.skipped_sheets.append(sheet)
        return
    roster.columns += heading.columns
    words = {column.index: column.heading for column in heading.columns}
    width = len(lines[heading.first_row - 1])
    roster.sheets[sheet] = Lines(tuple(words.get(at, "") for at in range(width)), heading.first_row, lines)
    person = _reader(sheet, heading, roster.errors)
    for at in range(heading.first_row, len(lines)):
        row = person(at + 1, lines[at])
        if row is not None:
            roster.rows.append(row)


def _reader(
    sheet: str, heading: Heading, errors: list[RowError]
) -> Callable[[int, Sequence[Any]], RosterRow | None]:
    """A function that reads one line; what is the same for all lines is worked out once."""
    at = {
        column.field: column.index
        for column in heading.columns
        if column.field and column.field not in ("unit", "reason")
    }
    units = [column.index for column in heading.columns if column.field == "unit"]
    names = {column.index: column.heading for column in heading.columns}
    plan = [(name, index, READERS[name]) for name, index in at.items()]
    name_at, number_at = at["name"], at.get("number")

    def person(row: int, line: Sequence[Any]) -> RosterRow | None:
        if line[name_at] in ("", None):
            if number_at is not None and line[number_at] not in ("", None):
                errors.append(RowError(sheet, row, names[name_at], lazy("The name is missing."), fatal=True))
            return None
        if isinstance(line[name_at], str) and NOT_PEOPLE.match(line[name_at]):
            return None
        values: dict[str, Any] = {}
        for name, index, take in plan:
            cell = line[index]
            if cell is None or (type(cell) is str and cell.strip() in BLANK):
                continue
            try:
                values[name] = take(cell)
            except BadCell as bad:
                errors.append(RowError(sheet, row, names[index], bad.reason, fatal=name in FATAL))
        if "employer" in values and "form" not in values:
            values["form"] = "outsourced"
        if "worker" in values:
            values["form"] = "family"
        if "name" not in values or (number_at is not None and not _known_by(values)):
            if number_at is not None and not text(line[number_at] or ""):
                missing = lazy("The employee number is missing.")
                errors.append(RowError(sheet, row, names[number_at], missing, fatal=True))
            return None
        typed = number_at is not None and isinstance(line[number_at], (int, float))
        return RosterRow(sheet, row, unit=_unit(line, units), typed=typed, **values)

    return person


def _known_by(values: Mapping[str, Any]) -> bool:
    """By an employee number; outsourced staff without one by name and phone, family by the worker they belong to."""
    return (
        "number" in values
        or (values.get("form") in ("outsourced", "dispatch") and "phone" in values)
        or "worker" in values
    )


def _unit(line: Sequence[Any], columns: list[int]) -> tuple[str, ...]:
    """The path down the org tree, from one column with separators or from a column per level."""
    path: list[str] = []
    for index in columns:
        said = text(line[index] or "")
        path += [part for part in SEPARATORS.split(said) if part] if said else []
    return tuple(path)


def _once(roster: Roster) -> Iterator[RosterRow]:
    """Rows without repetitions: the first of an employee number stands, and so does the first of an ID
    number."""
    first: dict[tuple[str, Any], RosterRow] = {}
    headings = {(column.sheet, column.field): column.heading for column in roster.columns}
    for row in roster.rows:
        keys = [(name, getattr(row, name)) for name in ("number", "id_number") if getattr(row, name)]
        keys = keys or [("name", (row.name, row.unit, row.phone, row.worker))]
        again = next((key for key in keys if key in first), None)
        if again is None:
            first.update(dict.fromkeys(keys, row))
            yield row
            continue
        other = first[again]
        roster.errors.append(
            RowError(
                row.sheet,
                row.row,
                headings[row.sheet, again[0]],
                lazy(
                    "The same person stands in sheet “%(sheet)s”, row %(row)d.",
                    sheet=other.sheet,
                    row=other.row,
                ),
                fatal=True,
            )
        )
