"""The scoring kernel's promises, over all answers a key allows and over keys made for the purpose."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin_assessments import scoring
from anxin_assessments.instruments.schema import read_key
from anxin_assessments.instruments.shapes import Instrument

KEYS = {key.id: key for key in scoring.catalogue()}


def made(**changes: Any) -> Instrument:
    """A key of the tests' own: four items 1–4, items 2 and 4 reversed, every operation once."""
    key: dict[str, Any] = {
        "id": "made",
        "edition": "1",
        "form": "made for tests",
        "title": {"zh_CN": "测试", "en": "Test"},
        "minutes": 1,
        "recall_days": 7,
        "items": 4,
        "options": [1, 2, 3, 4],
        "reverse": [2, 4],
        "higher_is": "worse",
        "scales": {
            "raw": {"op": "sum", "items": "all", "range": [4, 16]},
            "double": {"op": "sum", "items": [1, 2], "multiply": 2, "range": [4, 16]},
            "mean": {"op": "mean", "items": "all", "range": [1, 4], "min_answered": 2},
            "high": {"op": "count_ge", "items": "all", "threshold": 3, "range": [0, 4]},
            "ones": {"op": "count_eq", "items": "all", "value": 1, "range": [0, 4]},
            "intensity": {"op": "mean_of_positive", "items": "all", "threshold": 2, "range": [2, 4]},
            "standard": {
                "op": "custom",
                "formula": "scaled",
                "of": "raw",
                "by": 1.25,
                "rounding": "half_up",
                "range": [5, 20],
            },
            "truncated": {
                "op": "custom",
                "formula": "scaled",
                "of": "raw",
                "by": 1.25,
                "rounding": "down",
                "range": [5, 20],
            },
            "balance": {
                "op": "custom",
                "formula": "ratio",
                "of": "high",
                "over": "ones",
                "by": 2,
                "range": [0, 8],
            },
        },
        "main_scale": "raw",
        "bands": {"raw": [{"from": 4, "code": "low"}, {"from": 10, "code": "high"}]},
        "triggers": [{"scale": "raw", "at_least": 10, "level": 1}],
        "risk_items": [],
        "licence": {"ships": "key_only", "status": "free", "holder": "nobody", "says": "made for tests"},
        "evidence": {"level": "seen", "sources": []},
    }
    key.update(changes)
    return read_key("made.yaml", key)


def complete(key: Instrument) -> st.SearchStrategy[list[int]]:
    return st.tuples(*(st.sampled_from(key.values_of(item)) for item in range(1, key.items + 1))).map(list)


def partial(key: Instrument) -> st.SearchStrategy[list[int | None]]:
    choices = (st.sampled_from([None, *key.values_of(item)]) for item in range(1, key.items + 1))
    return st.tuples(*choices).map(list)


some_key = st.sampled_from([*KEYS.values(), made()])


@given(data=st.data(), key=some_key)
def test_scores_stay_in_their_range_and_nothing_raises(data: st.DataObject, key: Instrument) -> None:
    result = scoring.score(key, data.draw(partial(key)), seconds=data.draw(st.none() | st.floats(0, 1e6)))
    for name, value in result.scales.items():
        assert (
            value is None
            or key.scales[name].low <= Fraction(str(value)).limit_denominator(1000) <= key.scales[name].high
        )
    assert set(result.bands) == {name for name in key.bands if result.scales[name] is not None}
    assert 0 <= result.level <= 3


@given(data=st.data(), key=st.sampled_from(list(KEYS.values())))
def test_a_higher_answer_never_lowers_the_score(data: st.DataObject, key: Instrument) -> None:
    answers = data.draw(complete(key))
    item = data.draw(st.integers(1, key.items))
    higher = [value for value in key.values_of(item) if value >= answers[item - 1]]
    changed = [*answers[: item - 1], data.draw(st.sampled_from(higher)), *answers[item:]]
    before, after = scoring.score(key, answers), scoring.score(key, changed)
    for name in key.scales:
        assert (after.scales[name] or 0) >= (before.scales[name] or 0)
    if key.higher_is == "worse":
        assert after.level >= before.level
    else:
        assert after.level <= before.level


@given(data=st.data(), key=st.sampled_from(list(KEYS.values())))
def test_the_order_of_ordinary_items_does_not_matter(data: st.DataObject, key: Instrument) -> None:
    answers = data.draw(complete(key))
    whole = key.main_scale if key.scales[key.main_scale].op == "sum" else key.scales[key.main_scale].of
    assert whole is not None
    shuffled = data.draw(st.permutations(answers))
    assert scoring.score(key, shuffled).scales[whole] == scoring.score(key, answers).scales[whole]


@given(answers=complete(made()))
def test_reversal_mirrors_the_item(answers: list[int]) -> None:
    plain = scoring.score(made(reverse=[]), answers).scales["raw"]
    mirrored = scoring.score(made(reverse=[1, 2, 3, 4]), answers).scales["raw"]
    assert plain is not None
    assert mirrored is not None
    assert plain + mirrored == 4 * (1 + 4)


