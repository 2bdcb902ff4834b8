"""Addresses are built by a shorter way than Flask's; it leads to the same place, for every route there is."""

from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BuildError
from werkzeug.routing.converters import IntegerConverter, UUIDConverter
from werkzeug.test import create_environ

AN_ID = UUID("00000000-0000-7000-8000-000000000001")


def test_every_address_is_the_one_flask_builds(app) -> None:
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/t/dongling"}):
        for rule in app.url_map.iter_rules():
            values = {
                name: made_up(rule._converters.get(name))
                for name in rule.arguments - {*(rule.defaults or {})}
            }
            for more in ({}, {"day": None}, {"q": "心理 & 健康/100%", "page": 2}, {"unit": [AN_ID, AN_ID]}):
                asked = values | more
                assert url_for(rule.endpoint, **asked) == Flask.url_for(app, rule.endpoint, **asked)


def test_what_is_asked_for_beside_the_address(app) -> None:
    with app.test_request_context("/", base_url="https://union.example"):
        assert url_for("home.index", _external=True) == "https://union.example/"
        assert url_for("home.index", _anchor="做") == "/#%E5%81%9A"
        with pytest.raises(BuildError):
            url_for("rooms.room")
        with pytest.raises(BuildError):
            url_for("nowhere.at_all")


HOSTS = ("union.example", "Union.Example:8443", "127.0.0.1:8000", "[::1]:8000", "工会.example", "")
PATHS = ("/", "/rooms/", "//rooms//plan", "/心理/100%", "/t/dongling/rooms")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", PATHS)
def test_every_request_is_bound_as_flask_binds_it(app, scheme, host, path) -> None:
    for more in (
        {},
        {"HTTP_CONNECTION": "upgrade", "HTTP_UPGRADE": "websocket"},
        {"SCRIPT_NAME": raw("/t/东岭/")},
    ):
        environ = create_environ(path, f"{scheme}://one.example", query_string="q=心理&page=2", method="HEAD")
        environ |= {"HTTP_HOST": raw(host)} | more
        assert bound(app.create_url_adapter, app, environ) == bound(
            lambda asked: Flask.create_url_adapter(app, asked), app, environ
        )


def raw(text: str) -> str:
    """As it stands in a WSGI environment."""
    return text.encode().decode("latin1")


def bound(bind, app, environ) -> object:
    asked = app.request_class(dict(environ))
    try:
        adapter = bind(asked)
    except BadRequest as error:
        return type(error)
    said = {
        name: value for name, value in vars(adapter).items() if name not in ("map", "path_info", "query_args")
    }
    path, query = adapter.path_info.lstrip("/"), adapter.query_args
    return said, path, query, adapter.get_host(None), asked.host


def made_up(converter: object) -> object:
    if isinstance(converter, UUIDConverter):
        return AN_ID
    return 7 if isinstance(converter, IntegerConverter) else "some-word"
