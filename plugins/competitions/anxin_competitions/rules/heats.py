"""Heats by lot with units apart, and a timetable in which nobody stands in two places."""

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


def timetable(heats: Sequence[tuple[str, int, frozenset[str]]], tracks: int) -> dict[str, int]:
    """Heat → minute it starts. `heats` are (key, minutes, people) in the order wished for; `tracks` can run at once.

    Each heat takes the earliest minute at which a track is free and none of its people stands elsewhere: list
    scheduling, which keeps the order of the programme and is never longer than twice the best (Graham 1966).
    """
    free = [0] * max(tracks, 1)
    busy: dict[str, int] = {}
    starts = {}
    for key, minutes, people in heats:
        ready = max((busy.get(person, 0) for person in people), default=0)
        track = min(range(len(free)), key=lambda number: (max(free[number], ready), number))
        begin = max(free[track], ready)
        starts[key] = begin
        free[track] = begin + minutes
        for person in people:
            busy[person] = begin + minutes
    return starts
