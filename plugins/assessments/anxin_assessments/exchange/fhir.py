"""FHIR R4 Questionnaires, read leniently and written plainly.

Lenient: whatever is there and can be asked is taken over, whatever cannot becomes a note with its place; a
file is refused only when it is no FHIR resource at all. Expressions are collected to be shown and are never
run; answers are never computed from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from anxin_assessments.exchange.form import Condition, Expression, Form, Note, Option, Question, Reading

MOST_BYTES, DEEPEST = 5_000_000, 40
ORDINAL = ("ordinalValue", "itemWeight", "questionnaire-ordinalValue")
KINDS = {
    "group": "section",
    "display": "info",
    "choice": "single",
    "open-choice": "single",
    "coding": "single",
    "boolean": "single",
    "integer": "number",
    "decimal": "number",
    "quantity": "number",
    "date": "date",
    "dateTime": "date",
    "string": "text",
    "text": "text",
    "url": "text",
    "time": "text",
}
UNTRUE = {"open-choice": "open_choice", "quantity": "unit_lost", "dateTime": "time_lost", "time": "as_text"}
YES_NO = (Option("true", "是 / Yes"), Option("false", "否 / No"))


class NotFhirError(ValueError):
    """The file is no FHIR resource one could read a form from; the message says what it is instead, `code` is a key of
    words.UNREADABLE."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(data: bytes) -> Reading:
    """A Questionnaire as a form, or the questions of a QuestionnaireResponse. Raises NotFhirError."""
    if len(data) > MOST_BYTES:
        raise NotFhirError("too_large", "the file is larger than 5 MB")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotFhirError("no_json", f"the file is no JSON: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("resourceType"), str):
        raise NotFhirError("no_fhir", "the file names no resourceType")
    if raw["resourceType"] == "Bundle":
        raw = _from_bundle(raw)
    if raw["resourceType"] not in ("Questionnaire", "QuestionnaireResponse"):
        raise NotFhirError("no_form", f"the file is a {raw['resourceType']}, not a Questionnaire")
    return _Reader(raw).reading()


def _from_bundle(raw: Mapping[str, Any]) -> dict[str, Any]:
    for entry in _dicts(raw.get("entry")):
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == "Questionnaire":
            return resource
    raise NotFhirError("no_form", "the Bundle holds no Questionnaire")


class _Reader:
    """Walks the items once, in the order of the page."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.notes: list[Note] = []
        self.expressions: list[Expression] = []
        self.questions: list[Question] = []
        self.codes: dict[str, str] = {}  # linkId → code of the question it became
        self.sets = {
            key: one
            for one in _dicts(raw.get("contained"))
            if one.get("resourceType") == "ValueSet"
            for key in (f"#{one.get('id')}", str(one.get("url")))
        }

    def reading(self) -> Reading:
        self._expressions("", self.raw)
        if self.raw["resourceType"] == "QuestionnaireResponse":
            self.notes.append(Note("", "response", "QuestionnaireResponse"))
        for item in _dicts(self.raw.get("item")):
            self._item(item, 0)
        for one in _dicts(self.raw.get("contained")):
            if one.get("resourceType") not in ("ValueSet", "CodeSystem"):
                self.notes.append(Note("contained", "resource_left_out", str(one.get("resourceType"))))
        title = _text(self.raw.get("title")) or _text(self.raw.get("name")) or _text(self.raw.get("id"))
        form = Form(title, _text(self.raw.get("description")), tuple(self.questions))
        names = ("url", "version", "status", "copyright", "publisher")
        source = {name: _text(self.raw.get(name)) for name in names if self.raw.get(name)}
        return Reading(form, tuple(self.notes), tuple(self.expressions), source)

    def _item(self, item: Mapping[str, Any], depth: int) -> None:
        place = _text(item.get("linkId")) or f"#{len(self.questions) + 1}"
        if depth > DEEPEST:
            self.notes.append(Note(place, "too_deep"))
            return
        self._expressions(place, item)
        kind = KINDS.get(str(item.get("type"))) or ("text" if self._is_response() else None)
        if kind is None:
            self.notes.append(Note(place, "type_unknown", str(item.get("type"))))
        elif not self._left_out(place, item):
            self._question(place, item, kind)
        for inner in _dicts(item.get("item")):
            self._item(inner, depth + 1)

    def _is_response(self) -> bool:
        return self.raw["resourceType"] == "QuestionnaireResponse"

    def _left_out(self, place: str, item: Mapping[str, Any]) -> bool:
        """What is computed or hidden is nothing to ask."""
        if _extension(item, "calculatedExpression") is not None or item.get("readOnly") is True:
            self.notes.append(Note(place, "calculated", _text(item.get("text"))))
            return True
        if _extension(item, "hidden") is True:
            self.notes.append(Note(place, "hidden", _text(item.get("text"))))
            return True
        return False

    def _question(self, place: str, item: Mapping[str, Any], kind: Any) -> None:
        text = " ".join(part for part in (_text(item.get("prefix")), _text(item.get("text"))) if part)
        if not text:
            if kind in ("section", "info"):
                return
            self.notes.append(Note(place, "no_text"))
            text = place
        if note := UNTRUE.get(str(item.get("type"))):
            self.notes.append(Note(place, note))
        options = self._options(place, item)
        if kind in ("text", "number", "date") and options:
            kind = "single"
        if kind == "single" and item.get("repeats") is True:
            kind = "multiple"
        if kind == "single" and not options:
            self.notes.append(Note(place, "no_options"))
        if item.get("initial"):
            self.notes.append(Note(place, "initial_left_out"))
        code = self.codes.setdefault(place, f"q{len(self.codes) + 1}")
        when, match = self._when(place, item)
        self.questions.append(
            Question(
                code=code,
                kind=kind,
                text=text,
                required=item.get("required") is True and kind not in ("section", "info"),
                options=options,
                when=when,
                match=match,
            )
        )

    def _options(self, place: str, item: Mapping[str, Any]) -> tuple[Option, ...]:
        if item.get("type") == "boolean":
            return YES_NO
        found: list[Option] = []
        for number, one in enumerate(_dicts(item.get("answerOption")), 1):
            if (option := _option(one, number)) is None:
                self.notes.append(Note(place, "option_unknown", str(number)))
            elif option.code not in {known.code for known in found}:
                found.append(option)
        if name := item.get("answerValueSet"):
            found += self._value_set(place, str(name))
        return tuple(found)

    def _value_set(self, place: str, name: str) -> list[Option]:
        held = self.sets.get(name)
        if held is None:
            self.notes.append(Note(place, "options_outside", name))
            return []
        groups = [*_dicts((held.get("compose") or {}).get("include")), held.get("expansion") or {}]
        concepts = [one for group in groups for one in _dicts(group.get("concept") or group.get("contains"))]
        if not concepts:
            self.notes.append(Note(place, "options_outside", name))
        return [Option(_text(one.get("code")), _words(one), _ordinal(one)) for one in concepts]

    def _when(self, place: str, item: Mapping[str, Any]) -> tuple[tuple[Condition, ...], Any]:
        found: list[Condition] = []
        for one in _dicts(item.get("enableWhen")):
            other, answer = self.codes.get(_text(one.get("question"))), _answer(one)
            if one.get("operator") == "=" and other and answer is not None:
                found.append(Condition(other, answer))
            else:
                said = f"{one.get('question')} {one.get('operator')} {answer}"
                self.notes.append(Note(place, "condition_unknown", said))
        return tuple(found), "any" if item.get("enableBehavior") == "any" else "all"

    def _expressions(self, place: str, holder: Mapping[str, Any]) -> None:
        for extension in _dicts(holder.get("extension")):
            purpose = str(extension.get("url")).rpartition("/")[2]
            held = extension.get("valueExpression")
            if isinstance(held, dict):
                language, text = _text(held.get("language")), _text(held.get("expression"))
                self.expressions.append(Expression(place, purpose, language, text))
            elif purpose in ("sdc-questionnaire-sourceQueries", "sdc-questionnaire-launchContext"):
                self.notes.append(Note(place, "program_left_out", purpose))


def _option(one: Mapping[str, Any], number: int) -> Option | None:
    for name in ("valueCoding", "valueString", "valueInteger", "valueDate", "valueTime"):
        value = one.get(name)
        if isinstance(value, dict):
            code = _text(value.get("code")) or _words(value) or str(number)
            return Option(code, _words(value) or code, _first(_ordinal(one), _ordinal(value)))
        if value is not None:
            number_of = float(value) if name == "valueInteger" and isinstance(value, int) else None
            return Option(str(value), str(value), _first(_ordinal(one), number_of))
    return None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _words(coding: Mapping[str, Any]) -> str:
    return _text(coding.get("display"))


def _ordinal(holder: Mapping[str, Any]) -> float | None:
    for name in ORDINAL:
        value = _extension(holder, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _answer(one: Mapping[str, Any]) -> str | None:
    """The answer of an enableWhen, as the code of the option it means."""
    for name, value in one.items():
        if name.startswith("answer"):
            if isinstance(value, dict):
                return _text(value.get("code")) or None
            return str(value).lower() if isinstance(value, bool) else str(value)
    return None


def _extension(holder: Mapping[str, Any], name: str) -> Any:
    for extension in _dicts(holder.get("extension")):
        if str(extension.get("url")).rpartition("/")[2].endswith(name):
            return next((value for key, value in extension.items() if key.startswith("value")), None)
    return None


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


TYPES = {
    "section": "group",
    "info": "display",
    "single": "choice",
    "multiple": "choice",
    "scale": "integer",
    "text": "text",
    "number": "decimal",
    "date": "date",
}


def write(form: Form, *, url: str, version: str, status: str = "active") -> bytes:
    """The form as an R4 Questionnaire. A section holds the questions up to the next one."""
    items: list[dict[str, Any]] = []
    inside = items
    kinds = {one.code: one for one in form.questions}
    for one in form.questions:
        item = _written(one, kinds)
        if one.kind == "section":
            item["item"] = inside = []
            items.append(item)
        else:
            inside.append(item)
    for item in items:
        if item.get("item") == []:
            del item["item"]
            item["type"] = "display"
    resource = {
        "resourceType": "Questionnaire",
        "url": url,
        "version": version,
        "status": status,
        "title": form.title,
        "subjectType": ["Person"],
        "item": items,
    }
    if form.intro:
        resource["description"] = form.intro
    return json.dumps(resource, ensure_ascii=False, indent=2).encode()


def _written(one: Question, known: Mapping[str, Question]) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": one.code, "text": one.text, "type": TYPES[one.kind]}
    if one.asks:
        item["required"] = one.required
    if one.kind == "multiple":
        item["repeats"] = True
    if one.kind == "scale":
        item["type"] = "choice"
        values = range(one.low or 0, (one.high or 0) + 1)
        item["answerOption"] = [{"valueInteger": value} for value in values]
    if one.options:
        item["answerOption"] = [_written_option(option) for option in one.options]
    if one.when:
        item["enableWhen"] = [_written_condition(condition, known) for condition in one.when]
        if len(one.when) > 1:
            item["enableBehavior"] = one.match
    return item


def _written_option(option: Option) -> dict[str, Any]:
    coding: dict[str, Any] = {"code": option.code, "display": option.text}
    if option.value is None:
        return {"valueCoding": coding}
    ordinal = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": option.value}
    return {"extension": [ordinal], "valueCoding": coding}


def _written_condition(condition: Condition, known: Mapping[str, Question]) -> dict[str, Any]:
    found = {"question": condition.question, "operator": "="}
    other = known.get(condition.question)
    if other is not None and other.kind == "scale":
        return {**found, "answerInteger": int(condition.answer)}
    if other is not None and other.options:
        return {**found, "answerCoding": {"code": condition.answer}}
    return {**found, "answerString": condition.answer}
