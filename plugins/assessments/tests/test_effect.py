"""Before and after: reliable change, four states, effect size; checked against numbers worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin_assessments import effect, scoring

PHQ9 = scoring.load("phq9")
WHO5 = scoring.load("who5")


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [(18, 17, "unchanged"), (18, 12, "improved"), (18, 4, "recovered"), (4, 18, "worse"), (9, 3, "improved")],
)
def test_four_states(before: int, after: int, state: str) -> None:
    """PHQ-9: six points are more than chance, ten is the cut."""
    assert effect.state_of(PHQ9, before, after) == state


def test_more_points_are_better_on_a_well_being_scale() -> None:
    assert effect.improvement(WHO5, 20, 60) == 40
    assert effect.improvement(PHQ9, 20, 10) == 10


def test_a_group_by_hand() -> None:
    """Gains 2, 4, 6: mean 4, spread 2; before and after correlate fully, so within-spread is the raw spread."""
    found = effect.effect(PHQ9, [(10, 8), (12, 8), (14, 8.0)])
    assert found is not None
    assert (found.people, found.before, found.after, found.better) == (3, 12, 8, 4)
    assert found.better_from == pytest.approx(4 - 1.959964 * 2 / 3**0.5)
    assert found.size is None  # afterwards nobody differs: there is no spread to measure in


def test_effect_size_by_hand() -> None:
    """Borenstein et al. (2009), 4.3: mean difference 3, r and spreads from the data, J = 1 - 3/(4·4 - 1)."""
    pairs = [(20, 18), (16, 12), (12, 10), (18, 13), (14, 12.0)]
    found = effect.effect(PHQ9, pairs)
    assert found is not None
    assert found.better == pytest.approx(3.0)
    assert found.size == pytest.approx(0.774, abs=0.001)
    assert (found.size_from, found.size_to) == (
        pytest.approx(0.387, abs=0.001),
        pytest.approx(1.162, abs=0.001),
    )


def test_one_pair_says_nothing() -> None:
    assert effect.effect(PHQ9, [(10, 5)]) is None
    assert effect.effect(PHQ9, []) is None


scores = st.floats(min_value=0, max_value=27, allow_nan=False).map(lambda value: round(value, 1))


@given(st.lists(st.tuples(scores, scores), min_size=2, max_size=60))
def test_turning_time_round_turns_the_sign(pairs: list[tuple[float, float]]) -> None:
    forth = effect.effect(PHQ9, pairs)
    back = effect.effect(PHQ9, [(after, before) for before, after in pairs])
    assert forth is not None
    assert back is not None
    assert forth.better == pytest.approx(-back.better)
    assert (forth.size is None) == (back.size is None)
    if forth.size is not None:
        assert forth.size == pytest.approx(-back.size, abs=1e-6)
        assert forth.size_from <= forth.size <= forth.size_to
