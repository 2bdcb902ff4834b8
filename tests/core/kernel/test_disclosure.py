"""Disclosure control under attack: linear algebra, enumeration, repeated requests; and plain use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from anxin.kernel import disclosure as door
from anxin.kernel.bands import STEPS, halves
from anxin.kernel.disclosure import Cell, Ledger, Share, ShareKind, Thresholds, Tree
from anxin.kernel.errors import Invalid
from anxin.kernel.i18n import locale_scope

BANDS = ("none", "mild", "severe")


@st.composite
def trees(draw: st.DrawFn, most: int = 7) -> Tree[int]:
    """Trees of 1 to `most` units, numbered from the root."""
    size = draw(st.integers(1, most))
    parents: dict[int, int | None] = {0: None}
    for unit in range(1, size):
        parents[unit] = draw(st.integers(0, unit - 1))
    return Tree.from_parents(parents)


def below(tree: Tree[int], unit: int) -> set[int]:
    found, waiting = set(), [unit]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting.extend(tree.children.get(one, ()))
    return found


# ---- the attacker's linear algebra -----------------------------------------------------------------------


def null_space(sets: Sequence[frozenset], cells: Sequence) -> list[list[Fraction]]:
    """All weightings of the cells that every released figure is blind to."""
    rows: list[list[Fraction]] = []
    pivots: list[int] = []
    for one in sets:
        row = [Fraction(cell in one) for cell in cells]
        for pivot, other in zip(pivots, rows, strict=True):
            row = [a - row[pivot] * b for a, b in zip(row, other, strict=True)]
        lead = next((i for i, value in enumerate(row) if value), None)
        if lead is None:
            continue
        row = [value / row[lead] for value in row]
        rows = [[a - old[lead] * b for a, b in zip(old, row, strict=True)] for old in rows]
        rows.append(row)
        pivots.append(lead)
    basis = []
    for free in set(range(len(cells))) - set(pivots):
        vector = [Fraction(0)] * len(cells)
        vector[free] = Fraction(1)
        for pivot, row in zip(pivots, rows, strict=True):
            vector[pivot] = -row[free]
        basis.append(vector)
    return basis


def isolated(sets: Iterable[Iterable], people: Mapping, k: int) -> list[set]:
    """Groups of 1 to k - 1 people whose sum some linear combination of the released sums gives."""
    cells = list(people)
    blind_to = null_space([frozenset(one) for one in sets], cells)
    found = []
    for chosen in product((0, 1), repeat=len(cells)):
        size = sum(people[cell] for cell, taken in zip(cells, chosen, strict=True) if taken)
        if 0 < size < k and all(
            sum(v for v, taken in zip(vector, chosen, strict=True) if taken) == 0 for vector in blind_to
        ):
            found.append({cell for cell, taken in zip(cells, chosen, strict=True) if taken})
    return found


def test_the_attack_works_where_only_a_threshold_protects() -> None:
    """It finds the team of 2 in a plant of 14 with two shown teams of 6; so its silence means something."""
    people = {"a": 6, "b": 6, "c": 2}
    assert isolated([{"a", "b", "c"}, {"a"}, {"b"}], people, 5) == [{"c"}]


@given(data=st.data(), tree=trees(), k=st.integers(1, 4))
def test_no_arithmetic_on_a_tree_isolates_a_small_group(data: st.DataObject, tree: Tree[int], k: int) -> None:
    own = {unit: data.draw(st.integers(0, 2 * k + 1)) for unit in tree.bottom_up}
    shown = door.plan(tree, own, k)
    sizes = {unit: sum(own[one] for one in below(tree, unit)) for unit in own}
    assert all(sizes[unit] >= k for unit in shown)
    assert (tree.root in shown) == (sizes[tree.root] >= k)
    people = {unit: count for unit, count in own.items() if count}
    assert isolated((below(tree, unit) for unit in shown), people, k) == []


@given(data=st.data(), tree=trees(5), k=st.integers(1, 3))
def test_no_arithmetic_on_shares_isolates_either_side(data: st.DataObject, tree: Tree[int], k: int) -> None:
    sides = {unit: data.draw(st.tuples(st.integers(0, 7), st.integers(0, 7))) for unit in tree.bottom_up}
    yes, no = ({unit: pair[side] for unit, pair in sides.items()} for side in (0, 1))
    shown = door.plan_share(tree, yes, no, k)
    people = {(unit, side): n for unit, pair in sides.items() for side, n in enumerate(pair) if n}
    released = [{(one, side) for one in below(tree, unit)} for unit in shown for side in (0, 1)]
    assert isolated(released, people, k) == []


@settings(max_examples=40)
@given(data=st.data(), tree=trees(4), k=st.integers(1, 3))
def test_finer_plans_inside_coarser_ones_isolate_nothing(
    data: st.DataObject, tree: Tree[int], k: int
) -> None:
    """Answers split in halves again and again, each by a plan among the units that show the whole."""
    own = {unit: data.draw(st.tuples(*[st.integers(0, 5)] * 3)) for unit in tree.bottom_up}
    released = []

    def split(bands: tuple[int, ...], units: Iterable[int]) -> None:
        released.extend({(one, band) for one in below(tree, unit) for band in bands} for unit in units)
        if len(bands) > 1:
            low, high = halves(bands, 1)
            sides = {unit: (sum(row[b] for b in low), sum(row[b] for b in high)) for unit, row in own.items()}
            finer = door.plan_groups(tree, sides, k, parts=2, among=set(units))
            split(low, finer)
            split(high, finer)

    split((0, 1, 2), door.plan(tree, {unit: sum(row) for unit, row in own.items()}, k))
    people = {(unit, band): n for unit, sizes in own.items() for band, n in enumerate(sizes)}
    assert isolated(released, people, k) == []


@given(data=st.data(), tree=trees(9), k=st.integers(1, 4))
def test_a_plan_depends_neither_on_order_nor_on_chance(data: st.DataObject, tree: Tree[int], k: int) -> None:
    own = {unit: data.draw(st.integers(0, 8)) for unit in tree.bottom_up}
    shuffled = Tree(
        tree.root, {unit: data.draw(st.permutations(kids)) for unit, kids in tree.children.items()}
    )
    again = dict(data.draw(st.permutations(list(own.items()))))
    assert door.plan(tree, own, k) == door.plan(tree, own, k) == door.plan(shuffled, again, k)


def test_people_attached_to_a_unit_itself_are_protected_too() -> None:
    tree = Tree("plant", {"plant": ["one", "two"]})
    assert door.plan(tree, {"plant": 2, "one": 6, "two": 9}, 5) == {"plant", "two"}
    assert door.plan(tree, {"plant": 0, "one": 6, "two": 9}, 5) == {"plant", "one", "two"}


@pytest.mark.parametrize(
    "parents",
    [{}, {1: None, 2: None}, {1: None, 2: 3, 3: 2}, {1: None, 2: 9}],
    ids=["none", "two", "loop", "lost"],
)
def test_what_is_no_tree_is_refused(parents: dict) -> None:
    with pytest.raises(ValueError, match=r"one root|below the root"):
        Tree.from_parents(parents)


# ---- one request after another ---------------------------------------------------------------------------


@settings(max_examples=60)
@given(data=st.data(), k=st.integers(2, 3))
def test_a_ledger_never_lets_a_small_group_be_isolated(data: st.DataObject, k: int) -> None:
    people = range(data.draw(st.integers(1, 9)))
    ledger = Ledger.of(people, k)
    released = []
    for group in data.draw(st.lists(st.sets(st.sampled_from(people)), max_size=8)):
        stored = Ledger(ledger.rows(), k)
        expected = ledger.allowed(group)
        assert ledger.release(group) == stored.release(group) == expected
        assert ledger.rows() == stored.rows()
        if expected:
            released.append(group)
            assert ledger.release(group), "what was released may be shown again"
    assert isolated(released, dict.fromkeys(people, 1), k) == []


def test_a_second_report_counts_the_first() -> None:
    ledger = Ledger.of(range(20), 5)
    assert ledger.release(range(12))
    assert not ledger.release(range(10))  # the difference would be two people
    assert not ledger.release(range(17, 20))
    assert ledger.release([*range(12), 99])  # nobody new: 99 did not answer
    assert not ledger.release([])


# ---- enumeration: what else could the hidden numbers be? -------------------------------------------------


SIDES = ("low", "high")
Fact = tuple[set[int], set[int], int, int]  # own units, sides (0 low, 1 high), least, most


def facts(tree: Tree[int], figures: Mapping[int, door.UnitFigures], k: int) -> Iterator[Fact]:
    """All that is published, exactly or as a code, about how many people answered what."""
    for unit, one in figures.items():
        where = below(tree, unit)
        if one.answered.shown:
            yield where, {0, 1}, one.answered.value, one.answered.value
        yield from coded(one.participation, where, {0, 1}, one.eligible, k)
        if one.answered.shown:
            yield from coded(one.high, where, {1}, one.answered.value, k)
        for part in one.distribution:
            if part.count.shown:
                yield where, {SIDES.index(side) for side in part.bands}, part.count.value, part.count.value


def coded(share: Share, where: set[int], sides: set[int], people: int, k: int) -> Iterator[Fact]:
    if share.kind is ShareKind.BELOW:
        yield where, sides, 0, k - 1
    if share.kind is ShareKind.ABOVE:
        yield where, sides, people - k + 1, people


def fits(fact: Fact, rows: Mapping[int, tuple[int, int]]) -> bool:
    where, sides, least, most = fact
    return least <= sum(rows[unit][side] for unit in where for side in sides) <= most


def consistent(eligible: Mapping[int, int], known: Sequence[Fact]) -> Iterator[dict[int, tuple[int, int]]]:
    """Every table of answers that fits the headcounts and all published facts."""
    options = []
    for unit, size in eligible.items():
        alone = [fact for fact in known if fact[0] == {unit}]
        rows = [(low, high) for low in range(size + 1) for high in range(size + 1 - low)]
        options.append([row for row in rows if all(fits(fact, {unit: row}) for fact in alone)])
    together = [fact for fact in known if len(fact[0]) > 1]
    for rows in product(*options):
        table = dict(zip(eligible, rows, strict=True))
        if all(fits(fact, table) for fact in together):
            yield table


def recovered(tree: Tree[int], eligible: Mapping[int, int], answers: Mapping[int, dict], k: int) -> list:
    """Hidden numbers (who answered, who is low or high, in each unit) that fit one value only."""
    figures = door.release_wave(
        tree, eligible=eligible, answers=answers, order=SIDES, cut="high", thresholds=Thresholds(k, k)
    )
    seen: dict[tuple[int, str], set[int]] = defaultdict(set)
    for table in consistent(eligible, list(facts(tree, figures, k))):
        for unit in eligible:
            low, high = (sum(table[one][side] for one in below(tree, unit)) for side in (0, 1))
            seen[unit, "answered"].add(low + high)
            seen[unit, "low"].add(low)
            seen[unit, "high"].add(high)
    hidden = []
    for unit, one in figures.items():
        if one.eligible:
            hidden += [(unit, "answered")] * (not one.answered.shown)
            if len(one.distribution) == 1 or not one.answered.shown:
                hidden += [(unit, "low"), (unit, "high")]
    return [name for name in hidden if len(seen[name]) == 1]


@settings(max_examples=100)
@given(data=st.data(), tree=trees(3))
def test_no_hidden_number_can_be_worked_out(data: st.DataObject, tree: Tree[int]) -> None:
    """Whatever is hidden fits at least two different tables of answers, of all that are enumerated."""
    few, rare = st.integers(0, 3), st.integers(0, 1)
    eligible, answers = {}, {}
    for unit in sorted(tree.bottom_up):
        low, high, silent = data.draw(st.tuples(few, few, few) | st.tuples(rare, rare, st.just(6)))
        eligible[unit] = low + high + silent
        answers[unit] = {"low": low, "high": high}
    assert recovered(tree, eligible, answers, 2) == []


def test_two_codes_that_would_add_up_to_a_number_are_dropped() -> None:
    """Two workshops of 30 with 4 answers each, in a plant with exactly 8: 'below 20%' twice says 4 and 4."""
    tree = Tree("plant", {"plant": ["one", "two"]})
    answers = {"one": {"none": 4}, "two": {"none": 4}}
    figures = door.release_wave(tree, eligible={"one": 30, "two": 30}, answers=answers, order=BANDS)
    assert figures["plant"].participation == Share(ShareKind.EXACT, 8 / 60, 8)
    assert {figures[unit].participation.kind for unit in ("one", "two")} == {ShareKind.HIDDEN}


@given(
    sizes=st.lists(st.integers(10, 40), min_size=2, max_size=4),
    silent=st.integers(0, 4),
)
def test_rounded_shares_do_not_tell_how_many_answered(sizes: list[int], silent: int) -> None:
    """A unit where nearly all answered shows shares in steps; several numbers of answers fit them."""
    tree: Tree[str] = Tree("team", {})
    bands = "abcd"[: len(sizes)]
    answered = sum(sizes)
    figures = door.release_wave(
        tree,
        eligible={"team": answered + silent},
        answers={"team": dict(zip(bands, sizes, strict=True))},
        order=bands,
    )["team"]
    assert figures.participation.kind is ShareKind.ABOVE
    assert not figures.answered.shown
    assert not any(part.count.shown for part in figures.distribution)
    shares = [Fraction(part.share.value).limit_denominator(20) for part in figures.distribution]
    for people in range(answered + silent - 4, answered + silent + 1):
        assert any(can_round_to(shares, people, step) for step in STEPS)


def can_round_to(shares: Sequence[Fraction], people: int, step: Fraction) -> bool:
    """Are there counts of that many people which rounded half up to the step give these shares?"""
    sums = {0}
    for share in shares:
        fitting = [
            n for n in range(people + 1) if (Fraction(n, people) / step + Fraction(1, 2)) // 1 * step == share
        ]
        sums = {one + n for one in sums for n in fitting if one + n <= people}
    return people in sums


@pytest.mark.parametrize(("k", "bands"), [(2, 3), (3, 3), (2, 4), (3, 4)])
def test_merged_bands_stay_open_even_to_who_knows_the_rule(k: int, bands: int) -> None:
    """All histograms with the same published form: no band inside a class of several has one value only."""
    most = 2 * k + 2
    published = defaultdict(list)
    for counts in product(range(most), repeat=bands):
        if sum(counts) >= k:
            bins = door.suppress_distribution(dict(enumerate(counts)), k, cut=bands // 2)
            assert sum(part.count.value for part in bins) == sum(counts)
            assert all(part.count.value >= k for part in bins)
            published[tuple((part.bands, part.count.value) for part in bins)].append(counts)
    for form, candidates in published.items():
        for merged, size in form:
            if len(merged) > 1 and size < most:  # larger ones reach beyond what was enumerated
                for band in merged:
                    assert len({counts[band] for counts in candidates}) > 1


# ---- plain use -------------------------------------------------------------------------------------------


def test_a_plant_shows_its_large_parts_and_hides_the_small_ones() -> None:
    tree = Tree("plant", {"plant": ["drilling", "repair", "office"]})
    eligible = {"drilling": 120, "repair": 90, "office": 6}
    answers = {
        "drilling": {"none": 60, "mild": 20, "severe": 12},
        "repair": {"none": 50, "mild": 20, "severe": 3},
        "office": {"none": 3, "mild": 1, "severe": 0},
    }
    scores = {"drilling": 500, "repair": 300, "office": 20}
    figures = door.release_wave(
        tree, eligible=eligible, answers=answers, order=BANDS, cut="severe", scores=scores
    )
    plant = figures["plant"]
    assert plant.answered == Cell(169)
    assert [(part.bands, part.count.value) for part in plant.distribution] == [
        (("none",), 113),
        (("mild",), 41),
        (("severe",), 15),
    ]
    assert plant.mean == Cell(4.9)
    assert plant.high == Share(ShareKind.EXACT, 15 / 169, 15)
    office = figures["office"]
    assert (office.shown, str(office.answered), str(office.mean)) == (False, "—", "—")
    assert office.high.kind is ShareKind.HIDDEN
    # the severe of drilling (12) and of the rest (3) would both be known if drilling showed them
    assert all("severe" not in part.bands or len(part.bands) > 1 for part in figures["drilling"].distribution)


def test_bands_merge_within_their_side_of_the_cut() -> None:
    counts = {"none": 40, "mild": 3, "moderate": 9, "severe": 4}
    assert [part.bands for part in door.suppress_distribution(counts, 10, cut="moderate")] == [
        ("none", "mild"),
        ("moderate", "severe"),
    ]
    (hidden,) = door.suppress_distribution({"none": 4, "mild": 1}, 10)
    assert (str(hidden.count), str(hidden.share), hidden.bands) == ("—", "—", ("none", "mild"))


def test_everybody_in_one_band_is_not_told() -> None:
    (one,) = door.suppress_distribution({"none": 0, "mild": 0, "severe": 30}, 10)
    assert one.bands == BANDS


@given(count=st.integers(0, 60), rest=st.integers(0, 60))
def test_a_share_tells_a_number_only_with_enough_people_on_both_sides(count: int, rest: int) -> None:
    assume(count + rest)
    share = Share.of(count, count + rest, 10)
    assert (share.kind is ShareKind.EXACT) == (min(count, rest) >= 10)
    assert (share.count is None) == (share.kind is not ShareKind.EXACT)
    match share.kind:
        case ShareKind.BELOW:
            assert count < 10
            assert count / (count + rest) < share.part
        case ShareKind.ABOVE:
            assert rest < 10
            assert count / (count + rest) > share.part
        case ShareKind.HIDDEN:
            assert count + rest < 30


def test_figures_print_for_people() -> None:
    with locale_scope("zh_CN"):
        assert str(Cell.hide().note) == "人数过少，不显示"
        assert str(Share.of(3, 60, 10)) == "低于 20%"
        assert str(Share.of(57, 60, 10)) == "高于 80%"
    assert str(Share.of(20, 60, 10)) == "33%"
    assert str(Share.hide()) == str(Cell.hide()) == "—"
    assert (str(Cell(7)), Cell(7).note, Share.of(20, 60, 10).note) == ("7", "", "")


def test_single_counts_and_means() -> None:
    assert door.show_count(5) == Cell(5)
    assert not door.show_count(4).shown
    assert door.mean(49, 20) == Cell(2.5)  # 2.45 rounds up
    assert not door.mean(12, 4).shown
    assert [str(door.in_steps(n)) for n in (0, 4, 5, 9, 23)] == ["—", "—", "5", "5", "20"]


def test_a_tenant_raises_thresholds_and_never_lowers_them() -> None:
    assert Thresholds.for_tenant() == Thresholds(5, 10)
    assert Thresholds.for_tenant(count=8, share=20) == Thresholds(8, 20)
    with pytest.raises(Invalid) as refused:
        Thresholds.for_tenant(count=0, share=9)
    assert set(refused.value.fields) == {"count", "share"}


def test_more_answers_than_people_is_an_error() -> None:
    with pytest.raises(ValueError, match="more people answered"):
        door.release_wave(Tree("a", {}), eligible={"a": 1}, answers={"a": {"none": 2}}, order=BANDS)
