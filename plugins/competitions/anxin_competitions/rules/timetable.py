"""A timetable of heats: so many run at once, nobody stands in two places, and it ends as early as it can.

List scheduling keeps the order of the programme, or lets no track wait, whichever ends first; neither is longer than
twice the best (Graham 1966). Where that is longer than it must be, HiGHS (a mixed-integer solver) is asked for a shorter
one, and among those for the one nearest to the order of the programme. Pure: plain values in, plain values out.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

Heat = tuple[str, int, frozenset[str]]  # key, minutes, people
SECONDS = 5.0  # somebody waits for the page
LARGEST = 15_000  # start times in question; a larger programme keeps its list schedule


def timetable(heats: Sequence[Heat], tracks: int) -> dict[str, int]:
    """Heat → minute it starts. `heats` are in the order wished for; `tracks` can run at once."""
    tracks = max(tracks, 1)
    best = min(in_order(heats, tracks), no_waiting(heats, tracks), key=lambda starts: end_of(heats, starts))
    if end_of(heats, best) <= least(heats, tracks):
        return best
    shorter = _solved(heats, tracks, end_of(heats, best))
    return shorter if shorter and end_of(heats, shorter) < end_of(heats, best) else best


def in_order(heats: Sequence[Heat], tracks: int) -> dict[str, int]:
    """Each heat takes the earliest minute at which a track is free and none of its people stands elsewhere."""
    day = _Day(tracks)
    return {heat[0]: day.put(heat) for heat in heats}


def no_waiting(heats: Sequence[Heat], tracks: int) -> dict[str, int]:
    """Whichever heat can begin first is next, of several the first of the programme: no track waits for people who
    stand elsewhere while others could begin."""
    day, left, starts = _Day(tracks), list(heats), {}
    while left:
        heat = min(left, key=day.earliest)
        left.remove(heat)
        starts[heat[0]] = day.put(heat)
    return starts


class _Day:
    """Until when each track and each person is taken."""

    def __init__(self, tracks: int) -> None:
        self.free = [0] * tracks
        self.busy: dict[str, int] = {}

    def earliest(self, heat: Heat) -> int:
        return max(min(self.free), *(self.busy.get(person, 0) for person in heat[2]), 0)

    def put(self, heat: Heat) -> int:
        """Take the track that is free at that time and was free last, so that others stay free longer."""
        begin = self.earliest(heat)
        track = max((at for at, until in enumerate(self.free) if until <= begin), key=self.free.__getitem__)
        self.free[track] = begin + heat[1]
        self.busy |= dict.fromkeys(heat[2], begin + heat[1])
        return begin


def end_of(heats: Sequence[Heat], starts: dict[str, int]) -> int:
    """The minute the last heat is over."""
    return max((starts[key] + minutes for key, minutes, _people in heats), default=0)


def least(heats: Sequence[Heat], tracks: int) -> int:
    """No timetable is shorter: all minutes spread over the tracks, one person's heats in a row, the longest heat."""
    of_person: dict[str, int] = defaultdict(int)
    for _key, minutes, people in heats:
        for person in people:
            of_person[person] += minutes
    alone = max((minutes for _key, minutes, _people in heats), default=0)
    spread = -(-sum(minutes for _key, minutes, _people in heats) // tracks)
    return max(alone, spread, *of_person.values(), 0)


def _solved(heats: Sequence[Heat], tracks: int, end: int) -> dict[str, int] | None:
    """A timetable that ends before `end`, as early as the solver finds one in its time; None when it finds none.

    Time goes in steps of the greatest minutes that all heats are whole numbers of. One variable a heat and start; in
    each step at most `tracks` heats run, and at most one of those that share somebody.
    """
    step = math.gcd(*(minutes for _key, minutes, _people in heats))
    lengths = [minutes // step for _key, minutes, _people in heats]
    horizon = end // step - 1
    if sum(horizon - length + 1 for length in lengths) > LARGEST:
        return None
    import highspy  # 20 MB with numpy: loaded by the process that draws a timetable up, not by every web worker

    model: Any = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("time_limit", SECONDS)):
        model.setOptionValue(name, value)
    begins = [[model.addBinary() for _at in range(horizon - length + 1)] for length in lengths]
    last = model.addIntegral(lb=least(heats, tracks) // step, ub=horizon)
    for length, starts in zip(lengths, begins, strict=True):
        model.addConstr(sum(starts) == 1)
        model.addConstr(sum((at + length) * one for at, one in enumerate(starts)) <= last)
    for at in range(horizon):
        running = [
            starts[max(0, at - length + 1) : at + 1] for length, starts in zip(lengths, begins, strict=True)
        ]
        model.addConstr(sum(one for starts in running for one in starts) <= tracks)
        for together in _sharing(heats):
            model.addConstr(sum(one for heat in together for one in running[heat]) <= 1)
    wish = sum(
        (len(heats) - place) * at * one
        for place, starts in enumerate(begins)
        for at, one in enumerate(starts)
    )
    model.minimize(len(heats) ** 2 * horizon * last + wish)
    values = model.getSolution().col_value
    if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    chosen = [next(at for at, one in enumerate(starts) if values[one.index] > 0.5) for starts in begins]
    return {key: at * step for (key, _minutes, _people), at in zip(heats, chosen, strict=True)}


def _sharing(heats: Sequence[Heat]) -> list[tuple[int, ...]]:
    """The sets of heats that somebody starts in, each once; one heat alone is nobody's clash."""
    of_person: dict[str, list[int]] = defaultdict(list)
    for place, (_key, _minutes, people) in enumerate(heats):
        for person in people:
            of_person[person].append(place)
    return sorted({tuple(places) for places in of_person.values() if len(places) > 1})
