"""Characters PostgreSQL cannot keep are refused before any schema reads them, and the field is named."""

import pytest
from werkzeug.datastructures import MultiDict

from anxin.kernel.errors import Invalid
from anxin.kernel.limits import check_text

NUL, HALF = "a\x00b", "\ud83d"


@pytest.mark.parametrize(
    "bad",
    [NUL, HALF, ["fine", NUL], {"deep": {"deeper": [HALF]}}, [{"inner": NUL}], [["fine"], [NUL]], {NUL: 1}],
)
def test_the_field_is_named(bad: object) -> None:
    with pytest.raises(Invalid) as refused:
        check_text({"fine": "心理 🙂", "bad": bad, "number": 3})
    assert list(refused.value.fields) == ["bad"]


def test_a_form_may_hold_it_in_the_second_of_two_values() -> None:
    with pytest.raises(Invalid) as refused:
        check_text(MultiDict([("bad", "fine"), ("bad", NUL), ("good", "fine")]))
    assert list(refused.value.fields) == ["bad"]


@pytest.mark.parametrize("given", [{NUL: "fine"}, MultiDict([(HALF, "fine")])])
def test_a_name_that_cannot_be_kept_is_not_repeated(given: object) -> None:
    with pytest.raises(Invalid) as refused:
        check_text(given)
    assert refused.value.fields == {}


@pytest.mark.parametrize("given", [{}, {"a": "🙂🙂", "b": [1, None, {"c": "x"}]}, MultiDict(), ["a"], None])
def test_everything_else_passes(given: object) -> None:
    check_text(given)
