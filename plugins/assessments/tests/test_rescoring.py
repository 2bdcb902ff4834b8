"""A corrected key scores old sheets again; the first result stays beside the second."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.safety.models import Crisis
from anxin_assessments import instruments, scoring
from anxin_assessments.models import Outcome
from anxin_assessments.services import rescoring, results, sheets

MILD = [1, 1, 1, 1, 1, 1, 1]


@pytest.fixture
def corrected(monkeypatch: Any) -> Any:
    """GAD-7 as if its level-2 trigger had been wrong: seven points ask for attention."""
    first = scoring.load("gad7")
    triggers = tuple(replace(one, at_least=Fraction(7)) if one.level == 2 else one for one in first.triggers)
    second = replace(first, edition="2", corrects="1", triggers=triggers)
    keys = {**instruments._keys(), "gad7": {"1": first, "2": second}}
    monkeypatch.setattr(instruments, "_keys", lambda: keys)
    known = instruments._wordings()
    words = {("gad7-2", locale): known["gad7-1", locale] for locale in ("zh_CN", "en")}
    monkeypatch.setattr(instruments, "_wordings", lambda: {**known, **words})
    return second


def test_both_results_stay_and_the_graver_one_is_told_on(
    person: Any, agree: Any, as_person: Any, scope: Any, corrected: Any
) -> None:
    worker = person("employee")
    agree(worker)
    with as_person(worker) as ctx:
        sheet = sheets.start(ctx, "gad7")
        sheet.instrument = "gad7-1"  # begun before the correction came
        for item, value in enumerate(MILD, 1):
            sheets.answer(ctx, sheet.id, item, value)
        sheets.submit(ctx, sheet.id)
    with scope(worker.tenant) as ctx, ctx.acting(plugin="assessments"):
        rescoring.rescore(ctx, corrected)
    with scope(worker.tenant) as ctx:
        ctx.unaudited("test")
        keys = ctx.scalars(sa.select(Outcome.instrument).where(Outcome.person_id == worker.id)).all()
        told = ctx.scalars(sa.select(Crisis.level).where(Crisis.person_id == worker.id)).all()
    assert sorted(keys) == ["gad7-1", "gad7-2"]
    assert list(told) == [2]
    with as_person(worker) as ctx:
        levels = {one.outcome.instrument: one.scores["level"] for one in results.mine(ctx)}
    assert levels == {"gad7-1": 1, "gad7-2": 2}
    with scope(worker.tenant) as ctx, ctx.acting(plugin="assessments"):
        ctx.unaudited("nothing is left to score")
        assert rescoring.rescore(ctx, corrected) == 0
