"""kill -9 at any moment loses nothing: what was acknowledged is there once, with all its effects, and the trail
proves itself.

In the suite every part is killed once, and is given time to come back. `ANXIN_KILLS=50` makes it a soak: that many
kills, every second of them while other parts are still down (see tests/README.md). An operator who is typing while the
web server is killed goes on typing.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.bench import measure
from tests.journeys.serving import Serving, gone, serving, wait_until
from tests.journeys.writing import (
    AGENCY,
    PASSPHRASE,
    UNION,
    Books,
    Writer,
    account_for_self_tests,
    account_for_units,
    authenticator_code,
    found_tenants,
    self_tests,
    sign_in,
    units,
)

pytestmark = pytest.mark.slow

PARTS = ("worker", "web", "a web worker", "valkey", "postgres", "supervisor")
KILLS = int(os.environ.get("ANXIN_KILLS", len(PARTS)))
SOAK = len(PARTS) < KILLS
QUIET = (0.1, 1.0) if SOAK else (0.3, 2.5)  # seconds before the next kill: no two meet the same moment
START_SECONDS, CORES = 10.0, 2  # what the second start may take on an idle machine of two cores


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, once: Callable[[str], None]) -> Iterator[Serving]:
    """`anxin up` with a union, its agency, and helpers on duty; one for all tests here."""
    once("platform")
    with serving("up") as served:
        served.start()
        found_tenants(served, tmp_path_factory.mktemp("tenants"))
        yield served


def test_nothing_acknowledged_is_lost(platform: Serving) -> None:
    writers = [units(platform, sign_in(platform, "admin")), self_tests(platform, sign_in(platform, "worker"))]
    for writer in writers:
        writer.start()
    try:
        storm(platform, KILLS)
    finally:
        for writer in writers:
            writer.finish()
    tell(writers, platform)
    for writer in writers:
        assert writer.refused == [], writer.path
        assert len(writer.promised) >= len(PARTS), f"{writer.path}: hardly anything was written"
    books = Books(platform)
    books.settle()
    account_for_units(books, writers[0])
    account_for_self_tests(books, writers[1])
    wait_until(
        lambda: books.unsealed() == 0, "a seal on every entry", 30
    )  # the sealer comes round each second
    platform.run("audit", "verify")
    everybody = platform.processes()
    assert platform.stop() == 0
    assert gone(everybody) == []
    starts_again_quickly(platform)


def storm(platform: Serving, kills: int) -> None:
    """One part after another, in a new order each round."""
    dice = random.Random(kills)
    order: list[str] = []
    while kills > 0:
        order = order or dice.sample(PARTS, len(PARTS))
        part = order.pop()
        time.sleep(dice.uniform(*QUIET))
        strike(platform, part, dice)
        kills -= 1
    wait_until(lambda: platform.get("/readyz")[0] == 200, "ready after the last kill", 60)


def strike(platform: Serving, part: str, dice: random.Random) -> None:
    began = time.monotonic()
    if part == "supervisor":
        everybody = platform.processes()
        platform.kill()
        platform.start()
        assert gone(everybody, 0) == [], "processes of the killed start are still there"
    elif part == "a web worker":
        wait_until(lambda: web_workers(platform), "a web worker to kill", 60)
        dice.choice(web_workers(platform)).kill()
    else:
        wait_until(lambda: psutil.pid_exists(platform.pid_of(part)), f"a {part} to kill", 60)
        before = platform.pid_of(part)
        os.kill(before, signal.SIGKILL)
        if not SOAK:
            wait_until(lambda: platform.pid_of(part) != before, f"another {part}", 60)
    if not SOAK or dice.random() < 0.5:
        wait_until(lambda: platform.get("/readyz")[0] == 200, f"ready after {part} was killed", 90)
    print(f"{part:>12} killed, went on after {time.monotonic() - began:5.1f} s")


def web_workers(platform: Serving) -> list[psutil.Process]:
    """Those with the application; granian's leader also has a helper of multiprocessing."""
    try:
        children = psutil.Process(platform.pid_of("web")).children()
        return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def tell(writers: list[Writer], platform: Serving) -> None:
    for writer in writers:
        failed = {kind: writer.failures.count(kind) for kind in sorted(set(writer.failures))}
        print(
            f"{writer.path}: {len(writer.promised)} kept promises, slowest {writer.slowest:.1f} s, met {failed}"
        )
    print("starts:", ", ".join(f"{seconds:.1f} s" for seconds in platform.seconds))


