"""Shares of a yes/no over a tree: exact where planned, else coded so that codes never add up to a number."""

from collections.abc import Collection, Mapping

from anxin.kernel.atoms import Tree, Unit, one_part
from anxin.kernel.cells import CODED_FROM, Share, ShareKind, coding

Bounds = tuple[int, int]


def tree_shares(
    tree: Tree[Unit],
    own_sizes: Mapping[Unit, int],
    counts: Mapping[Unit, int],
    exact: Collection[Unit],
    k: int,
    *,
    public: Mapping[Unit, int],
) -> dict[Unit, Share]:
    """The shares of the units in `public`: exact where planned; elsewhere coded, or hidden.

    `own_sizes` are the people attached to each unit, `counts` how many of all below it say yes. `public`
    tells how many people everybody may know a unit to have at least: bounds and the choice to code follow
    from it alone. Codes are dropped where all figures together say more than the code (a plant of exactly 8
    whose two workshops both have "at most 4" has twice 4).
    """
    sizes = {unit: size for unit, (size,) in tree.totals(one_part(own_sizes), 1).items()}
    known = {unit: (counts[unit], counts[unit]) for unit in exact}
    kinds = {
        unit: coding(counts[unit], sizes[unit], k)
        for unit, people in public.items()
        if unit not in known and people >= CODED_FROM * k
    }
    codes = {
        unit: _code(kind, sizes[unit], k) for unit, kind in kinds.items() if kind is not ShareKind.HIDDEN
    }
    while True:
        derived = _derived(tree, own_sizes, known | codes)
        betrayed = [unit for unit, code in codes.items() if derived[unit] != code]
        if not betrayed:
            break
        for unit in betrayed:
            del codes[unit]
    return {
        unit: Share(ShareKind.EXACT, counts[unit] / sizes[unit], counts[unit])
        if unit in known
        else Share.coded(kinds[unit] if unit in codes else ShareKind.HIDDEN, people, k)
        for unit, people in public.items()
    }


def _code(kind: ShareKind, size: int, k: int) -> Bounds:
    """What a code says about the count, both ends included."""
    return (0, k - 1) if kind is ShareKind.BELOW else (size - k + 1, size)


def _derived(
    tree: Tree[Unit], own_sizes: Mapping[Unit, int], published: Mapping[Unit, Bounds]
) -> dict[Unit, Bounds]:
    """The numbers each unit can still have, given what is published: interval arithmetic, exact on a tree."""
    order = tree.bottom_up
    bounds: dict[Unit, Bounds] = {}
    for unit in order:
        parts = [bounds[child] for child in tree.children.get(unit, ())]
        low, high = sum(part[0] for part in parts), sum(part[1] for part in parts) + own_sizes.get(unit, 0)
        least, most = published.get(unit, (low, high))
        bounds[unit] = max(low, least), min(high, most)
    for unit in reversed(order):
        low, high = bounds[unit]
        parts = {child: bounds[child] for child in tree.children.get(unit, ())}
        least = sum(part[0] for part in parts.values())
        most = sum(part[1] for part in parts.values()) + own_sizes.get(unit, 0)
        for child, (at_least, at_most) in parts.items():
            bounds[child] = max(at_least, low - (most - at_most)), min(at_most, high - (least - at_least))
    return bounds
