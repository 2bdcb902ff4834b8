"""The first story, through every layer: the real `anxin demo`, a real browser, nothing replaced.

林晓峰 answers a self-test on his phone; 何静怡 of the agency is called, and reads what contract and consent
allow; 周晓岚 of the union sees figures and no person; he sees who looked, and takes his consent back; the trail
proves itself; the module goes off and comes back with all its data.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect
from tests.journeys.people import DESKTOP, PHONE, Person, Stage, through_the_employer, with_passphrase
from tests.journeys.serving import Serving, wait_until

from anxin.demo.places import roster as roster_of
from anxin.identity import roster

pytestmark = [pytest.mark.browser, pytest.mark.slow]

URGENT = "需要你马上处理"
ALERT_SECONDS = 60.0
TAPS = 11
RISK = "一半以上的天数"
TEST = "情绪自评（PHQ-9）"
SHARE = "让咨询师查看你的结果"


def test_the_first_story(stage: Stage, demo: Serving) -> None:
    counsellor = stage.enter(DESKTOP)
    with_passphrase(stage, counsellor, "mingxin", "hejingyi")
    assert URGENT not in counsellor.main, "an old alert is still waiting: this demo is not fresh"

    worker = stage.enter(PHONE)
    assert through_the_employer(worker, "dongling", "林晓峰") == 1
    expect(worker.page.locator("h1")).to_contain_text("晓峰")
    agrees_to_both(worker)
    asked_at = answers(worker, risk=True)
    result = worker.path

    seconds = is_alerted(counsellor, asked_at)
    print(f"\nalert after {seconds:.1f} s")
    person_level = [*takes_it_on_and_reads(counsellor), result, result.replace("/results/", "/sheets/")]

    admin = stage.enter(DESKTOP)
    with_passphrase(stage, admin, "dongling", "zhouxiaolan")
    sees_figures_and_no_names(admin)
    is_told_that_nothing_is_there(admin, counsellor, person_level)

    finds_who_looked(worker)
    takes_the_consent_back(worker)
    reading_is_refused(counsellor, person_level)
    the_trail_proves_itself(demo)
    off_and_on_again(admin, worker, counsellor, person_level, result)
    assert stage.complaints == []


def agrees_to_both(worker: Person) -> None:
    """The self-test asks first, and asks apart for what goes to somebody else; nothing is ticked beforehand."""
    worker.open("/t/dongling/")
    worker.link("看看自己最近怎么样")
    worker.page.get_by_role("link", name=TEST).last.click()
    expect(worker.page.locator("h1")).to_have_text("关于心情和状态的自评")
    for said in ("谁能看到", "保存多久", "撤回"):
        worker.sees(said)
    box = worker.page.get_by_role("checkbox")
    expect(worker.page.get_by_role("heading", name=SHARE)).to_be_visible()
    expect(box).not_to_be_checked()
    box.check()
    worker.button("同意并继续")
    expect(worker.page.locator("h1")).to_have_text(TEST)


def answers(worker: Person, *, risk: bool) -> float:
    """PHQ-9 from its first page to the words of the result, taps counted. Answers when the last was given."""
    taps = 1
    worker.button("开始")
    given = ["好几天"] * 8 + [RISK if risk else "完全不会"]
    for number, choice in enumerate(given, 1):
        expect(worker.page).to_have_title(re.compile(rf"^{number} / 9"))
        taps += 1
        answered_at = time.monotonic()
        worker.button(choice)
    worker.page.wait_for_url("**/check")
    if risk:
        the_help_card_comes_first(worker)
    taps += 1
    worker.button("提交，看结果")
    worker.page.wait_for_url("**/results/*")
    assert taps <= TAPS, f"PHQ-9 took {taps} taps"
    words_come_before_numbers(worker)
    return answered_at


def the_help_card_comes_first(worker: Person) -> None:
    main = worker.page.locator("main")
    expect(main.locator("h1, h2").first).to_have_text("谢谢你愿意说出来")
    expect(main.get_by_role("link", name="12356")).to_have_attribute("href", "tel:12356")
    expect(main.get_by_role("button", name="请值班咨询师联系我")).to_be_visible()
    worker.sees("120")


def words_come_before_numbers(worker: Person) -> None:
    text = worker.main
    headline = worker.page.locator("main h1").inner_text()
    places = [text.index(said) for said in (headline, "0 – 27", "不代表你这个人", "这是筛查，不是诊断")]
    assert all(one < other for one, other in pairwise(places)), f"words do not lead:\n{text}"
    assert not re.search(r"\d", headline), f"a number in the headline: {headline}"


def is_alerted(counsellor: Person, since: float) -> float:
    """At her own agency, where she is signed in; answers the seconds from the answer to the alert."""

    def there() -> bool:
        counsellor.open("/t/mingxin/work")
        return URGENT in counsellor.main

    wait_until(there, "the duty counsellor's alert", ALERT_SECONDS)
    seconds = time.monotonic() - since
    assert seconds <= ALERT_SECONDS
    assert "林晓峰" not in counsellor.main, "an alert names nobody"
    return seconds


def takes_it_on_and_reads(counsellor: Person) -> list[str]:
    """One click to the case, one to take it on (the clock stops), then the answers he lets her read.
    Answers every person-level address she met."""
    page = counsellor.page
    page.locator("li", has_text=URGENT).get_by_role("button", name="进入").click()
    page.wait_for_url("**/t/dongling/safety/cases/*")
    case = counsellor.path
    assert "林晓峰" not in counsellor.main, "names appear once somebody has taken the case on"
    expect(page.locator("#clock")).to_contain_text("前接手")
    counsellor.button("我来接手")
    expect(page.locator("#clock")).not_to_contain_text("接手")
    for shown in ("林晓峰", "采油一队", "已接手"):
        counsellor.sees(shown)
    counsellor.link("打开结果")
    expect(page.locator("h1")).to_have_text("林晓峰")
    results = counsellor.path
    page.locator("main summary").first.click()
    row = page.get_by_role("row", name=re.compile("不如死掉"))
    expect(row.get_by_role("cell", name=RISK)).to_be_visible()
    person = results.rpartition("/")[2]
    crisis = case.rpartition("/")[2]
    return [
        case,
        f"{case}/clock",
        results,
        f"/t/dongling/api/safety/cases/{crisis}",
        f"/t/dongling/api/assessments/people/{person}/results",
        f"/t/dongling/safety/emergency?case_id={crisis}",
        "/t/dongling/safety/cases",
        "/t/dongling/api/safety/cases",
    ]


def sees_figures_and_no_names(admin: Person) -> None:
    """A closed campaign: participation and shares, small groups as a dash, and not one name of the roster."""
    admin.open("/t/dongling/assessments/campaigns")
    admin.link("夏季职工心理健康自评")
    admin.sees("人数太少")
    text = admin.main
    rows = admin.page.get_by_role("row")
    whole = rows.filter(has_text="第三采油厂").first.inner_text()
    assert re.search(r"\d+%", whole), f"no participation of the whole plant: {whole}"
    hidden = [row for row in rows.all_inner_texts() if "—" in row]
    assert hidden, "no small group is hidden"
    assert len(hidden) < rows.count(), "everything is hidden"
    path = roster_of("dongling")
    assert path is not None
    names = {row.name for row in roster.read(path).rows if len(row.name) > 2}
    assert len(names) > 500
    assert [name for name in names if name in text] == []


def is_told_that_nothing_is_there(admin: Person, counsellor: Person, addresses: list[str]) -> None:
    """404 for the union on each address where the counsellor (or he himself) reads, in pages and API."""
    admin.open("/t/dongling/me/tokens")
    admin.page.locator("input[name=name]").fill("统计程序")
    admin.button("创建")
    token = admin.page.locator("#f-token").input_value()
    bearer = {"Authorization": f"Bearer {token}"}
    assert admin.status("/t/dongling/api/tenancy/modules", headers=bearer) == 200, "the token works"
    hers = [path for path in addresses if "/results/" not in path and "/sheets/" not in path]
    assert {path: counsellor.status(path) for path in hers} == dict.fromkeys(hers, 200)
    assert {path: admin.status(path) for path in addresses} == dict.fromkeys(addresses, 404)
    assert {path: admin.status(path, headers=bearer) for path in addresses} == dict.fromkeys(addresses, 404)
    case = addresses[0]
    for act in ("acknowledge", "contacted", "close", "second", "hand-over"):
        assert admin.status(f"{case}/{act}", "POST") == 404, act
        assert admin.status(case.replace("/safety/", "/api/safety/") + f"/{act}", "POST") == 404, act


def finds_who_looked(worker: Person) -> None:
    worker.open("/t/dongling/")
    worker.tab("我的")
    worker.link("谁看过我的信息")
    for said in ("何静怡", "明心心理服务中心", "每题作答"):
        worker.sees(said)


def takes_the_consent_back(worker: Person) -> None:
    worker.open("/t/dongling/me")
    worker.link("我的同意")
    card = worker.page.locator("section", has_text=SHARE)
    card.get_by_role("button", name="撤回").click()
    expect(card.get_by_role("button", name="同意")).to_be_visible()


def reading_is_refused(counsellor: Person, addresses: list[str]) -> None:
    """Her very next read, in page and API."""
    page, api = (
        next(path for path in addresses if part in path) for part in ("assessments/people", "/api/ass")
    )
    with expecting_refusal(counsellor):
        answer = counsellor.page.reload()
        assert answer is not None
        assert answer.status == 403
    counsellor.sees("没有同意")
    assert counsellor.path == page
    assert counsellor.status(api) == 403


@contextmanager
def expecting_refusal(person: Person) -> Iterator[None]:
    """The browser notes a refused page in its console; that one is meant."""
    before = len(person.complaints)
    yield
    noted = person.complaints[before:]
    assert all("status of 403" in line for line in noted), noted
    del person.complaints[before:]


def the_trail_proves_itself(demo: Serving) -> None:
    assert "no problems" in demo.run("audit", "verify").stdout
    owner = demo.run("db", "url", "--role", "owner").stdout.strip()
    with psycopg.connect(owner, autocommit=True) as superuser:
        seq, action = superuser.execute(
            "SELECT e.seq, e.action FROM core.audit_entry e JOIN core.tenant t ON t.id = e.tenant_id "
            "WHERE t.slug = 'dongling' AND e.action = 'assessments.results_read' AND e.seq IS NOT NULL LIMIT 1"
        ).fetchone() or (None, None)
        assert action, "the look at the results is not in the trail"
        change = (
            "UPDATE core.audit_entry e SET action = %s FROM core.tenant t "
            "WHERE t.id = e.tenant_id AND t.slug = 'dongling' AND e.seq = %s"
        )
        superuser.execute(change, ("b" + action[1:], seq))
        told = demo.run("audit", "verify", expect=1).stdout
        assert f"entry {seq}" in told, f"the place is not named: {told}"
        assert "mingxin: " in told
        demo.run("audit", "verify", "--tenant", "mingxin")
        superuser.execute(change, (action, seq))
    demo.run("audit", "verify", "--tenant", "dongling")


def off_and_on_again(
    admin: Person, worker: Person, counsellor: Person, addresses: list[str], result: str
) -> None:
    """One switch: pages, navigation, tiles and API of the module are gone for everybody, and come back whole."""
    mine = "/t/dongling/assessments/mine"
    before = listed(worker)
    everywhere = {
        worker: [result, mine, "/t/dongling/assessments/", "/t/dongling/api/assessments/results"],
        counsellor: [path for path in addresses if "assessments/people" in path],
        admin: ["/t/dongling/assessments/campaigns", "/t/dongling/assessments/instruments"],
    }
    admin.open("/t/dongling/admin/modules")
    admin.button("停用")
    admin.sees("已停用")
    for person, paths in everywhere.items():
        assert {path: person.status(path) for path in paths} == dict.fromkeys(paths, 404)
    worker.open("/t/dongling/")
    assert "自评" not in worker.page.locator("nav").inner_text()
    assert "看看自己最近怎么样" not in worker.main
    assert "测评计划" not in admin.page.locator("nav.side").inner_text()
    document = "/t/dongling/api/openapi.json"
    assert not [path for path in worker.json(document)["paths"] if "assessments" in path]
    admin.link("启用")
    switch = admin.page.get_by_role("dialog")
    expect(switch).to_be_visible()
    for box in switch.get_by_role("checkbox").all():
        box.check()
    switch.get_by_role("button", name="启用").click()
    admin.sees("已启用")
    assert "测评计划" in admin.page.locator("nav.side").inner_text()
    assert [path for path in worker.json(document)["paths"] if "assessments" in path]
    assert listed(worker) == before
    worker.open(result)
    words_come_before_numbers(worker)


def listed(worker: Person) -> list[str]:
    worker.open("/t/dongling/assessments/mine")
    rows = worker.page.locator("main a[href*='/results/']").evaluate_all("all => all.map(a => a.pathname)")
    assert rows, "the own results are listed"
    return rows


def test_the_same_self_test_without_script(stage: Stage) -> None:
    worker = stage.enter(PHONE, script=False)
    through_the_employer(worker, "dongling", "方圆圆")
    worker.open("/t/dongling/assessments/take/phq9")
    if "/consent/ask/" in worker.path:
        worker.button("同意并继续")
    answers(worker, risk=False)
    assert stage.complaints == []


PAGES = ("/", "/assessments/", "/assessments/take/phq9", "/me", "/consent/", "/audit/who-looked")


def test_an_employees_page_is_light(stage: Stage) -> None:
    """Bytes as they travel: with everything the page brings (an empty cache), and again with a warm one."""
    door = stage.enter(PHONE)
    through_the_employer(door, "dongling", "周晓岚")
    cookies = door.context.cookies()
    cold, warm = {}, {}
    for path in PAGES:
        person = stage.enter(PHONE)
        person.context.add_cookies(cookies)  # type: ignore[arg-type]
        cold[path], warm[path] = travelled(person, path), travelled(person, path)
    print(
        "",
        *(f"{cold[path] / 1024:6.1f} KB cold {warm[path] / 1024:6.1f} KB warm  {path}" for path in PAGES),
        sep="\n",
    )
    assert all(0 < warm[path] < size <= 40 * 1024 for path, size in cold.items()), cold


TRAVELLED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .map(one => one.transferSize > 0 ? one.encodedBodySize : 0)"""


