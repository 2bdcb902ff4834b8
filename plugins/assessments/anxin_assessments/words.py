"""The words of results: for each band what a person reads before any number. No verdict, no illness."""

from __future__ import annotations

from typing import Any, NamedTuple

from anxin.plugin import _, lazy
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
    365: Recall(
        lazy("Think of the past year. There is no right or wrong; choose what comes closest."),
        lazy("A snapshot of the past year. It moves with life, and it is not who you are."),
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

# For instruments without words of their own, by how far a band is from untroubled.
GENERAL: tuple[Words, ...] = (
    Words(lazy("Steady"), _STEADY, _KEEP),
    Words(lazy("A bit heavy"), lazy("It has been a bit heavy"), _COMMON),
    Words(lazy("Under strain"), lazy("You have been under real strain"), _TALK),
    Words(lazy("Having a hard time"), lazy("You are having a hard time"), _WITH_YOU),
    Words(
        lazy("Needs company"),
        lazy("This is a lot to carry, let somebody be with you"),
        lazy("Please talk to somebody today. A counsellor will help you find the right care."),
    ),
)
# band → place in GENERAL, by how many bands the main scale has
PLACES: dict[int, tuple[int, ...]] = {2: (0, 2), 3: (0, 1, 3), 4: (0, 1, 2, 3), 5: (0, 1, 2, 3, 4)}
UNBANDED = Words(
    lazy("Recorded"),
    lazy("Your answers are kept"),
    lazy("There is no general high or low for this one. Look at it again later and see what has changed."),
)

SCALES: dict[str, Text] = {
    "total": lazy("Total"),
    "phq2": lazy("First two questions"),
    "phq8": lazy("Without the last question"),
    "gad2": lazy("First two questions"),
    "raw": lazy("Sum"),
    "percent": lazy("Well-being, 0 to 100"),
    "total_mean": lazy("Mean of all questions"),
    "positive_items": lazy("Questions answered 2 or higher"),
    "negative_items": lazy("Questions answered 1"),
    "positive_mean": lazy("Mean of those answered 2 or higher"),
    "somatization": lazy("Body complaints"),
    "obsessive_compulsive": lazy("Thoughts and habits that will not stop"),
    "interpersonal_sensitivity": lazy("Sensitive among people"),
    "depression": lazy("Low mood"),
    "anxiety": lazy("Worry"),
    "hostility": lazy("Irritable"),
    "phobic_anxiety": lazy("Fear of places and things"),
    "paranoid_ideation": lazy("Mistrust"),
    "psychoticism": lazy("Apart from others"),
    "additional": lazy("Sleep and appetite"),
    "standard": lazy("Standard score"),
    "standard_truncated": lazy("Standard score, cut off"),
    "severity_index": lazy("Severity index"),
    "stress": lazy("Stress"),
    "helplessness": lazy("Feeling overwhelmed"),
    "self_efficacy_reversed": lazy("Doubting to cope"),
    "c1_quality": lazy("Sleep quality"),
    "c2_latency": lazy("Falling asleep"),
    "c3_duration": lazy("Hours of sleep"),
    "c4_efficiency": lazy("Asleep of the time in bed"),
    "c5_disturbance": lazy("Disturbed sleep"),
    "c6_medication": lazy("Sleeping pills"),
    "c7_daytime": lazy("During the day"),
    "b": lazy("Memories that come back"),
    "c": lazy("Avoiding"),
    "d": lazy("Thoughts and mood"),
    "e": lazy("On edge"),
    "consumption": lazy("How much"),
    "dependence": lazy("Hard to stop"),
    "problems": lazy("Troubles"),
    "personal": lazy("Worn out altogether"),
    "work": lazy("Worn out by work"),
    "client": lazy("Worn out by people served"),
    "exhaustion": lazy("Exhaustion"),
    "disengagement": lazy("Distance from work"),
    "effort": lazy("Effort"),
    "reward": lazy("Reward"),
    "overcommitment": lazy("Cannot let go of work"),
    "er_ratio": lazy("Effort against reward"),
    "mean": lazy("Mean"),
    "tenacity_cn": lazy("Tenacity"),
    "strength_cn": lazy("Strength"),
    "optimism_cn": lazy("Optimism"),
    "absenteeism_hours": lazy("Hours away"),
    "presenteeism": lazy("Hard to concentrate at work"),
    "engagement": lazy("Looking forward to work"),
    "life_satisfaction": lazy("Content with life"),
    "distress": lazy("Dreading work"),
    "ghq": lazy("Questions that stand out"),
    "likert": lazy("Sum"),
    "triage": lazy("Urgency"),
    "wellbeing": lazy("Well-being"),
    "functioning": lazy("Daily life"),
    "risk": lazy("Risk"),
}

# What counsellors call a scale, where that is another word than a person should read about themselves.
TERMS: dict[str, Text] = {
    "somatization": lazy("Somatization"),
    "obsessive_compulsive": lazy("Obsessive-compulsive"),
    "interpersonal_sensitivity": lazy("Interpersonal sensitivity"),
    "depression": lazy("Depression"),
    "anxiety": lazy("Anxiety"),
    "hostility": lazy("Hostility"),
    "phobic_anxiety": lazy("Phobic anxiety"),
    "paranoid_ideation": lazy("Paranoid ideation"),
    "psychoticism": lazy("Psychoticism"),
    "additional": lazy("Additional items"),
}

QUALITY: dict[str, Text] = {
    "straight_line": lazy("The same answer throughout"),
    "long_run": lazy("Many times the same answer in a row"),
    "fast": lazy("Answered faster than one can read"),
}

# What the help card says after a risk answer, by what the item asks about; thoughts of self-harm unless named.
CARE: dict[str, Text] = {
    "harm_others": lazy(
        "You said that you feel like hurting somebody. Anger that strong is a sign of too much strain, and "
        "talking it through helps before anything happens. You can talk to somebody right now:"
    ),
    "hearing_voices": lazy(
        "You said that you hear voices others do not hear. That can have many causes, and a doctor can help. "
        "You can talk to somebody right now:"
    ),
    "reckless": lazy(
        "You said that you take risks that could harm you. After hard events that happens to many people. "
        "You can talk to somebody right now:"
    ),
    "meaningless": lazy(
        "You said that life has felt without meaning. Many people know such times; they pass more easily in "
        "company. You can talk to somebody right now:"
    ),
}

LEVELS: tuple[Text, ...] = (
    lazy("Ordinary"),
    lazy("Some attention"),
    lazy("Close attention"),
    lazy("Crisis"),
)


def import_problem(code: str, place: str, detail: str) -> str:
    """What is wrong with words a tenant brings, at which row or question."""
    match code:
        case "bad_row":
            return _("Row %(place)s: kind, number or text is missing or unknown", place=place)
        case "out_of_order":
            return _(
                "Row %(place)s: number %(detail)s is out of order; the order must be that of the key",
                place=place,
                detail=detail,
            )
        case "item_count":
            return _("Questions in the file / in the key: %(detail)s", detail=detail)
        case "no_values":
            return _(
                "Question %(place)s (%(detail)s): its options carry no score", place=place, detail=detail
            )
        case "no_lead_in":
            return _("The instruction is missing")
        case "unfit":
            return _("Question %(place)s: its options carry other scores than the key", place=place)
        case unreadable:
            assert unreadable == "unreadable"
            return str(UNREADABLE[detail])


#: why a file is no table and no form (exchange.fhir.NotFhirError, exchange.table.UnreadableTableError)
UNREADABLE: dict[str, Text] = {
    "too_large": lazy("The file is larger than 5 MB."),
    "too_long": lazy("The file has more than 2000 rows."),
    "no_json": lazy("The file is no valid JSON."),
    "no_fhir": lazy("The file is JSON, but no FHIR resource."),
    "no_form": lazy("The FHIR file holds no questionnaire."),
    "no_workbook": lazy("The file cannot be opened as a workbook. Save it again as .xlsx or .csv."),
    "no_text": lazy("The file's text is neither UTF-8 nor GB 18030. Save it again as .xlsx."),
    "no_heading": lazy("No row of the file has the headings of the template."),
}


def threshold_problem(trigger: str, code: str, bound: object) -> str:
    """Why a tenant's own threshold is refused (scoring.ThresholdError)."""
    match code:
        case "raised":
            return _("%(name)s: at most %(bound)s, so that nobody is found later", name=trigger, bound=bound)
        case "lowered":
            return _("%(name)s: at least %(bound)s, so that nobody is found later", name=trigger, bound=bound)
        case "no_answer":
            return _("%(name)s: this is no answer of the question", name=trigger)
        case unknown:
            assert unknown == "unknown"
            return _("%(name)s: the questionnaire has no such threshold", name=trigger)


WORDING_STATUS: dict[str, Text] = {
    "verified": lazy("Compared with the official text"),
    "corroborated": lazy(
        "Agrees with several public copies of the official text; compare before a large campaign"
    ),
    "unverified": lazy("Not verified against the official text"),
    "own": lazy("Brought here under your licence"),
}


def band_words(instrument: Instrument, band: str | None) -> Words:
    """The words of a band of the main scale; of no band, where the author gives no cut-offs."""
    codes = [one.code for one in instrument.main_bands]
    if band is None or band not in codes:
        return UNBANDED
    if own := BANDS.get(instrument.id):
        return own[band]
    place = codes.index(band) if instrument.higher_is == "worse" else len(codes) - 1 - codes.index(band)
    return GENERAL[PLACES[len(codes)][place] if len(codes) in PLACES else min(place, len(GENERAL) - 1)]


def title(instrument: Instrument, locale: str) -> str:
    """The plain name people see in lists and on pages."""
    return instrument.title.get(locale) or instrument.title["zh_CN"]
