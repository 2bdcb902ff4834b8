"""Row 15: ten thousand sheets of ninety items through the scoring kernel, in one process."""

import random
import time
from collections.abc import Iterable

from tests.bench.bench import Bench
from tests.bench.registry import Finding, row

from anxin_assessments import scoring

SHEETS, BUDGET_SECONDS = 10_000, 10.0


@row(15, "scoring 10,000 sheets of SCL-90")
def ninety_items(bench: Bench) -> Iterable[Finding]:
    key = scoring.load("scl90_cn")
    drawn = random.Random(90)
    sheets = [[drawn.randint(1, 5) for _ in range(key.items)] for _ in range(SHEETS)]
    began = time.process_time()
    for answers in sheets:
        scoring.score(key, answers)
    seconds = time.process_time() - began
    yield Finding(
        "CPU of 10,000 SCL-90 sheets", seconds, BUDGET_SECONDS, unit="s", figures={"sheets": SHEETS}
    )
