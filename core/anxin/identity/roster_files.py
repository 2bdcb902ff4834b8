"""The workbooks an import hands out: the template to fill in, and the rows that were refused, with the reasons."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from anxin.documents import Sheet, workbook
from anxin.identity.roster import Roster, RowError
from anxin.identity.roster_cells import text
from anxin.identity.roster_columns import field_of
from anxin.kernel.i18n import _

REASON = "错误原因"  # a heading of Chinese workbooks, as 姓名 is: the reader knows it again
TEMPLATE = (
    "姓名", "工号", "性别", "出生年月", "手机号", "邮箱", "单位", "岗位", "用工形式", "外包公司",
    "入职时间", "在职状态", "困难类别", "所属职工工号", "与职工关系",
)  # fmt: skip


def template() -> bytes:
    """An empty roster with three invented lines, and how to fill it in."""
    lines = (
        ("张三（示例）", "0001234", "男", "1988-04-17", "19900000000", "", "采油一矿/采油一队", "采油工", "合同制",
         "", "2010-07", "在职", "", "", ""),
        ("李四（示例）", "", "女", "1990", "19900000001", "", "采油一矿/采油一队", "保洁员", "劳务派遣",
         "某劳务公司", "2021-03", "在职", "", "", ""),
        ("张小满（示例）", "", "女", "2010", "19900000002", "", "", "", "家属", "", "", "", "", "0001234", "子女"),
    )  # fmt: skip
    notes = (
        (_("Delete the example lines, then fill in one line a person. Extra columns do no harm."),),
        (
            _(
                "Only 姓名 must be there, and 工号 for employees. Format 工号 and ID numbers as text, or Excel drops digits."
            ),
        ),
        (_("Outsourced staff without a 工号 are told apart by name and phone number."),),
        (_("单位 is the path in the organisation, from the top down, with / between: 采油一矿/采油一队."),),
        (_("在职状态 takes 在职, 离职, 退休, 调出. Leavers can no longer sign in."),),
        (_("困难类别 is kept apart: once imported, only helpers and the person can see it."),),
        (_("Family members need the 工号 of the worker they belong to."),),
    )
    return workbook(
        [
            Sheet("名单", TEMPLATE, lines, widths=[16 if len(word) > 2 else 12 for word in TEMPLATE]),
            Sheet("填表说明", (_("How to fill this in"),), notes, widths=(80,)),
        ]
    )


def failures(roster: Roster, errors: Iterable[RowError]) -> bytes | None:
    """The refused rows as they came, sheet by sheet, with a column of reasons; None when all went well."""
    by_row: dict[tuple[str, int], list[str]] = {}
    for error in errors:
        said = f"{error.column}：{error.reason}" if error.column else str(error.reason)
        if not error.fatal:
            said += _(" (the rest of the row was taken)")
        by_row.setdefault((error.sheet, error.row), []).append(said)
    sheets = [
        _sheet(roster, sheet, by_row) for sheet in roster.sheets if any(key[0] == sheet for key in by_row)
    ]
    return workbook(sheets) if sheets else None


def _sheet(roster: Roster, sheet: str, by_row: dict[tuple[str, int], list[str]]) -> Sheet:
    came = roster.sheets[sheet]
    kept = [at for at, word in enumerate(came.heading) if word and field_of(word) != "reason"]
    rows = [
        [*(_cell(came.lines[row - 1], at) for at in kept), "；".join(reasons)]
        for (name, row), reasons in sorted(by_row.items())
        if name == sheet
    ]
    header = [*(came.heading[at] for at in kept), REASON]
    return Sheet(sheet, header, rows, widths=[*(max(10, 2 * len(word) + 2) for word in header[:-1]), 60])


def _cell(line: Sequence[Any], at: int) -> Any:
    cell = line[at] if at < len(line) else None
    if cell is None or isinstance(cell, (date, datetime)):
        return cell
    return text(cell)
