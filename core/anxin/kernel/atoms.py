"""Which groups of people may be counted in public: k-anonymous families of sets, and why they stay so under
arithmetic.

A threshold alone is broken by subtraction: a plant of 40 minus its three shown teams of 12 leaves a team of
4. So the rule looks at **atoms**: the classes of people who lie in exactly the same released sets. Every
sum or difference of released figures gives all people of one atom the same weight, so whatever group it
isolates is a union of atoms; when every atom has at least k people, so has every group that can be
isolated.

* `plan` and `plan_groups` choose, in one pass over an organisation tree, units whose figures may all be
  shown at once. Dropping units from a plan keeps it safe (atoms only merge).
* `Ledger` answers one request after another (filters, cross-tables, repeated reports of one wave): the
  atoms of what was released before are its state.

**Finer inside coarser.** A class of answers (all → low | high → …) may be split by a plan `among` the units
that show the class. The families together stay safe although their common atoms may be small: within an
atom of the finer plan the figures form a table (atoms of the coarser plan × halves of the class) of which
only the margins are known, and every margin has 0 or at least k people. Linear arithmetic isolates nothing
but unions of whole rows or whole columns of such tables, and a single cell can be any of at least min(row,
column, rest) + 1 numbers.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

Unit = TypeVar("Unit", bound=Hashable)
Person = TypeVar("Person", bound=Hashable)
Parts = tuple[int, ...]


@dataclass(frozen=True)
class Tree(Generic[Unit]):
    """An organisation tree, frozen for the wave. `children` may leave out units without any."""

    root: Unit
    children: Mapping[Unit, Sequence[Unit]]

    @classmethod
    def from_parents(cls, parents: Mapping[Unit, Unit | None]) -> "Tree[Unit]":
        """From unit → parent, the root's parent being None. ValueError unless it is one tree."""
        roots = [unit for unit, parent in parents.items() if parent is None]
        if len(roots) != 1:
            raise ValueError(f"a tree has one root, this has {len(roots)}")
        children: dict[Unit, list[Unit]] = {}
        for unit, parent in parents.items():
            if parent is not None:
                children.setdefault(parent, []).append(unit)
        tree = cls(roots[0], children)
        if len(tree.bottom_up) != len(parents) or not children.keys() <= parents.keys():
            raise ValueError("some units are not below the root")
        return tree

    @cached_property
    def bottom_up(self) -> tuple[Unit, ...]:
        """All units, each after the units below it."""
        order, waiting = [], [self.root]
        while waiting:
            unit = waiting.pop()
            order.append(unit)
            waiting.extend(self.children.get(unit, ()))
        return tuple(reversed(order))

    def totals(self, own: Mapping[Unit, Sequence[int]], parts: int) -> dict[Unit, Parts]:
        """Sums over each unit and all units below it, part by part."""
        nobody = (0,) * parts
        sums: dict[Unit, Parts] = {}
        for unit in self.bottom_up:
            sums[unit] = _add(
                tuple(own.get(unit, nobody)), *(sums[child] for child in self.children.get(unit, ()))
            )
        return sums


def plan(
    tree: Tree[Unit], own: Mapping[Unit, int], k: int, *, among: Collection[Unit] | None = None
) -> frozenset[Unit]:
    """The units whose people may be counted and averaged. `own`: people attached to the unit itself."""
    return plan_groups(tree, one_part(own), k, parts=1, among=among)


def plan_share(
    tree: Tree[Unit],
    own_yes: Mapping[Unit, int],
    own_no: Mapping[Unit, int],
    k: int,
    *,
    among: Collection[Unit] | None = None,
) -> frozenset[Unit]:
    """The units whose exact yes/no counts may be shown: both sides are groups of people."""
    both = {unit: (own_yes.get(unit, 0), own_no.get(unit, 0)) for unit in {*own_yes, *own_no}}
    return plan_groups(tree, both, k, parts=2, among=among)


