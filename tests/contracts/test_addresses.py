"""Addresses are built by a shorter way than Flask's; it leads to the same place, for every route there is."""

from uuid import UUID

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError
from werkzeug.routing.converters import IntegerConverter, UUIDConverter

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


def made_up(converter: object) -> object:
    if isinstance(converter, UUIDConverter):
        return AN_ID
    return 7 if isinstance(converter, IntegerConverter) else "some-word"
