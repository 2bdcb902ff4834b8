"""Before and after: what changed for one person, and how much for a group. Pure functions, no database.

Percent change is not offered: on a scale whose least score is above zero (SAS and SDS begin at 25) it depends on
where the scale happens to begin. Points, reliable change and effect size do not.

Sources: reliable and clinically significant change after Jacobson & Truax (1991); effect size of paired groups,
its variance and small-sample correction after Borenstein et al. (2009), Introduction to Meta-Analysis, ch. 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from anxin_assessments.instruments.shapes import Instrument

Z95 = 1.959964
LEAST = 2  # pairs; below there is no spread


@dataclass(frozen=True, slots=True)
class Effect:
    """A paired group: means, mean improvement in points and its 95 % interval, effect size and its interval.

    Improvement is positive when people feel better, whichever way the scale runs. `size` is None when nobody
    differs from anybody in how they changed.
    """

    people: int
    before: float
    after: float
    better: float
    better_from: float
    better_to: float
    size: float | None
    size_from: float | None
    size_to: float | None


def state_of(instrument: Instrument, before: float, after: float) -> str | None:
    """recovered (reliable, and over the cut), improved (reliable), unchanged, worse; None without a known value."""
    change = instrument.change
    if change is None or change.reliable is None:
        return None
    better = improvement(instrument, before, after)
    if better <= -change.reliable:
        return "worse"
    if better < change.reliable:
        return "unchanged"
    if change.case is not None and _ill(instrument, before, change.case) > _ill(
        instrument, after, change.case
    ):
        return "recovered"
    return "improved"


def improvement(instrument: Instrument, before: float, after: float) -> float:
    """Points towards feeling better."""
    return before - after if instrument.higher_is == "worse" else after - before


def _ill(instrument: Instrument, value: float, case: int) -> bool:
    """On the troubled side of the cut."""
    return value >= case if instrument.higher_is == "worse" else value <= case


def effect(instrument: Instrument, pairs: Sequence[tuple[float, float]]) -> Effect | None:
    """Of people who answered both times; None with fewer than two."""
    people = len(pairs)
    if people < LEAST:
        return None
    before, after = zip(*pairs, strict=True)
    gains = [improvement(instrument, one, other) for one, other in pairs]
    mean, spread = fmean(gains), stdev(gains)
    half = Z95 * spread / sqrt(people)
    size, margin = _size(before, after, mean, spread)
    return Effect(
        people,
        fmean(before),
        fmean(after),
        mean,
        mean - half,
        mean + half,
        size,
        None if size is None or margin is None else size - margin,
        None if size is None or margin is None else size + margin,
    )


def _size(
    before: Sequence[float], after: Sequence[float], mean: float, spread: float
) -> tuple[float | None, float | None]:
    """Hedges' g of a paired group and half the width of its 95 % interval."""
    people, sd_before, sd_after = len(before), stdev(before), stdev(after)
    if not (spread and sd_before and sd_after):
        return None, None
    pooled_twice = sd_before**2 + sd_after**2 - spread**2
    together = min(max(pooled_twice / (2 * sd_before * sd_after), -1.0), 0.9999)
    within = spread / sqrt(2 * (1 - together))
    raw = mean / within
    variance = (1 / people + raw**2 / (2 * people)) * 2 * (1 - together)
    small = 1 - 3 / (4 * (people - 1) - 1)
    return raw * small, Z95 * sqrt(variance) * small
