"""The employer's sign-in page in a real browser: one tap, on a phone, without a script, for everybody."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from anxin.demo.provider import ProviderSettings, create_provider
from anxin.demo.provider_employer import Client, Employer, Worker, save_employer

pytestmark = pytest.mark.browser

WORKERS = (
    Worker("w-268", "DL10268", "林晓峰", "采油三队 夜班一组", featured=True),
    Worker("w-9", "DL11503", "阿依古丽·买买提", "化验室", featured=True),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address of the provider, address of a platform on another port that says hello)."""
    folder = tmp_path_factory.mktemp("employer")
    platform_app = Flask("platform")
    platform_app.add_url_rule("/return", view_func=lambda: "<!doctype html><title>home</title>")
    platform = make_server("127.0.0.1", 0, platform_app, threaded=True)
    provider = make_server("127.0.0.1", 0, platform_app, threaded=True)
    home, issuer = (f"http://127.0.0.1:{server.server_port}" for server in (platform, provider))
    client = Client("anxin", "s3cret", (home + "/return",), "心晴驿站")
    save_employer(folder, Employer("东岭油田", (client,), WORKERS))
    provider.app = create_provider(ProviderSettings(folder, issuer))
    threads = [threading.Thread(target=s.serve_forever, daemon=True) for s in (platform, provider)]
    for thread in threads:
        thread.start()
    yield issuer, home
    for server in (platform, provider):
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(chromium: Browser, site: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """The sign-in page on a phone (or the width a test asks for), without scripts, watching the console."""
    width = getattr(request, "param", 390)
    opened = chromium.new_page(viewport={"width": width, "height": 844})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.goto(authorize(site, nonce=f"n{width}{request.node.name}"))
    yield opened
    opened.close()
    assert [text for text in complaints if "Content Security Policy" in text] == []


def authorize(site: tuple[str, str], nonce: str) -> str:
    issuer, home = site
    challenge = "a" * 43
    return (
        f"{issuer}/authorize?response_type=code&client_id=anxin&redirect_uri={home}/return&scope=openid&state=s"
        f"&nonce={nonce}&code_challenge={challenge}&code_challenge_method=S256"
    )


@pytest.mark.parametrize("page", [320, 390, 1200], indirect=True)
def test_everybody_can_use_it(page: Page) -> None:
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = page.locator("button, input").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44


def test_one_tap_goes_home_with_a_code(page: Page, site: tuple[str, str]) -> None:
    """The content policy lets the form's redirect reach the platform, and nobody else."""
    page.get_by_role("button", name="林晓峰").click()
    page.wait_for_url("**/return?*")
    assert page.url.startswith(site[1])
    assert set(parse_qs(urlsplit(page.url).query)) == {"code", "state", "iss"}


def test_a_wrong_number_takes_the_focus(page: Page) -> None:
    page.get_by_label("用其他工号登录").fill("DL9")
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.activeElement.id") == "employee_no"
    assert page.title().startswith("请核对工号")


def test_the_message_page(page: Page, site: tuple[str, str]) -> None:
    page.goto(site[0] + "/")
    assert Axe().run(page).violations_count == 0
    assert page.get_by_role("heading", level=1).inner_text() == "企业登录服务"
