"""Answers that a program sends are refused in the user's language, by the number of the question."""

import pytest

from anxin.plugin import Invalid
from anxin_assessments import scoring
from anxin_assessments.services.rounds import insist_fitting


@pytest.mark.parametrize(
    ("answers", "said"),
    [([0] * 8, "共 9 题，收到 8 个答案。"), ([0, 0, 7, *[0] * 6], "第 3 题没有这个答案。")],
)
def test_what_does_not_fit_is_said_in_chinese(answers, said, app) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        insist_fitting(scoring.load("phq9"), answers)
    assert [str(one) for one in refused.value.fields["answers"]] == [said]


def test_what_fits_passes() -> None:
    insist_fitting(scoring.load("phq9"), [0, 1, 2, 3, None, 0, 1, 2, 3])
