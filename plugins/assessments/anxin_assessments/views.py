"""What the templates show, made plain: words for bands, rows of answers, lines of a history. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from flask import url_for

from anxin.plugin import _, day
from anxin_assessments import advice, scoring, words
from anxin_assessments.instruments.shapes import Instrument
from anxin_assessments.services import campaigns, catalogue
from anxin_assessments.services.campaigns import Todo
from anxin_assessments.services.counting import factors
from anxin_assessments.services.interpreting import Waiting
from anxin_assessments.services.results import Record
from anxin_assessments.services.rounds import Round, given
from anxin_assessments.services.sheets import Sitting


def listed(
    instruments: Iterable[Instrument], locale: str, campaign_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Self-tests as rows of a list (macro item_list)."""
    return [
        {
            "id": one.id,
            "href": url_for("assessments.start", name=one.id, campaign=campaign_id),
            "icon": "clipboard-list",
            "title": words.title(one, locale),
            "text": _("%(items)d questions, about %(minutes)d minutes", items=one.items, minutes=one.minutes),
        }
        for one in instruments
    ]


def todo(one: Todo, locale: str) -> dict[str, Any]:
    return {
        "id": one.campaign.id,
        "title": one.campaign.title,
        "mode": one.campaign.mode,
        "guidance": one.campaign.guidance,
        "until": day(campaigns.last_day(one.campaign)),
        "left": listed(one.left, locale, one.campaign.id),
        "done": len(one.instruments) - len(one.left),
        "total": len(one.instruments),
    }


def survey(one: Any) -> dict[str, Any]:
    """A questionnaire of the union as a row of a list."""
    return {
        "href": url_for("assessments.survey", questionnaire=one.id),
        "icon": "file-text",
        "title": one.title,
        "text": _(
            "Until %(day)s. Taking part is your choice.", day=day(one.closes_at - timedelta(seconds=1))
        ),
    }


def about(instrument: Instrument, locale: str) -> dict[str, Any]:
    """The start page: what is asked and on what terms."""
    return {
        "instrument": instrument,
        "title": words.title(instrument, locale),
        "recall": words.RECALL[instrument.recall_days],
        "wording": catalogue.words(instrument, locale),
    }


def question(sitting: Sitting, item: int, locale: str) -> dict[str, Any]:
    text = catalogue.words(sitting.instrument, locale)
    return {
        "item": item,
        "total": sitting.instrument.items,
        "lead": text.lead_in,
        "text": text.items[item - 1],
        "options": [(option.value, option.text) for option in text.options_of(item)],
        "chosen": sitting.answers[item - 1],
        "free": free_field(sitting.instrument, item, sitting.answers[item - 1]),
    }


def free_field(instrument: Instrument, item: int, value: scoring.Answer | None) -> dict[str, Any] | None:
    """The field of a question without options: a number, or a time of day."""
    free = instrument.free.get(item)
    if free is None:
        return None
    if free.kind == "clock":
        shown = f"{int(value):02d}:{round(value % 1 * 60):02d}" if value is not None else ""
        return {"type": "time", "value": shown, "attrs": {}}
    shown = f"{value:g}" if value is not None else ""
    limits = {"min": free.min, "max": free.max, "step": "any", "inputmode": "decimal"}
    return {"type": "number", "value": shown, "attrs": limits}


def care_text(risk: scoring.Risk | None) -> Any:
    """What the help card says about this answer; None: its usual words."""
    return words.CARE.get(risk.what) if risk else None


def round_question(found: Round, place: int, locale: str, *, shown: bool = True) -> dict[str, Any]:
    """One question of all instruments of a campaign together; on a device of others nothing given is `shown`."""
    asked = found.questions[place - 1]
    text = catalogue.words(asked.instrument, locale)
    value = given(found.answers, asked) if shown else None
    return {
        "place": place,
        "total": len(found.questions),
        "lead": text.lead_in,
        "text": text.items[asked.item - 1],
        "options": [(option.value, option.text) for option in text.options_of(asked.item)],
        "chosen": value,
        "free": free_field(asked.instrument, asked.item, value),
    }


def answers(sitting: Sitting, locale: str) -> list[dict[str, Any]]:
    """Rows of "check your answers"."""
    text = catalogue.words(sitting.instrument, locale)
    return [
        {
            "name": f"item-{item}",
            "question": asked,
            "answer": text.answer_text(item, value) if value is not None else None,
            "href": url_for("assessments.question", sheet=sitting.sheet.id, item=item, back=1),
        }
        for item, (asked, value) in enumerate(zip(text.items, sitting.answers, strict=True), 1)
    ]


