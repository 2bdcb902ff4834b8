"""The question bank of a quiz: a workbook that says what is wrong in it before anything is taken in."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    XLSX,
    Conflict,
    Ctx,
    Invalid,
    Sheet,
    TakenUpload,
    Upload,
    _,
    drop_file,
    keep_file,
    lazy,
    read_file,
    workbook,
)
from anxin_competitions.models import Competition, Question
from anxin_competitions.policy import CompetitionChanged
from anxin_competitions.services import competitions

BOOK = Upload("file", (XLSX,), 5 * 1024 * 1024)
KIND, KEPT = "competitions.questions", timedelta(days=1)
MOST, LETTERS = 2000, "ABCDEFGH"
LANGUAGES = ("zh_CN", "en")  # of the workbook; both are read, whoever filled it in
KINDS = {
    "one": ("单选", "Single choice"),
    "many": ("多选", "Multiple choice"),
    "judge": ("判断", "True or false"),
}
ALSO = {
    "单选题": "one", "多选题": "many", "判断题": "judge",
    "single": "one", "multiple": "many", "true/false": "judge",
}  # fmt: skip
WORDS = {word.casefold(): kind for kind, words in KINDS.items() for word in words} | ALSO
YES = {"对", "正确", "√", "是", "T", "TRUE", "RIGHT", "YES", "A"}
NO = {"错", "错误", "×", "否", "F", "FALSE", "WRONG", "NO", "B"}
JUDGED = ("对", "错")
COLUMNS = {
    "kind": ("题型", "Kind"),
    "text": ("题目", "Question"),
    **{letter: (f"选项{letter}", f"Option {letter}") for letter in LETTERS},
    "right": ("答案", "Answer"),
    "points": ("分值", "Points"),
    "topic": ("知识点", "Topic"),
}
OFFERED = [
    name for name in COLUMNS if name not in {"G", "H"}
]  # the template's columns; more options are read
KNOWN = {"".join(head.split()).casefold(): name for name, heads in COLUMNS.items() for head in heads}
SAMPLES = {
    "zh_CN": (
        ("单选", "全国统一的心理援助热线是？", "12356", "12315", "12345", "12306", "", "", "A", 1, "求助渠道"),
        ("多选", "听同事倾诉，哪些做法合适？",
         "先听完", "不急着下结论", "替他拿主意", "问他要什么", "", "", "ABD", 2, "倾听"),
        ("判断", "做心理测评就等于得了病。", "", "", "", "", "", "", "错", 1, "常识"),
    ),
    "en": (
        ("Single choice", "Which is the national support line?", "12356", "12315", "12345", "12306", "", "", "A", 1, "Help"),
        ("Multiple choice", "A colleague tells you their worries. What helps?", "Listen to the end", "Do not judge at once",
         "Decide for them", "Ask what they need", "", "", "ABD", 2, "Listening"),
        ("True or false", "Whoever takes a self-test is ill.", "", "", "", "", "", "", "False", 1, "Basics"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of the workbook: a question, or what is wrong with it."""

    row: int
    text: str
    question: Mapping[str, Any] | None
    problem: Any = None


def of(ctx: Ctx, competition_id: UUID) -> list[Question]:
    """The bank by number."""
    return list(
        ctx.scalars(
            ctx.select(Question).where(Question.competition_id == competition_id).order_by(Question.number)
        )
    )


def count(ctx: Ctx, competition_id: UUID) -> int:
    return int(
        ctx.db.scalar(
            sa.select(sa.func.count()).where(
                Question.tenant_id == ctx.tenant.id, Question.competition_id == competition_id
            )
        )
        or 0
    )


def offer(ctx: Ctx, competition_id: UUID, book: TakenUpload) -> UUID:
    """Keep an uploaded workbook for a day, to be looked at and taken in; Invalid when it holds no question at all."""
    _quiz(ctx, competition_id)
    if not read(book.data):
        raise Invalid(fields={"file": [_("There is no question in it. Use the template's columns.")]})
    ctx.audit(CompetitionChanged(competition_id=competition_id, what="questions_offered"))
    return keep_file(ctx, book.data, name=book.name, media_type=book.media_type, kind=KIND, keep=KEPT).id


def preview(ctx: Ctx, competition_id: UUID, file_id: UUID) -> list[Line]:
    """What a kept workbook would bring."""
    kept = read_file(ctx, file_id, kind=KIND)[1]
    _quiz(ctx, competition_id)
    return read(kept)


def take_in(ctx: Ctx, competition_id: UUID, file_id: UUID, *, replace: bool = False) -> int:
    """Add the good rows (or put them in the place of the whole bank); returns how many. The workbook is then gone."""
    good = [line.question for line in preview(ctx, competition_id, file_id) if line.question]
    found = _quiz(ctx, competition_id)
    if found.state not in {"draft", "open"}:
        raise Conflict(_("The quiz has begun; its questions stay as they are."))
    ctx.lock(f"competitions:bank:{found.id}")
    if replace:
        ctx.execute(
            sa.delete(Question).where(
                Question.tenant_id == ctx.tenant.id, Question.competition_id == found.id
            )
        )
    made = add(ctx, found, good)
    drop_file(ctx, file_id)
    return made


def add(ctx: Ctx, found: Competition, questions: Sequence[Mapping[str, Any]]) -> int:
    """Append questions; one whose words stand in the bank already is left out."""
    known = {one.text: one.number for one in of(ctx, found.id)}
    number = max(known.values(), default=0)
    rows = []
    for question in questions:
        if question["text"] not in known:
            number += 1
            known[question["text"]] = number
            rows.append({"competition_id": found.id, "number": number, **question})
    if number > MOST:
        raise Invalid(_("A bank holds at most %(most)d questions.", most=MOST))
    ctx.insert(Question, rows)
    ctx.audit(CompetitionChanged(competition_id=found.id, what="questions_added"))
    return len(rows)


