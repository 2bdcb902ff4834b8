"""The words of results: for each band what a person reads before any number. No verdict, no illness."""

from __future__ import annotations

from typing import Any, NamedTuple

from anxin.plugin import lazy
from anxin_assessments.instruments.shapes import Instrument

Text = Any


class Words(NamedTuple):
    """What a band is called in a figure, and what a person reads as headline and as the sentence below it."""

    label: Text
    headline: Text
    sentence: Text


_STEADY = lazy("You have been fairly steady")
_COMMON = lazy("That is common when life is full. Small rests, sleep and a good talk often help.")
_TALK = lazy("It would be good to talk it over with a counsellor. It is free; your employer does not know.")
_WITH_YOU = lazy("You need not carry this alone. A counsellor can look at it with you and find a way.")
_KEEP = lazy("Keep doing what does you good. You can look again whenever you like.")

BANDS: dict[str, dict[str, Words]] = {
    "phq9": {
        "minimal": Words(lazy("Steady"), _STEADY, _KEEP),
        "mild": Words(
            lazy("A bit heavy"),
            lazy("It has been a bit heavy"),
            _COMMON,
        ),
        "moderate": Words(
            lazy("Under strain"),
            lazy("You have been under real strain"),
            _TALK,
        ),
        "moderately_severe": Words(
            lazy("Having a hard time"),
            lazy("You are having a hard time"),
            _WITH_YOU,
        ),
        "severe": Words(
            lazy("Needs company"),
            lazy("This is a lot to carry, let somebody be with you"),
            lazy("Please talk to somebody today. A counsellor will help you find the right care."),
        ),
    },
    "gad7": {
        "minimal": Words(lazy("Calm"), lazy("You have been fairly calm"), _KEEP),
        "mild": Words(
            lazy("A bit tense"),
            lazy("You have been a bit tense"),
            lazy("That is common in busy times. Slow breathing and a walk can loosen it."),
        ),
        "moderate": Words(
            lazy("Often worried"),
            lazy("Worry has been with you a lot"),
            _TALK,
        ),
        "severe": Words(
            lazy("Worn by worry"),
            lazy("Worry has worn you down"),
            _WITH_YOU,
        ),
    },
    "who5": {
        "low": Words(
            lazy("Little energy"),
            lazy("There has been little to enjoy lately"),
            _TALK,
        ),
        "reduced": Words(
            lazy("Less than usual"),
            lazy("There has been less joy than you deserve"),
            lazy("Something small that you like, each day, is a good start. Talking helps too."),
        ),
        "normal": Words(lazy("Doing well"), lazy("You have been doing well"), _KEEP),
    },
    "k6": {
        "low": Words(lazy("Steady"), _STEADY, _KEEP),
        "moderate": Words(
            lazy("A bit heavy"),
            lazy("It has been a bit heavy"),
            _COMMON,
        ),
        "serious": Words(
            lazy("Having a hard time"),
            lazy("You are having a hard time"),
            _WITH_YOU,
        ),
    },
}


class Recall(NamedTuple):
    """How a page speaks of the time an instrument asks about."""

    think: Text
    snapshot: Text


RECALL: dict[int, Recall] = {
    7: Recall(
        lazy("Think of the past week. There is no right or wrong; choose what comes closest."),
        lazy("A snapshot of the past week. It moves with life, and it is not who you are."),
    ),
    14: Recall(
        lazy("Think of the past two weeks. There is no right or wrong; choose what comes closest."),
        lazy("A snapshot of the past two weeks. It moves with life, and it is not who you are."),
    ),
    30: Recall(
        lazy("Think of the past month. There is no right or wrong; choose what comes closest."),
        lazy("A snapshot of the past month. It moves with life, and it is not who you are."),
    ),
}

SCALES: dict[str, Text] = {
    "total": lazy("Total"),
    "phq2": lazy("First two questions"),
    "phq8": lazy("Without the last question"),
    "gad2": lazy("First two questions"),
    "raw": lazy("Sum"),
    "percent": lazy("Well-being, 0 to 100"),
}

QUALITY: dict[str, Text] = {
    "straight_line": lazy("The same answer throughout"),
    "fast": lazy("Answered faster than one can read"),
}

LEVELS: tuple[Text, ...] = (
    lazy("Ordinary"),
    lazy("Some attention"),
    lazy("Close attention"),
    lazy("Crisis"),
)

WORDING_STATUS: dict[str, Text] = {
    "verified": lazy("Compared with the official text"),
    "corroborated": lazy(
        "Agrees with several public copies of the official text; compare before a large campaign"
    ),
    "unverified": lazy("Not verified against the official text"),
}


def band_words(instrument: Instrument, band: str) -> Words:
    """The words of a band of the main scale."""
    return BANDS[instrument.id][band]


def title(instrument: Instrument, locale: str) -> str:
    """The plain name people see in lists and on pages."""
    return instrument.title.get(locale) or instrument.title["zh_CN"]
