"""The demo's employer signs people in over HTTP, and is as strict as a good employer's server would be."""

import base64
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from anxin.demo import provider as demo
from anxin.demo.provider_employer import Client, Employer, Worker, save_employer
from anxin.identity import oidc
from anxin.kernel.outbound import Client as Outbound

REDIRECT = "http://127.0.0.1:8000/t/dongling/sign-in/return"
RULES = oidc.AddressRules(insecure_hosts=frozenset({"127.0.0.1"}))
XIAOFENG = Worker("w-268", "DL10268", "林晓峰", "采油三队", featured=True)
QUIET = Worker("w-9", "DL10009", "孙建国", "作业一队", email="sun@dongling.example")
PLATFORM = Client("anxin", "s3cret/+=", (REDIRECT,), "心晴驿站")
EMPLOYER = Employer("东岭油田", (PLATFORM,), (QUIET, XIAOFENG))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("employer")


@pytest.fixture(scope="module")
def issuer(folder: Path) -> Iterator[str]:
    """The provider on a free port. The issuer holds the port, so the app is made after it."""
    save_employer(folder, EMPLOYER)
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=demo._Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = demo.create_provider(demo.ProviderSettings(folder, address))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def http() -> oidc.Http:
    return Outbound(hosts={"127.0.0.1"})


@pytest.fixture
def row(issuer: str, http: oidc.Http) -> oidc.Provider:
    metadata = oidc.discover(issuer, http, RULES)
    return oidc.Provider(
        "row", "anxin", "s3cret/+=", metadata, scopes=("openid", "profile", "email"), ask_userinfo=True
    )


def returned(response: httpx.Response) -> MultiDict[str, str]:
    assert response.status_code == 302
    assert response.headers["location"].startswith(REDIRECT + "?")
    return MultiDict(parse_qsl(urlsplit(response.headers["location"]).query, keep_blank_values=True))


def test_one_tap_signs_in(row: oidc.Provider, browser: httpx.Client, http: oidc.Http) -> None:
    url, pending = oidc.begin(row, REDIRECT)
    page = browser.get(url)
    assert page.status_code == 200
    assert "林晓峰" in page.text
    assert "DL10268" in page.text
    assert "孙建国" not in page.text  # only featured people are offered
    claims = oidc.finish(
        row, pending, returned(browser.post(url, data={"person": "w-268"})), http, oidc.KeyKeeper()
    )
    assert (claims.sub, claims.text("name"), claims.text("employee_number")) == ("w-268", "林晓峰", "DL10268")
    assert claims.text("preferred_username") == "DL10268"
    assert claims.text("email") is None


def test_any_employee_number_signs_in(row: oidc.Provider, browser: httpx.Client, http: oidc.Http) -> None:
    url, pending = oidc.begin(row, REDIRECT)
    query = returned(browser.post(url, data={"employee_no": " dl10009 "}))
    claims = oidc.finish(row, pending, query, http, oidc.KeyKeeper())
    assert (claims.sub, claims.text("email")) == ("w-9", "sun@dongling.example")


def test_an_unknown_number_is_said_kindly(row: oidc.Provider, browser: httpx.Client) -> None:
    url, _ = oidc.begin(row, REDIRECT)
    for tried in ("DL99999", "", '"><script>'):
        page = browser.post(url, data={"employee_no": tried})
        assert page.status_code == 422
        assert 'aria-invalid="true"' in page.text
        assert "没有找到这个工号" in page.text
        assert "<script" not in page.text
    assert browser.post(url, data={"person": "nobody"}).status_code == 422


def test_cancelling_is_told_to_the_platform(
    row: oidc.Provider, browser: httpx.Client, http: oidc.Http
) -> None:
    url, pending = oidc.begin(row, REDIRECT)
    query = returned(browser.post(url, data={"cancel": "1"}))
    assert query["iss"] == row.metadata.issuer
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(row, pending, query, http)
    assert refused.value.code == "declined"


def test_a_code_works_once(row: oidc.Provider, browser: httpx.Client, http: oidc.Http) -> None:
    url, pending = oidc.begin(row, REDIRECT)
    query = returned(browser.post(url, data={"person": "w-268"}))
    oidc.finish(row, pending, query, http, oidc.KeyKeeper())
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(row, pending, query, http, oidc.KeyKeeper())
    assert refused.value.code == "code_rejected"


def test_a_stolen_code_is_useless_without_the_verifier(
    row: oidc.Provider, browser: httpx.Client, http: oidc.Http
) -> None:
    url, _ = oidc.begin(row, REDIRECT)
    query = returned(browser.post(url, data={"person": "w-268"}))
    own = oidc.begin(row, REDIRECT)[1]
    query["state"] = own.state  # the thief plants the code into a sign-in of their own
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(row, own, query, http, oidc.KeyKeeper())
    assert refused.value.code == "code_rejected"


def test_a_wrong_secret_gets_nothing(row: oidc.Provider, browser: httpx.Client, http: oidc.Http) -> None:
    wrong = oidc.Provider("row", "anxin", "guess", row.metadata)
    url, pending = oidc.begin(wrong, REDIRECT)
    query = returned(browser.post(url, data={"person": "w-268"}))
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(wrong, pending, query, http)
    assert refused.value.code == "client_rejected"


