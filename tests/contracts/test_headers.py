"""What every answer carries: policy, no sniffing, nothing stored; and what cookies are like, plain and secure."""

import pytest
from flask import Response
from werkzeug.test import create_environ

from anxin.app import Answered
from anxin.identity import passwords
from anxin.identity.models import Login

from .routes import all_rules

PASSPHRASE = "油井旁边的白杨树 42"
SIGNED_IN = ("employee", "admin")


def plain_addresses(app) -> list[str]:
    return sorted(
        {rule.rule for rule in all_rules(app) if "GET" in rule.methods and not rule.arguments}
        | {"/no-such-page", "/api/no-such-address"}
    )


def problems(answer) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    found = [
        f"{name}: {answer.headers.get(name)}"
        for name, value in wanted.items()
        if answer.headers.get(name) != value
    ]
    if not policy.startswith("default-src 'none'") or "unsafe" in policy or "*" in policy:
        found.append(f"policy: {policy}")
    # a file runs nothing; a page runs our own script
    runs = (
        ("sandbox", "form-action 'none'")
        if "sandbox" in policy
        else ("script-src 'self'", "form-action 'self'")
    )
    musts = (*runs, "base-uri 'none'", "frame-ancestors 'none'")
    return found + [f"policy lacks {must}" for must in musts if must not in policy]


@pytest.mark.parametrize("role", [None, *SIGNED_IN])
def test_every_answer_is_protected(app, client_as, person, tenant, role) -> None:
    client = client_as(person(role)) if role else client_as(tenant=tenant)
    wrong = {}
    for path in plain_addresses(app):
        if found := problems(client.get(client.base + path)):
            wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize("role", [None, *SIGNED_IN])
def test_only_what_holds_nothing_personal_may_be_stored(app, client_as, person, tenant, role) -> None:
    """The stylesheet of a brand and the built assets; everything else says no-store."""
    client = client_as(person(role)) if role else client_as(tenant=tenant)
    stored = {
        path
        for path in plain_addresses(app)
        if "no-store" not in client.get(client.base + path).headers.get("Cache-Control", "")
    }
    assert stored == {"/theme.css"}


def test_refusals_and_errors_are_protected_too(app, client_as, person, tenant) -> None:
    client = client_as(person("employee"))
    answers = {
        "forbidden": client.get(f"{client.base}/admin/modules"),
        "method": client.post(f"{client.base}/me"),
        "cross-site": client.post(f"{client.base}/sign-out", headers={"Sec-Fetch-Site": "cross-site"}),
        "invalid": client.post(f"{client.base}/consent/data/erase", data={"x": "y"}),
        "no tenant": client.get("/t/nobody/"),
    }
    assert [answers[name].status_code for name in answers] == [403, 405, 403, 422, 404]
    assert {name: found for name, answer in answers.items() if (found := problems(answer))} == {}
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers.values())


def test_no_other_site_may_send_our_forms(app, client_as, person) -> None:
    client = client_as(person("employee"))
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        assert client.post(f"{client.base}/me/sessions/end-others", headers=headers).status_code == 403, (
            headers
        )
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}):
        assert client.post(f"{client.base}/me/sessions/end-others", headers=headers).status_code == 303, (
            headers
        )


@pytest.fixture
def local_account(scope, person):
    """Somebody who signs in with a passphrase."""
    someone = person("employee")
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test set-up")
        ctx.add(Login(person_id=someone.id, name="lin", password=passwords.hash_passphrase(PASSPHRASE)))
    return someone


@pytest.mark.parametrize("secure", [False, True])
def test_session_cookies(app, client_as, local_account, secure) -> None:
    client = client_as(tenant=local_account.tenant)
    scheme = "https" if secure else "http"
    answer = client.post(
        f"{client.base}/sign-in",
        data={"name": "lin", "passphrase": PASSPHRASE},
        base_url=f"{scheme}://localhost",
    )
    assert answer.status_code == 303
    cookies = [c for c in answer.headers.getlist("Set-Cookie") if "anxin" in c]
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert ("Secure" in cookie) is secure
        assert cookie.startswith("__Host-") is secure
    assert ("Strict-Transport-Security" in answer.headers) is secure


def test_every_other_cookie_is_bound_too(app, client_as, tenant) -> None:
    """Preferences may be read by script; nothing crosses sites or goes out in the clear."""
    client = client_as(tenant=tenant)
    answer = client.post(f"{client.base}/prefs", data={"theme": "dark"}, base_url="https://localhost")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "Secure" in cookie
        assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("status", [200, 201, 204, 303, 304, 404, 422])
@pytest.mark.parametrize(
    "location", [None, "/a?b=c&d=%20#e", "/a b", '/"x"?y=<z>', "/房间?n=一", "https://a.example/x"]
)
def test_headers_are_those_that_werkzeug_makes(status: int, location: str | None) -> None:
    """The application's responses take a shorter way to theirs."""
    made = [
        kind("正文".encode(), status, {"Location": location} if location else None)
        for kind in (Answered, Response)
    ]
    ours, werkzeugs = (one.get_wsgi_headers(create_environ()).to_wsgi_list() for one in made)
    assert ours == werkzeugs