def test_every_operation() -> None:
    scales = scoring.score(made(), [4, 4, 1, 2]).scales  # oriented: 4, 1, 1, 3
    assert scales == {
        "raw": 9,
        "double": 10,
        "mean": 2.25,
        "high": 2,
        "ones": 2,
        "intensity": 3.5,
        "standard": 11,  # 11.25
        "truncated": 11,
        "balance": 2,
    }
    assert scoring.score(made(), [4, 1, 4, 1]).scales["balance"] is None  # no ones: no ratio
    assert scoring.score(made(), [1, 4, 1, 4]).scales["intensity"] is None  # nothing positive


def test_rounding_is_half_up_and_the_mode_is_the_keys() -> None:
    scales = scoring.score(made(), [4, 3, 3, 4]).scales  # oriented 4, 2, 3, 1 = 10; times 1.25 = 12.5
    assert (scales["standard"], scales["truncated"]) == (13, 12)
    assert [scoring.half_up(Fraction(n, 2)) for n in (1, 3, 5, -1)] == [1, 2, 3, 0]


def test_a_mean_counts_only_what_was_answered() -> None:
    assert scoring.score(made(), [4, None, 2, None]).scales["mean"] == 3
    assert scoring.score(made(), [4, None, None, None]).scales["mean"] is None


def test_too_many_gaps_leave_no_score_at_all() -> None:
    key = made(max_missing=1)
    assert scoring.score(key, [4, None, 2, None]).scales["mean"] is None
    assert scoring.score(key, [4, None, 2, 1]).scales["mean"] is not None


class TestMissingAnswers:
    def test_phq9_is_filled_up_with_one_or_two_gaps(self) -> None:
        result = scoring.score(KEYS["phq9"], [None, None, 2, 1, 1, 1, 0, 0, 0])
        assert result.scales == {"total": 6, "phq2": None, "phq8": None}  # 5 * 9 / 7 = 6.43
        assert result.missing == (1, 2)
        assert not result.complete

    def test_three_gaps_are_too_many(self) -> None:
        assert scoring.score(KEYS["phq9"], [None, None, None, 1, 1, 1, 0, 0, 0]).scales["total"] is None

    @given(answers=partial(KEYS["phq9"]))
    def test_a_missing_risk_item_is_never_inferred(self, answers: list[int | None]) -> None:
        result = scoring.score(KEYS["phq9"], [*answers[:8], None])
        assert result.scales["total"] is None
        assert not result.risks
        assert 9 in result.missing

    @pytest.mark.parametrize(
        ("name", "gaps", "scored"),
        [("gad7", 1, True), ("gad7", 2, False), ("who5", 1, False), ("k6", 1, False)],
    )
    def test_the_others(self, name: str, gaps: int, scored: bool) -> None:
        key = KEYS[name]
        answers: list[int | None] = [*[None] * gaps, *[1] * (key.items - gaps)]
        assert (scoring.score(key, answers).scales[key.main_scale] is not None) is scored


class TestRisk:
    @pytest.mark.parametrize(("value", "level"), [(None, None), (0, None), (1, 2), (2, 3), (3, 3)])
    def test_item_9_of_phq9(self, value: int | None, level: int | None) -> None:
        risk = scoring.risk_of_answer(KEYS["phq9"], 9, value)
        assert (risk.level if risk else None) == level

    def test_no_other_item_and_no_other_instrument_has_one(self) -> None:
        for key in KEYS.values():
            for item in range(1, key.items + 1):
                if (key.id, item) != ("phq9", 9):
                    assert scoring.risk_of_answer(key, item, max(key.values_of(item))) is None

    @given(answers=partial(KEYS["phq9"]), value=st.sampled_from([1, 2, 3]), seconds=st.floats(0, 30))
    def test_nothing_silences_it(self, answers: list[int | None], value: int, seconds: float) -> None:
        """Unfinished, too fast or straight-lined: the risk answer still counts."""
        result = scoring.score(KEYS["phq9"], [*answers[:8], value], seconds=seconds)
        assert [risk.item for risk in result.risks] == [9]
        assert result.level >= (2 if value == 1 else 3)

    def test_it_is_judged_before_reversal(self) -> None:
        key = made(risk_items=[{"item": 2, "what": "self_harm", "steps": [{"at_least": 3, "level": 2}]}])
        assert 2 in key.reverse
        assert [risk.value for risk in scoring.score(key, [1, 3, 1, 1]).risks] == [3]
        assert not scoring.score(key, [1, 2, 1, 1]).risks


