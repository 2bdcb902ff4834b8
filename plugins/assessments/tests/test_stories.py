"""Stories of real union plans from their first page to their last, over HTTP alone: hardship before and after (S0), four
groups at a shared device (S2), a self-test that ends in a counsellor's call (S3), looking again after half a year (S4.5)."""

import io
import json
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.plugin import care_groups
from anxin_assessments import scoring
from anxin_assessments.exchange import wording as exchange
from anxin_assessments.models import Sheet

ZONE = ZoneInfo("Asia/Shanghai")
HALF_A_YEAR = timedelta(days=182)
FOUR_GROUPS = ("特困职工", "特病职工", "特殊岗位职工", "特殊家庭职工")
SITUATION = 20  # people of the programme for workers in hardship


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def desk(admin: Any, client_as: Any) -> Any:
    return client_as(admin)


@pytest.fixture
def bring_words(desk: Any) -> Any:
    """bring_words("sas"): invented words under an invented licence, as the union brings the real ones."""

    def bring(name: str) -> None:
        key = scoring.load(name)
        rows = [
            [kind, number, f"{kind}{number}的文字", only] for kind, number, _, only in exchange.template(key)
        ]
        lines = "\n".join(",".join(map(str, row)) for row in [["类别", "序号", "文字", "只用于题"], *rows])
        answer = desk.post(
            f"{desk.base}/assessments/instruments/{name}/words",
            data={
                "locale": "zh_CN",
                "holder": "示例出版社",
                "number": "示例-2026-001",
                "attested": "1",
                "file": (io.BytesIO(lines.encode("utf-8-sig")), "words.csv"),
            },
        )
        assert answer.status_code == 303, answer.get_data(as_text=True)

    return bring


@pytest.fixture
def group_of(scope: Any, tenant: Any) -> Any:
    """group_of("困难职工", people): a list the union has brought, taken in by its job."""

    def make(name: str, people: Any) -> str:
        with scope(tenant) as ctx:
            found = care_groups.define(ctx, name)
            ctx.db.flush()
            care_groups.put_in(ctx, found.id, [one.id for one in people], whole=True)
            return str(found.id)

    return make


@pytest.fixture
def plan(desk: Any, run_jobs: Any, tenant: Any) -> Any:
    """plan(title, **form): planned, published and told; the campaign's id."""

    def make(title: str, **form: Any) -> str:
        today = clock.now().date()
        days = {"opens_on": today.isoformat(), "closes_on": (today + timedelta(days=13)).isoformat()}
        made = desk.post(f"{desk.base}/api/assessments/campaigns", json={"title": title, **days, **form})
        assert made.status_code == 201, made.json
        path = f"{desk.base}/api/assessments/campaigns/{made.json['id']}"
        published = desk.post(f"{path}/publish")
        assert published.status_code == 200, published.json
        run_jobs(tenant, "assessments.announce")
        return made.json["id"]

    return make