def plan_groups(
    tree: Tree[Unit],
    own: Mapping[Unit, Sequence[int]],
    k: int,
    *,
    parts: int,
    among: Collection[Unit] | None = None,
) -> frozenset[Unit]:
    """The units whose counts may be shown group by group (`own` gives one number a group, `parts` of them).

    Larger units win over their parts. The result does not depend on the order of units. O(units × depth).
    """
    sizes = tree.totals(own, parts)
    planned = _Planned[Unit](sizes, k)
    for unit in tree.bottom_up:
        inside = [top for child in tree.children.get(unit, ()) for top in planned.tops.pop(child)]
        may_show = (among is None or unit in among) and min(sizes[unit]) >= k
        planned.tops[unit] = planned.show(unit, inside) if may_show else inside
    return frozenset(planned.atoms)


class _Planned(Generic[Unit]):
    """What the pass has chosen so far, from the leaves upwards."""

    def __init__(self, sizes: Mapping[Unit, Parts], k: int) -> None:
        self.sizes, self.k = sizes, k
        self.atoms: dict[Unit, Parts] = {}  # of each shown unit: its people in no shown unit below it
        self.inside: dict[Unit, list[Unit]] = {}  # of each shown unit: the largest shown units below it
        self.tops: dict[Unit, list[Unit]] = {}  # of each unit: the largest shown units in its branch

    def show(self, unit: Unit, inside: list[Unit]) -> list[Unit]:
        """Show a unit; hide parts of it while its remainder would isolate fewer than k people."""
        rest = _subtract(self.sizes[unit], *(self.sizes[part] for part in inside))
        while any(rest) and min(rest) < self.k:
            victim = min(inside, key=self._cost)
            inside.remove(victim)
            inside += self.inside.pop(victim)
            rest = _add(rest, self.atoms.pop(victim))
        self.atoms[unit], self.inside[unit] = rest, inside
        return [unit]

    def _cost(self, unit: Unit) -> tuple[bool, int, int, str]:
        """Hide what costs least: a part with people of its own, but few; the name decides between equals."""
        atom = self.atoms[unit]
        return not any(atom), sum(atom), sum(self.sizes[unit]), str(unit)


def one_part(own: Mapping[Unit, int]) -> dict[Unit, tuple[int]]:
    """Plain numbers in the shape of `Tree.totals` and `plan_groups`."""
    return {unit: (count,) for unit, count in own.items()}


def _add(*vectors: Parts) -> Parts:
    return tuple(map(sum, zip(*vectors, strict=True)))


def _subtract(first: Parts, *others: Parts) -> Parts:
    return tuple(a - sum(rest) for a, *rest in zip(first, *others, strict=True))


class Ledger(Generic[Person]):
    """What one wave has released so far, as the atom of every respondent. Releases count for ever.

    Store `rows()` with the wave and give them back to `Ledger(rows, k)`; take the wave's lock between
    loading and storing. Waves do not mix: each has answers, and a ledger, of its own.
    """

    def __init__(self, rows: Mapping[Person, int], k: int) -> None:
        self.k = k
        self._atoms = dict(rows)
        self._next = max(self._atoms.values(), default=-1) + 1

    @classmethod
    def of(cls, respondents: Iterable[Person], k: int) -> "Ledger[Person]":
        """A wave of which nothing was released yet: all respondents lie in one atom."""
        return cls(dict.fromkeys(respondents, 0), k)

    def rows(self) -> dict[Person, int]:
        """The state: respondent → atom."""
        return dict(self._atoms)

    def allowed(self, group: Iterable[Person]) -> bool:
        """May figures about the respondents among `group` be released? Others in it do not matter."""
        inside = Counter(self._atoms[person] for person in self._among(group))
        sizes = Counter(self._atoms.values())
        return inside.total() >= self.k and all(
            sizes[atom] >= self.k and (count == sizes[atom] or self.k <= count <= sizes[atom] - self.k)
            for atom, count in inside.items()
        )

    def release(self, group: Iterable[Person]) -> bool:
        """Record the release, if it is allowed; False otherwise, and nothing changes. O(respondents)."""
        people = self._among(group)
        if not self.allowed(people):
            return False
        split = {atom: self._next + i for i, atom in enumerate(sorted({self._atoms[one] for one in people}))}
        for person in people:
            self._atoms[person] = split[self._atoms[person]]
        self._next += len(split)
        return True

    def _among(self, group: Iterable[Person]) -> set[Person]:
        return {person for person in group if person in self._atoms}
