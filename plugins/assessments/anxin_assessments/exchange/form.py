"""A questionnaire as plain values: what the builder edits, a version keeps, and every import and export speaks.

A condition names an earlier question and one of its answers; a question is asked when all of its conditions
hold (`match` "any": when one does). Conditions are compared, never computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal, get_args

Kind = Literal["section", "info", "single", "multiple", "scale", "text", "number", "date"]
KINDS: tuple[str, ...] = get_args(Kind)
CHOICES = ("single", "multiple")
SHOWN_ONLY = ("section", "info")  # nothing to answer
MOST_QUESTIONS, MOST_OPTIONS = 300, 60


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    text: str
    value: float | None = None  # a score an imported form gives it; shown, and used for licensed wordings


@dataclass(frozen=True, slots=True)
class Condition:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    kind: Kind
    text: str
    required: bool = False
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    low_text: str = ""
    high_text: str = ""
    when: tuple[Condition, ...] = ()
    match: Literal["all", "any"] = "all"

    @property
    def asks(self) -> bool:
        return self.kind not in SHOWN_ONLY


@dataclass(frozen=True, slots=True)
class Form:
    title: str
    intro: str = ""
    questions: tuple[Question, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def asked(self, answers: Mapping[str, Any]) -> list[Question]:
        """The questions to be shown after these answers, sections and words between them included."""
        return [one for one in self.questions if applies(one, answers)]


@dataclass(frozen=True, slots=True)
class Note:
    """Something an import did not take over as it was: where, a code (see words.NOTES), and the thing itself."""

    place: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula of an imported form. Shown to whoever imports it, never run."""

    place: str
    purpose: str
    language: str
    text: str


@dataclass(frozen=True)
class Reading:
    """What was understood of a file."""

    form: Form
    notes: tuple[Note, ...] = ()
    expressions: tuple[Expression, ...] = ()
    source: Mapping[str, str] = field(default_factory=dict)


def applies(question: Question, answers: Mapping[str, Any]) -> bool:
    if not question.when:
        return True
    hold = (_holds(one, answers.get(one.question)) for one in question.when)
    return any(hold) if question.match == "any" else all(hold)


def _holds(condition: Condition, answer: Any) -> bool:
    if isinstance(answer, list | tuple):
        return condition.answer in answer
    return answer is not None and str(answer) == condition.answer


def from_json(raw: Mapping[str, Any]) -> Form:
    """The form of stored or checked JSON. The shape is the caller's business (schemas.FormSchema)."""
    return Form(
        title=raw.get("title", ""),
        intro=raw.get("intro", ""),
        questions=tuple(
            Question(
                **{
                    **one,
                    "options": tuple(Option(**option) for option in one.get("options", ())),
                    "when": tuple(Condition(**condition) for condition in one.get("when", ())),
                }
            )
            for one in raw.get("questions", ())
        ),
    )


def problems(form: Form) -> list[tuple[str, str]]:
    """(question's code, what is wrong as a code of words.PROBLEMS) of a form that cannot be published yet."""
    found: list[tuple[str, str]] = []
    if not any(one.asks for one in form.questions):
        found.append(("", "nothing_asked"))
    if len(form.questions) > MOST_QUESTIONS:
        found.append(("", "too_many"))
    seen: dict[str, Question] = {}
    for one in form.questions:
        found += [(one.code, problem) for problem in _problems(one, seen)]
        seen[one.code] = one
    return found


def _problems(one: Question, seen: Mapping[str, Question]) -> Iterable[str]:
    if one.code in seen:
        yield "same_code"
    if not one.text.strip():
        yield "no_text"
    if one.kind in CHOICES:
        codes = [option.code for option in one.options]
        if len(codes) < 2:
            yield "too_few_options"
        if len(set(codes)) < len(codes) or len(codes) > MOST_OPTIONS:
            yield "bad_options"
    if one.kind == "scale" and (one.low is None or one.high is None or not 1 <= one.high - one.low <= 20):
        yield "bad_scale"
    for condition in one.when:
        if (other := seen.get(condition.question)) is None or not other.asks:
            yield "condition_ahead"
        elif other.kind in CHOICES and condition.answer not in {option.code for option in other.options}:
            yield "condition_answer"


def answer_problem(question: Question, answer: Any) -> str | None:
    """What is wrong with one answer (a code of words.PROBLEMS), or None. None as answer means: left out."""
    if answer is None or answer in ("", []):
        return "unanswered" if question.required and question.asks else None
    codes = {option.code for option in question.options}
    match question.kind:
        case "single":
            return None if answer in codes else "not_an_option"
        case "multiple":
            fits = isinstance(answer, Sequence) and not isinstance(answer, str) and set(answer) <= codes
            return None if fits else "not_an_option"
        case "scale":
            fits = type(answer) is int and (question.low or 0) <= answer <= (question.high or 0)
            return None if fits else "not_an_option"
        case "number":
            return None if type(answer) in (int, float) else "not_a_number"
        case "date":
            return None if _is_day(answer) else "not_a_day"
        case _:
            return None if isinstance(answer, str) and len(answer) <= 2000 else "too_long"


def _is_day(answer: Any) -> bool:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return False
    return True
