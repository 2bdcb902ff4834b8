"""A tenant's licensed words for a key that ships without any: read from a table or a FHIR form and checked
against the edition. Number and order of the items must be the key's; every option carries one of its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anxin_assessments.exchange import fhir, table
from anxin_assessments.exchange.form import CHOICES, Form, Question
from anxin_assessments.instruments.shapes import Instrument, Option, Source, Wording
from anxin_assessments.instruments.sound import odd_options

HEADINGS: Mapping[str, Sequence[str]] = {
    "kind": ("类别", "kind"),
    "number": ("序号", "题号", "number", "no"),
    "text": ("文字", "题目", "内容", "text"),
    "item?": ("只用于题", "item"),
}
KINDS = {
    "指导语": "lead_in",
    "lead_in": "lead_in",
    "题目": "item",
    "item": "item",
    "选项": "option",
    "option": "option",
}


class UnfitWordsError(ValueError):
    """The words do not fit the key: (code of words.IMPORTS, place, detail) for each thing wrong."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(" ".join(problem) for problem in problems))
        self.problems = list(problems)


def read(data: bytes, key: Instrument) -> dict[str, Any]:
    """{lead_in, items, options, item_options} of the file. Raises UnfitWordsError."""
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            raw = _from_form(fhir.read(data).form, key)
        except fhir.NotFhirError as error:
            raise UnfitWordsError([("unreadable", "", error.code)]) from error
    else:
        try:
            raw = _from_rows(table.by_heading(table.rows(data), HEADINGS), key)
        except table.UnreadableTableError as error:
            raise UnfitWordsError([("unreadable", "", error.code)]) from error
    if odd := odd_options(made(key, "zh_CN", raw, ""), key):
        raise UnfitWordsError([("unfit", str(item), "") for item in odd])
    return raw


def made(key: Instrument, locale: str, raw: Mapping[str, Any], terms: str) -> Wording:
    """The stored words as the scoring and the pages know them."""
    return Wording(
        instrument=key.id,
        edition=key.edition,
        locale=locale,
        status="own",
        source=Source(title=terms, url=""),
        terms=terms,
        lead_in=raw["lead_in"],
        items=tuple(raw["items"]),
        options=_options(raw["options"]),
        seen={},
        item_options={int(item): _options(rows) for item, rows in raw["item_options"].items()},
    )


def _options(rows: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(row["value"], row["text"]) for row in rows)


def _from_rows(lines: Sequence[tuple[int, dict[str, str]]], key: Instrument) -> dict[str, Any]:
    problems: list[tuple[str, str, str]] = []
    raw: dict[str, Any] = {"lead_in": "", "items": [], "options": [], "item_options": {}}
    for place, line in lines:
        kind, number, text = KINDS.get(line["kind"].lower()), line["number"], line["text"]
        if kind is None or (kind != "lead_in" and not number.lstrip("-").isdigit()) or not text:
            problems.append(("bad_row", str(place), ""))
        elif kind == "lead_in":
            raw["lead_in"] = text
        elif kind == "item":
            if int(number) != len(raw["items"]) + 1:
                problems.append(("out_of_order", str(place), number))
            raw["items"].append(text)
        else:
            only = line.get("item", "")
            rows = raw["item_options"].setdefault(only, []) if only else raw["options"]
            rows.append({"value": int(number), "text": text})
    _insist(problems, raw, key)
    return raw


def _from_form(form: Form, key: Instrument) -> dict[str, Any]:
    problems: list[tuple[str, str, str]] = []
    asked = [one for one in form.questions if one.asks]
    raw: dict[str, Any] = {"lead_in": _lead_in(form), "items": [], "options": [], "item_options": {}}
    for number, one in enumerate(asked, 1):
        raw["items"].append(one.text)
        if number in key.free or number > key.items:
            continue
        options = _valued(one)
        if options is None:
            problems.append(("no_values", str(number), one.text[:40]))
        elif not raw["options"]:
            raw["options"] = options
        elif options != raw["options"]:
            raw["item_options"][str(number)] = options
    _insist(problems, raw, key)
    return raw


def _lead_in(form: Form) -> str:
    said = [one.text for one in form.questions if not one.asks]
    return said[-1] if said else form.intro or form.title


def _valued(one: Question) -> list[dict[str, Any]] | None:
    """Options with whole values: the score a form gives them, or the number they are coded by."""
    if one.kind not in CHOICES or not one.options:
        return None
    rows = []
    for option in one.options:
        if option.value is not None and float(option.value).is_integer():
            rows.append({"value": int(option.value), "text": option.text})
        elif option.code.lstrip("-").isdigit():
            rows.append({"value": int(option.code), "text": option.text})
        else:
            return None
    return rows


def _insist(problems: list[tuple[str, str, str]], raw: Mapping[str, Any], key: Instrument) -> None:
    if len(raw["items"]) != key.items:
        problems.append(("item_count", "", f"{len(raw['items'])} / {key.items}"))
    if not raw["lead_in"]:
        problems.append(("no_lead_in", "", ""))
    if problems:
        raise UnfitWordsError(problems)


def template(key: Instrument) -> list[list[str]]:
    """Rows of the file to fill in: the numbers are there, the words are the licence holder's."""
    found = [["指导语", "", "", ""]]
    found += [["题目", str(item), "", ""] for item in range(1, key.items + 1)]
    common = max(set(key.options), key=key.options.count)
    found += [["选项", str(value), "", ""] for value in common]
    for item in range(1, key.items + 1):
        if item not in key.free and key.values_of(item) != common:
            found += [["选项", str(value), "", str(item)] for value in key.values_of(item)]
    return found