def gauge(record: Record) -> dict[str, Any] | None:
    """Where the main score lies among its bands; None without a score or without bands."""
    if record.value is None or not record.instrument.main_bands:
        return None
    scale = record.instrument.scales[record.instrument.main_scale]
    starts = [band.start for band in record.instrument.main_bands]
    return {
        "value": record.value,
        "minimum": int(scale.low),
        "maximum": int(scale.high),
        "cuts": [ceil(start) - 1 for start in starts[1:]],
    }


def profile(record: Record) -> list[dict[str, Any]]:
    """The subscales of a long instrument, each on its own range; empty for a short one."""
    scales = record.scores["scales"]
    return [
        {"label": str(words.SCALES.get(name, name)), "value": round(float(scales[name]), 1)}
        for name in factors(record.instrument)
        if scales.get(name) is not None
    ]


def result(record: Record, locale: str) -> dict[str, Any]:
    """The own result: words before numbers."""
    said = words.band_words(record.instrument, record.band) if record.value is not None else None
    return {
        "record": record,
        "sheet": record.outcome.sheet_id,
        "title": words.title(record.instrument, locale),
        "headline": said.headline if said else _("There are too few answers for a result"),
        "sentence": said.sentence if said else "",
        "gauge": gauge(record),
        "profile": profile(record),
        "level": record.scores["level"],
        "steps": advice.STEPS[record.scores["level"]],
        "means": advice.MEANS,
        "means_not": advice.MEANS_NOT,
        "wants_talk": "offer_counsellor" in record.scores["flags"],
        "recall": words.RECALL[record.instrument.recall_days],
        "wording": catalogue.words(record.instrument, locale),
    }


def history(records: Sequence[Record], locale: str) -> list[dict[str, Any]]:
    """Own records by instrument, newest first, with the trend oldest first."""
    return [
        {
            "title": words.title(group[0].instrument, locale),
            "trend": [one.value for one in reversed(group) if one.value is not None],
            "rows": [
                {
                    "href": url_for("assessments.result", outcome=one.outcome.id),
                    "title": _label(one),
                    "text": day(one.made_at),
                }
                for one in group
            ],
        }
        for group in _by_instrument(records)
    ]


def clinical(records: Sequence[Record], locale: str, readings: Mapping[UUID, Any]) -> list[dict[str, Any]]:
    """A person's results for a counsellor: scales, every answer, quality kept aside; oldest first."""
    return [
        {
            "title": words.title(group[0].instrument, locale),
            "trend": [one.value for one in group if one.value is not None],
            "change": group[0].instrument.change,
            "records": [
                _clinical_record(one, locale) | {"reading": readings.get(one.outcome.id)}
                for one in reversed(group)
            ],
        }
        for group in _by_instrument(records)
    ]


def _clinical_record(record: Record, locale: str) -> dict[str, Any]:
    text = catalogue.words(record.instrument, locale)
    risks = {risk["item"] for risk in record.scores["risks"]}
    scales = record.scores["scales"]
    return {
        "id": record.outcome.id,
        "day": day(record.made_at),
        "profile": profile(record),
        "label": _label(record),
        "level": words.LEVELS[record.scores["level"]],
        "level_number": record.scores["level"],
        "scales": [(words.SCALES[name], scales[name]) for name in record.instrument.scales],
        "quality": [words.QUALITY[code] for code in record.scores["quality"]],
        "answers": [
            {
                "question": asked,
                "answer": text.answer_text(item, value) if value is not None else None,
                "value": value,
                "risk": item in risks,
            }
            for item, (asked, value) in enumerate(zip(text.items, record.answers or [], strict=True), 1)
        ],
    }


def _label(record: Record) -> Any:
    return (
        words.band_words(record.instrument, record.band).label if record.value is not None else _("No result")
    )


def _by_instrument(records: Sequence[Record]) -> list[list[Record]]:
    """Editions of one instrument are kept apart: another edition starts another line."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record.outcome.instrument, []).append(record)
    return list(groups.values())


def waiting(one: Waiting, locale: str) -> dict[str, Any]:
    return {
        "href": url_for("assessments.person", person=one.person_id),
        "icon": "clipboard-list",
        "title": one.name,
        "text": f"{words.title(scoring.load(*one.instrument.rsplit('-', 1)), locale)} · {day(one.made_at)}",
        "tag": _("promised") if one.promised else None,
        "tone": "info",
    }


def ladder() -> list[dict[str, Any]]:
    """The four levels as rows of a table."""
    return [
        {"level": name, "when": when, "who": who, "clock": clock}
        for name, (when, who, clock) in zip(words.LEVELS, advice.LADDER, strict=True)
    ]