def travelled(person: Person, path: str) -> int:
    """The browser's own account of the page and all it brought; what came from the cache counts nothing."""
    person.page.goto(f"{person.address}/t/dongling{path}", wait_until="networkidle")
    sizes = person.page.evaluate(TRAVELLED)
    assert len(sizes) >= 5, "page, styles, theme, script and icons"
    return sum(sizes)


def test_the_idle_set_is_small(demo: Serving) -> None:
    """All processes of `anxin up`, with the demo's own provider beside them: five quiet seconds after the start, and
    again when many have come and gone and each part has grown as it will."""
    time.sleep(5)
    for parts, most in ((demo.at_rest, 600), (demo.memory(), 700)):
        print("", *(f"{size:7.1f} MB  {name}" for name, size in parts.items()), sep="\n")
        print(f"{sum(parts.values()):7.1f} MB  in all")
        assert {"supervisor", "postgres", "valkey", "web", "worker", "provider"} <= set(parts)
        assert sum(size for name, size in parts.items() if name != "provider") <= most


def test_nobody_fell_over(demo: Serving) -> None:
    """After all that: no process was restarted, no error was logged."""
    assert "starting it again" not in demo.log()
    logs = sorted(Path(demo.data / "log").glob("*.log"))
    failed = [line for log in logs for line in log.read_text().splitlines() if "Traceback" in line]
    assert failed == []
