"""Programs that write through the API while everything around them is killed, and the accounts of what they were
promised and what is there afterwards.

A promise is a 201: units of the org tree (one row, one audit entry), and self-tests whose last answer asks for
help (sheet, result, crisis with its clocks, and by way of relay, queue and worker one notice for each helper on
duty, in the employer's tenant and in the agency's).
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from tests.journeys.serving import Serving, wait_until

from anxin.identity import totp

UNION, AGENCY = "kill-union", "kill-agency"
PASSPHRASE = "xing-lin-shan-shui-2741"
SELF_TEST = {"instrument": "phq9", "answers": [1, 1, 1, 1, 1, 1, 1, 1, 2]}
CLOCKS_OF_A_CRISIS = 3  # to take it on, to pass it on, to have called

AGENCY_FILE = f"""
extends = "agency"
slug = "{AGENCY}"
name = "测试心理服务中心"
org = [{{ code = "A", name = "测试心理服务中心" }}]
staff = [
  {{ login = "helper", name = "何静怡", number = "A1", unit = "A", roles = ["employee", "duty"], email = "he@k.test" }},
  {{ login = "chief", name = "沈岳", number = "A2", unit = "A", roles = ["employee"], email = "shen@kill.example" }},
]
"""
DAYS = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
UNION_FILE = f"""
extends = "enterprise-union"
slug = "{UNION}"
name = "测试厂工会"
modules = ["assessments", "hotline"]
org = [{{ code = "U", name = "测试厂" }}]
staff = [
  {{ login = "admin", name = "周晓岚", number = "U1", unit = "U", roles = ["employee", "union_admin"], email = "z@k.test" }},
  {{ login = "worker", name = "林晓峰", number = "U2", unit = "U", roles = ["employee"], email = "l@kill.example" }},
]
duty = [
  {{ agency = "{AGENCY}", staff = "helper", as = "counsellor", days = {DAYS}, from = "00:00", to = "00:00" }},
  {{ agency = "{AGENCY}", staff = "chief", as = "supervisor", days = {DAYS}, from = "00:00", to = "00:00" }},
]
[[contracts]]
agency = "{AGENCY}"
reference = "K-1"
services = ["assessments", "hotline"]
starts = 2025-01-01
ends = 2099-12-31
signed_employer = {{ by = "周晓岚", on = 2024-12-20 }}
signed_agency = {{ by = "沈岳", on = 2024-12-20 }}
staff = [
  {{ login = "helper", roles = ["duty"] }},
  {{ login = "chief", roles = ["supervisor"] }},
]
"""
HELPERS = 2


def found_tenants(platform: Serving, folder: Path) -> None:
    for name, text in (("agency", AGENCY_FILE), ("union", UNION_FILE)):
        file = folder / f"{name}.toml"
        file.write_text(text, "utf-8")
        platform.run("tenant", "apply", str(file))


def sign_in(platform: Serving, login: str) -> str:
    """As the first people of a real union come in: an operator's link, a passphrase, a second step where the role asks for
    one, a token for programs."""
    link = platform.run("user", "link", "--tenant", UNION, login).stdout.strip()
    home = f"{platform.address}/t/{UNION}"
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        done = browser.post(link, data={"passphrase": PASSPHRASE, "again": PASSPHRASE})
        assert done.is_success, f"{done.status_code} {done.text[:500]}"
        if done.url.path.endswith("/sign-in/second"):
            code = authenticator_code(done.text)
            done = browser.post(f"{home}/sign-in/second/set-up", data={"code": code})
            assert done.is_success, f"{done.status_code} {done.text[:500]}"
        agreed = browser.post(f"{home}/consent/ask/assessments.self", data={"answer": "agreed", "next": "/"})
        assert agreed.status_code < 500, agreed.text[:500]
        made = browser.post(f"{home}/api/identity/tokens", json={"name": "kill"})
        assert made.status_code == 201, made.text[:500]
        return made.json()["token"]


def authenticator_code(html: str) -> str:
    """What an authenticator app shows for the secret that the page of the second step names."""
    secret = html.split('<b class="num">')[1].split("</b>", maxsplit=1)[0].replace(" ", "")
    return totp.code_at(secret, totp.step_at(time.time()))


@dataclass
class Writer:
    """Sends one kind of request again and again, each under its own key until it is acknowledged."""

    platform: Serving
    path: str
    token: str
    body: Callable[[int], dict[str, Any]]
    pause: float
    promised: dict[int, dict[str, Any]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.path)
        self._thread.start()

    def finish(self) -> None:
        """The request on its way is brought to its acknowledgement, so that there is no doubt about it."""
        self._stop.set()
        self._thread.join(180)
        assert not self._thread.is_alive(), f"{self.path}: nothing is acknowledged: {self.failures[-3:]}"

    def _run(self) -> None:
        number = 0
        with httpx.Client(
            base_url=f"{self.platform.address}/t/{UNION}/api",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        ) as client:
            while not self._stop.is_set():
                began = time.monotonic()
                self._until_acknowledged(client, number)
                self.slowest = max(self.slowest, time.monotonic() - began)
                number += 1
                self._stop.wait(self.pause)

    def _until_acknowledged(self, client: httpx.Client, number: int) -> None:
        key = {"Idempotency-Key": f"{self.path}-{number}"}
        while True:
            try:
                answer = client.post(self.path, json=self.body(number), headers=key)
            except httpx.TransportError as error:
                self.failures.append(type(error).__name__)
            else:
                if answer.status_code == 201:
                    self.promised[number] = answer.json()
                    return
                self.failures.append(str(answer.status_code))
                if answer.status_code < 500:  # nothing we send may be refused, whatever died meanwhile
                    self.refused.append(f"{answer.status_code} {answer.text[:300]}")
                    return
            time.sleep(0.2)


def units(platform: Serving, token: str) -> Writer:
    return Writer(platform, "/tenancy/units", token, lambda number: {"name": f"班组 {number}"}, pause=0.05)


def self_tests(platform: Serving, token: str) -> Writer:
    return Writer(platform, "/assessments/sheets", token, lambda _number: SELF_TEST, pause=1.0)


class Books:
    """What is in the database, as the superuser sees it."""

    def __init__(self, platform: Serving) -> None:
        self.url = platform.run("db", "url", "--role", "owner").stdout.strip()

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question, values).fetchall()

    def one(self, question: str, *values: Any) -> Any:
        return self.ask(question, *values)[0][0]

    def settle(self, seconds: float = 120) -> None:
        """Wait until every effect that is due is done. What died with its worker would be sent again when its
        lease of minutes is over, and what failed after a pause: both are run out by hand here, not waited for."""
        hurry = (
            "UPDATE core.outbox SET sent_at = NULL, due_at = clock_timestamp() WHERE done_at IS NULL "
            "AND failed_at IS NULL AND attempts > 0 AND (sent_at IS NULL OR sent_at < now() - interval '8 s')"
        )
        waiting = (
            "SELECT job, attempts, error FROM core.outbox WHERE done_at IS NULL AND failed_at IS NULL "
            "AND due_at < now()"
        )

        def done() -> bool:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(hurry)
                return not connection.execute(waiting).fetchall()

        wait_until(done, "every effect that is due", seconds)
        assert self.ask("SELECT job, error FROM core.outbox WHERE failed_at IS NOT NULL") == []

    def entries(self, action: str) -> int:
        return self.one("SELECT count(*) FROM core.audit_entry WHERE action = %s", action)

    def unsealed(self) -> int:
        return self.one("SELECT count(*) FROM core.audit_entry WHERE seq IS NULL")


def account_for_units(books: Books, writer: Writer) -> None:
    names = [f"班组 {number}" for number in writer.promised]
    there = books.ask("SELECT name, id::text FROM core.unit WHERE name LIKE '班组 %%'")
    assert sorted(name for name, _ in there) == sorted(names), "a unit is lost, or there twice"
    assert dict(there) == {f"班组 {n}": told["id"] for n, told in writer.promised.items()}
    assert books.entries("tenancy.unit_added") == len(names), "each unit has one entry in the trail"


def account_for_self_tests(books: Books, writer: Writer) -> None:
    """Everything a risk answer sets off, once each."""
    count = len(writer.promised)
    promised = sorted(told["id"] for told in writer.promised.values())
    outcomes = books.ask("SELECT id::text FROM assessments.outcome")
    assert sorted(row[0] for row in outcomes) == promised, "a result is lost, or there twice"
    assert books.entries("assessments.submitted") == count
    assert books.one("SELECT count(*) FROM core.crisis WHERE level = 3") == count
    clocks = "SELECT count(*) FROM core.outbox WHERE job = 'safety.clock' AND payload ->> 'level' = '3'"
    assert books.one(clocks) == CLOCKS_OF_A_CRISIS * count, "each crisis has each clock once"
    notices = (
        "SELECT t.slug, count(*), count(DISTINCT (n.person_id, n.key)) FROM core.notice n "
        "JOIN core.tenant t ON t.id = n.tenant_id WHERE n.kind = 'safety.urgent' AND n.made_at < %s GROUP BY 1"
    )
    told = {slug: (all_, distinct) for slug, all_, distinct in books.ask(notices, "infinity")}
    expected = (HELPERS * count, HELPERS * count)
    assert told == {UNION: expected, AGENCY: expected}, "one notice a crisis and helper, in both tenants"
    undelivered = "SELECT channel, count(*) FROM core.notice_delivery WHERE state <> 'sent' GROUP BY 1"
    assert books.ask(undelivered) == []


def plain(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "…", path)
