"""The formulas of custom scales. Those that belong to one instrument read its answers by field name.

A formula gets the scale, the scores computed so far, and the oriented answers by field name (a missing
answer is not there); it returns an exact number, or None where something it needs is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor

from anxin_assessments.instruments.shapes import Scale

Scores = Mapping[str, Fraction | None]
Fields = Mapping[str, Fraction]
Formula = Callable[[Scale, Scores, Fields], Fraction | None]


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves upwards: 52.5 → 53 (Python's round gives 52)."""
    return floor(value + Fraction(1, 2))


def rounded(scale: Scale, value: Fraction) -> Fraction:
    match scale.rounding:
        case "half_up":
            return Fraction(half_up(value))
        case "down":
            return Fraction(floor(value))
        case _:
            return value


def scaled(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """`of * by`, rounded as the key says: WHO-5's percent, Zung's standard score."""
    value = scores[scale.of or ""]
    return None if value is None else rounded(scale, value * scale.by)


def ratio(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """`of / over * by`: the effort–reward ratio. Nothing when the denominator is nothing."""
    above, below = scores[scale.of or ""], scores[scale.over or ""]
    return rounded(scale, above / below * scale.by) if above is not None and below else None


def sum_of(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """The sum of `parts`; nothing while one of them is missing."""
    found = [value for name in scale.parts if (value := scores[name]) is not None]
    return sum(found, Fraction()) if len(found) == len(scale.parts) else None


def _halved(value: Fraction) -> Fraction:
    """PSQI's way to make 0–3 of a sum of two: 0, 1–2, 3–4, 5–6."""
    return Fraction(-(-value.numerator // 2)) if value.denominator == 1 else Fraction(half_up(value / 2))


def psqi_latency(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """Minutes until asleep (≤15, ≤30, ≤60, more) and how often it took longer than half an hour."""
    if "latency_min" not in fields or "q5a" not in fields:
        return None
    minutes = fields["latency_min"]
    return _halved(Fraction(sum(minutes > limit for limit in (15, 30, 60))) + fields["q5a"])


def psqi_duration(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """Hours slept: more than 7, 6 to 7, 5 to less than 6, less than 5. Prints differ on exactly 7 hours."""
    if "hours_slept" not in fields:
        return None
    hours = fields["hours_slept"]
    if hours == 7:
        return Fraction(scale.params["seven_hours"])
    return Fraction(sum(hours < limit for limit in (5, 6, 7)))


def psqi_efficiency(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """Hours slept of the hours in bed: at least 85 %, 75 %, 65 %, less. No gaps between the classes."""
    if not {"bed_time", "rise_time", "hours_slept"} <= fields.keys():
        return None
    in_bed = (fields["rise_time"] - fields["bed_time"]) % 24
    if in_bed == 0:
        return None
    percent = 100 * fields["hours_slept"] / in_bed
    return Fraction(sum(percent < limit for limit in (65, 75, 85)))


def psqi_disturbance(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """Questions 5b to 5j together: 0, 1–9, 10–18, 19–27."""
    asked = [f"q5{letter}" for letter in "bcdefghij"]
    if not set(asked) <= fields.keys():
        return None
    return Fraction(-(-sum(fields[name] for name in asked) // 9))


def psqi_daytime(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """Staying awake and getting things done."""
    if not {"awake", "enthusiasm"} <= fields.keys():
        return None
    return _halved(fields["awake"] + fields["enthusiasm"])


def cssrs_triage(scale: Scale, scores: Scores, fields: Fields) -> Fraction | None:
    """0 none, 1 low, 2 moderate, 3 high (Columbia triage). Behaviour whose time is unknown counts as recent."""
    said = {name for name, value in fields.items() if value >= 1}
    behaviour = "6" in said
    if said & {"4", "5"} or (behaviour and fields.get("6_within_3_months", Fraction(1)) >= 1):
        return Fraction(3)
    if "3" in said or behaviour:
        return Fraction(2)
    if said & {"1", "2"}:
        return Fraction(1)
    return Fraction(0) if {"1", "2", "6"} <= fields.keys() else None


FORMULAS: dict[str, Formula] = {
    "scaled": scaled,
    "ratio": ratio,
    "sum_of": sum_of,
    "psqi_latency": psqi_latency,
    "psqi_duration": psqi_duration,
    "psqi_efficiency": psqi_efficiency,
    "psqi_disturbance": psqi_disturbance,
    "psqi_daytime": psqi_daytime,
    "cssrs_triage": cssrs_triage,
}
