"""A questionnaire as a table: one row a question, to be written and edited in Excel or WPS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from anxin_assessments.exchange import table
from anxin_assessments.exchange.form import CHOICES, Condition, Form, Note, Option, Question, Reading

HEADER = ("编号", "类型", "题目", "必答", "选项（用 | 隔开）", "最低", "最高", "条件（编号=选项）")
HEADINGS: Mapping[str, Sequence[str]] = {
    "code?": ("编号", "code"),
    "kind": ("类型", "kind", "type"),
    "text": ("题目", "文字", "text", "question"),
    "required?": ("必答", "required"),
    "options?": ("选项（用 | 隔开）", "选项", "options"),
    "low?": ("最低", "low"),
    "high?": ("最高", "high"),
    "when?": ("条件（编号=选项）", "条件", "when"),
}
NAMES = {
    "section": "小节",
    "info": "说明",
    "single": "单选",
    "multiple": "多选",
    "scale": "量尺",
    "text": "填空",
    "number": "数字",
    "date": "日期",
}
KINDS = {name: kind for kind, name in NAMES.items()} | {kind: kind for kind in NAMES}
YES = {"是", "必答", "yes", "true", "1", "y"}


def read(data: bytes, title: str) -> Reading:
    """The rows as a form; a row that says nothing understandable becomes a note. Raises UnreadableTableError."""
    questions: list[Question] = []
    notes: list[Note] = []
    for place, row in table.by_heading(table.rows(data), HEADINGS):
        kind = KINDS.get(row["kind"].lower())
        if kind is None or not row["text"]:
            notes.append(Note(str(place), "type_unknown", row["kind"]))
            continue
        questions.append(_question(row, kind, f"q{len(questions) + 1}"))
    return Reading(Form(title, "", tuple(_resolved(questions))), tuple(notes))


def _question(row: Mapping[str, str], kind: str, fallback: str) -> Question:
    parts = [part.strip() for part in row.get("options", "").split("|") if part.strip()]
    low, high = row.get("low", ""), row.get("high", "")
    scale = kind == "scale"
    return Question(
        code=row.get("code") or fallback,
        kind=kind,  # type: ignore[arg-type]  (a value of KINDS)
        text=row["text"],
        required=row.get("required", "").lower() in YES,
        options=tuple(Option(f"o{number}", part) for number, part in enumerate(parts, 1)),
        low=int(low) if low.isdigit() else 1 if scale else None,
        high=int(high) if high.isdigit() else 5 if scale else None,
        when=tuple(_condition(part) for part in row.get("when", "").split(";") if "=" in part),
    )


def _condition(text: str) -> Condition:
    question, _, answer = text.partition("=")
    return Condition(question.strip(), answer.strip())


def _resolved(questions: Sequence[Question]) -> list[Question]:
    """Conditions name options by their text in a table; forms know them by code."""
    texts = {one.code: {option.text: option.code for option in one.options} for one in questions}
    return [
        replace(
            one,
            when=tuple(
                Condition(c.question, texts.get(c.question, {}).get(c.answer, c.answer)) for c in one.when
            ),
        )
        for one in questions
    ]


def rows(form: Form) -> list[list[str]]:
    """The table of a form, to be read back by `read`."""
    texts = {one.code: {option.code: option.text for option in one.options} for one in form.questions}
    return [
        [
            one.code,
            NAMES[one.kind],
            one.text,
            "是" if one.required else "",
            " | ".join(option.text for option in one.options) if one.kind in CHOICES else "",
            str(one.low) if one.low is not None else "",
            str(one.high) if one.high is not None else "",
            "; ".join(f"{c.question}={texts.get(c.question, {}).get(c.answer, c.answer)}" for c in one.when),
        ]
        for one in form.questions
    ]
