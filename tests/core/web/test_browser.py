"""The gallery in a real browser: accessibility, reflow, content policy, weight, life without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.accessibility import violations

from anxin.web import headers
from anxin.web.gallery import ITEMS

pytestmark = pytest.mark.browser

LARGE_ENGLISH = {"size": "large", "lang": "en"}
MODES = {
    "dark": {"theme": "dark"},
    "large": {"size": "large"},
    "en": {"lang": "en"},
}
PHONE, DESKTOP, NARROW = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 800},
    {"width": 320, "height": 640},
)

Open = Callable[..., Page]


@pytest.fixture
def browse(chromium: Browser, address: str) -> Iterator[Open]:
    """Opens an item with cookies and a size; pages must have broken no content policy."""
    contexts: list[BrowserContext] = []
    before = sum(headers.reports().values())

    def opened(
        item: str, view: dict[str, int] = PHONE, script: bool = True, query: str = "", **cookies: str
    ) -> Page:
        context = chromium.new_context(
            viewport=view,  # type: ignore[arg-type]
            java_script_enabled=script,
            base_url=address,
            reduced_motion="reduce",  # a fading page has other colours while it fades
        )
        context.set_default_timeout(10_000)
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"/_ui/{item}{query}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert sum(headers.reports().values()) == before


@pytest.mark.slow
@pytest.mark.parametrize("item", ["", *ITEMS])
def test_no_accessibility_violation(browse: Open, address: str, item: str) -> None:
    page = browse(item, theme="light")
    found = {"light": violations(page)}
    for mode, cookie in MODES.items():
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookie.items()]
        )
        page.set_viewport_size(DESKTOP if mode == "en" else PHONE)  # type: ignore[arg-type]
        page.reload()
        found[mode] = violations(page)
    assert {mode: problems for mode, problems in found.items() if problems} == {}


@pytest.mark.slow
@pytest.mark.parametrize("item", ["", *ITEMS])
def test_reflow_at_320_px_and_with_large_text(browse: Open, address: str, item: str) -> None:
    page = browse(item, NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate("document.documentElement.style.setProperty('font-size', '140%')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in LARGE_ENGLISH.items()]
    )
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("brand", ["#ffd400", "#d7000f", "#808080"])
def test_other_brands_are_accessible_too(browse: Open, brand: str) -> None:
    for item in ("home", "forms"):
        page = browse(item, query=f"?brand=%23{brand[1:]}")
        assert violations(page) == []


@pytest.mark.parametrize(("item", "budget"), [("home", 40_960), ("question", 40_960), ("tables", 81_920)])
def test_pages_are_light(browse: Open, chromium: Browser, address: str, item: str, budget: int) -> None:
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(f"{address}/_ui/{item}", wait_until="networkidle")
    context.close()
    assert len(sizes) <= 7
    assert 0 < sum(sizes) <= budget


def test_a_question_swaps_only_the_main_part(browse: Open) -> None:
    page = browse("question")
    kept = page.locator(".appbar").element_handle()
    with page.expect_response("**/_ui/question") as answered:
        page.get_by_role("button", name="有几天").click()
    assert len(answered.value.body()) < 2_500
    expect(page.locator(".choice[aria-pressed=true]")).to_have_text("有几天")
    assert kept is not None
    assert kept.evaluate("node => node.isConnected")
    expect(page.locator("main h1")).to_be_focused()


def test_the_same_question_without_script(browse: Open) -> None:
    page = browse("question", script=False)
    page.get_by_role("button", name="有几天").click()
    expect(page.locator(".choice[aria-pressed=true]")).to_have_text("有几天")


def test_theme_and_size_change_at_once_and_stay(browse: Open) -> None:
    page = browse("home")
    page.get_by_role("button", name="深色模式").click()
    page.get_by_role("button", name="大字模式").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/_ui/home")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    expect(page.get_by_role("button", name="大字模式")).to_have_attribute("aria-pressed", "true")


def test_theme_and_language_without_script(browse: Open) -> None:
    page = browse("home", script=False)
    page.get_by_role("button", name="深色模式").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_booking_takes_three_taps_through_the_sheet(browse: Open) -> None:
    page = browse("booking")
    page.get_by_role("link", name="10:00").click()
    dialog = page.get_by_role("dialog", name="确认预约")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="确认预约").click()
    expect(page.get_by_role("heading", name="周二 10:00，一号咨询室见")).to_be_visible()
    expect(dialog).to_be_hidden()


def test_booking_without_script_goes_through_a_page(browse: Open) -> None:
    page = browse("booking", script=False)
    page.get_by_role("link", name="10:00").click()
    page.get_by_role("button", name="确认预约").click()
    expect(page.get_by_role("heading", name="周二 10:00，一号咨询室见")).to_be_visible()


def test_a_dialog_in_the_page_opens_and_closes(browse: Open) -> None:
    page = browse("dialogs", DESKTOP)
    page.get_by_role("button", name="打开").click()
    dialog = page.get_by_role("dialog", name="启用“志愿者队伍”")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()


def test_a_call_is_registered_with_the_keyboard_alone(browse: Open) -> None:
    page = browse("fastform", DESKTOP)
    for key in ("2", "4", "1"):
        page.keyboard.press(key)
    page.keyboard.type("夜班后入睡困难 24 小时")
    assert page.locator("input:checked").evaluate_all("all => all.map(i => i.value)") == ["wx", "sleep", "0"]
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("R-1042")


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browse: Open) -> None:
    page = browse("errors")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="选一种方式").click()
    expect(page.locator("#f-how")).to_be_focused()


def test_a_failed_request_leaves_the_page_and_says_so(browse: Open) -> None:
    page = browse("question")
    page.route("**/_ui/question", lambda route: route.fulfill(status=503, body="<main>away</main>"))
    page.get_by_role("button", name="有几天").click()
    expect(page.locator("#toast")).to_contain_text("已填写的内容都还在")
    expect(page.get_by_role("button", name="有几天")).to_be_visible()


def test_attributes_cannot_run_code(browse: Open) -> None:
    page = browse("home")
    injected = '<button id="x" hx-on:click="window.ran = true">x</button>'
    page.evaluate(
        """html => {
          const main = document.querySelector('main')
          main.innerHTML = html
          window.htmx.process(main)
        }""",
        injected,
    )
    page.locator("#x").click()
    assert page.evaluate("window.ran") is None


def test_charts_come_alive_on_dashboards_and_stay_without_script(browse: Open) -> None:
    page = browse("dashboard", DESKTOP)
    expect(page.locator(".chart.is-live canvas").first).to_be_visible()
    page.locator(".chart canvas").first.hover()
    plain = browse("dashboard", DESKTOP, script=False)
    expect(plain.locator(".chart__static svg")).to_be_visible()


def test_all_places_of_staff_are_reachable_on_a_phone(browse: Open) -> None:
    page = browse("modules", script=False)
    page.get_by_text("更多", exact=True).click()
    page.get_by_role("link", name="外观与品牌").click()
    expect(page.get_by_role("heading", name="外观与品牌")).to_be_visible()


def test_swatches_fill_the_field(browse: Open) -> None:
    page = browse("brand", DESKTOP)
    page.get_by_role("button", name="#0052d9").click()
    expect(page.get_by_label("主色")).to_have_value("#0052d9")


def test_targets_are_large_enough_for_tired_hands(browse: Open) -> None:
    page = browse("question", size="large")
    heights = page.locator(".choice").evaluate_all("all => all.map(c => c.getBoundingClientRect().height)")
    assert min(heights) >= 60
