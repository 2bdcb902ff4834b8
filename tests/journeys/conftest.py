"""What the journeys share: one demo for all of them in a process, and a real Chromium."""

from collections.abc import Iterator

import pytest
from tests.journeys.serving import Serving, serving


@pytest.fixture(scope="session")
def demo() -> Iterator[Serving]:
    """`anxin demo`, filled and answering. Tests that use it are in one xdist group, so there is one of it."""
    with serving("demo") as served:
        served.start()
        yield served
