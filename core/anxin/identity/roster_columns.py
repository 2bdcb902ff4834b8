"""What unions call the columns of a roster, and where the heading stands under its merged titles.

Headings vary from union to union (姓名, 职工姓名, 姓 名); titles, 填表日期 lines and two-line headings stand
above the people. Columns nobody knows are left alone and named in the preview, never an error.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIELDS: dict[str, str] = {
    "name": "姓名 职工姓名 员工姓名 人员姓名 会员姓名 名字 name",
    "number": "工号 职工工号 员工工号 人员工号 职工编号 职号 会员编号 会员号 员工号 员工编号 职工号 "
    "人员编号 人员编码 编号 工作证号 employeeno",
    "sex": "性别 sex gender",
    "born": "出生日期 出生年月 出生年月日 生日 出生 dateofbirth birthday",
    "id_number": "身份证号 身份证号码 身份证 证件号码 公民身份号码 idnumber",
    "phone": "手机 手机号 手机号码 联系电话 电话 联系方式 电话号码 移动电话 phone mobile",
    "email": "邮箱 电子邮箱 电子邮件 邮件 email",
    "job": "岗位 工种 职务 岗位名称 职业 岗位工种 职务岗位 job",
    "form": "用工形式 用工性质 用工类型 用工类别 人员类别 身份类别 合同类型",
    "employer": "外包公司 用工单位 派遣单位 劳务公司 所属公司 外包单位",
    "hired": "入职时间 入职日期 参加工作时间 参加工作日期 入厂时间 入职年月 入会时间 hiredate",
    "status": "状态 在职状态 人员状态 在岗状态 是否在职",
    "left": "离职时间 离职日期 退休时间 退休日期 调出时间",
    "worker": "所属职工 所属职工工号 关联职工 关联职工工号 关联工号 职工本人工号 家属所属职工",
    "relation": "与职工关系 与职工本人关系 亲属关系 家属关系 关系",
    "reason": "错误原因 未导入原因",
    "care": "困难类别 帮扶类别 四特类别 困难情况 特殊群体 四特人员 是否困难职工",
}
# One level of the org tree each; a heading may join several ("矿/大队"), or one column holds the whole path.
UNIT_WORDS = frozenset(
    word
    for line in (
        "单位 部门 所属单位 所在单位 所属部门 所在部门 工作单位 二级单位 三级单位 四级单位 基层单位",
        "厂 分厂 矿 大队 中队 队 小队 班组 班 站 车间 工段 科室 处室 站队 基层队",
        "基层工会 分会 工会小组 组织 unit department",
    )
    for word in line.split()
)
KNOWN = {word: field for field, words in FIELDS.items() for word in words.split()}
LOOK_AT = 30
# what somebody has said a heading means ("" or None: leave it alone), by the plain heading
Said = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its place (0-based), the heading as typed, and the field it was read as (None:
    left alone)."""

    sheet: str
    index: int
    heading: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the people begin (0-based row) and what each column means."""

    first_row: int
    columns: tuple[Column, ...]


def plain(cell: Any) -> str:
    """A heading without what varies: spaces, width, case, stars, what stands in brackets."""
    text = unicodedata.normalize("NFKC", str(cell))
    return re.sub(r"\([^)]*\)|[\s*::。._-]", "", text).lower()


def field_of(cell: Any, said: Said | None = None) -> str | None:
    """The field a heading names, or None; what somebody has said goes before what we know."""
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    word = plain(cell)
    if said and word in said:
        return said[word] or None
    if word in KNOWN:
        return KNOWN[word]
    parts = re.split(r"[/、或]", word)
    return "unit" if word and all(part in UNIT_WORDS for part in parts) else None


def find(sheet: str, rows: Sequence[Sequence[Any]], said: Said | None = None) -> Heading | None:
    """The heading of a sheet: the row among the first thirty that names most fields, 姓名 among them."""
    best, most = -1, 1
    for at, row in enumerate(rows[:LOOK_AT]):
        fields = [field_of(cell, said) for cell in row]
        count = sum(field is not None for field in fields)
        if "name" in fields and count > most:
            best, most = at, count
    if best < 0:
        return None
    words = list(rows[best])
    second = _second_line(words, rows[best + 1], said) if best + 1 < len(rows) else None
    return Heading(best + (2 if second else 1), _columns(sheet, second or words, said))


def guess(sheet: str, rows: Sequence[Sequence[Any]], said: Said | None = None) -> Heading | None:
    """The line among the first that holds most words, when none names a field with certainty."""
    counted = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows[:LOOK_AT]]
    most = max(counted, default=0)
    if most < 2:
        return None
    at = counted.index(most)
    return Heading(at + 1, _columns(sheet, rows[at], said))


def _second_line(words: list[Any], below: Sequence[Any], said: Said | None) -> list[Any] | None:
    """A heading of two lines (单位 over 矿 and 队): the lower word counts where it is a field."""
    fields = [field_of(cell, said) for cell in below]
    name = next(at for at, word in enumerate(words) if field_of(word, said) == "name")
    if below[name] not in ("", None) or not any(fields):
        return None
    return [under if field else word for word, under, field in zip(words, below, fields, strict=True)]


def _columns(sheet: str, words: Sequence[Any], said: Said | None) -> tuple[Column, ...]:
    """The first column of a field wins; units may have as many columns as the tree has levels."""
    taken: set[str] = set()
    columns = []
    for index, word in enumerate(words):
        if word in ("", None):
            continue
        field = field_of(word, said)
        if field in taken and field != "unit":
            field = None
        if field:
            taken.add(field)
        columns.append(Column(sheet, index, str(word).strip(), field))
    return tuple(columns)
