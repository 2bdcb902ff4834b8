"""The figures of every unit of one closed wave, safe together. kernel.disclosure gives the reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from anxin.kernel.atoms import Tree, Unit, one_part, plan, plan_groups, plan_share
from anxin.kernel.bands import (
    Band,
    Bands,
    Bin,
    exact_bins,
    halves,
    hidden_bin,
    people_in,
    rounded_bins,
)
from anxin.kernel.cells import Cell, Share, ShareKind, Thresholds, mean
from anxin.kernel.tree_shares import tree_shares

Counts = Mapping[Unit, Mapping[Band, int]]


@dataclass(frozen=True, slots=True)
class UnitFigures(Generic[Band]):
    """All that one unit may show of a wave."""

    eligible: int
    answered: Cell[int]
    participation: Share
    mean: Cell[float]
    distribution: tuple[Bin[Band], ...]
    high: Share

    @property
    def shown(self) -> bool:
        """Are there results (a mean, a distribution) at all?"""
        return self.mean.shown or self.distribution[0].share.shown


def release_wave(
    tree: Tree[Unit],
    *,
    eligible: Mapping[Unit, int],
    answers: Mapping[Unit, Mapping[Band, int]],
    order: Sequence[Band],
    cut: Band | None = None,
    scores: Mapping[Unit, int] | None = None,
    thresholds: Thresholds | None = None,
) -> dict[Unit, UnitFigures[Band]]:
    """The figures of every unit of a closed wave, safe together whatever arithmetic is done on them.

    All inputs are about people attached to the unit itself, not to units below it: `eligible` headcount,
    `answers` by band (`order` lists the bands from least to most severe, `cut` is the first band that
    counts as high), `scores` their sum. The same input gives the same output; publish it once. ValueError
    when more people answered than were eligible.
    """
    wave = _Wave(tree, eligible, answers, order=order, cut=cut, thresholds=thresholds or Thresholds())
    totals = tree.totals(one_part(scores or {}), 1)
    return {unit: wave.figures(unit, None if scores is None else totals[unit][0]) for unit in tree.bottom_up}


class _Wave(Generic[Unit, Band]):
    """The plans of one wave: whose participation is exact, whose results are shown, and how fine."""

    def __init__(
        self,
        tree: Tree[Unit],
        eligible: Mapping[Unit, int],
        answers: Mapping[Unit, Mapping[Band, int]],
        *,
        order: Sequence[Band],
        cut: Band | None,
        thresholds: Thresholds,
    ) -> None:
        self.tree, self.order, self.cut, self.k = tree, tuple(order), cut, thresholds
        nobody = dict.fromkeys(self.order, 0)
        own = {unit: nobody | dict(counts) for unit, counts in answers.items()}
        sums = tree.totals({unit: tuple(counts.values()) for unit, counts in own.items()}, len(self.order))
        self.counts = {unit: dict(zip(self.order, sizes, strict=True)) for unit, sizes in sums.items()}
        self.answered = {unit: sum(sizes) for unit, sizes in sums.items()}
        self.eligible = {unit: size for unit, (size,) in tree.totals(one_part(eligible), 1).items()}

        own_answered = {unit: sum(counts.values()) for unit, counts in own.items()}
        own_silent = {unit: size - own_answered.get(unit, 0) for unit, size in eligible.items()}
        if any(size < 0 for size in own_silent.values()) or not own_answered.keys() <= eligible.keys():
            raise ValueError("more people answered than were eligible")
        k = thresholds.count
        self.exact = plan_share(tree, own_answered, own_silent, k)
        self.took_part = tree_shares(tree, eligible, self.answered, self.exact, k, public=self.eligible)
        # with k known, results of a unit of k people would tell that every one of them answered
        large = {unit for unit, size in self.eligible.items() if size >= 2 * k}
        self.shown = plan(tree, own_answered, k, among=large)
        self.classes: dict[Unit, list[Bands[Band]]] = {unit: [] for unit in self.shown}
        self._split(own, self.order, self.shown)
        self.high = self._high(own_answered)

    def _split(self, own: Counts[Unit, Band], bands: Bands[Band], units: Collection[Unit]) -> None:
        """Split a class that `units` show into halves where a plan among them allows, and each half again."""
        finer: Collection[Unit] = ()
        if len(bands) > 1:
            low, high = halves(bands, self.cut)
            sides = {unit: (people_in(low, counts), people_in(high, counts)) for unit, counts in own.items()}
            finer = plan_groups(self.tree, sides, self.k.share, parts=2, among=units)
            if finer:
                self._split(own, low, finer)
                self._split(own, high, finer)
        for unit in units:
            if unit not in finer:
                self.classes[unit].append(bands)

    def _high(self, own_answered: Mapping[Unit, int]) -> Mapping[Unit, Share]:
        """The share on the high side of the cut, for units whose results are shown."""
        if self.cut is None:
            return {}
        above = self.order[self.order.index(self.cut) :]
        high = {unit: people_in(above, counts) for unit, counts in self.counts.items()}
        exact = {unit for unit, classes in self.classes.items() if len(classes) > 1}
        public = {
            unit: self.answered[unit] if unit in self.exact else self._possible(unit).start
            for unit in self.shown
        }
        return tree_shares(self.tree, own_answered, high, exact, self.k.share, public=public)

    def figures(self, unit: Unit, score: int | None) -> UnitFigures[Band]:
        """What the plans allow for one unit; `score` is the sum over all its answers."""
        exact, shown = unit in self.exact, unit in self.shown
        answered, distribution = self.answered[unit], self._distribution(unit)
        return UnitFigures(
            eligible=self.eligible[unit],
            answered=Cell(answered) if exact else Cell.hide(),
            participation=self.took_part[unit],
            mean=mean(score, answered, self.k.count) if shown and score is not None else Cell.hide(),
            distribution=distribution,
            high=self._high_of(unit, distribution),
        )

    def _distribution(self, unit: Unit) -> tuple[Bin[Band], ...]:
        if unit not in self.shown:
            return (hidden_bin(self.order),)
        if unit in self.exact:
            return exact_bins(self.classes[unit], self.counts[unit])
        return rounded_bins(self.classes[unit], self.counts[unit], self._possible(unit))

    def _possible(self, unit: Unit) -> range:
        """Numbers of answers that rounded shares must leave open, where the number itself is not public."""
        most, answered, k = self.eligible[unit], self.answered[unit], self.k.count
        if most - answered < k:
            return range(most - k + 1, most + 1)
        return range(answered - k + 1, min(answered + k, most + 1))

    def _high_of(self, unit: Unit, distribution: Sequence[Bin[Band]]) -> Share:
        """Without a public number of answers the share is the sum of the bins shown: nothing new is said."""
        share = self.high.get(unit, Share.hide())
        if unit in self.exact or share.kind is not ShareKind.EXACT:
            return share
        if len(distribution) == 1:
            return Share.hide()
        above = self.order[self.order.index(self.cut) :]
        return Share(
            ShareKind.EXACT, sum(one.share.value or 0 for one in distribution if one.bands[0] in above)
        )
