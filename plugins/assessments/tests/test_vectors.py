"""Answers and scores that others published must come out of our keys unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from anxin_assessments import scoring

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    instrument = scoring.load(vector["instrument"])
    expected = dict(vector["expected"])
    result = scoring.score(instrument, vector["answers"])
    band = result.bands[instrument.main_scale]
    if "band" in expected:
        assert band == expected.pop("band")
    if "risk" in expected:
        assert bool(result.risks) is expected.pop("risk")
    if "low" in expected:
        assert (band == "low") is expected.pop("low")
    assert {name: result.scales[name] for name in expected} == expected


def test_every_shipped_instrument_has_a_vector() -> None:
    assert {vector["instrument"] for vector in VECTORS} == {key.id for key in scoring.catalogue()}
