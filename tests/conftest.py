"""All suites use the fixtures that plugin authors get, and one Chromium a test process: two of playwright's loops in
one process would not live together. What is dear is made in one process of a run (see together.py)."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from tests.together import Together, claim

# a busy machine is no bug: property tests have no deadline per example
settings.register_profile("anxin", deadline=None)
settings.load_profile("anxin")

pytest_plugins = ["anxin.testing"]
collect_ignore = [
    "sample_plugin"
]  # a distribution of its own: contracts/test_sample_plugin.py installs and runs it

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium; on a developer's machine without one the browser tests are skipped, in CI they fail."""
    if not CHROMIUM and not os.environ.get("CI"):
        pytest.skip("no Chromium found: install it or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """once("demo"): this process makes the demo, and no other one of this run has made it."""
    if not hasattr(request.config, "workerinput") or request.config.getvalue("dist") != "loadgroup":
        return lambda _what: None  # everything is in one process, or nobody promised it
    return partial(claim, run=tmp_path_factory.getbasetemp().parent)