def test_workers_in_hardship_before_and_half_a_year_after(
    desk: Any,
    bring_words: Any,
    group_of: Any,
    plan: Any,
    person: Any,
    agree: Any,
    agency_person: Any,
    shift: Any,
    client_as: Any,
    run_jobs: Any,
    tenant: Any,
) -> None:
    """SAS and SDS around a programme, reported in points, reliable change and effect size, and never as a percentage;
    the union sees neither who is in the group nor how many they are."""
    shift(agency_person())
    for name in ("sas", "sds"):
        bring_words(name)
    people = [person() for _number in range(SITUATION)]
    group = group_of("困难职工", people)
    for someone in people:
        agree(someone)

    def answer(campaign: str, values: Any) -> None:
        for number, someone in enumerate(people):
            mine = client_as(someone)
            for name in ("sas", "sds"):
                body = {"instrument": name, "campaign_id": campaign, "answers": values(number)}
                done = mine.post(f"{mine.base}/api/assessments/sheets", json=body)
                assert done.status_code == 201, done.json
        run_jobs(tenant, "assessments.count")
        desk.post(f"{desk.base}/api/assessments/campaigns/{campaign}/close")
        run_jobs(tenant, "assessments.freeze")

    both = {"instruments": ["sas", "sds"], "group_id": group}
    before = plan("关爱行动前测", **both)
    answer(before, lambda number: [4] * (number % 6) + [3] * (20 - number % 6))
    with clock.travel(HALF_A_YEAR):
        shift(agency_person())
        after = plan("关爱行动半年后", before_id=before, **both)
        answer(after, lambda number: [1] * (number % 5) + [2] * (20 - number % 5))
    opened = [
        datetime.fromisoformat(desk.get(f"{desk.base}/api/assessments/campaigns/{one}").json["opens_at"])
        for one in (before, after)
    ]
    assert opened[1] - opened[0] == HALF_A_YEAR
    told = desk.get(f"{desk.base}/api/assessments/campaigns/{after}/figures").json
    assert [change["hidden"] for change in told["changes"]] == [False, False]
    for change in told["changes"]:
        assert change["size_from"] <= change["size"] <= change["size_to"]
        assert change["better_from"] <= change["better"] <= change["better_to"]
    assert {unit["eligible"] for wave in told["waves"] for unit in wave["units"]} == {0}
    page = desk.get(f"{desk.base}/assessments/campaigns/{after}").get_data(as_text=True)
    assert "效应量" in page
    assert str(people[0].id) not in page
    for change in told["changes"]:
        percent = round((change["after"] - change["before"]) / change["before"] * 100)
        assert f"{percent}%" not in page


def test_four_groups_in_hospital_and_at_home_on_one_device(
    desk: Any,
    bring_words: Any,
    group_of: Any,
    plan: Any,
    person: Any,
    agency_person: Any,
    shift: Any,
    assign: Any,
    client_as: Any,
    scope: Any,
    tenant: Any,
) -> None:
    """Ninety questions on a helper's tablet, a campaign for each group, every sitting opened by a helper; the counsellor
    reads ten factors of those who agreed, and writes to them; the union sees nothing of it."""
    bring_words("scl90_cn")
    counsellor = agency_person()
    shift(counsellor)
    visitor = client_as(None, tenant)
    sat = []
    for place, name in enumerate(FOUR_GROUPS):
        worker = person(number=f"DL2000{place}")
        group = group_of(name, [worker])
        campaign = plan(f"{name}测评", instruments=["scl90_cn"], mode="confidential", group_id=group)
        opened = desk.post(
            f"{desk.base}/api/assessments/devices",
            json={"campaign_id": campaign, "place": "走访平板", "supervised": True},
        ).json
        slips = f"{desk.base}/api/assessments/devices/{opened['id']}/slips"
        (slip,) = desk.post(slips, json={"count": 1}).json
        body = {
            "secret": opened["address"].rsplit("/", 1)[1],
            "number": f"DL2000{place}",
            "code": slip["code"],
            "agreed": True,
            "answers": {"scl90_cn": [1 + (item + place) % 3 for item in range(90)]},
        }
        done = visitor.post(f"{visitor.base}/api/assessments/devices/answers", json=body)
        assert done.status_code == 204, done.json
        assert [one["state"] for one in desk.get(slips).json["seats"]] == ["done"]
        sat.append(worker)
    with scope(tenant) as ctx:
        assert [sheet.way for sheet in ctx.scalars(ctx.select(Sheet))] == ["supervised"] * 4
    assign(counsellor, sat[0])
    room = client_as(counsellor)
    read = room.get(f"{room.base}/assessments/people/{sat[0].id}").get_data(as_text=True)
    for factor in ("身体不适", "容易发火", "不易信任"):
        assert factor in read
    for path in (f"people/{sat[0].id}", "interpretations"):
        assert desk.get(f"{desk.base}/assessments/{path}").status_code == 404


