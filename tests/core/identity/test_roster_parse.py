"""Rosters as unions send them: merged titles, odd headings, numbers where text should be, and files meant to
harm."""

import io
import re
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from anxin.files import workbooks
from anxin.identity import roster, roster_cells
from anxin.identity.roster_columns import field_of
from anxin.identity.roster_units import UnitFinder
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import locale_scope

DEMO = Path(__file__).parents[3] / "tenants" / "demo"
GOOD_ID = "990399198804173278"


def book(*sheets: list[list[Any]], build: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook of plain cells, one list of lines per sheet."""
    out = io.BytesIO()
    work = xlsxwriter.Workbook(out, {"in_memory": True})
    day = work.add_format({"num_format": "yyyy/m/d"})
    for lines in sheets:
        sheet = work.add_worksheet()
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime.combine(cell, datetime.min.time()), day)
                elif cell is not None:
                    sheet.write(row, column, cell)
        if build:
            build(work, sheet)
    work.close()
    return out.getvalue()


def reasons(found: roster.Roster) -> list[tuple[int, str, str]]:
    with locale_scope("en"):
        return [(error.row, error.column, str(error.reason)) for error in found.errors]


def one(heading: list[str], *lines: list[Any]) -> roster.Roster:
    return roster.read(book([heading, *lines]))


# --- headings ---------------------------------------------------------------------------------------


def test_merged_titles_and_a_fill_in_date_stand_above_the_heading() -> None:
    def title(work: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 5, "某厂职工花名册", work.add_format({"bold": True}))
        sheet.merge_range(1, 0, 1, 5, "填表日期：2026年10月20日　单位：工会")

    lines = [[], [], [], ["序号", " 职工 姓名*", "职工编号", "性别（必填）", "矿/大队", "队/班组", "微信号"],
             [1, "林 晓峰", "dl10268", "男", "采油一矿", "采油一队", "x"]]  # fmt: skip
    found = roster.read(book(lines, build=title))
    assert [(row.row, row.name, row.number, row.sex, row.unit) for row in found.rows] == [
        (5, "林晓峰", "DL10268", "male", ("采油一矿", "采油一队"))
    ]
    assert found.ignored_columns == [("Sheet1", "序号"), ("Sheet1", "微信号")]
    assert found.errors == []


def test_a_heading_of_two_lines() -> None:
    def merge(_work: Any, sheet: Any) -> None:
        sheet.merge_range(0, 2, 0, 3, "工作单位")

    lines = [["姓名", "工号", "工作单位", ""], ["", "", "矿", "队"], ["方圆圆", 7, "采油一矿", "采油一队"]]
    found = roster.read(book(lines, build=merge))
    assert [(row.name, row.number, row.unit) for row in found.rows] == [
        ("方圆圆", "7", ("采油一矿", "采油一队"))
    ]


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("姓名", "name"), ("职工姓名", "name"), ("姓　名", "name"), ("员工号", "number"), ("职工编号（必填）",
        "number"),
        ("出生年月", "born"), ("联系电话", "phone"), ("手机号码：", "phone"), ("单位", "unit"), ("队/班组",
        "unit"),
        ("科室/基层工会", "unit"), ("用工形式", "form"), ("参加工作时间", "hired"), ("备注", None), ("微信号",
        None), (12, None),
    ],
)  # fmt: skip
def test_headings_and_their_fields(word: Any, field: str | None) -> None:
    assert field_of(word) == field


def test_sheets_without_people_are_skipped_and_two_sheets_are_read() -> None:
    found = roster.read(
        book(
            [["姓名", "工号"], ["甲一", "A1"]],
            [["一、工号以人力资源科为准"]],
            [["员工姓名", "员工号", "外包公司"], ["乙二", "W1", "某劳务公司"]],
        )
    )
    assert [(row.sheet, row.name, row.form) for row in found.rows] == [
        ("Sheet1", "甲一", None),
        ("Sheet3", "乙二", "outsourced"),
    ]
    assert found.skipped_sheets == ["Sheet2"]


def test_no_heading_at_all_is_said_plainly() -> None:
    with pytest.raises(Invalid, match="姓名"):
        roster.read(book([["hello"], ["world"]]))


def test_footers_and_blank_lines_are_no_people() -> None:
    found = one(["序号", "姓名", "工号"], [1, "甲一", "A1"], [], ["合计：1 人"], [None, "制表人：乙二", None])
    assert [row.name for row in found.rows] == ["甲一"]
    assert found.errors == []


# --- cells ------------------------------------------------------------------------------------------


def test_an_id_number_typed_as_a_number_is_refused_and_the_person_kept() -> None:
    found = one(["姓名", "工号", "身份证号"], ["甲一", "A1", 110101199003071234], ["乙二", "A2", GOOD_ID])
    assert [(row.name, row.id_number) for row in found.rows] == [("甲一", None), ("乙二", GOOD_ID)]
    assert reasons(found) == [
        (
            2,
            "身份证号",
            (
                "This ID number was typed as a number, so its last digits are lost. "
                "Set the cell to text and type it again."
            ),
        )
    ]


@pytest.mark.parametrize("cell", ["1.10101E+17", "11010119900307", GOOD_ID[:-1] + "9", "99039919880417327A"])
def test_other_broken_id_numbers(cell: str) -> None:
    with pytest.raises(roster_cells.BadCell):
        roster_cells.id_number(cell)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        (date(1988, 4, 17), "1988-04-17"), (32250, "1988-04-17"), (32250.0, "1988-04-17"),
        (19880417, "1988-04-17"),
        (198804, "1988-04"), (1988, "1988"), (1988.04, "1988-04"), (1988.1, "1988-10"), ("1988.1", "1988-01"),
        ("1988-4-17", "1988-04-17"), ("1988/04/17", "1988-04-17"), ("1988.04.17", "1988-04-17"),
        ("1988年4月17日", "1988-04-17"), ("1988年4月", "1988-04"), ("1988年", "1988"), ("１９８８年４月",
        "1988-04"),
        ("19880417", "1988-04-17"), ("1988-04-17 00:00:00", "1988-04-17"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(cell: Any, iso: str) -> None:
    assert roster_cells.partial_date(cell) == iso


@pytest.mark.parametrize("cell", ["1988-13-01", "1988-02-30", "四月", "17/04/1988", -5, 990399, 0.5])
def test_dates_that_are_none(cell: Any) -> None:
    with pytest.raises(roster_cells.BadCell):
        roster_cells.partial_date(cell)


@given(st.dates(date(1930, 1, 1), date(2035, 12, 31)))
def test_every_way_of_writing_a_day_means_that_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    ways: list[Any] = [day, serial, float(serial), f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"),
                       f"{day.year}年{day.month}月{day.day}日",
                       f"{day.year}.{day.month}.{day.day}"]  # fmt: skip
    assert {roster_cells.partial_date(way) for way in ways} == {day.isoformat()}
    assert roster_cells.first_day(f"{day:%Y.%m}") == day.replace(day=1)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (19900001234, "19900001234"),
        ("199 0000 1234", "19900001234"),
        ("+86-19900001234", "19900001234"),
        ("０５４６-5550100", "05465550100"),
    ],
)
def test_telephone_numbers(cell: Any, phone: str) -> None:
    assert roster_cells.phone(cell) == phone


def test_a_bad_cell_costs_the_cell_and_a_bad_key_the_row() -> None:
    found = one(
        ["姓名", "工号", "性别", "手机", "出生日期", "状态", "困难类别"],
        ["甲一", "A1", "M", "12345", "2024-01-01", "在职", "否"],
        ["乙二", None, "女", None, None, None, None],
        [None, "A3", "女", None, None, None, None],
        ["1234", "A4", "女", None, None, None, None],
        ["丁四", "A5", "?", "/", "—", "出差", "四特职工"],
    )
    assert [(row.name, row.sex, row.phone, row.born, row.care) for row in found.rows] == [
        ("甲一", "male", None, None, None),
        ("丁四", None, None, None, "四特职工"),
    ]
    assert [(error.row, error.column, error.fatal) for error in found.errors] == [
        (2, "手机", False), (2, "出生日期", False), (3, "工号", True), (4, "姓名", True), (5, "姓名", True),
        (6, "性别", False),
        (6, "状态", False),
    ]  # fmt: skip


def test_the_same_person_twice_is_named_with_both_places() -> None:
    found = roster.read(
        book(
            [["姓名", "工号"], ["甲一", "A1"], ["甲一", "A1"], ["甲一", "A2"]],
            [["姓名", "员工号"], ["乙二", "a1"]],
        )
    )
    assert [row.number for row in found.rows] == ["A1", "A2"]
    assert reasons(found) == [
        (3, "工号", "The same person stands in sheet “Sheet1”, row 2."),
        (2, "员工号", "The same person stands in sheet “Sheet1”, row 2."),
    ]


def test_a_roster_without_numbers_tells_people_apart_by_name_unit_and_telephone() -> None:
    found = one(
        ["姓名", "部门", "电话"],
        ["甲一", "采油一队", "19900000001"],
        ["甲一", "采油二队", "19900000002"],
        ["甲一", "采油一队", "19900000001"],
    )
    assert len(found.rows) == 2
    assert [(error.row, error.column) for error in found.errors] == [(4, "姓名")]


@pytest.mark.parametrize(
    "path",
    [
        "采油一矿/采油一队",
        "采油一矿 / 采油一队",
        "采油一矿\\采油一队",
        "采油一矿->采油一队",
        "采油一矿—采油一队",
    ],
)
def test_one_column_may_hold_the_whole_path(path: str) -> None:
    found = one(["姓名", "单位"], ["甲一", path])
    expected = ("采油一矿", "采油一队") if re.search(r"[/\\>]", path) else ("采油一矿—采油一队",)
    assert found.rows[0].unit == expected


def test_every_reason_is_said_in_chinese() -> None:
    found = one(["姓名", "工号", "手机"], ["甲一", "A1", "12"], [None, "A2", None])
    with locale_scope("zh_CN"):
        assert [str(error.reason) for error in found.errors] == ["电话号码不完整。", "缺少姓名。"]


# --- units ------------------------------------------------------------------------------------------

TREE = {
    ("厂",): "DL3", ("厂", "采油一矿"): "CY1", ("厂", "采油二矿"): "CY2", ("厂", "采油一矿", "一班"): "CY1-1",
    ("厂", "采油二矿", "一班"): "CY2-1", ("厂", "采油一矿", "采油一队"): "CY1-2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (("厂", "采油一矿", "一班"), "CY1-1"), (("采油二矿", "一班"), "CY2-1"), (("采油 二矿", "一班"),
        "CY2-1"),
        (("采油一队",), "CY1-2"), (("厂", "采油一队"), "CY1-2"), (("一班",), None), (("采油三矿",), None),
        ((), None),
    ],
)  # fmt: skip
def test_units_are_found_by_the_path_people_write(path: tuple[str, ...], code: str | None) -> None:
    assert UnitFinder(TREE).find(path) == code


# --- files meant to harm ----------------------------------------------------------------------------


def refused(content: bytes) -> str:
    with locale_scope("en"), pytest.raises(Invalid) as said:
        roster.read(content)
    with locale_scope("en"):
        return str(said.value.message)


def repacked(change: Callable[[str, bytes], bytes | None], **kwargs: Any) -> bytes:
    """A good workbook with some parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["姓名", "工号"], ["甲一", "A1"]]))) as old,
        zipfile.ZipFile(out, "w", **kwargs) as new,
    ):
        for part in old.namelist():
            inside = change(part, old.read(part))
            if inside is not None:
                new.writestr(part, inside)
    return out.getvalue()


