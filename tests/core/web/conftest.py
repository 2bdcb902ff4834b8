"""A tiny app around the web room alone (no tenants, no database), served for real to the browser tests."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from anxin import web
from anxin.kernel.errors import AnxinError
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]


def make_app() -> Flask:
    app = Flask("anxin", static_folder=None)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    web.init_app(app)
    for kind in (HTTPException, AnxinError, Exception):
        app.register_error_handler(kind, web.render_error)

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("a bug")

    return app


@pytest.fixture(scope="session")
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM and not os.environ.get("CI"):
        pytest.skip("no Chromium found: install it or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
