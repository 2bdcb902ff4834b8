"""The roster as an optimisation: who serves in which open place, so that as few places as possible stay empty.

Pure: plain values in, plain values out. HiGHS (a mixed-integer solver) does the work; what it is told:

    one place for a person at a time, with a rest between shifts      hard
    at most so many shifts a person in a week                         hard
    a place is filled                                                 1000 points
    people are asked about equally often (each further shift costs)   1, 2, 3 … points
    people are asked when they usually have time                      4 points when not

Only pairs that are allowed (competence on the day, not busy) become variables. Weeks are solved one after the
other, each knowing what the weeks before have asked of whom: that keeps 300 people and four weeks within
seconds, and costs nothing that people would notice, because the caps are weekly.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

FILLED, UNUSUAL = 1000.0, 4.0
STEPS = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0)  # what the first, second … shift of a person costs; then the last
SECONDS = 20.0

Pair = tuple[int, UUID]


@dataclass(frozen=True)
class Slot:
    """So many empty places of one role in one shift, and who may fill them (True: at a usual time)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    week: int
    places: int
    able: Mapping[UUID, bool]


@dataclass(frozen=True)
class Rules:
    """`busy` counts what somebody has in a week already."""

    per_week: int
    rest: timedelta
    busy: Mapping[tuple[UUID, int], int] = field(default_factory=dict)


def solve(slots: Sequence[Slot], rules: Rules) -> dict[UUID, list[UUID]]:
    """slot → people. Deterministic for the same input."""
    found: dict[UUID, list[UUID]] = {slot.id: [] for slot in slots}
    asked: dict[UUID, int] = defaultdict(int)
    for (person, _week), count in rules.busy.items():
        asked[person] += count
    taken: list[Pair] = []
    weeks = sorted({slot.week for slot in slots})
    for week in weeks:
        inside = [at for at, slot in enumerate(slots) if slot.week == week]
        for at, person in _one_week(slots, inside, rules, asked=asked, before=taken):
            taken.append((at, person))
            asked[person] += 1
            found[slots[at].id].append(person)
    return found


def _one_week(
    slots: Sequence[Slot],
    inside: Sequence[int],
    rules: Rules,
    *,
    asked: Mapping[UUID, int],
    before: list[Pair],
) -> list[Pair]:
    """The pairs of one week; shifts taken at the end of the week before are in the way like any other."""
    blocked: dict[UUID, list[int]] = defaultdict(list)
    for at, person in before:
        blocked[person].append(at)
    pairs = [
        (at, person)
        for at in inside
        for person in sorted(slots[at].able)
        if not any(near(slots[at], slots[other], rules.rest) for other in blocked[person])
    ]
    if not pairs:
        return []
    program = _Program(slots, pairs, rules, asked)
    return [pairs[at] for at in program.run()]


def near(one: Slot, other: Slot, rest: timedelta) -> bool:
    """Do two shifts overlap, or leave less than the rest between them?"""
    return one.starts_at < other.ends_at + rest and other.starts_at < one.ends_at + rest


class _Program:
    """Columns: one a pair, then the steps of each person. Rows: places, cliques, weekly caps, loads."""

    def __init__(
        self, slots: Sequence[Slot], pairs: list[Pair], rules: Rules, asked: Mapping[UUID, int]
    ) -> None:
        self.slots, self.pairs = slots, pairs
        self.gains = [FILLED - (0.0 if slots[at].able[person] else UNUSUAL) for at, person in pairs]
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        by_slot: dict[int, list[int]] = defaultdict(list)
        by_person: dict[UUID, list[int]] = defaultdict(list)
        for column, (at, person) in enumerate(pairs):
            by_slot[at].append(column)
            by_person[person].append(column)
        for at, columns in by_slot.items():
            self._at_most(columns, slots[at].places)
        for person, columns in by_person.items():
            self._person(person, columns, rules, asked.get(person, 0))

    def _person(self, person: UUID, columns: list[int], rules: Rules, asked: int) -> None:
        for together in self._cliques(columns, rules.rest):
            if len(together) > 1:
                self._at_most(together, 1)
        week = self.slots[self.pairs[columns[0]][0]].week
        left = max(rules.per_week - rules.busy.get((person, week), 0), 0)
        steps = []
        for step in range(min(left, len(columns))):
            steps.append(len(self.gains))
            self.gains.append(-STEPS[min(asked + step, len(STEPS) - 1)])
        # what is taken is at most the steps, of which there are as many as the weekly cap leaves
        self.rows.append(([*columns, *steps], [1.0] * len(columns) + [-1.0] * len(steps), float("-inf"), 0.0))

    def _at_most(self, columns: list[int], most: int) -> None:
        self.rows.append((columns, [1.0] * len(columns), float("-inf"), float(most)))

    def _cliques(self, columns: Sequence[int], rest: timedelta) -> Iterator[list[int]]:
        """The largest sets of shifts of which somebody can serve in one only."""
        order = sorted(columns, key=lambda column: self.slots[self.pairs[column][0]].starts_at)
        running: list[int] = []
        last: list[int] = []
        for column in order:
            slot = self.slots[self.pairs[column][0]]
            still = [one for one in running if self.slots[self.pairs[one][0]].ends_at + rest > slot.starts_at]
            if len(still) < len(running) and not set(running) <= set(last):
                yield running
                last = running
            running = [*still, column]
        if running and not set(running) <= set(last):
            yield running

    def run(self) -> list[int]:
        """The columns of the pairs that are chosen."""
        import highspy  # 20 MB with numpy: loaded by the job or command that plans, not by every web worker
        import numpy as np  # the same reason

        counts = [len(columns) for columns, *_ in self.rows]
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        lp: Any = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.gains), len(self.rows)
        lp.col_cost_ = np.array(self.gains, dtype=np.double)
        lp.col_lower_ = np.zeros(len(self.gains), dtype=np.double)
        lp.col_upper_ = np.ones(len(self.gains), dtype=np.double)
        lp.row_lower_ = np.array([low for *_, low, _high in self.rows], dtype=np.double)
        lp.row_upper_ = np.array([high for *_, high in self.rows], dtype=np.double)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = starts
        lp.a_matrix_.index_ = np.array([one for columns, *_ in self.rows for one in columns], dtype=np.int32)
        lp.a_matrix_.value_ = np.array(
            [one for _, values, *_ in self.rows for one in values], dtype=np.double
        )
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.pairs) + [
            highspy.HighsVarType.kContinuous
        ] * (len(self.gains) - len(self.pairs))
        lp.sense_ = highspy.ObjSense.kMaximize
        model: Any = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("time_limit", SECONDS),
            ("mip_rel_gap", 0.0005),
        ):
            model.setOptionValue(name, value)
        model.passModel(lp)
        model.run()
        values = model.getSolution().col_value
        return [column for column in range(len(self.pairs)) if values and values[column] > 0.5]