def in_sheet(change: Callable[[bytes], bytes]) -> bytes:
    return repacked(
        lambda name, inside: change(inside) if name.endswith("sheet1.xml") else inside,
        compression=zipfile.ZIP_DEFLATED,
    )


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    bomb = in_sheet(lambda inside: inside + b" " * 60_000_000)
    assert len(bomb) < 200_000
    tracemalloc.start()
    assert "unpacks" in refused(bomb)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_a_bomb_whose_headers_lie_is_refused() -> None:
    bomb = bytearray(in_sheet(lambda inside: inside + b" " * 5_000_000))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = bytes(bomb).replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(lied)) as archive:
        assert archive.getinfo("xl/worksheets/sheet1.xml").file_size == 1000
    assert "unpacks" in refused(lied)


@pytest.mark.parametrize("far", [b'r="XFD1048576"', b"r='XFD2'", b'r="A1048576"'])
def test_a_cell_at_the_far_corner_reserves_no_room(far: bytes) -> None:
    content = in_sheet(lambda inside: inside.replace(b'r="B2"', far))
    assert "reaches beyond" in refused(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name,number\n", "not an .xlsx"),
        (b"", "not an .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old .xls"),
        (b"PK\x03\x04" + bytes(100), "not an .xlsx"),
        (bytes(workbooks.LARGEST + 1), "20 MB"),
        (repacked(lambda name, inside: None if name == "xl/workbook.xml" else inside), "not an .xlsx"),
        (repacked(lambda name, inside: inside, compression=zipfile.ZIP_BZIP2), "unusual"),
        (in_sheet(lambda inside: b"<worksheet><sheetData><row r='1'><c r='A1'"), "damaged"),
    ],
    ids=["csv", "empty", "xls", "cut", "large", "docx-like", "bzip2", "broken-xml"],
)
def test_what_is_no_workbook_is_refused_in_plain_words(content: bytes, says: str) -> None:
    assert says in refused(content)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_refused_or_read_but_never_breaks(at: int, junk: bytes) -> None:
    good = GOOD
    spot = at % len(good)
    damaged = good[:spot] + junk + good[spot + len(junk) :]
    try:
        roster.read(damaged)
    except Invalid:
        return


