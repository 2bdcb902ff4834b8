"""Rows of the bench: each function measures one budget of the platform and says what it found.

@row(3, "a list page of 20 rows")
def list_pages(bench: Bench) -> Iterable[Finding]:
    yield Finding("people page / point read", ratio, budget=3.5, figures={...})
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Finding:
    """One measured line. `ratio` is a ratio, or an amount in `unit`; `at_least` turns the comparison
    round."""

    name: str
    ratio: float
    budget: float
    unit: str = "×"
    at_least: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return self.ratio >= self.budget if self.at_least else self.ratio <= self.budget


@dataclass(frozen=True)
class Row:
    number: int
    title: str
    measure: Callable[[Any], Iterable[Finding]]


ROWS: dict[int, Row] = {}


def row(
    number: int, title: str
) -> Callable[[Callable[[Any], Iterable[Finding]]], Callable[[Any], Iterable[Finding]]]:
    """Register a function of the running bench as the row `number`; two rows with one number are a
    mistake."""

    def register(measure: Callable[[Any], Iterable[Finding]]) -> Callable[[Any], Iterable[Finding]]:
        if number in ROWS:
            raise ValueError(f"bench row {number} is registered twice: {ROWS[number].title!r} and {title!r}")
        ROWS[number] = Row(number, title, measure)
        return measure

    return register


def discover() -> list[Row]:
    """Import every module of rows/ and every plugin's bench_*.py; the rows in the order of their
    numbers."""
    package = importlib.import_module("tests.bench.rows")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"tests.bench.rows.{module.name}")
    for path in sorted(ROOT.glob("plugins/*/tests/bench_*.py")):
        spec = importlib.util.spec_from_file_location(f"tests.bench.plugin_{path.stem}", path)
        assert spec is not None, path
        assert spec.loader is not None, path
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return [ROWS[number] for number in sorted(ROWS)]
