"""What the pages of answers on paper show. No database."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from anxin.plugin import _, current_locale, lazy, moment
from anxin_assessments import words
from anxin_assessments.anonymous_models import UnnamedPaper
from anxin_assessments.models import Campaign
from anxin_assessments.paper_models import Paper
from anxin_assessments.services import catalogue, papers
from anxin_assessments.services.papers import Difference
from anxin_assessments.services.rounds import Round

STATES: dict[str, tuple[Any, str | None]] = {
    "once": (lazy("Keyed once"), None),
    "differs": (lazy("To be settled"), "warn"),
    "settled": (lazy("Taken in"), "ok"),
}


def form(one: Paper, keyer: str) -> dict[str, Any]:
    text, tone = STATES[one.state]
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state,
        "text": text,
        "tone": tone,
        "when": moment(one.first_at),
        "keyer": keyer,
        "differences": one.differences,
    }


def sheet(one: UnnamedPaper) -> dict[str, Any]:
    """A sheet without a name, by the first signs of the code on it."""
    text, tone = STATES[one.state]
    return {"id": one.id, "mark": one.mark, "state": one.state, "text": text, "tone": tone}


def parts(found: Round, typed: Sequence[str], locale: str) -> list[dict[str, Any]]:
    """The fields of the keying form, instrument by instrument."""
    made: list[dict[str, Any]] = []
    for at, block in enumerate(papers.blocks(found)):
        asked = found.questions[block.places[0] - 1]
        title = words.title(asked.instrument, locale)
        if not made or made[-1]["key"] != asked.instrument.key:
            made.append({"key": asked.instrument.key, "title": title, "fields": []})
        made[-1]["fields"].append(
            {
                "name": block.name,
                "label": _("%(first)d to %(last)d", first=block.places[0], last=block.places[-1])
                if block.digits
                else str(block.places[0]),
                "value": typed[at] if at < len(typed) else "",
                "length": len(block.places) if block.digits else 8,
                "digits": block.digits,
                "allowed": _allowed(asked.instrument.values_of(asked.item)),
            }
        )
    return made


def keying(found: Round, campaign: Campaign, told: MultiDict[str, str], errors: Any) -> dict[str, Any]:
    """What both keying pages show: the answers' fields, and what was typed, if it comes back."""
    fields = parts(found, told.getlist("typed"), current_locale())
    return {"campaign": campaign, "parts": fields, "values": told, "errors": errors or {}}


def settling(found: Sequence[Difference], told: MultiDict[str, str], errors: Any) -> dict[str, Any]:
    """What both settling pages show."""
    return {"rows": differences(found, told.getlist("typed"), current_locale()), "errors": errors or {}}


def _allowed(values: Sequence[int]) -> str:
    return f"{min(values)}–{max(values)}" if values else ""


def differences(found: Sequence[Difference], typed: Sequence[str], locale: str) -> list[dict[str, Any]]:
    """Each question two people read differently, in words."""
    return [
        {
            "name": f"p{one.place}",
            "place": one.place,
            "question": catalogue.words(one.instrument, locale).items[one.item - 1],
            "first": _said(one.first),
            "second": _said(one.second),
            "value": typed[at] if at < len(typed) else "",
        }
        for at, one in enumerate(found)
    ]


def plain(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "place": one.place,
            "instrument": one.instrument.key,
            "item": one.item,
            "first": one.first,
            "second": one.second,
        }
        for one in found
    ]


def _said(value: int | float | None) -> str:
    return papers.NO_ANSWER if value is None else f"{value:g}"
