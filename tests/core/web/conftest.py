"""A tiny app around the web room alone (no tenants, no database), served for real to the browser tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from anxin import web
from anxin.kernel.errors import AnxinError


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
