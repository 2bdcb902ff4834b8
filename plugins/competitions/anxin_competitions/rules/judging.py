"""From rubric sheets to one score an entry: weighted, trimmed or made comparable between strict and mild judges.

Scores are thousandths of a point on a scale of 100. Sources of the methods: the trimmed mean as in gymnastics and
speech contests (去掉最高分和最低分); standard scores by judge as peer reviews use them, only above a minimum sample, because
with few sheets a judge's mean says more about the entries than about the judge.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Literal, TypeVar

E = TypeVar("E", bound=Hashable)
J = TypeVar("J", bound=Hashable)

Method = Literal["mean", "trimmed", "standard"]
METHODS: tuple[Method, ...] = ("mean", "trimmed", "standard")
THOUSANDTHS, SCALE = 1000, 100
TRIM_FROM = 5  # judges of an entry; below, highest and lowest are kept
STANDARD_FROM = 8  # sheets of a judge; below, a judge's scores are taken as they are


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric: `weight` against the others, points from 0 to `most`."""

    code: str
    weight: int
    most: int


def sheet_score(rubric: Sequence[Criterion], given: Mapping[str, int]) -> int:
    """A judge's sheet as thousandths of 100 points. ValueError when a line is missing, unknown or out of range."""
    if set(given) != {criterion.code for criterion in rubric}:
        raise ValueError("the sheet does not answer each line of the rubric")
    total = Fraction(0)
    for criterion in rubric:
        if not 0 <= given[criterion.code] <= criterion.most:
            raise ValueError(f"{criterion.code} is out of range")
        total += Fraction(given[criterion.code] * criterion.weight, criterion.most)
    return _round(total * SCALE * THOUSANDTHS / sum(criterion.weight for criterion in rubric))


def scores(sheets: Mapping[tuple[E, J], int], method: Method) -> dict[E, int]:
    """Entry → score. `sheets` maps (entry, judge) to that judge's sheet score; entries without a sheet are absent."""
    taken = (
        _standardised(sheets)
        if method == "standard"
        else {key: Fraction(value) for key, value in sheets.items()}
    )
    by_entry: dict[E, list[Fraction]] = {}
    for (entry, _judge), value in taken.items():
        by_entry.setdefault(entry, []).append(value)
    return {
        entry: _round(_mean(_trimmed(values) if method == "trimmed" else values))
        for entry, values in by_entry.items()
    }


def _trimmed(values: Sequence[Fraction]) -> Sequence[Fraction]:
    return sorted(values)[1:-1] if len(values) >= TRIM_FROM else values


def _standardised(sheets: Mapping[tuple[E, J], int]) -> dict[tuple[E, J], Fraction]:
    """Each judge's scores moved and stretched to the mean and spread of all; who judged few, or gave all the same, stays."""
    everything = [Fraction(value) for value in sheets.values()]
    mean, spread = _mean(everything), _spread(everything)
    by_judge: dict[J, list[Fraction]] = {}
    for (_entry, judge), value in sheets.items():
        by_judge.setdefault(judge, []).append(Fraction(value))
    out = {}
    for (entry, judge), value in sheets.items():
        own = by_judge[judge]
        own_spread = _spread(own)
        if len(own) < STANDARD_FROM or own_spread == 0:
            out[entry, judge] = Fraction(value)
        else:
            out[entry, judge] = mean + (Fraction(value) - _mean(own)) * spread / own_spread
    return out


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _spread(values: Sequence[Fraction]) -> Fraction:
    """Standard deviation to a thousandth of a thousandth, by whole numbers only: the same on every machine."""
    mean = _mean(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)
    return Fraction(isqrt(int(variance * 10**6)), 10**3)


def _round(value: Fraction) -> int:
    """Half up, also below zero."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
