"""The people of the story at their devices: signing in as a person does, and keeping an ear on the console."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect
from tests.journeys.serving import Serving

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
PATIENCE = 20_000  # milliseconds; a shared machine may be busy with other suites


@dataclass(eq=False)
class Person:
    """One browser profile in one pair of hands. `complaints` collects what a console or the policy says."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def status(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> int:
        """What the same browser session is answered, without navigating (a refused page is no console error)."""
        url = f"{self.address}{path}"
        sent = {"Origin": self.address, **(headers or {})}
        return self.context.request.fetch(url, method=method, headers=sent, max_redirects=0).status

    def json(self, path: str) -> Any:
        answer = self.context.request.get(f"{self.address}{path}")
        assert answer.ok, f"{path}: {answer.status} {answer.text()[:200]}"
        return answer.json()

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    @property
    def main(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def tab(self, name: str) -> None:
        """One of the tabs at the bottom."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first.click()

    def button(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name).first.click()


@dataclass
class Stage:
    """The demo and the browser; every person who enters is listened to."""

    chromium: Browser
    demo: Serving
    people: list[Person] = field(default_factory=list)

    def enter(self, viewport: Mapping[str, int], *, script: bool = True) -> Person:
        context = self.chromium.new_context(
            viewport=dict(viewport),  # type: ignore[arg-type]
            java_script_enabled=script,
            locale="zh-CN",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        person = Person(context, context.new_page(), self.demo.address)
        self.people.append(person)

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                person.complaints.append(f"{person.path}: {message.text}")

        def sent(request: Request) -> None:
            if request.method == "POST" and request.url.rpartition("/")[2] == "csp":
                person.complaints.append(f"{person.path}: content policy report {request.post_data}")

        context.on("console", heard)
        context.on("request", sent)
        person.page.on("pageerror", lambda error: person.complaints.append(f"{person.path}: {error}"))
        return person

    def leave(self) -> None:
        for person in self.people:
            person.context.close()

    @property
    def complaints(self) -> list[str]:
        return [line for person in self.people for line in person.complaints]

    def passphrase(self, login: str) -> str:
        """As `anxin demo` printed it below `ready:`."""
        found = re.search(rf"^ +\S+ +{login} +(\S+)", self.demo.log(), re.MULTILINE)
        assert found, f"{login} is not among the printed sign-ins:\n{self.demo.log()}"
        return found[1]


def through_the_employer(person: Person, tenant: str, name: str) -> int:
    """Sign in at the employer's provider; answers how many taps that took there."""
    person.open(f"/t/{tenant}/")
    person.link("统一登录")
    person.page.get_by_role("button", name=name).click()
    person.page.wait_for_url(f"{person.address}/t/{tenant}/")
    return 1


def with_passphrase(
    stage: Stage, person: Person, tenant: str, login: str, *, lands: str | None = None
) -> None:
    person.open(f"/t/{tenant}/sign-in")
    form = person.page.locator("form:has(input[name=passphrase])")
    if not form.is_visible():  # the employer's button stands first, the passphrase behind it
        person.page.locator("main summary", has_text="用口令登录").click()
    form.locator("input[name=name]").fill(login)
    form.locator("input[name=passphrase]").fill(stage.passphrase(login))
    form.get_by_role("button", name="登录").click()
    person.page.wait_for_url(lands or (lambda url: "/sign-in" not in url))
