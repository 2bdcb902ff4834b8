"""All suites use the fixtures that plugin authors get, and one Chromium a test process: two of playwright's loops in
one process would not live together."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

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
