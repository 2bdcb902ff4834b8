"""Places from marks: who is before whom, who is level, who has none."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

E = TypeVar("E", bound=Hashable)

Measure = Literal["time", "distance", "count", "points", "place"]
MEASURES: tuple[Measure, ...] = ("time", "distance", "count", "points", "place")
LESS_IS_BETTER: frozenset[Measure] = frozenset({"time", "place"})

Outcome = Literal["ok", "dns", "dnf", "dsq"]  # 完赛, 弃权（未到）, 未完成, 取消成绩
OUTCOMES: tuple[Outcome, ...] = ("ok", "dns", "dnf", "dsq")


@dataclass(frozen=True)
class Mark:
    """What was measured, in whole units: milliseconds, millimetres, a count, thousandths of a point, a place.

    `mark` is None exactly when `outcome` is not "ok". `then` holds further marks that decide between equal ones (the
    second-best jump, the time of a quiz), each read in the same direction.
    """

    mark: int | None
    outcome: Outcome = "ok"
    then: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if (self.mark is None) == (self.outcome == "ok"):
            raise ValueError("a mark goes with the outcome ok, and only with it")


def places(marks: Mapping[E, Mark], measure: Measure) -> dict[E, int | None]:
    """Entry → place. Equal marks share a place and the next one is left out (1, 2, 2, 4); no mark, no place.

    The order of the mapping does not matter. `then` is compared like the mark itself; a shorter one is behind.
    """
    sign = 1 if measure in LESS_IS_BETTER else -1
    keyed = {entry: _key(mark, sign) for entry, mark in marks.items() if mark.mark is not None}
    ordered = sorted(keyed.values())
    first = {}
    for number, key in enumerate(ordered, 1):
        first.setdefault(key, number)
    return {entry: first[keyed[entry]] if entry in keyed else None for entry in marks}


def _key(mark: Mark, sign: int) -> tuple[tuple[int, int], ...]:
    values = ((mark.mark or 0), *mark.then)
    # a missing further mark sorts behind every present one
    return (*((0, sign * value) for value in values), (1, 0))


def medals(own: Sequence[int | None], deepest: int) -> tuple[int, ...]:
    """How many firsts, seconds, … a team has: what decides between equal totals."""
    return tuple(sum(1 for place in own if place == rank) for rank in range(1, deepest + 1))


def standing(totals: Mapping[E, int], own_places: Mapping[E, Sequence[int | None]]) -> dict[E, int]:
    """Teams in order: by total, then most firsts, then most seconds, …; who is level in all of it shares a place."""
    deepest = max((place or 0 for own in own_places.values() for place in own), default=0)
    keyed = {
        team: (-total, *(-count for count in medals(own_places.get(team, ()), deepest)))
        for team, total in totals.items()
    }
    ordered = sorted(keyed.values())
    return {team: ordered.index(key) + 1 for team, key in keyed.items()}
