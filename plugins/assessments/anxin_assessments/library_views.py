"""What the library pages show of keys, words and licences, made plain. No database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from anxin.plugin import _, current_locale, lazy
from anxin_assessments import scoring, words
from anxin_assessments.instruments import about, unscored
from anxin_assessments.instruments.shapes import Instrument, Scale, Wording

CLASSES: dict[str, Any] = {
    "full": lazy("Words ship"),
    "conditional": lazy("Words under terms"),
    "key_only": lazy("Bring your licensed words"),
}
PARTS: dict[str, Any] = {
    "bands": lazy("cut-offs"),
    "cutoffs": lazy("cut-offs"),
    "change": lazy("reliable change"),
    "triggers": lazy("when attention is asked for"),
    "reverse": lazy("reversed questions"),
    "scales": lazy("subscales"),
    "triage": lazy("subscales"),
    "max_missing": lazy("how many gaps are allowed"),
    "min_answered": lazy("how many answers a score needs"),
    "fill": lazy("how gaps are filled"),
}
STATES: dict[str, tuple[Any, str | None]] = {
    "offered": (lazy("On offer"), "ok"),
    "off": (lazy("Switched off in the settings"), None),
    "helper": (lazy("Asked by a counsellor"), "info"),
    "wordless": (lazy("Waits for your words"), "warn"),
}


def state_of(one: Instrument, offered: Sequence[str]) -> str:
    if scoring.wording(one, "zh_CN") is None:
        return "wordless"
    if one.given_by == "helper":
        return "helper"
    return "offered" if one.id in offered else "off"


def shelf(instruments: Sequence[Instrument], offered: Sequence[str]) -> list[dict[str, Any]]:
    """The library as three groups: to be taken as they are, waiting for words, without a key."""
    locale = current_locale()
    rows = [(state_of(one, offered), _row(one, offered, locale)) for one in instruments]
    ready = [row for state, row in rows if state != "wordless"]
    waiting = [row for state, row in rows if state == "wordless"]
    keyless = [
        {"title": one["title"][locale], "text": one["reason"][locale], "icon": "lock"} for one in unscored()
    ]
    return [
        {"title": _("Ready to use"), "rows": ready},
        {"title": _("Waiting for your licensed words"), "rows": waiting},
        {"title": _("No scoring key"), "rows": keyless},
    ]


def _row(one: Instrument, offered: Sequence[str], locale: str) -> dict[str, Any]:
    text, tone = STATES[state_of(one, offered)]
    return {
        "href": url_for("assessments.instrument", name=one.id),
        "icon": "clipboard-list",
        "title": words.title(one, locale),
        "text": _("%(items)d questions, about %(minutes)d minutes", items=one.items, minutes=one.minutes),
        "tag": text,
        "tone": tone,
    }


def facts(one: Instrument) -> list[tuple[str, Any]]:
    locale = current_locale()
    form, terms = about(one, locale)
    rows = [
        (_("Edition"), one.key),
        (_("Form"), form),
        (_("Questions"), one.items),
        (_("Licence"), CLASSES[one.licence.ships]),
        (_("Terms"), terms),
        (_("Rights"), one.licence.holder),
        (_("Turned round when scored"), "、".join(str(item) for item in sorted(one.reverse)) or "—"),
        (_("Key checked against"), "; ".join(one.evidence.sources) or "—"),
    ]
    if one.evidence.recalled:
        rows.append(
            (_("Compare with the manual first"), "、".join(_part(code) for code in one.evidence.recalled))
        )
    rows += [(_("Good to know"), note[locale]) for note in one.notes]
    return rows


def _part(code: str) -> str:
    """A part of a key, as the manual calls it."""
    return str(PARTS[code.rpartition(".")[2] if code.startswith("scales.") else code])


def scales(one: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "name": words.TERMS.get(name, words.SCALES[name]),
            "items": _items(scale, one.items),
            "range": f"{_plain(scale.low)}–{_plain(scale.high)}",
            "bands": " · ".join(_plain(band.start) for band in one.bands.get(name, ())[1:]) or "—",
        }
        for name, scale in one.scales.items()
    ]


def _items(scale: Scale, count: int) -> str:
    if len(scale.items) == count:
        return _("all")
    return ", ".join(str(item) for item in scale.items) or _("worked out")


def _plain(value: Any) -> str:
    return f"{float(value):g}"


def norms(one: Instrument) -> list[dict[str, Any]]:
    locale = current_locale()
    return [
        {
            "title": _("Norm of %(year)d (%(people)d people)", year=norm.year, people=norm.people),
            "source": norm.source,
            "warning": norm.warning[locale],
            "rows": [
                {
                    "name": words.TERMS.get(name, words.SCALES[name]),
                    "mean": _plain(mean),
                    "deviation": _plain(deviation),
                }
                for name, (mean, deviation) in norm.scales.items()
            ],
        }
        for norm in one.norms
    ]


def wordings(one: Instrument) -> list[dict[str, Any]]:
    """The words this version ships, with their source and how sure they are."""
    found = (scoring.wording(one, code, exact=True) for code in ("zh_CN", "en"))
    return [_wording(text, current_locale()) for text in found if text is not None and text.status != "own"]


def _wording(text: Wording, locale: str) -> dict[str, Any]:
    return {
        "wording": text,
        "reason": text.reason[locale] if text.reason else None,
        "seen": text.seen[locale],
        "language": language(text.locale),
        "status": words.WORDING_STATUS[text.status],
        "tone": {"verified": "ok", "corroborated": "info", "unverified": "warn"}[text.status],
    }


def language(locale: str) -> str:
    return {"zh_CN": _("Chinese"), "en": _("English")}[locale]