def without(url: str, name: str, value: str | None = None) -> str:
    """The address with one parameter changed or left out."""
    base, _, query = url.partition("?")
    pairs = [(n, v if n != name else value) for n, v in parse_qsl(query)]
    if value is not None and name not in dict(pairs):
        pairs.append((name, value))
    return str(httpx.URL(base, params=[(n, v) for n, v in pairs if v is not None]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "stranger"),
        ("client_id", None),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", REDIRECT + "/more"),
        ("redirect_uri", None),
        ("redirect_uri", '"东岭'),
        ("response_type", '\\"'),
        ("client_id", "\x7f"),
    ],
)
def test_a_request_that_may_be_forged_goes_nowhere(
    row: oidc.Provider, browser: httpx.Client, name: str, value: str | None
) -> None:
    url = without(oidc.begin(row, REDIRECT)[0], name, value)
    for response in (browser.get(url), browser.post(url, data={"person": "w-268"})):
        assert response.status_code == 400
        assert "这次登录无法继续" in response.text


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("code_challenge", None, "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("nonce", None, "invalid_request"),
        ("scope", "profile", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("prompt", "none", "login_required"),
        ("prompt", "none login", "invalid_request"),
    ],
)
def test_an_incomplete_request_is_told_to_the_platform(
    row: oidc.Provider, browser: httpx.Client, name: str, value: str | None, error: str
) -> None:
    url, pending = oidc.begin(row, REDIRECT)
    query = returned(browser.get(without(url, name, value)))
    assert (query["error"], query["state"], query["iss"]) == (error, pending.state, row.metadata.issuer)


@pytest.mark.parametrize("prompt", ["login", "select_account", "consent"])
def test_other_prompts_show_the_page(row: oidc.Provider, browser: httpx.Client, prompt: str) -> None:
    url = without(oidc.begin(row, REDIRECT)[0], "prompt", prompt)
    assert browser.get(url).status_code == 200
    assert browser.post(url, data={"person": "w-268"}).status_code == 302


def test_a_login_hint_puts_that_person_first(row: oidc.Provider, browser: httpx.Client) -> None:
    url = without(oidc.begin(row, REDIRECT)[0], "login_hint", "DL10009")
    names = re.findall(r"<b>(.+?)</b>", browser.get(url).text)
    assert names == ["孙建国", "林晓峰"]
    unknown = without(oidc.begin(row, REDIRECT)[0], "login_hint", "<i>")
    assert browser.get(unknown).status_code == 200


def test_the_page_speaks_english_when_asked(row: oidc.Provider, browser: httpx.Client) -> None:
    page = browser.get(without(oidc.begin(row, REDIRECT)[0], "ui_locales", "fr en")).text
    assert '<html lang="en">' in page
    assert "Tap your name to sign in" in page


def test_the_page_allows_nothing_from_elsewhere(row: oidc.Provider, browser: httpx.Client) -> None:
    page = browser.get(oidc.begin(row, REDIRECT)[0])
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert policy.endswith("form-action 'self' http://127.0.0.1:8000")
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == ["/provider.css", "data:,"]
    assert not re.search(r"<script|<style|style=|\son\w+=", page.text)
    assert browser.get(f"{row.metadata.issuer}/provider.css").headers["content-type"].startswith("text/css")


def test_userinfo_needs_its_token(row: oidc.Provider, browser: httpx.Client) -> None:
    endpoint = str(row.metadata.userinfo_endpoint)
    assert browser.get(endpoint).status_code == 401
    assert browser.get(endpoint, headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_keys_and_secrets_stay_at_home(issuer: str, folder: Path, browser: httpx.Client) -> None:
    key = browser.get(issuer + "/jwks").json()["keys"][0]
    assert set(key) == {"kty", "kid", "n", "e", "use", "alg"}
    for name in (demo.KEY_FILE, "employer.json"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    assert demo.load_signing_key(folder).kid == key["kid"]  # a restart keeps the key


def test_new_people_appear_without_a_restart(row: oidc.Provider, folder: Path, browser: httpx.Client) -> None:
    newcomer = Worker("w-new", "DL20001", "阿依古丽·买买提", "化验室", featured=True)
    save_employer(folder, Employer(EMPLOYER.name, EMPLOYER.clients, (*EMPLOYER.workers, newcomer)))
    assert "阿依古丽·买买提" in browser.get(oidc.begin(row, REDIRECT)[0]).text
    save_employer(folder, EMPLOYER)


def test_without_a_file_it_says_so(tmp_path: Path) -> None:
    client = demo.create_provider(demo.ProviderSettings(tmp_path, "http://127.0.0.1:1")).test_client()
    assert "还没有演示人员" in client.get("/").text
    asked: dict[str, Any] = {"client_id": "anxin", "response_type": "code"}
    response = client.get("/authorize", query_string=asked)
    assert response.status_code == 503
    assert "还没有演示人员" in response.text
    assert client.get("/healthz").json == {"status": "ok"}


def test_the_access_token_is_bound_to_the_id_token(row: oidc.Provider, browser: httpx.Client) -> None:
    """at_hash is there, so the relying party's check of it is not idle."""
    url, pending = oidc.begin(row, REDIRECT)
    code = returned(browser.post(url, data={"person": "w-268"}))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": pending.verifier,
    }
    answer = browser.post(row.metadata.token_endpoint, data=form, auth=("anxin", "s3cret%2F%2B%3D")).json()
    payload = answer["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert {"at_hash", "nonce", "auth_time", "exp", "iat"} <= set(claims)
    assert claims["aud"] == "anxin"


def test_it_runs_as_its_own_process(folder: Path, browser: httpx.Client) -> None:
    """As the supervisor starts it: says when it is ready, answers, and leaves quietly when told to."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "anxin.demo.provider", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == f"ready: http://127.0.0.1:{port}\n"
            answer = browser.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration").json()
            assert answer["issuer"] == f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
        assert process.wait(timeout=10) == 0
