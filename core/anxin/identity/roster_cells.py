"""Reads one cell of a roster: dates as Excel or people write them, numbers that must be text, words into
codes.

Each reader takes the cell as the parser gives it and answers with the value, or raises `BadCell` with the
reason. An empty cell never comes here.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from anxin.kernel.i18n import lazy

EXCEL_DAY_ZERO = date(1899, 12, 30)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"
DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:T?00:00(?::00)?)?")
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)?")
PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

SEXES = {
    "男": "male",
    "男性": "male",
    "m": "male",
    "male": "male",
    "女": "female",
    "女性": "female",
    "f": "female",
    "female": "female",
}
FORMS = {
    "contract": "合同制 合同 正式 正式工 在编 在册 固定工 全民 劳动合同 机关 事业",
    "dispatch": "派遣 派遣制 劳务派遣 劳务 派遣工 劳务派遣工",
    "outsourced": "外包 外包工 劳务外包 业务外包 外包人员",
    "family": "家属 职工家属 家庭成员",
}
FORM_CODES = {word: code for code, words in FORMS.items() for word in words.split()}
RELATIONS = {
    "spouse": "配偶 妻子 丈夫 妻 夫 爱人",
    "child": "子女 儿子 女儿 子 女 孩子",
    "parent": "父母 父亲 母亲 父 母 岳父 岳母 公公 婆婆",
}
RELATION_CODES = {word: code for code, words in RELATIONS.items() for word in words.split()}
EXACT = 10**15  # Excel keeps fifteen digits of a number
ACTIVE = frozenset(["在职", "在岗", "在册", "正常", "是"])
LEFT = frozenset(["离职", "退休", "内退", "调出", "调离", "辞职", "解除合同", "死亡", "去世", "否"])


class BadCell(Exception):
    """The cell cannot be taken; `reason` is for the person who typed it."""

    def __init__(self, reason: Any) -> None:
        super().__init__(reason)
        self.reason = reason


def text(cell: Any) -> str:
    """A cell as trimmed text. A whole number loses the “.0” the file format gave it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.strip() if isinstance(cell, str) else str(cell)


def name(cell: Any) -> str:
    """两字名中间常被空格撑开 (“林 峰”): spaces between Han characters go, others are kept single."""
    said = " ".join(unicodedata.normalize("NFKC", text(cell)).split())
    said = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", said)
    if len(said) > 60 or not any(char.isalpha() for char in said):
        raise BadCell(lazy("This does not read like a name."))
    return said


def number(cell: Any) -> str:
    if isinstance(cell, (int, float)) and abs(cell) >= EXACT:
        raise BadCell(
            lazy(
                "This employee number was typed as a number, so its last digits are lost. "
                "Set the cell to text and type it again."
            )
        )
    said = unicodedata.normalize("NFKC", text(cell)).replace(" ", "").upper()
    if not re.fullmatch(r"[0-9A-Z._-]{1,40}", said):
        raise BadCell(lazy("An employee number has only letters, digits and hyphens."))
    return said


def sex(cell: Any) -> str:
    try:
        return SEXES[text(cell).lower()]
    except KeyError:
        raise BadCell(lazy("Write 男 or 女 here.")) from None


def phone(cell: Any) -> str:
    said = re.sub(r"[\s\u3000-]", "", unicodedata.normalize("NFKC", text(cell)))
    said = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", said)
    if not PHONE.fullmatch(said):
        raise BadCell(lazy("This is not a complete telephone number."))
    return said


def email(cell: Any) -> str:
    said = text(cell)
    if not EMAIL.fullmatch(said):
        raise BadCell(lazy("This is not a complete mail address."))
    return said.lower()


def id_number(cell: Any) -> str:
    """An 18-place ID number. Excel keeps 15 digits of a number, so one typed as a number is lost for good."""
    if not isinstance(cell, str) or re.fullmatch(r"[\d.]+[eE]\+?\d+", cell.strip()):
        raise BadCell(
            lazy(
                "This ID number was typed as a number, so its last digits are lost. "
                "Set the cell to text and type it again."
            )
        )
    said = unicodedata.normalize("NFKC", cell).strip().upper()
    if not re.fullmatch(r"\d{17}[\dX]", said):
        raise BadCell(lazy("An ID number has 18 places: 17 digits, then a digit or X."))
    if (
        ID_CHECK[sum(int(digit) * weight for digit, weight in zip(said, ID_WEIGHTS, strict=False)) % 11]
        != said[17]
    ):
        raise BadCell(lazy("The last place does not fit the other seventeen: one of them is mistyped."))
    return said


def partial_date(cell: Any) -> str:
    """A date as ISO text of the precision that was given: "1988-04-17", "1988-04" or "1988"."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _from_number(cell)
    return _from_text(text(cell))


@lru_cache(maxsize=4096)
def _from_text(said: str) -> str:
    said = unicodedata.normalize("NFKC", said).replace(" ", "")
    found = DATE.fullmatch(said) or COMPACT.fullmatch(said)
    if not found:
        raise BadCell(lazy("This date cannot be read. Write it as 1988-04-17."))
    return _iso(*(int(part) for part in found.groups() if part))


def _from_number(cell: float) -> str:
    """A number is 19880417, 198804, 1988, 1988.04 (typed as a decimal), or the days Excel counts from
    1900."""
    said = text(cell)
    if COMPACT.fullmatch(said) or re.fullmatch(r"(19|20)\d\d(\.\d{1,2})?", said):
        # 1988.1 is October: Excel drops the last zero of 1988.10, while January is typed 1988.01
        return _from_text(said + "0" if re.fullmatch(r"\d{4}\.1", said) else said)
    if not 1 <= cell < 110_000:
        raise BadCell(lazy("This date cannot be read. Write it as 1988-04-17."))
    return (EXCEL_DAY_ZERO + timedelta(days=int(cell))).isoformat()


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise BadCell(lazy("There is no such day in the calendar.")) from None
    return "-".join([f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part)])


def born(cell: Any) -> str:
    said = partial_date(cell)
    if not 1920 <= int(said[:4]) <= 2015:
        raise BadCell(lazy("This year of birth is not that of somebody at work."))
    return said


def first_day(cell: Any) -> date:
    """A date whose missing day or month is the first."""
    said = partial_date(cell)
    return date.fromisoformat((said + "-01-01")[:10] if len(said) == 4 else (said + "-01")[:10])


def form(cell: Any) -> str:
    """The employment form: contract, dispatch, outsourced, or "other" for a word of the union's own."""
    return FORM_CODES.get(text(cell), "other")


def status(cell: Any) -> bool:
    """True while the person works here."""
    said = text(cell)
    if said in ACTIVE:
        return True
    if said in LEFT:
        return False
    raise BadCell(lazy("Write 在职, 离职, 退休 or 调出 here."))


def relation(cell: Any) -> str:
    """spouse, child, parent, or "other" for any other word."""
    return RELATION_CODES.get(text(cell), "other")


def care(cell: Any) -> str | None:
    """The union's word for the help a person is due (困难职工, 四特 …); “否” is no word for help."""
    said = text(cell)
    return None if said == "否" else said


READERS: dict[str, Callable[[Any], Any]] = {
    "name": name,
    "number": number,
    "sex": sex,
    "born": born,
    "id_number": id_number,
    "phone": phone,
    "email": email,
    "job": text,
    "form": form,
    "employer": text,
    "hired": first_day,
    "status": status,
    "left": first_day,
    "worker": number,
    "relation": relation,
    "care": care,
}
