"""Makes the README's screenshots (tests/screens/*.png) by walking the demo's story in a real browser.

    python tests/journeys/screenshots.py                             start a demo of its own, walk, stop it
    python tests/journeys/screenshots.py --base ADDRESS --data DIR   walk one that runs

林晓峰 answers PHQ-9 on a phone, the duty counsellor takes the case on and reads what he shares, he sees who
looked; the union admin sees modules and figures, never a person.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SCREENS = Path(__file__).parents[1] / "screens"
PHONE, DESK = {"width": 390, "height": 780}, {"width": 1180, "height": 760}
ANSWERS = (1, 1, 2, 1, 1, 1, 1, 0, 2)  # item 9 above zero: the help card comes before anything else
ACCOUNT = re.compile(r"^\s+\S+\s+([a-z]+)\s+([a-z]+(?:-[a-z]+)+-\d+)\s", re.MULTILINE)
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--force-color-profile=srgb"]


@dataclass(frozen=True)
class Demo:
    base: str
    accounts: dict[str, str]  # sign-in name → passphrase


@contextmanager
def own_demo(port: int) -> Iterator[Demo]:
    """A demo in a folder of its own; its output tells address and sign-ins."""
    with tempfile.TemporaryDirectory(prefix="anxin-screens-") as folder:
        command = [sys.executable, "-m", "anxin.cli", "demo", "--port", str(port), "--data", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                told, base = "", ""
                for line in process.stdout or ():
                    told += line
                    base = base or (line.removeprefix("ready:").strip() if line.startswith("ready:") else "")
                    if "jiangruochuan" in line:  # the last of the sign-ins
                        break
                if not base:
                    raise SystemExit(f"the demo did not come up:\n{told}")
                yield Demo(base, dict(ACCOUNT.findall(told)))
            finally:
                process.terminate()
                process.wait(60)


def running_demo(base: str, data: Path) -> Demo:
    command = [sys.executable, "-m", "anxin.cli", "demo-seed", "--data", str(data)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Demo(base.rstrip("/"), dict(ACCOUNT.findall(told)))


class Walk:
    """One person's browser; `shot` keeps what is on the screen."""

    def __init__(self, browser: Browser, demo: Demo, tenant: str, size: dict[str, int]) -> None:
        scale = 1.5 if size is PHONE else 1
        context = browser.new_context(
            viewport=size, device_scale_factor=scale, locale="zh-CN", reduced_motion="reduce"
        )  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.root, self.demo = f"{demo.base}/t/{tenant}", demo

    def go(self, path: str) -> None:
        self.page.goto(self.root + path)

    def shot(self, name: str, *, below: str = "") -> None:
        """Keep the top of the page, or what comes below the element `below`."""
        self.page.wait_for_load_state("networkidle")
        self.page.mouse.move(0, 0)
        self.page.evaluate(
            """below => { document.activeElement?.blur();
                const over = below && document.querySelector(below);
                scrollTo(0, over ? over.getBoundingClientRect().bottom + scrollY : 0) }""",
            below,
        )
        self.page.screenshot(path=SCREENS / f"{name}.png")

    def sign_in(self, account: str) -> None:
        self.go("/sign-in")
        if not self.page.get_by_label("登录名").is_visible():
            self.page.locator("summary").first.click()
        self.page.get_by_label("登录名").fill(account)
        self.page.get_by_label("口令").fill(self.demo.accounts[account])
        self.page.locator("form:has(input[type=password]) button").click()
        self.page.wait_for_load_state("networkidle")


def worker(walk: Walk) -> None:
    """Through the employer's sign-in to a result."""
    walk.go("/")
    walk.page.locator("main a.btn").first.click()
    walk.page.get_by_role("button", name=re.compile("林晓峰")).click()
    walk.page.wait_for_url(f"{walk.root}/**")
    walk.go("/")
    walk.shot("home")
    walk.go("/assessments/take/phq9")
    if "/consent/ask/" in walk.page.url:
        walk.page.locator("input[name=extra]").first.check()
        walk.page.locator("button[value=agreed]").click()
        walk.page.wait_for_load_state("networkidle")
    walk.page.locator("main form button").last.click()
    walk.page.wait_for_url("**/sheets/**")
    while walk.page.locator("main button[name=value]").count():
        number = walk.page.get_by_text(re.compile(rf"^\d+ / {len(ANSWERS)}$"))
        item = int(number.inner_text().split()[0])
        if item == 3:
            walk.shot("question")
        walk.page.locator(f"main button[name=value][value='{ANSWERS[item - 1]}']").click()
        walk.page.get_by_text(f"{item} / {len(ANSWERS)}", exact=True).wait_for(state="detached")
    walk.shot("help")
    walk.page.locator("form[action$='/submit'] button").click()
    walk.page.wait_for_url("**/results/**")
    walk.shot("result", below=".care-big")


def counsellor(walk: Walk) -> None:
    """Into the plant under the contract, take the call, read what is shared."""
    walk.sign_in("hejingyi")
    walk.page.locator("form[action*='enter'], form[action*='contract']").first.locator("button").click()
    walk.page.wait_for_load_state("networkidle")
    walk.root = re.match(r".*/t/[^/]+", walk.page.url)[0]  # type: ignore[index]
    walk.go("/safety/cases")
    walk.shot("crises")
    walk.page.locator("form[action$='/acknowledge'] button").first.click()  # the worst clock stands first
    walk.page.wait_for_url("**/cases/*-*")
    walk.page.wait_for_load_state("networkidle")


def admin(walk: Walk) -> None:
    walk.sign_in("zhouxiaolan")
    walk.go("/admin/modules")
    walk.shot("modules")
    walk.go("/assessments/campaigns")
    walk.page.get_by_role("link", name=re.compile("已结束")).click()
    walk.page.wait_for_url("**/campaigns/*-*")
    walk.shot("figures")


def walk_all(demo: Demo) -> None:
    SCREENS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        him = Walk(browser, demo, "dongling", PHONE)
        worker(him)
        counsellor(Walk(browser, demo, "mingxin", DESK))
        him.go("/audit/who-looked")
        him.shot("who-looked")
        admin(Walk(browser, demo, "dongling", DESK))
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", help="address of a running demo")
    parser.add_argument("--data", type=Path, help="that demo's data folder")
    parser.add_argument("--port", type=int, default=8500, help="port of an own demo (default: 8500)")
    chosen = parser.parse_args()
    if chosen.base:
        if not chosen.data:
            parser.error("--base wants --data, to know the sign-ins")
        walk_all(running_demo(chosen.base, chosen.data))
    else:
        with own_demo(chosen.port) as demo:
            walk_all(demo)
    for picture in sorted(SCREENS.glob("*.png")):
        print(f"{picture.name:<16} {picture.stat().st_size // 1024:>4} KB")


if __name__ == "__main__":
    main()
