"""Points for places (计分): tables of union sports meets, and what is added to or taken from them.

Points are whole hundredths, so that sums are exact and shared places (7 + 6) / 2 stay what they are.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

E = TypeVar("E", bound=Hashable)

HUNDREDTHS = 100
TABLES: Mapping[str, tuple[int, ...]] = {
    "10-8-6": (10, 8, 6, 5, 4, 3, 2, 1),
    "9-7-6": (9, 7, 6, 5, 4, 3, 2, 1),
}
Ties = Literal["share", "full"]


@dataclass(frozen=True)
class PointRules:
    """How an event's places become points.

    `table`       points by place, from the first
    `few`         with so many starters or fewer, only N − 1 places are counted (录取 N−1 名); 0 switches it off
    `relay`       times the points of a relay or team event (接力、集体项目加倍)
    `record`      points for a new record, once an entry
    `no_show`     points taken from a team for an entry that did not start (无故弃权), a positive number
    `ties`        "share": who is level shares the points of the places they fill; "full": each gets the better place's
    """

    table: tuple[int, ...] = TABLES["10-8-6"]
    few: int = 8
    relay: int = 2
    record: int = 0
    no_show: int = 2
    ties: Ties = "share"


def counted_places(rules: PointRules, entered: int) -> int:
    """How many places bring points when so many were entered."""
    if entered <= rules.few:
        return min(len(rules.table), max(entered - 1, 0))
    return len(rules.table)


def points(
    placed: Mapping[E, int | None],
    rules: PointRules,
    *,
    relay: bool = False,
    records: frozenset[E] = frozenset(),
    absent: frozenset[E] = frozenset(),
) -> dict[E, int]:
    """Entry → points in hundredths. `absent` did not start: they lose `no_show`, and count as entered."""
    counted = counted_places(rules, len(placed))
    by_place = [value * HUNDREDTHS for value in rules.table[:counted]]
    level: dict[int, int] = {}
    for place in placed.values():
        if place is not None:
            level[place] = level.get(place, 0) + 1
    factor = rules.relay if relay else 1
    earned = {}
    for entry, place in placed.items():
        value = 0 if place is None else _of_place(place, level[place], by_place, rules.ties) * factor
        value += rules.record * HUNDREDTHS if entry in records else 0
        value -= rules.no_show * HUNDREDTHS if entry in absent else 0
        earned[entry] = value
    return earned


def _of_place(place: int, level: int, by_place: Sequence[int], ties: Ties) -> int:
    """What one of `level` entries at `place` gets; shared points are rounded to a hundredth, half up."""
    if ties == "full" or level == 1:
        return by_place[place - 1] if place <= len(by_place) else 0
    filled = by_place[place - 1 : place - 1 + level]
    return (2 * sum(filled) + level) // (2 * level)
