"""Shells, parts, errors, preferences and headers, over plain HTTP."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from anxin.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from anxin.web import headers, prefs, render_error
from anxin.web.gallery import ITEMS

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize("item", ["", *ITEMS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_item_of_the_gallery_renders_without_inline_code(
    client: FlaskClient, item: str, lang: str
) -> None:
    html = client.get(f"/_ui/{item}?lang={lang}").get_data(as_text=True)
    assert html.startswith("<!doctype html>\n<html lang=")
    assert re.findall(r"<[^>]+\s(?:style|on\w+)=", html) == []
    assert re.findall(r"<style|<script(?![^>]*(?:src=|type=\"application/json\"))|javascript:", html) == []
    assert len(re.findall(r"<h1[\s>]", html)) == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_htmx_gets_the_title_and_the_main_part(client: FlaskClient) -> None:
    part = client.get("/_ui/question", headers=HTMX).get_data(as_text=True)
    assert part.startswith("<title>3/9 · 心晴驿站</title>")
    assert "<html" not in part
    assert "appbar" not in part
    assert 'class="choice"' in part
    restored = client.get("/_ui/question", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.get_data(as_text=True)
    assert len(part.encode()) < 2_500


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/none", 404, "没有找到这个页面"), ("/broken", 500, "不是你的操作造成的，已填写的内容都还在")],
)
def test_errors_come_in_the_shell_with_help(client: FlaskClient, path: str, status: int, words: str) -> None:
    response = client.get(path)
    html = response.get_data(as_text=True)
    assert response.status_code == status
    assert words in html
    assert "12356" in html
    assert re.search(rf"错误编号 <span class=\"num\">{status}-[0-9A-F]{{4}}</span>", html)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (Forbidden(), 403),
        (Invalid(fields={"note": ["写一句就好"]}), 422),
        (Conflict(), 409),
        (Unavailable(), 503),
    ],
)
def test_every_kind_of_refusal_has_words(app: Flask, error: Exception, status: int) -> None:
    with app.test_request_context("/"):
        response = render_error(error)
        assert response.status_code == status
        assert str(error.message) in response.get_data(as_text=True)  # type: ignore[attr-defined]
        assert status != 422 or "写一句就好" in response.get_data(as_text=True)


def test_what_a_bug_said_is_not_shown(client: FlaskClient) -> None:
    assert b"a bug" not in client.get("/broken").data


def test_an_error_on_htmx_goes_to_the_content(client: FlaskClient) -> None:
    response = client.get("/none", headers=HTMX)
    assert response.headers["HX-Retarget"] == "#main"
    assert b"<html" not in response.data


def test_a_missing_method_keeps_its_allow_header(client: FlaskClient) -> None:
    assert "POST" in client.get("/prefs").headers["Allow"]


def test_everything_stays_under_the_path_of_a_tenant(app: Flask) -> None:
    mounted = Client(DispatcherMiddleware(app, {"/t/dongling": app}))
    html = mounted.get("/t/dongling/_ui/home?lang=zh").get_data(as_text=True)
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', html)
    assert addresses
    assert [a for a in addresses if not a.startswith("/t/dongling/")] == []
    assert 'aria-current="page"' in html
    report = (
        mounted.get("/t/dongling/_ui/home").headers["Content-Security-Policy"].partition("report-uri ")[2]
    )
    assert report == "/t/dongling/csp"
    back = mounted.post("/t/dongling/prefs", data={"theme": "dark", "next": "//evil.example"})
    assert back.headers["Location"] == "/t/dongling/"


def test_preferences_are_rendered_by_the_server(client: FlaskClient) -> None:
    client.set_cookie("theme", "dark")
    client.set_cookie("size", "large")
    client.set_cookie("lang", "en")
    assert '<html lang="en" data-theme="dark" data-size="large">' in client.get("/_ui/home").get_data(
        as_text=True
    )
    client.set_cookie("theme", '"><script>')
    assert "<script>" not in client.get("/_ui/home").get_data(as_text=True).partition("<head>")[0]


def test_preferences_work_without_script(client: FlaskClient) -> None:
    html = client.get("/_ui/forms?x=1").get_data(as_text=True)
    assert 'name="next" value="/_ui/forms?x=1"' in html
    saved = client.post("/prefs", data={"size": "large", "next": "/_ui/forms?x=1"})
    assert (saved.status_code, saved.headers["Location"]) == (303, "/_ui/forms?x=1")
    assert 'data-size="large"' in client.get("/_ui/forms").get_data(as_text=True)
    assert client.post("/prefs", data={"size": "huge"}).status_code == 422
    assert client.post("/prefs", data={"colour": "red"}).status_code == 422


def test_a_language_link_is_remembered(client: FlaskClient) -> None:
    html = client.get("/_ui/tables?page=2").get_data(as_text=True)
    assert 'href="/_ui/tables?page=2&amp;lang=en"' in html
    client.get("/_ui/tables?lang=en")
    assert '<html lang="en"' in client.get("/_ui/home").get_data(as_text=True)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", None, "/a\n/b", "/\\/evil"],
)
def test_redirects_stay_at_home(app: Flask, target: str | None) -> None:
    with app.test_request_context("/"):
        assert prefs.local_path(target) == "/"
        assert prefs.local_path("/rooms?day=2") == "/rooms?day=2"


def test_headers_of_a_page(client: FlaskClient) -> None:
    sent = client.get("/_ui/home").headers
    policy = sent["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert sent["Cache-Control"] == "no-store"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Referrer-Policy"] == "same-origin"
    assert sent["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in sent["Permissions-Policy"]
    assert "Strict-Transport-Security" not in sent
    assert (
        "max-age"
        in client.get("/_ui/home", base_url="https://eap.example").headers["Strict-Transport-Security"]
    )


def test_reports_are_counted_without_their_content(client: FlaskClient) -> None:
    before = headers.reports().get("style-src", 0)
    assert client.post("/csp", data='{"csp-report": {"effective-directive": "style-src"}}').status_code == 204
    assert headers.reports()["style-src"] == before + 1
    assert client.post("/csp", data=b"x" * 100_000).status_code == 204


def test_the_theme_is_kept_for_ever_and_takes_colours_only(client: FlaskClient) -> None:
    sheet = client.get("/theme.css?b=d7000f")
    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]
    assert client.get("/theme.css?b=red;}").status_code == 404


def test_static_folders_of_flask_are_refused() -> None:
    from anxin import web

    with pytest.raises(RuntimeError, match="static_folder=None"):
        web.init_app(Flask("anxin"))
