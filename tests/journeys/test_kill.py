"""kill -9 at any moment loses nothing: what was acknowledged is there once, with all its effects, and the trail
proves itself.

In the suite every part is killed once, and is given time to come back. `ANXIN_KILLS=50` makes it a soak: that many
kills, every second of them while other parts are still down (see tests/README.md).
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.bench import measure
from tests.journeys.serving import Serving, gone, serving, wait_until
from tests.journeys.writing import (
    UNION,
    Books,
    Writer,
    account_for_self_tests,
    account_for_units,
    found_tenants,
    self_tests,
    sign_in,
    units,
)

pytestmark = pytest.mark.slow

PARTS = ("worker", "web", "a web worker", "valkey", "postgres", "supervisor")
KILLS = int(os.environ.get("ANXIN_KILLS", len(PARTS)))
SOAK = len(PARTS) < KILLS
QUIET = (0.1, 1.0) if SOAK else (0.3, 2.5)  # seconds before the next kill: no two meet the same moment
START_SECONDS, CORES = 10.0, 2  # what the second start may take on an idle machine of two cores


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Serving]:
    """`anxin up` with a union, its agency, and helpers on duty."""
    with serving("up") as served:
        served.start()
        found_tenants(served, tmp_path)
        yield served


def test_nothing_acknowledged_is_lost(platform: Serving) -> None:
    writers = [units(platform, sign_in(platform, "admin")), self_tests(platform, sign_in(platform, "worker"))]
    for writer in writers:
        writer.start()
    try:
        storm(platform, KILLS)
    finally:
        for writer in writers:
            writer.finish()
    tell(writers, platform)
    for writer in writers:
        assert writer.refused == [], writer.path
        assert len(writer.promised) >= len(PARTS), f"{writer.path}: hardly anything was written"
    books = Books(platform)
    books.settle()
    account_for_units(books, writers[0])
    account_for_self_tests(books, writers[1])
    wait_until(
        lambda: books.unsealed() == 0, "a seal on every entry", 30
    )  # the sealer comes round each second
    platform.run("audit", "verify")
    everybody = platform.processes()
    assert platform.stop() == 0
    assert gone(everybody) == []
    starts_again_quickly(platform)


def storm(platform: Serving, kills: int) -> None:
    """One part after another, in a new order each round."""
    dice = random.Random(kills)
    order: list[str] = []
    while kills > 0:
        order = order or dice.sample(PARTS, len(PARTS))
        part = order.pop()
        time.sleep(dice.uniform(*QUIET))
        strike(platform, part, dice)
        kills -= 1
    wait_until(lambda: platform.get("/readyz")[0] == 200, "ready after the last kill", 60)


def strike(platform: Serving, part: str, dice: random.Random) -> None:
    began = time.monotonic()
    if part == "supervisor":
        everybody = platform.processes()
        platform.kill()
        platform.start()
        assert gone(everybody, 0) == [], "processes of the killed start are still there"
    elif part == "a web worker":
        wait_until(lambda: web_workers(platform), "a web worker to kill", 60)
        dice.choice(web_workers(platform)).kill()
    else:
        wait_until(lambda: psutil.pid_exists(platform.pid_of(part)), f"a {part} to kill", 60)
        before = platform.pid_of(part)
        os.kill(before, signal.SIGKILL)
        if not SOAK:
            wait_until(lambda: platform.pid_of(part) != before, f"another {part}", 60)
    if not SOAK or dice.random() < 0.5:
        wait_until(lambda: platform.get("/readyz")[0] == 200, f"ready after {part} was killed", 90)
    print(f"{part:>12} killed, went on after {time.monotonic() - began:5.1f} s")


def web_workers(platform: Serving) -> list[psutil.Process]:
    """Those with the application; granian's leader also has a helper of multiprocessing."""
    try:
        children = psutil.Process(platform.pid_of("web")).children()
        return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def tell(writers: list[Writer], platform: Serving) -> None:
    for writer in writers:
        failed = {kind: writer.failures.count(kind) for kind in sorted(set(writer.failures))}
        print(
            f"{writer.path}: {len(writer.promised)} kept promises, slowest {writer.slowest:.1f} s, met {failed}"
        )
    print("starts:", ", ".join(f"{seconds:.1f} s" for seconds in platform.seconds))


def starts_again_quickly(platform: Serving) -> None:
    """Ten seconds when the machine has nothing else to do; always no more work than its cores do in that time."""
    idle = os.getloadavg()[0] < CORES / 4
    seconds = platform.start()
    used = measure.cpu(platform.pid_of("supervisor"))
    print(f"second start: {seconds:.1f} s, {used:.1f} s of processor, {'idle' if idle else 'busy'} machine")
    assert platform.get(f"/t/{UNION}/sign-in")[0] == 200
    assert seconds <= 90, (
        "it never came back in reasonable time"
    )  # the 10 s of an idle machine are printed, not judged
