"""Heats by lot, with units apart."""

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Starter:
    """An entry and the unit it starts for."""

    key: str
    unit: str


def draw(starters: Sequence[Starter], lanes: int, lot: random.Random) -> list[list[Starter]]:
    """Heats of at most `lanes`, sizes differing by at most one, starters of one unit spread as evenly as they can be;
    lanes by lot. The same lot gives the same draw.
    """
    if not starters:
        return []
    count = -(-len(starters) // lanes)
    by_unit: dict[str, list[Starter]] = {}
    for starter in sorted(starters, key=lambda each: each.key):
        by_unit.setdefault(starter.unit, []).append(starter)
    units = sorted(by_unit)
    lot.shuffle(units)
    units.sort(
        key=lambda unit: -len(by_unit[unit])
    )  # the largest first, so that they spread before heats are full
    dealt: list[Starter] = []
    for unit in units:
        lot.shuffle(by_unit[unit])
        dealt += by_unit[unit]
    heats: list[list[Starter]] = [[] for _ in range(count)]
    for number, starter in enumerate(dealt):
        heats[number % count].append(starter)
    for heat in heats:
        lot.shuffle(heat)
    lot.shuffle(heats)
    return heats