GOOD = book([["姓名", "工号", "出生日期"], ["甲一", "A1", date(1988, 4, 17)]])


def test_the_guard_reads_stored_and_deflated_parts_alike() -> None:
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found = roster.read(repacked(lambda name, inside: inside, compression=compression))
        assert [row.number for row in found.rows] == ["A1"]
    assert zlib.MAX_WBITS == 15


# --- size and the demo ------------------------------------------------------------------------------


def test_twenty_thousand_people_are_read() -> None:
    heading = [
        "序号",
        "姓名",
        "工号",
        "性别",
        "出生日期",
        "矿",
        "队",
        "岗位",
        "用工形式",
        "入职时间",
        "联系电话",
        "状态",
    ]
    line = ["甲一", "男", "1988.04.17", "采油一矿", "采油一队", "采油工", "合同制", "2010年7月", "在职"]
    lines = [
        [at, f"{line[0]}{chr(0x4E00 + at % 2000)}", f"A{at}", *line[1:8], f"1990000{at % 10000:04d}", line[8]]
        for at in range(20_000)
    ]
    content = book([heading, *lines])
    found = roster.read(content)
    assert len(found.rows) == 20_000
    assert found.errors == []


@pytest.mark.parametrize(("slug", "people"), [("dongling", 1900), ("qinghe", 100)])
def test_the_demo_rosters_are_read_without_a_mistake(slug: str, people: int) -> None:
    found = roster.read(DEMO / f"{slug}-roster.xlsx")
    assert found.errors == []
    assert len(found.rows) > people
