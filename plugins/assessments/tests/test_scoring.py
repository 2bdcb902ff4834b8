"""The scoring kernel's promises, over all answers a key allows and over keys made for the purpose."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
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


def choices(key: Instrument, item: int) -> st.SearchStrategy[int]:
    if free := key.free.get(item):
        return st.integers(free.min, free.max)
    return st.sampled_from(key.values_of(item))


def complete(key: Instrument) -> st.SearchStrategy[list[Any]]:
    return st.tuples(*(choices(key, item) for item in range(1, key.items + 1))).map(list)


def partial(key: Instrument) -> st.SearchStrategy[list[Any]]:
    """Some answers, with gaps; drawn as a few changes to a whole sheet, so that ninety items stay quick."""
    gaps = st.sets(st.integers(0, key.items - 1))
    return st.tuples(complete(key), gaps).map(
        lambda drawn: [None if place in drawn[1] else value for place, value in enumerate(drawn[0])]
    )


@pytest.mark.parametrize("name", KEYS)
@given(data=st.data())
@settings(max_examples=25)
def test_scores_stay_in_their_range_and_nothing_raises(name: str, data: st.DataObject) -> None:
    key = KEYS[name]
    result = scoring.score(key, data.draw(partial(key)), seconds=data.draw(st.none() | st.floats(0, 1e6)))
    for scale, value in result.scales.items():
        low, high = float(key.scales[scale].low), float(key.scales[scale].high)
        assert value is None or low - 1e-9 <= value <= high + 1e-9
    assert set(result.bands) == {scale for scale in key.bands if result.scales[scale] is not None}
    assert set(result.checks) == set(key.checks)
    assert 0 <= result.level <= 3


@pytest.mark.parametrize("name", KEYS)
@given(data=st.data())
@settings(max_examples=25)
def test_a_worse_answer_never_lowers_the_score(name: str, data: st.DataObject) -> None:
    """Towards the troubled end of an item, turned round where the item is, no plain score goes down."""
    key = KEYS[name]
    answers = data.draw(complete(key))
    item = data.draw(st.sampled_from([item for item in range(1, key.items + 1) if item not in key.free]))
    turned = item in key.reverse
    further = [
        v for v in key.values_of(item) if (v <= answers[item - 1] if turned else v >= answers[item - 1])
    ]
    changed = [*answers[: item - 1], data.draw(st.sampled_from(further)), *answers[item:]]
    if scoring.skipped(key, answers) != scoring.skipped(key, changed):
        return
    before, after = scoring.score(key, answers), scoring.score(key, changed)
    for scale in key.scales.values():
        if scale.op in ("sum", "mean", "count_ge") and before.scales[scale.name] is not None:
            now = after.scales[scale.name]
            assert now is None or now >= before.scales[scale.name]  # type: ignore[operator]
    if key.higher_is == "better":
        assert after.level <= before.level
    elif not turned and not any(scale.op == "custom" for scale in key.scales.values()):
        assert after.level >= before.level


@pytest.mark.parametrize("name", KEYS)
@given(data=st.data())
@settings(max_examples=15)
def test_a_reversed_item_is_mirrored(name: str, data: st.DataObject) -> None:
    """Turning round the answer and the item at once changes no plain score; risk answers are judged raw."""
    key = KEYS[name]
    answers = data.draw(complete(key))
    item = data.draw(st.sampled_from([item for item in range(1, key.items + 1) if item not in key.free]))
    values = key.values_of(item)
    if set(values) != {min(values) + max(values) - value for value in values} or key.skips:
        return
    mirrored = replace(key, reverse=key.reverse ^ {item}, risk_items={})
    other = [*answers[: item - 1], min(values) + max(values) - answers[item - 1], *answers[item:]]
    plain = {scale.name for scale in key.scales.values() if not scale.void_when_uniform}
    one, two = scoring.score(replace(key, risk_items={}), answers), scoring.score(mirrored, other)
    assert {n: one.scales[n] for n in plain} == {n: two.scales[n] for n in plain}


@pytest.mark.parametrize("name", [name for name, key in KEYS.items() if key.risk_items])
@given(data=st.data())
@settings(max_examples=15)
def test_a_risk_answer_is_heard_whatever_else_is_said(name: str, data: st.DataObject) -> None:
    key = KEYS[name]
    answers = data.draw(partial(key))
    risk = data.draw(st.sampled_from(list(key.risk_items.values())))
    for step in risk.steps:
        given = [*answers[: risk.item - 1], step.at_least, *answers[risk.item :]]
        result = scoring.score(key, given, seconds=1)
        assert risk.item in [one.item for one in result.risks]
        assert result.level >= step.level


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

    def test_the_items_that_call_for_help(self) -> None:
        found = {
            (key.id, item): [(step.at_least, step.level) for step in key.risk_items[item].steps]
            for key in KEYS.values()
            for item in key.risk_items
        }
        one_two, one, three = [(1, 2), (2, 3)], [(1, 3)], [(3, 2)]
        assert found == {
            ("phq9", 9): one_two,
            ("epds", 10): one_two,
            ("scl90_cn", 15): [(2, 2), (3, 3)],
            ("scl90_cn", 16): three,
            ("scl90_cn", 59): three,
            ("scl90_cn", 63): three,
            ("sds", 19): [(2, 2), (3, 3)],
            ("pcl5", 16): [(3, 1)],
            ("dass21", 21): [(3, 1)],
            ("core10", 6): one,
            **{("core_om", item): one for item in (9, 16, 24, 34)},
            **{("core_om", item): [(1, 2)] for item in (6, 22)},
            **{("cssrs_screener", item): [(1, 2)] for item in (1, 2, 3, 6)},
            **{("cssrs_screener", item): one for item in (4, 5, 7)},
        }

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


def sas(raw: int) -> list[int]:
    """SAS answers of this raw score: oriented ones first, then as they are asked."""
    return zung(raw, KEYS["sas"])


def sds(raw: int) -> list[int]:
    """The same of SDS, with its risk item at one."""
    return zung(raw, KEYS["sds"])


def zung(raw: int, key: Instrument) -> list[int]:
    left = raw - key.items
    answers = []
    for item in range(1, key.items + 1):
        more = 0 if item == 19 else min(3, left)
        left -= more
        answers.append(4 - more if item in key.reverse else 1 + more)
    return answers


def factor(name: str, value: int) -> list[int]:
    """SCL-90 answers with one factor at this value and everything else at one."""
    items = KEYS["scl90_cn"].scales[name].items
    return [value if item in items else 1 for item in range(1, 91)]


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
            ("sas", sas(39), 0, False),
            ("sas", sas(40), 1, True),
            ("sas", sas(48), 2, True),
            ("sds", sds(42), 1, True),
            ("sds", sds(50), 2, True),
            ("scl90_cn", [1] * 90, 0, False),
            ("scl90_cn", factor("anxiety", 2), 1, False),
            ("scl90_cn", factor("anxiety", 3), 2, False),
            ("scl90_cn", [*[3] * 55, *[1] * 35], 3, True),
            ("pcl5", [2] * 16 + [0] * 4, 0, True),
            ("pcl5", [2] * 16 + [1, 0, 0, 0], 2, True),
            ("core10", [0, 4, 4, 0, 0, 1, 0, 0, 0, 0], 3, False),
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


class TestSkips:
    def test_audit_spares_who_does_not_drink(self) -> None:
        key = KEYS["audit"]
        assert scoring.skipped(key, [0, *[None] * 9]) == {2, 3, 4, 5, 6, 7, 8}
        assert scoring.skipped(key, [1, 0, 0, *[None] * 7]) == {4, 5, 6, 7, 8}
        assert scoring.skipped(key, [1, 1, 0, *[None] * 7]) == set()
        assert scoring.score(key, [0, *[None] * 7, 0, 2]).scales["total"] == 2

    @given(answers=partial(KEYS["cssrs_screener"]))
    def test_what_was_answered_is_not_skipped(self, answers: list[Any]) -> None:
        given = {item for item, value in enumerate(answers, 1) if value is not None}
        assert not scoring.skipped(KEYS["cssrs_screener"], answers) & given

    def test_behaviour_of_unknown_time_counts_as_recent(self) -> None:
        bands = scoring.score(KEYS["cssrs_screener"], [0, 0, None, None, None, 1, None]).bands
        assert bands["triage"] == "high"


class TestScl90:
    def test_the_factors_take_every_item_once(self) -> None:
        scales = KEYS["scl90_cn"].scales
        means = [one for one in scales.values() if one.op == "mean" and len(one.items) < 90]
        items = [item for one in means for item in one.items]
        assert (len(means), sorted(items)) == (10, list(range(1, 91)))

    def test_a_factor_bears_gaps_but_not_at_a_risk_item(self) -> None:
        answers: list[Any] = [2] * 90
        answers[4] = None
        assert scoring.score(KEYS["scl90_cn"], answers).scales["depression"] == 2
        answers[14] = None
        assert scoring.score(KEYS["scl90_cn"], answers).scales["depression"] is None

    def test_more_than_a_fifth_missing_gives_no_score(self) -> None:
        key = KEYS["scl90_cn"]
        assert scoring.score(key, [*[1] * 71, *[None] * 19]).scales["somatization"] is None

    def test_the_western_coding_is_one_lower(self) -> None:
        key = KEYS["scl90_cn"]
        assert scoring.recode(key, [0] * 90, "zero_based") == [1] * 90


class TestPsqi:
    def test_hours_are_counted_over_midnight_and_by_quarters(self) -> None:
        key = KEYS["psqi"]
        night: dict[str, Any] = {"bed_time": 23.5, "latency_min": 15, "rise_time": 6.5, "hours_slept": 6.5}
        rest = {"q5": [0] * 10, "quality": 0, "medication": 0, "awake": 0, "enthusiasm": 0}
        scales = scoring.score(key, scoring.from_fields(key, night | rest)).scales
        assert (scales["c2_latency"], scales["c3_duration"], scales["c4_efficiency"]) == (0, 1, 0)
        with pytest.raises(scoring.AnswerError, match="no field"):
            scoring.from_fields(key, {"snoring": 3})
        with pytest.raises(scoring.AnswerError, match="takes 0 to 24"):
            scoring.check_answer(key, 1, 25)


def test_an_unbalanced_answer_throughout_is_seen_where_items_are_reversed() -> None:
    for name in ("sds", "sas", "olbi"):
        key = KEYS[name]
        assert "straight_line" in scoring.score(key, [1] * key.items).quality


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