class TestLevels:
    @pytest.mark.parametrize(
        ("name", "answers", "level", "offered"),
        [
            ("phq9", [1, 1, 1, 1, 0, 0, 0, 0, 0], 0, False),
            ("phq9", [1, 1, 1, 1, 1, 0, 0, 0, 0], 1, False),
            ("phq9", [2, 2, 2, 2, 2, 0, 0, 0, 0], 1, True),
            ("phq9", [3, 3, 3, 3, 3, 0, 0, 0, 0], 2, True),
            ("phq9", [0, 0, 0, 0, 0, 0, 0, 0, 1], 2, False),
            ("phq9", [0, 0, 0, 0, 0, 0, 0, 0, 2], 3, False),
            ("gad7", [1, 1, 1, 1, 0, 0, 0], 0, False),
            ("gad7", [1, 1, 1, 1, 1, 0, 0], 1, False),
            ("gad7", [3, 3, 3, 3, 3, 0, 0], 2, True),
            ("k6", [4, 0, 0, 0, 0, 0], 0, False),
            ("k6", [4, 1, 0, 0, 0, 0], 1, False),
            ("k6", [4, 4, 4, 1, 0, 0], 2, True),
            ("who5", [3, 3, 3, 2, 2], 0, False),
            ("who5", [3, 3, 2, 2, 2], 1, False),
            ("who5", [2, 2, 1, 1, 1], 1, True),
        ],
    )
    def test_the_table_of_warning_levels(
        self, name: str, answers: list[int], level: int, offered: bool
    ) -> None:
        result = scoring.score(KEYS[name], answers)
        assert (result.level, "offer_counsellor" in result.flags) == (level, offered)

    def test_a_tenant_may_warn_earlier(self) -> None:
        key = scoring.tighten(KEYS["phq9"], {"total.2": 13, "item9.3": 1})
        assert scoring.score(key, [3, 3, 3, 3, 1, 0, 0, 0, 0]).level == 2
        assert scoring.score(key, [0, 0, 0, 0, 0, 0, 0, 0, 1]).level == 3
        well = scoring.tighten(KEYS["who5"], {"percent.1": 60})
        assert scoring.score(well, [3, 3, 3, 3, 3]).level == 1

    @pytest.mark.parametrize(
        ("name", "threshold", "value"),
        [
            ("phq9", "total.2", 16),
            ("phq9", "item9.3", 3),
            ("phq9", "item9.2", 2),
            ("phq9", "item9.2", -1),
            ("phq9", "item8.2", 1),
            ("phq9", "total.3", 1),
            ("who5", "percent.1", 40),
        ],
    )
    def test_but_never_later_and_never_off(self, name: str, threshold: str, value: int) -> None:
        with pytest.raises(scoring.ThresholdError, match=threshold):
            scoring.tighten(KEYS[name], {threshold: value})


class TestQuality:
    def test_the_same_answer_throughout(self) -> None:
        assert scoring.score(KEYS["phq9"], [3] * 9).quality == ("straight_line",)
        assert scoring.score(KEYS["who5"], [0] * 5).quality == ("straight_line",)

    def test_being_well_throughout_is_not_suspicious(self) -> None:
        assert scoring.score(KEYS["phq9"], [0] * 9).quality == ()
        assert scoring.score(KEYS["who5"], [5] * 5).quality == ()

    def test_faster_than_reading(self) -> None:
        assert scoring.score(KEYS["gad7"], [1, 0, 1, 0, 1, 0, 1], seconds=13.9).quality == ("fast",)
        assert scoring.score(KEYS["gad7"], [1, 0, 1, 0, 1, 0, 1], seconds=14).quality == ()

    @given(answers=complete(KEYS["phq9"]), seconds=st.floats(0, 100))
    def test_flags_change_nothing_else(self, answers: list[int], seconds: float) -> None:
        calm, hasty = (
            scoring.score(KEYS["phq9"], answers),
            scoring.score(KEYS["phq9"], answers, seconds=seconds),
        )
        assert (calm.scales, calm.bands, calm.level, calm.risks) == (
            hasty.scales,
            hasty.bands,
            hasty.level,
            hasty.risks,
        )


class TestWrongAnswers:
    @pytest.mark.parametrize("answers", [[], [0] * 8, [0] * 10])
    def test_the_count_must_fit(self, answers: list[int]) -> None:
        with pytest.raises(scoring.AnswerError, match="9 items"):
            scoring.score(KEYS["phq9"], answers)

    @pytest.mark.parametrize("value", [4, -1, True, "1", 1.0])
    def test_only_offered_values(self, value: Any) -> None:
        with pytest.raises(scoring.AnswerError) as caught:
            scoring.score(KEYS["phq9"], [0, 0, value, 0, 0, 0, 0, 0, 0])
        assert caught.value.item == 3

    def test_an_item_outside_the_form(self) -> None:
        with pytest.raises(scoring.AnswerError, match="no item 10"):
            scoring.check_answer(KEYS["phq9"], 10, 1)


def test_a_result_can_be_stored_as_json() -> None:
    plain = scoring.score(KEYS["phq9"], [0, 1, 2, 0, 1, 2, 0, 1, 2], seconds=5).as_json()
    assert plain["scales"]["total"] == 9
    assert plain["risks"] == [{"item": 9, "value": 2, "level": 3, "what": "self_harm"}]
    assert plain["quality"] == ["fast"]
