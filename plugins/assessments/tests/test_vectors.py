"""Answers and scores that others published, or that follow from a published rule, come out of our keys unchanged."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anxin_assessments import scoring
from anxin_assessments.instruments.shapes import Instrument

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))["vectors"]
# those of first and last sittings are about the analysis, not about a key
SCORED = [vector for vector in VECTORS if vector["instrument"] != "outcome_report"]
CODINGS = {"printed": "printed order"}


def shortened(
    key: Instrument, items: int, *, reverse: frozenset[int], options: tuple[int, ...]
) -> Instrument:
    """A plain sum over a few items, for vectors of forms that have no key here."""
    total = replace(key.scales["total"], items=tuple(range(1, items + 1)))
    return replace(
        key,
        items=items,
        options=(options,) * items,
        names=tuple(str(item) for item in range(1, items + 1)),
        reverse=reverse,
        scales={"total": total},
        bands={},
        triggers=(),
        risk_items={},
    )


PLAIN = {
    "pss4_note": lambda: shortened(
        scoring.load("pss10"), 4, reverse=frozenset({2, 3}), options=(0, 1, 2, 3, 4)
    ),
    "other_dast10": lambda: shortened(scoring.load("pss10"), 10, reverse=frozenset(), options=(0, 1)),
}


def key_of(vector: dict[str, Any]) -> Instrument:
    name = vector["instrument"]
    return PLAIN[name]() if name in PLAIN else scoring.load(name)


def answers_of(key: Instrument, vector: dict[str, Any]) -> list[Any]:
    answers = vector["answers"]
    if isinstance(answers, dict):
        answers = scoring.from_fields(key, answers)
    for coding, said in CODINGS.items():
        if said in vector.get("coding", ""):
            answers = scoring.recode(key, answers, coding)
    return answers


@pytest.mark.parametrize("vector", SCORED, ids=[vector["id"] for vector in SCORED])
def test_vector(vector: dict[str, Any]) -> None:
    key = key_of(vector)
    result = scoring.score(key, answers_of(key, vector))
    said: dict[str, Any] = {
        **result.scales,
        **result.checks,
        "band": result.bands.get(key.main_scale),
        "band_truncated": result.bands.get("standard_truncated"),
        "risk": bool(result.risks),
        "straightline": "straight_line" in result.quality,
        "low": result.bands.get(key.main_scale) == "low",
    }
    if key.id == "cssrs_screener":
        said["triage"] = result.bands["triage"]
    assert {name: said[name] for name in vector["expected"]} == vector["expected"]


def test_every_shipped_instrument_with_an_external_vector_agrees_with_it() -> None:
    """What others published covers these; the rest stand on the property tests and their rules."""
    external = {v["instrument"] for v in SCORED if v["origin"] == "external"} - set(PLAIN)
    assert external == {
        "audit",
        "gad2",
        "gad7",
        "ghq12",
        "k10",
        "k6",
        "pcl5",
        "phq2",
        "phq9",
        "psqi",
        "pss10",
        "who5",
    }
