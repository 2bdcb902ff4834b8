"""The rules of competing: examples from union meets, and properties that hold for any input."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin_competitions.rules.composition import Member, TeamRules, problems
from anxin_competitions.rules.judging import Criterion, scores, sheet_score
from anxin_competitions.rules.places import LESS_IS_BETTER, MEASURES, Mark, places, standing
from anxin_competitions.rules.points import TABLES, PointRules, counted_places, points
from anxin_competitions.rules.workdays import end_of_publicity, is_workday

MARKS = st.dictionaries(
    st.integers(0, 40),
    st.one_of(
        st.integers(0, 10).map(Mark), st.sampled_from(["dns", "dnf", "dsq"]).map(lambda out: Mark(None, out))
    ),
    min_size=1,
)


# ---- places ----------------------------------------------------------------------------------------------------------


def test_level_entries_share_a_place_and_the_next_is_left_out() -> None:
    marks = {
        "a": Mark(11_200),
        "b": Mark(11_000),
        "c": Mark(11_200),
        "d": Mark(12_000),
        "e": Mark(None, "dns"),
    }
    assert places(marks, "time") == {"a": 2, "b": 1, "c": 2, "d": 4, "e": None}


def test_a_further_mark_decides_and_a_missing_one_is_behind() -> None:
    marks = {"a": Mark(600, then=(580,)), "b": Mark(600, then=(590,)), "c": Mark(600)}
    assert places(marks, "distance") == {"b": 1, "a": 2, "c": 3}


@given(MARKS, st.sampled_from(MEASURES))
def test_the_better_mark_is_never_behind(marks, measure) -> None:
    placed = places(marks, measure)
    assert placed == places(dict(reversed(marks.items())), measure), "the order of entering does not matter"
    assert all((placed[one] is None) == (mark.mark is None) for one, mark in marks.items())
    for one, first in marks.items():
        for two, second in marks.items():
            if first.mark is not None and second.mark is not None:
                better = first.mark < second.mark if measure in LESS_IS_BETTER else first.mark > second.mark
                assert not better or placed[one] < placed[two]
                assert first.mark != second.mark or placed[one] == placed[two]


@pytest.mark.parametrize(("mark", "outcome"), [(None, "ok"), (5, "dns")])
def test_a_mark_and_its_absence_agree(mark, outcome) -> None:
    with pytest.raises(ValueError, match="only with it"):
        Mark(mark, outcome)


# ---- points ----------------------------------------------------------------------------------------------------------


def test_the_tables_of_the_plans() -> None:
    placed = {number: number for number in range(1, 13)}
    for name, table in TABLES.items():
        earned = points(placed, PointRules(table=table))
        assert [earned[number] for number in range(1, 10)] == [100 * value for value in (*table, 0)], name


@pytest.mark.parametrize(("entered", "counted"), [(1, 0), (2, 1), (5, 4), (8, 7), (9, 8), (20, 8)])
def test_with_few_teams_one_place_less_than_teams_counts(entered, counted) -> None:
    assert counted_places(PointRules(), entered) == counted


def test_a_relay_counts_twice_a_record_more_and_an_absence_costs() -> None:
    placed = {"a": 1, "b": 2, "c": None} | {number: number for number in range(3, 10)}
    earned = points(
        placed, PointRules(record=5), relay=True, records=frozenset({"a"}), absent=frozenset({"c"})
    )
    assert (earned["a"], earned["b"], earned["c"]) == (2500, 1600, -200)


def test_level_entries_share_what_their_places_bring() -> None:
    placed = {"a": 1, "b": 2, "c": 2, "d": 4} | {number: number for number in range(5, 12)}
    shared, full = points(placed, PointRules()), points(placed, PointRules(ties="full"))
    assert (shared["b"], shared["c"], shared["d"]) == (700, 700, 500)
    assert (full["b"], full["c"], full["d"]) == (800, 800, 500)


@given(MARKS, st.integers(0, 8))
def test_sharing_gives_away_no_more_than_the_table(marks, few) -> None:
    rules = PointRules(few=few, no_show=0)
    earned = points(places(marks, "time"), rules)
    assert sum(earned.values()) <= 100 * sum(rules.table) + len(marks)
    assert all(value >= 0 for value in earned.values())


def test_equal_totals_are_decided_by_firsts_then_seconds() -> None:
    totals = {"甲": 3000, "乙": 3000, "丙": 3000, "丁": 3100}
    own = {"甲": [1, 4, None], "乙": [1, 2], "丙": [2, 2, 2], "丁": []}
    assert standing(totals, own) == {"丁": 1, "乙": 2, "甲": 3, "丙": 4}
    assert standing({"甲": 5, "乙": 5}, {"甲": [3], "乙": [3]}) == {"甲": 1, "乙": 1}


# ---- judging ---------------------------------------------------------------------------------------------------------

RUBRIC = (Criterion("idea", 40, 10), Criterion("form", 60, 5))


def test_a_rubric_is_weighted_to_a_hundred() -> None:
    assert sheet_score(RUBRIC, {"idea": 10, "form": 5}) == 100_000
    assert sheet_score(RUBRIC, {"idea": 5, "form": 2}) == 44_000


@pytest.mark.parametrize(
    "given_points", [{"idea": 1}, {"idea": 11, "form": 1}, {"idea": 1, "form": 1, "x": 1}]
)
def test_an_incomplete_sheet_is_no_score(given_points) -> None:
    with pytest.raises(ValueError, match=r"rubric|range"):
        sheet_score(RUBRIC, given_points)


def test_highest_and_lowest_are_left_out_from_five_judges_on() -> None:
    five = {("a", judge): value for judge, value in enumerate((10_000, 80_000, 82_000, 84_000, 100_000))}
    assert scores(five, "trimmed") == {"a": 82_000}
    assert scores(dict(list(five.items())[:4]), "trimmed") == {"a": 64_000}


def test_a_mild_judge_does_not_lift_those_they_happened_to_judge() -> None:
    """Two judges see the same eight works; the mild one also sees eight that the strict one does not."""
    strict = {(work, "strict"): 40_000 + 2_000 * work for work in range(8)}
    mild = {(work, "mild"): 70_000 + 2_000 * work for work in range(8)}
    apart = {(100 + work, "mild 2"): 70_000 + 2_000 * work for work in range(8)}
    fair = scores(strict | mild | apart, "standard")
    assert abs(fair[3] - fair[103]) < 100
    assert scores(strict | mild | apart, "mean")[103] - scores(strict | mild | apart, "mean")[3] == 15_000


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 5)), st.integers(0, 100_000), min_size=1))
def test_scores_stay_between_the_sheets(sheets) -> None:
    for method in ("mean", "trimmed"):
        for entry, score in scores(sheets, method).items():
            own = [value for (of, _), value in sheets.items() if of == entry]
            assert min(own) <= score <= max(own)


# ---- teams and days --------------------------------------------------------------------------------------------------


def member(number: int, **more) -> Member:
    return Member(f"m{number}", **more)


def test_team_rules_name_what_is_missing() -> None:
    rules = TeamRules(
        at_least=4, at_most=4, women_at_least=1, men_at_least=1, front_line_percent=60, leaders_percent=15
    )
    good = [
        member(0, woman=True, front_line=True),
        *(member(n, woman=False, front_line=n < 3) for n in range(1, 4)),
    ]
    assert problems(good, rules) == []
    bad = [member(0, woman=False, leader=True), member(0, woman=False, staff=False)]
    assert problems(bad, rules) == ["too_few", "women", "front_line", "leaders", "outsider", "twice"]


def test_front_line_share_is_exact() -> None:
    rules = TeamRules(at_most=5, front_line_percent=60)
    three = [member(n, front_line=n < 3) for n in range(5)]
    assert problems(three, rules) == []
    assert problems([*three[1:], member(9)], rules) == ["front_line"]


def test_publicity_counts_working_days_from_the_next_day() -> None:
    national_day = {date(2026, 10, day) for day in range(1, 8)}
    worked = {date(2026, 9, 27), date(2026, 10, 10)}
    assert end_of_publicity(date(2026, 9, 25), 5, national_day, worked) == date(2026, 10, 8)
    assert end_of_publicity(date(2026, 11, 20), 5) == date(2026, 11, 27)
    assert is_workday(date(2026, 10, 10), national_day, worked)
    with pytest.raises(ValueError, match="at least one"):
        end_of_publicity(date(2026, 1, 1), 0)