def test_a_self_test_ends_in_a_counsellors_call(
    person: Any, agency_person: Any, shift: Any, agree: Any, client_as: Any, tenant: Any
) -> None:
    """Somebody looks how they are, asks to be called from the help card, and is: acknowledged, contacted, closed."""
    counsellor, worker = agency_person("helper", "supervisor"), person()
    shift(counsellor)
    agree(worker)
    mine = client_as(worker)
    sheet = mine.post(f"{mine.base}/assessments/take/phq9").headers["Location"].rsplit("/", 2)[1]
    for item in range(1, 10):
        step = mine.post(f"{mine.base}/assessments/sheets/{sheet}/{item}", data={"value": 2})
    assert step.status_code == 303
    assert "12356" in mine.get(f"{mine.base}/assessments/sheets/{sheet}/care").get_data(as_text=True)
    assert mine.post(f"{mine.base}/assessments/sheets/{sheet}/contact").status_code == 200
    assert mine.post(f"{mine.base}/assessments/sheets/{sheet}/submit").status_code == 303
    room = client_as(counsellor)
    cases = room.get(f"{room.base}/api/safety/cases").json
    assert cases
    for one in cases:
        case = f"{room.base}/api/safety/cases/{one['id']}"
        assert room.post(f"{case}/acknowledge").status_code == 200
        assert room.post(f"{case}/contacted", json={"note": "电话联系上，愿意下周面谈。"}).status_code == 200
    looked = mine.get(f"{mine.base}/audit/who-looked").get_data(as_text=True)
    assert "测试心理服务中心" in looked


def test_half_a_year_later_one_looks_again(
    person: Any, agree: Any, client_as: Any, run_jobs: Any, scope: Any, tenant: Any
) -> None:
    """The system offers it, the person decides, and the own record shows both, on paper too."""
    worker = person()
    agree(worker)
    mine = client_as(worker)
    path = f"{mine.base}/api/assessments/sheets"
    assert mine.post(path, json={"instrument": "who5", "answers": [4] * 5}).status_code == 201
    assert due(scope, tenant, "assessments.retest") == 0, "nobody is asked again at once"
    first_day = clock.now()
    with clock.travel(HALF_A_YEAR):
        assert due(scope, tenant, "assessments.retest") == 1
        run_jobs(tenant, "assessments.retest")
        inbox = mine.get(f"{mine.base}/notices/").get_data(as_text=True)
        link = re.search(r'href="([^"]*/notices/[0-9a-f-]{36})"', inbox)
        assert link is not None
        again = mine.get(link[1], follow_redirects=True)
        assert again.request.path.endswith("/assessments/take/who5")
        second = mine.post(path, json={"instrument": "who5", "answers": [3] * 5})
        record = mine.get(f"{mine.base}/assessments/mine").get_data(as_text=True)
        assert record.count("/assessments/results/") == 2
        for day in (first_day.astimezone(ZONE), clock.now().astimezone(ZONE)):
            assert f"{day.month}月{day.day}日" in record.replace(" ", ""), day
        printing = mine.post(f"{mine.base}/assessments/results/{second.json['id']}/print")
        run_jobs(tenant, "assessments.print")
        assert mine.get(f"{printing.headers['Location']}/file").data.startswith(b"%PDF")
        copy = json.loads(mine.post(f"{mine.base}/consent/data/copy").data)
        assert "who5" in json.dumps(copy)


def due(scope: Any, tenant: Any, job: str) -> int:
    """How many of these jobs the relay would move by now."""
    with scope(tenant) as ctx:
        return ctx.db.scalar(
            sa.text(
                "SELECT count(*) FROM core.outbox WHERE tenant_id = :tenant AND job = :job AND done_at IS NULL "
                "AND due_at <= :now"
            ),
            {"tenant": tenant.id, "job": job, "now": clock.now()},
        )
