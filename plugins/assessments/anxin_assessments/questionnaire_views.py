"""What the questionnaire pages show, made plain. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import url_for

from anxin.plugin import _, day, lazy
from anxin_assessments.exchange import form
from anxin_assessments.exchange.form import Form, Question, Reading
from anxin_assessments.questionnaire_models import Questionnaire
from anxin_assessments.services import questionnaires

KINDS: dict[str, Any] = {
    "single": lazy("One choice"),
    "multiple": lazy("Several choices"),
    "scale": lazy("Rating scale"),
    "text": lazy("Own words"),
    "number": lazy("Number"),
    "date": lazy("Day"),
    "section": lazy("Heading"),
    "info": lazy("Explanation"),
}
PROBLEMS: dict[str, Any] = {
    "nothing_asked": lazy("Nothing is asked yet"),
    "too_many": lazy("Too many questions"),
    "same_code": lazy("Two questions share a number"),
    "no_text": lazy("The question has no words"),
    "too_few_options": lazy("Needs at least two options"),
    "bad_options": lazy("Two options share a code, or there are too many"),
    "bad_scale": lazy("The scale needs a lowest and a highest value, at most 20 apart"),
    "condition_ahead": lazy("Its condition names a question that comes later or does not exist"),
    "condition_answer": lazy("Its condition names an option that does not exist"),
}
NOTES: dict[str, Any] = {
    "response": lazy(
        "The file holds answers, not a form; its questions were taken over as far as they are there"
    ),
    "type_unknown": lazy("Kind of question not known, left out"),
    "too_deep": lazy("Nested too deeply, left out"),
    "calculated": lazy("Computed by the form itself, left out"),
    "hidden": lazy("Hidden in the form, left out"),
    "no_text": lazy("No words; its id stands in their place"),
    "no_options": lazy("No options in the file; write them before publishing"),
    "options_outside": lazy("Its options are in another place, not in this file"),
    "option_unknown": lazy("An option could not be read"),
    "condition_unknown": lazy("Its condition is of another kind; the question is always asked"),
    "initial_left_out": lazy("A preset answer was left out"),
    "open_choice": lazy("Own words as an answer are not possible here"),
    "unit_lost": lazy("The unit was left out; write it into the question"),
    "time_lost": lazy("The time of day was left out, the day stays"),
    "as_text": lazy("Asked as words"),
    "resource_left_out": lazy("Something else in the file was left out"),
    "program_left_out": lazy("A program of the form was left out"),
}
STATES: dict[str, tuple[Any, str | None]] = {
    "draft": (lazy("Draft"), None),
    "open": (lazy("Running"), "ok"),
    "closed": (lazy("Finished"), None),
}


def listed(row: Questionnaire, now: datetime) -> dict[str, Any]:
    state = "closed" if row.state == "open" and not questionnaires.running(row, now) else row.state
    text, tone = STATES[state]
    count = sum(one.asks for one in questionnaires.form_of(row).questions)
    parts = [_("%(count)d questions", count=count)]
    if row.version:
        parts.append(_("version %(number)d", number=row.version))
    if row.closes_at and state == "open":
        parts.append(_("until %(day)s", day=day(row.closes_at - timedelta(seconds=1))))
    return {
        "href": url_for("assessments.questionnaire", questionnaire=row.id),
        "icon": "file-text",
        "title": row.title,
        "text": " · ".join(parts),
        "tag": text,
        "tone": tone,
        "state": row.state,
    }


def kinds() -> list[tuple[str, Any]]:
    return list(KINDS.items())


def questions(content: Form) -> list[dict[str, Any]]:
    wrong: dict[str, list[Any]] = {}
    for code, problem in form.problems(content):
        wrong.setdefault(code, []).append(PROBLEMS[problem])
    texts = {one.code: one for one in content.questions}
    return [
        {
            "code": one.code,
            "kind": KINDS[one.kind],
            "text": one.text,
            "section": one.kind == "section",
            "required": one.required,
            "options": [option.text for option in one.options],
            "range": f"{one.low}–{one.high}" if one.kind == "scale" else None,
            "when": [_condition(condition, texts) for condition in one.when],
            "problems": wrong.get(one.code, []),
        }
        for one in content.questions
    ]


def _condition(condition: form.Condition, known: Mapping[str, Question]) -> str:
    other = known.get(condition.question)
    options = {option.code: option.text for option in other.options} if other else {}
    return _(
        "only if “%(question)s” is “%(answer)s”",
        question=other.text if other else condition.question,
        answer=options.get(condition.answer, condition.answer),
    )


def conditions(content: Form, edited: Question | None) -> list[tuple[str, str]]:
    """Choices for "ask only if …": options of the single choices before this question."""
    found = []
    for one in content.questions:
        if edited is not None and one.code == edited.code:
            break
        if one.kind in form.CHOICES:
            found += [(f"{one.code}|{option.code}", f"{one.text}: {option.text}") for option in one.options]
    return found


def edited(one: Question | None) -> dict[str, Any]:
    if one is None:
        return {}
    return {
        "code": one.code,
        "kind": one.kind,
        "text": one.text,
        "required": one.required,
        "options": "\n".join(option.text for option in one.options),
        "low": one.low,
        "high": one.high,
        "when": f"{one.when[0].question}|{one.when[0].answer}" if one.when else "",
    }


def report(reading: Reading) -> dict[str, Any]:
    return {
        "taken": sum(one.asks for one in reading.form.questions),
        "notes": [(note.place, NOTES[note.code], note.detail) for note in reading.notes],
        "expressions": [(one.place or "—", one.purpose, one.text) for one in reading.expressions],
    }


def asked(content: Form, one: Question, given: Any, number: int, total: int) -> dict[str, Any]:
    """One question on its page, with the words that stand before it."""
    lead = []
    for other in content.questions:
        if other.code == one.code:
            break
        if other.kind == "section":
            lead = [other.text]
        elif other.kind == "info":
            lead.append(other.text)
        else:
            lead = lead[:1] if lead else []
    values = [(str(value), str(value)) for value in range(one.low or 0, (one.high or 0) + 1)]
    options = values if one.kind == "scale" else [(option.code, option.text) for option in one.options]
    return {
        "title": content.title,
        "question": one,
        "lead": " · ".join(lead),
        "options": options,
        "given": given if given is not None else [] if one.kind == "multiple" else "",
        "number": number,
        "total": total,
    }


def taken(question: Question, sent: Any) -> Any:
    """A form's answer as the value its question keeps; what cannot be read stays text and is refused later."""
    if question.kind == "multiple":
        return sent.getlist("value")
    text = sent.get("value", "").strip()
    if not text:
        return None
    if question.kind == "scale":
        return int(text) if text.lstrip("-").isdigit() else text
    if question.kind == "number":
        try:
            value = float(text)
        except ValueError:
            return text
        return value if abs(value) < 1e12 else text
    return text


def answers(sitting: questionnaires.Sitting, questionnaire: UUID) -> list[dict[str, Any]]:
    return [
        {
            "name": one.code,
            "question": one.text,
            "answer": _said(one, sitting.answers.get(one.code)) or (None if one.required else _("left out")),
            "href": url_for("assessments.survey_question", questionnaire=questionnaire, code=one.code),
        }
        for one in sitting.asked
    ]


def _said(one: Question, given: Any) -> str:
    texts = {option.code: option.text for option in one.options}
    if isinstance(given, list):
        return "、".join(str(texts.get(code, code)) for code in given)
    if isinstance(given, float):
        return f"{given:g}"
    return texts.get(str(given), str(given)) if given is not None else ""


def counted(shown: Sequence[questionnaires.Counted]) -> list[dict[str, Any]]:
    return [
        {
            "text": one.question.text,
            "classes": [
                (label, f"{share.value * 100:.0f}%" if share.value is not None else "—")
                for label, share in one.bins
            ],
            "texts": one.texts,
        }
        for one in shown
    ]
