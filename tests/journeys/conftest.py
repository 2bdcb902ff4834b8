"""What the journeys share: one demo for all of them in a process, and a real Chromium."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from tests.journeys.people import Stage
from tests.journeys.serving import Serving, serving


@pytest.fixture(scope="session")
def demo(once: Callable[[str], None]) -> Iterator[Serving]:
    """`anxin demo`, filled and answering. There is one of it, in one process."""
    once("demo")
    with serving("demo") as served:
        served.start()
        time.sleep(5)
        served.at_rest = served.memory()
        yield served


@pytest.fixture
def stage(chromium: Browser, demo: Serving) -> Iterator[Stage]:
    made = Stage(chromium, demo)
    yield made
    made.leave()