def add_one(ctx: Ctx, competition_id: UUID, data: Mapping[str, Any]) -> None:
    """One question over the API: {kind, text, options, right (letters), points, topic}."""
    found = _quiz(ctx, competition_id)
    if found.state not in {"draft", "open"}:
        raise Conflict(_("The quiz has begun; its questions stay as they are."))
    options = [*data["options"], *[""] * 6][:6]
    cells = [KINDS[data["kind"]][0], data["text"], *options, data["right"], data["points"], data["topic"]]
    line = _line(1, dict(zip(OFFERED, map(str, cells), strict=True)))
    if line.question is None:
        raise Invalid(fields={"right": [line.problem]})
    add(ctx, found, [line.question])


def remove(ctx: Ctx, competition_id: UUID, question_id: UUID) -> None:
    found = _quiz(ctx, competition_id)
    if found.state not in {"draft", "open"}:
        raise Conflict(_("The quiz has begun; its questions stay as they are."))
    row = ctx.get(Question, question_id)
    if row.competition_id == found.id:
        ctx.db.delete(row)
        ctx.audit(CompetitionChanged(competition_id=found.id, what="question_removed"))


def head(locale: str) -> tuple[str, ...]:
    """The template's columns as this reader calls them."""
    return tuple(COLUMNS[name][LANGUAGES.index(locale)] for name in OFFERED)


def template(locale: str) -> bytes:
    """The workbook to fill in, with three samples, in the reader's language."""
    rows = [list(row) for row in SAMPLES[locale]]
    return workbook(
        [Sheet(_("Question bank"), head(locale), rows, note=str(_("The sample rows may be deleted.")))]
    )


def refused(lines: Sequence[Line]) -> bytes:
    """The rows that were not taken in, with the reason in a column of its own."""
    rows = [(line.row, line.text, str(line.problem)) for line in lines if line.question is None]
    return workbook(
        [Sheet(_("Not taken in"), (_("Row"), _("Question"), _("What is wrong")), rows, widths=(8, 60, 40))]
    )


# ---- reading ---------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Line]:
    """The rows below the head, each a question or a problem. The workbook's safety was checked at the upload."""
    from python_calamine import CalamineError, CalamineWorkbook  # a parser of 4 MB, asked for once a quiz

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise Invalid(fields={"file": [_("The workbook cannot be read.")]}) from error
    texts = [[_cell(cell) for cell in row] for row in rows[: MOST + 20]]
    named = [[KNOWN.get("".join(cell.split()).casefold(), "") for cell in row] for row in texts]
    top = next((at for at, row in enumerate(named) if "text" in row and "right" in row), None)
    if top is None:
        return []
    names = named[top]
    found: list[Line] = []
    seen: set[str] = set()
    for at, row in enumerate(texts[top + 1 :], top + 2):
        if any(row):
            line = _line(at, dict(zip(names, row, strict=False)))
            if line.question and line.text in seen:
                line = Line(at, line.text, None, lazy("The same question stands above."))
            seen.add(line.text)
            found.append(line)
    return found


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if cell is not None else ""


def _line(at: int, row: Mapping[str, str]) -> Line:
    text, kind = row.get("text", ""), WORDS.get(row.get("kind", "").casefold())
    if not text:
        return Line(at, "", None, lazy("The question is missing."))
    if kind is None:
        return Line(at, text, None, lazy("The kind is single choice, multiple choice, or true or false."))
    options = list(JUDGED) if kind == "judge" else _options(row)
    right = _right(kind, row.get("right", ""), len(options))
    points = row.get("points", "") or "1"
    problem = _wrong(kind, options, right) or (
        None
        if re.fullmatch(r"[1-9][0-9]?|100", points)
        else lazy("The points are a whole number from 1 to 100.")
    )
    if problem is not None or right is None:
        return Line(at, text, None, problem)
    return Line(
        at,
        text,
        {
            "kind": kind,
            "text": text[:1000],
            "options": options,
            "right": right,
            "points": int(points),
            "topic": row.get("topic", "")[:60],
        },
    )


def _options(row: Mapping[str, str]) -> list[str]:
    """The options up to the last one that is filled; a blank between two others stays blank and is refused."""
    cells = [row.get(letter, "") for letter in LETTERS]
    while cells and not cells[-1]:
        cells.pop()
    return [cell[:300] for cell in cells]


def _right(kind: str, text: str, options: int) -> list[int] | None:
    plain = re.sub(r"[\s,，、;；]", "", text).upper()
    if kind == "judge":
        return [0] if plain in YES else [1] if plain in NO else None
    found = sorted({LETTERS.find(letter) for letter in plain})
    return found if found and found[0] >= 0 and found[-1] < options else None


def _wrong(kind: str, options: Sequence[str], right: Sequence[int] | None) -> Any:
    if len(options) < 2 or not all(options):
        return lazy("At least two options, without a gap between them.")
    if len(set(options)) < len(options):
        return lazy("Two options are the same.")
    if right is None:
        return lazy("The answer names no option: letters like A or ACD, for statements true or false.")
    if kind == "one" and len(right) != 1:
        return lazy("A single choice has one right option.")
    if kind == "many" and len(right) < 2:
        return lazy("A multiple choice has at least two right options.")
    return None


def _quiz(ctx: Ctx, competition_id: UUID) -> Competition:
    found = competitions.one(ctx, competition_id)
    if found.preset != "quiz":
        raise Conflict(_("Only a quiz has questions."))
    return found