def starts_again_quickly(platform: Serving) -> None:
    """Ten seconds when the machine has nothing else to do; always no more work than its cores do in that time."""
    idle = os.getloadavg()[0] < CORES / 4
    seconds = platform.start()
    used = measure.cpu(platform.pid_of("supervisor"))
    print(f"second start: {seconds:.1f} s, {used:.1f} s of processor, {'idle' if idle else 'busy'} machine")
    assert platform.get(f"/t/{UNION}/sign-in")[0] == 200
    assert seconds <= 90, (
        "it never came back in reasonable time"
    )  # the 10 s of an idle machine are printed, not judged


# ---- an operator at the desk -------------------------------------------------------------------------------


@pytest.mark.browser
def test_what_an_operator_types_survives_the_server(platform: Serving, chromium: Browser) -> None:
    """Six keys and a note without the mouse, and the server dies in the middle of the sentence. A second window is closed
    before the server is back: its words stand in the next empty form."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    try:
        page, other = context.new_page(), context.new_page()
        takes_a_seat(platform, page)
        begins_to_write(platform, page, "141", "夜班后睡不着，")  # telephone, pressure at work, no risk seen
        begins_to_write(platform, other, "131", "第二位，刚说到")
        stop_the_web(platform)
        other.keyboard.type("孩子")
        expect(said_of(other)).to_contain_text("没有连接")
        other.close()
        page.bring_to_front()
        page.keyboard.type("怕上井出事")
        expect(said_of(page)).to_contain_text("没有连接")
        for key in ("Tab", "1", "Control+Enter"):
            page.keyboard.press(key)
        page.wait_for_url("**saved=*")
        expect(page.locator("textarea[name=note]")).to_have_value("第二位，刚说到孩子")
        page.locator("main .note a").first.click()
        expect(page.locator("main")).to_contain_text("夜班后睡不着，怕上井出事")
        expect(page.locator("main")).to_contain_text("职场压力")
    finally:
        context.close()


def takes_a_seat(platform: Serving, page: Page) -> None:
    """The agency's operator activates the account, sets up the second step, and goes to the employer."""
    page.goto(platform.run("user", "link", "--tenant", AGENCY, "helper").stdout.strip())
    page.locator("input[name=passphrase]").fill(PASSPHRASE)
    page.locator("input[name=again]").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/second**")
    page.locator("input[name=code]").first.fill(authenticator_code(page.content()))
    page.keyboard.press("Enter")
    expect(page.locator("input[name=code]")).to_have_count(0)  # the recovery codes are shown
    page.goto(f"{platform.address}/t/{AGENCY}/contracts")
    page.get_by_role("button", name="进入").first.click()
    page.wait_for_url(f"**/t/{UNION}/**")


def begins_to_write(platform: Serving, page: Page, digits: str, words: str) -> None:
    """Each digit picks and goes on to the next question; the note is reached by itself."""
    page.bring_to_front()  # of two windows one is in front, and only that one has the focus
    page.goto(f"{platform.address}/t/{UNION}/hotline/")
    for digit in digits:
        page.keyboard.press(digit)
    expect(page.locator("textarea[name=note]")).to_be_focused()
    page.keyboard.type(words)
    expect(said_of(page)).to_contain_text("已保存")


def said_of(page: Page) -> Locator:
    return page.locator("[data-autosave-said]")


def stop_the_web(platform: Serving) -> None:
    """kill -9 of the web server and of all its workers; the supervisor starts it again."""
    leader = psutil.Process(platform.pid_of("web"))
    for process in [leader, *leader.children(recursive=True)]:
        process.kill()
