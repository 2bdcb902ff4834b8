"""The bands of a histogram: splitting them only where both halves hold enough people, and rounding their
shares.

A blank cell in a histogram whose total is known is no secret: the others are subtracted. So nothing is
blanked; neighbouring bands stay one class until both halves of it are large enough, and what is published
adds up. The places to split are fixed beforehand and do not look at the numbers, so who knows this rule
learns no more: a class that was not split may have all its people in either half.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from anxin.kernel.cells import K_SHARE, Cell

Band = TypeVar("Band", bound=Hashable)
Bands = tuple[Band, ...]
#: Steps tried, finest first, where shares are rounded so that the number of people cannot be worked out.
STEPS = (Fraction(1, 20), Fraction(1, 10), Fraction(1, 5))


@dataclass(frozen=True, slots=True)
class Bin(Generic[Band]):
    """One class of a published histogram: neighbouring bands, how many people, and their share of all."""

    bands: Bands[Band]
    count: Cell[int]
    share: Cell[float]


def halves(bands: Bands[Band], cut: Band | None) -> tuple[Bands[Band], Bands[Band]]:
    """Where a class is split: at the cut (first band of the high side), else after its lowest band."""
    at = bands.index(cut) if cut in bands[1:] else 1
    return bands[:at], bands[at:]


def people_in(bands: Iterable[Band], counts: Mapping[Band, int]) -> int:
    return sum(counts.get(band, 0) for band in bands)


def suppress_distribution(
    counts: Mapping[Band, int], k: int = K_SHARE, *, cut: Band | None = None
) -> tuple[Bin[Band], ...]:
    """One histogram (bands from least to most severe) released with its total: no class has fewer than k.

    Fewer than k people in all: a single hidden class. For the histograms of several units use `release_wave`.
    """
    order = tuple(counts)
    if sum(counts.values()) < k:
        return (hidden_bin(order),)
    return exact_bins(_split(order, counts, k, cut), counts)


def _split(bands: Bands[Band], counts: Mapping[Band, int], k: int, cut: Band | None) -> list[Bands[Band]]:
    if len(bands) > 1:
        low, high = halves(bands, cut)
        if min(people_in(low, counts), people_in(high, counts)) >= k:
            return _split(low, counts, k, cut) + _split(high, counts, k, cut)
    return [bands]


def hidden_bin(order: Sequence[Band]) -> Bin[Band]:
    """A histogram that shows nothing."""
    return Bin(tuple(order), Cell.hide(), Cell.hide())


def exact_bins(classes: Sequence[Bands[Band]], counts: Mapping[Band, int]) -> tuple[Bin[Band], ...]:
    """Counts and exact shares."""
    total = sum(counts.values())
    sizes = [people_in(one, counts) for one in classes]
    return tuple(Bin(one, Cell(n), Cell(n / total)) for one, n in zip(classes, sizes, strict=True))


def rounded_bins(
    classes: Sequence[Bands[Band]], counts: Mapping[Band, int], possible: Sequence[int]
) -> tuple[Bin[Band], ...]:
    """Rounded shares without counts, in steps so wide that every `possible` number of people fits them.

    Where no step is wide enough, the classes are merged into one, which says nothing.
    """
    total = sum(counts.values())
    for step in STEPS:
        shares = [_nearest(Fraction(people_in(one, counts), total), step) for one in classes]
        if all(_fits(shares, step, people) for people in possible):
            break
    else:
        classes, shares = [tuple(band for one in classes for band in one)], [Fraction(1)]
    return tuple(
        Bin(one, Cell.hide(), Cell(float(share))) for one, share in zip(classes, shares, strict=True)
    )


def _nearest(share: Fraction, step: Fraction) -> Fraction:
    return math.floor(share / step + Fraction(1, 2)) * step


def _fits(shares: Sequence[Fraction], step: Fraction, people: int) -> bool:
    """Are there counts that add up to this many people and round to these shares?"""
    least = [max(math.ceil((share - step / 2) * people), 0) for share in shares]
    most = [math.ceil((share + step / 2) * people) - 1 for share in shares]
    return all(a <= b for a, b in zip(least, most, strict=True)) and sum(least) <= people <= sum(most)
