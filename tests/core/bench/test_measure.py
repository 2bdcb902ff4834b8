"""The arithmetic the bench rests on: what /proc says, how variants take turns, and when a budget is met."""

import os
import subprocess
import sys
import time

import pytest
from tests.bench import measure
from tests.bench.bench import Comparison
from tests.bench.measure import Cost
from tests.bench.registry import ROWS, Finding, discover, row

STAT = "42 (granian (w) 1) S 7 42 42 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 9 0 100 1000 10 184467"


def test_cpu_counts_own_and_reaped_time_whatever_the_process_is_called():
    assert measure.cpu_of(STAT) == pytest.approx(250 * measure.TICK)
    assert measure.parent_of(STAT) == 7


def test_cpu_follows_a_process_and_its_children():
    spin = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    script = f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {spin!r}])\ntime.sleep(30)"
    process = subprocess.Popen([sys.executable, "-c", script])
    try:
        deadline = time.monotonic() + 20
        while len(measure.family(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(measure.family(process.pid)) == 2  # the child is counted while it lives
        while len(measure.family(process.pid)) > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert measure.cpu(process.pid) >= 0.28  # and after it was reaped
    finally:
        process.kill()
        process.wait()


def test_memory_is_shared_out_fairly():
    found = measure.memory([os.getpid()])
    assert 5 < found["pss"] <= found["rss"]


def test_a_process_that_ended_counts_as_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert measure.cpu(process.pid) == 0
    assert measure.memory([process.pid]) == {"pss": 0, "rss": 0}


def test_variants_take_turns_and_the_first_round_is_thrown_away():
    order = []

    def variant(name):
        def run():
            order.append(name)
            return Cost(len(order), 0, 1)

        return run

    found = measure.interleave({"a": variant("a"), "b": variant("b")}, rounds=3, settle=0)
    assert order == ["a", "b", "b", "a", "a", "b", "b", "a"]
    assert [cost.web for cost in found["a"]] == [4, 5, 8]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    # the second round was twice as slow for both: the ratio of the medians would not be 2
    assert measure.median_ratio([2, 4, 2], [1, 2, 1]) == 2
    assert measure.spread([2, 9, 2], [1, 3, 1]) == (2, 3)
    with pytest.raises(ValueError, match="zip"):
        measure.median_ratio([1], [1, 2])


def test_a_comparison_reports_the_database_apart():
    comparison = Comparison({"ours": [Cost(3e-4, 2e-4, 1e-3)], "floor": [Cost(1e-4, 1e-4, 5e-4)]})
    assert comparison.web("ours", "floor") == pytest.approx(3)
    assert comparison.rate("ours", "floor") == pytest.approx(0.5)
    figures = comparison.figures("ours", "floor")
    assert (figures["µs"], figures["db µs"], figures["with db ×"]) == (300, 200, 2.5)


def test_a_budget_is_met_from_its_own_side():
    assert Finding("cost", 3.0, 3.0).met
    assert not Finding("cost", 3.01, 3.0).met
    assert Finding("rate", 0.5, 0.5, at_least=True).met
    assert not Finding("rate", 0.49, 0.5, at_least=True).met


def test_every_promised_row_is_registered_once():
    assert {1, 2, 3, 4, 14} <= {item.number for item in discover()}
    taken = ROWS[1]
    with pytest.raises(ValueError, match="row 1 is registered twice"):
        row(1, "another")(lambda bench: [])
    assert ROWS[1] is taken
