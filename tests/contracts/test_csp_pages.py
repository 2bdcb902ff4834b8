"""Every plain page in a real browser, as each role, on a phone and a desk: no policy report, nothing in the console, no
accessibility violation, nothing cut off at 320 px.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.accessibility import violations
from werkzeug.serving import make_server

from anxin.web import headers

from .everything import fill
from .routes import all_rules

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESK, NARROW = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 800},
    {"width": 320, "height": 640},
)
ROLES = ("visitor", "employee", "admin", "helper", "supervisor")


@pytest.fixture(scope="module")
def address(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def seen(once) -> dict[str, str]:
    """Page → the first role that may open it, as which it is looked at."""
    once("pages")
    return {}


def shown_to(app, client) -> list[str]:
    """The whole pages without a parameter this client may open, from the live URL map."""
    addresses = [r.rule for r in all_rules(app) if "GET" in r.methods and not r.arguments]
    answers = {path: client.get(client.base + path) for path in addresses}
    return [
        path for path, one in answers.items() if one.status_code == 200 and one.data.startswith(b"<!doctype")
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_in_a_browser(
    app, runtime, tenant, person, agency_person, give_consent, client_as, chromium, address, seen, role
) -> None:
    if role == "visitor":
        client, someone = client_as(tenant=tenant), None
    else:
        someone = (agency_person if role in ("helper", "supervisor") else person)(role, name="林晓峰")
        asked = [one for one in runtime.registry.purposes.values() if one.basis == "consent"]
        give_consent(someone, *asked[: len(asked) // 2])  # some agreed, some open: both are drawn
        client = client_as(someone)
    if role == "admin":
        fill(runtime, tenant.id)  # lists with something in them
    shown = shown_to(app, client)
    assert len(shown) >= {"visitor": 1}.get(role, 6)
    pages = [path for path in shown if seen.setdefault(path, role) == role]
    reported = headers.reports()
    context = chromium.new_context(viewport=PHONE, base_url=address, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    if someone:
        context.add_cookies([{"name": f"anxin-{tenant.slug}", "value": someone.token, "url": address}])
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: dict[str, Any] = {}
    for path in pages:
        page.set_viewport_size(PHONE)
        page.goto(client.base + path)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            if found := violations(page):
                wrong[f"{path} at {size['width']}"] = found
        page.set_viewport_size(NARROW)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wrong[f"{path} at 320"] = f"{width} px wide"
        if said:
            wrong[f"{path} in the console"] = list(said)
            said.clear()
    context.close()
    assert wrong == {}
    assert headers.reports() == reported


def test_a_page_that_breaks_the_policy_would_be_seen(chromium, address, tenant) -> None:
    """The counters this file relies on do count."""
    before = sum(headers.reports().values())
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"/t/{tenant.slug}/sign-in")
    with page.expect_request("**/csp"):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_timeout(200)
    assert violations(page) == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/x.png\">')")
    assert any("image-alt" in found for found in violations(page))
    context.close()
    assert any("Content Security Policy" in text for text in said)
    assert sum(headers.reports().values()) > before
