"""Whole stories over HTTP: a department sports meet, two places among twelve departments, demonstration sites."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from anxin.kernel import clock
from anxin.plugin import Unit, new_id
from anxin_competitions.policy import TAKE_PART
from anxin_competitions.rules.workdays import end_of_publicity
from anxin_competitions.services import judging

HOUSE = ZoneInfo("Asia/Shanghai")


class Desk:
    """Somebody's API: call(method, path, …) insists on the status it is told."""

    def __init__(self, client) -> None:
        self.client = client

    def call(self, method, path, *, wants=(200, 201, 204), **body):
        answer = getattr(self.client, method)(f"{self.client.base}/api/competitions{path}", **body)
        assert answer.status_code in (wants if isinstance(wants, tuple) else (wants,)), answer.text[:500]
        return answer.json if answer.content_length else None

    def page(self, path):
        return self.client.get(f"{self.client.base}/competitions{path}").text


@pytest.fixture
def desk(client_as):
    return lambda someone: Desk(client_as(someone))


@pytest.fixture
def departments(scope, tenant):
    """departments(12): so many, each a root of its own."""

    def make(count: int):
        made = []
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")
            for number in range(count):
                unit_id = new_id()
                ctx.add(Unit(id=unit_id, code=f"D{number}", name=f"科室{number + 1}", path=f"/{unit_id.hex}"))
                made.append(unit_id)
        return made

    return make


def announced(office, preset, title, **more):
    """A competition of this kind, open for a year from yesterday."""
    today = clock.now().astimezone(HOUSE).date()
    data = {
        "title": title,
        "preset": preset,
        "enter_from": (today - timedelta(days=1)).isoformat(),
        "enter_until": (today + timedelta(days=60)).isoformat(),
        **more,
    }
    return office.call("post", "/", json=data)["id"]


EVENTS = (  # title, measure, team
    ("男子 4×100 米接力", "time", {"at_least": 4, "at_most": 4, "men_at_least": 4}),
    ("女子 4×100 米接力", "time", {"at_least": 4, "at_most": 4, "women_at_least": 4}),
    ("健康在身边", "count", {"at_least": 4, "at_most": 4}),
    ("定点投篮", "count", {"at_least": 4, "at_most": 4, "women_at_least": 1, "men_at_least": 1}),
    ("担架搬运", "time", {"at_least": 3, "at_most": 3}),
    ("套圈", "count", {"at_least": 4, "at_most": 4}),
)


def test_a_department_sports_meet_from_entry_to_team_prize(
    departments, person, give_consent, desk, client_as
) -> None:
    units = departments(3)
    first, second = person("employee", "admin"), person("employee", "admin")
    staff = [
        [
            person(
                "employee", unit_id=unit, gender="female" if number < 4 else "male", name=f"队员{at}{number}"
            )
            for number in range(8)
        ]
        for at, unit in enumerate(units)
    ]
    office, other = desk(first), desk(second)
    meet = announced(office, "sports", "职工运动会")
    for category in office.call("get", f"/{meet}/categories"):
        office.call("delete", f"/{meet}/categories/{category['id']}")
    for title, measure, team in EVENTS:
        office.call("post", f"/{meet}/categories", json={"title": title, "measure": measure, **team})
    rules = {"points": {"table": [10, 8, 6, 5, 4, 3, 2, 1], "few": 0, "relay": 1}, "prizes": [1, 1, 1]}
    office.call("put", f"/{meet}/rules", json=rules)
    office.call("post", f"/{meet}/advance")
    events = {one["title"]: one["id"] for one in office.call("get", f"/{meet}/categories")}

    def enter(title, people, *, wants=(200, 201)):
        body = {"person": str(people[0].id), "members": [str(one.id) for one in people[1:]], "title": title}
        path = f"/{meet}/categories/{events[title]}/entries/for"
        return office.call("post", path, json=body, wants=wants)

    women, men = staff[0][:4], staff[0][4:]
    enter("男子 4×100 米接力", [*men[:3], women[0]], wants=422)
    enter("担架搬运", men, wants=422)
    enter("定点投篮", men, wants=422)
    enter("套圈", [*men[:3], staff[1][4]], wants=422)  # borrowed from another department
    entries = {}
    for at, people in enumerate(staff):
        women, men = people[:4], people[4:]
        teams = (men, women, [*women[:2], *men[:2]], [women[0], *men[:3]], men[:3], women)
        for (title, _measure, _team), team in zip(EVENTS, teams, strict=True):
            entries[title, at] = enter(title, team)["id"]
    office.call("post", f"/{meet}/entries/accept")
    for title, event in events.items():
        office.call("post", f"/{meet}/categories/{event}/heats")
        assert title
    office.call("post", f"/{meet}/schedule")
    book = office.client.get(f"{office.client.base}/competitions/{meet}/order-book")
    assert book.data.startswith(b"%PDF")
    office.call("post", f"/{meet}/advance")
    marks = {
        "男子 4×100 米接力": ("52.10", "53.40", "51.90"),
        "女子 4×100 米接力": ("61.00", "60.20", "60.20"),
        "健康在身边": ("18", "15", "12"),
        "定点投篮": ("9", "11", "7"),
        "担架搬运": ("35.5", "36.0", "34.9"),
        "套圈": ("20", "22", "21"),
    }
    for title, results in marks.items():
        for at, mark in enumerate(results):
            office.call("put", f"/entries/{entries[title, at]}/result", json={"mark": mark})
    assert "科室3" in office.page(f"/{meet}/screen")
    office.call("post", f"/{meet}/advance")
    office.call("post", f"/{meet}/rankings", json={}, wants=409)  # nobody has checked yet
    for event in events.values():
        office.call("post", f"/{meet}/categories/{event}/check", wants=409)  # not what one wrote oneself
        other.call("post", f"/{meet}/categories/{event}/check")
    office.call("post", f"/{meet}/rankings", json={})
    other.call("post", f"/{meet}/rankings/confirm")
    other.call("post", f"/{meet}/publish")
    standing = office.call("get", f"/{meet}/standing")
    # 8+6+10+8+8+6 · 6+9+8+10+6+10 · 10+9+6+6+10+8: equal second places share
    assert [(one["unit"], one["points"]) for one in standing["teams"]] == [
        ("科室2", "49"),
        ("科室3", "49"),
        ("科室1", "46"),
    ]
    assert [one["place"] for one in standing["teams"]] == [1, 1, 3], "level in firsts, seconds and thirds"
    with clock.travel(timedelta(days=30)):
        late = desk(first)
        late.call("post", f"/{meet}/conclude")
        given = late.call("post", f"/{meet}/awards")
        titles = [one["title"] for one in late.call("get", f"/{meet}/awards")]
        assert sum(title.startswith("男子 4×100") for title in titles) == 3
        assert any(title.startswith("团体总分") for title in titles)
        assert given
        winner = desk(staff[2][4])
        give_consent(staff[2][4], TAKE_PART)
        mine = winner.call("get", "/awards/mine")
        pdf = winner.client.get(f"{winner.client.base}/competitions/awards/{mine[0]['id']}/certificate")
        assert pdf.data.startswith(b"%PDF")


def test_two_places_among_twelve_departments_and_no_third(
    departments, person, give_consent, desk, acting
) -> None:
    units = departments(13)
    first, second = person("employee", "admin"), person("employee", "admin")
    bench = [person("employee", "admin", unit_id=units[12], number=f"ZJ{number}") for number in range(3)]
    candidates = [person("employee", unit_id=unit, name=f"辅导员{at}") for at, unit in enumerate(units[:12])]
    office, other = desk(first), desk(second)
    best = announced(office, "selection", "优秀心理辅导员评选")
    (category,) = office.call("get", f"/{best}/categories")
    office.call("post", f"/{best}/advance")
    for someone in candidates:
        give_consent(someone, TAKE_PART)
        desk(someone).call(
            "post", f"/{best}/categories/{category['id']}/entries", json={"title": "三年班组心理工作"}
        )
    office.call("post", f"/{best}/entries/accept")
    for judge in bench:
        office.call("post", f"/{best}/judges", json={"number": f"ZJ{bench.index(judge)}"})
    office.call("post", f"/{best}/advance")
    office.call("post", f"/{best}/deal")

    def sheets(level):
        for judge in bench:
            with acting(judge, "own") as ctx:
                for row, entry, _competition in judging.mine(ctx):
                    judging.score(ctx, row.id, given={"work": level(entry.number), "people": 8, "growth": 8})

    sheets(lambda number: 10 if number <= 3 else 6)
    office.call("post", f"/{best}/advance")
    refused = office.call("post", f"/{best}/rankings", json={}, wants=409)
    assert "同分争 2 个名额" in refused["detail"]
    sheets(lambda number: 10 if number <= 2 else 9 if number == 3 else 6)
    office.call("post", f"/{best}/rankings", json={})
    other.call("post", f"/{best}/rankings/confirm")
    other.call("post", f"/{best}/publish")
    with clock.travel(timedelta(days=40)):
        late = desk(first)
        late.call("post", f"/{best}/conclude")
        late.call("post", f"/{best}/awards")
        given = late.call("get", f"/{best}/awards")
        assert [one["title"] for one in given] == ["优秀心理辅导员", "优秀心理辅导员"]


def next_holiday_week() -> tuple[date, list[date], list[date]]:
    """A Thursday ahead, with the following Friday and Monday off and the Saturday after worked instead."""
    today = clock.now().astimezone(HOUSE).date()
    thursday = today + timedelta(days=(3 - today.weekday()) % 7 + 7)
    off = [thursday + timedelta(days=1), thursday + timedelta(days=4)]
    return thursday, off, [thursday + timedelta(days=9)]


def test_demonstration_sites_public_for_five_working_days_over_a_holiday(
    departments, person, give_consent, desk, client_as, acting
) -> None:
    units = departments(4)
    first, second = person("employee", "admin"), person("employee", "admin")
    bench = [person("employee", "admin", unit_id=units[3], number=f"ZJ{number}") for number in range(3)]
    keepers = [person("employee", unit_id=unit) for unit in units[:3]]
    thursday, off, worked = next_holiday_week()
    office = desk(first)
    calendar = {
        "holidays": [day.isoformat() for day in off],
        "worked_days": [day.isoformat() for day in worked],
    }
    saved = office.client.put(f"{office.client.base}/api/tenancy/settings/competitions", json=calendar)
    assert saved.status_code == 204, saved.text
    site = announced(office, "selection", "心理健康示范点")
    office.call("put", f"/{site}/rules", json={
        "rubric": [{"code": "work", "title": "建设成效", "weight": 100, "most": 10}], "judges": 3, "prizes": [2],
    })  # fmt: skip
    (category,) = office.call("get", f"/{site}/categories")
    office.call("post", f"/{site}/advance")
    made = []
    for number, keeper in enumerate(keepers):
        give_consent(keeper, TAKE_PART)
        path = f"/{site}/categories/{category['id']}/entries"
        body = {"title": f"驿站{number + 1}", "summary": "一室一员一制度"}
        made.append(desk(keeper).call("post", path, json=body)["id"])
    office.call("post", f"/{site}/entries/accept")
    for number in range(3):
        office.call("post", f"/{site}/judges", json={"number": f"ZJ{number}"})
    office.call("post", f"/{site}/advance")
    office.call("post", f"/{site}/deal")

    def sheets(levels):
        for judge in bench:
            with acting(judge, "own") as ctx:
                for row, entry, _competition in judging.mine(ctx):
                    judging.score(ctx, row.id, given={"work": levels[made.index(str(entry.id))]})

    def ranked(reason=""):
        desk(first).call("post", f"/{site}/rankings", json={"reason": reason})
        desk(second).call("post", f"/{site}/rankings/confirm")

    sheets([9, 8, 7])
    office.call("post", f"/{site}/advance")
    ranked()
    begin = datetime(thursday.year, thursday.month, thursday.day, 10, tzinfo=HOUSE)
    with clock.travel(begin):
        desk(second).call("post", f"/{site}/publish")
        until = end_of_publicity(thursday, 5, off, worked)
        assert until == thursday + timedelta(days=9), "Friday and Monday off, the Saturday after is worked"
        told = desk(first).call("get", f"/{site}")
        assert told["publicity_until"] == until.isoformat()
        objector = desk(keepers[2])
        sent = objector.call("post", f"/{site}/objections", json={"text": "驿站1 的材料不实"})
        desk(first).call(
            "post", f"/objections/{sent['id']}/answer", json={"upheld": True, "text": "经核实，扣减"}
        )
    with clock.travel(begin + timedelta(days=11)):
        desk(first).call("post", f"/{site}/conclude", wants=409)  # reopened: the correction comes first
        sheets([6, 8, 7])
        desk(first).call("post", f"/{site}/rankings", json={}, wants=422)  # without a reason
        ranked("异议成立，驿站1 重新评分")
        desk(second).call("post", f"/{site}/publish")
        page = desk(keepers[2]).page(f"/{site}")
        assert "异议成立，驿站1 重新评分" in page
        versions = desk(first).call("get", f"/{site}/rankings")
        assert [one["version"] for one in versions] == [2, 1]
        assert versions[0]["digest"] != versions[1]["digest"]
    with clock.travel(begin + timedelta(days=30)):
        late = desk(first)
        late.call("post", f"/{site}/conclude")
        late.call("post", f"/{site}/awards")
        given = late.call("get", f"/{site}/awards")
        assert len(given) == 2
        funds = {"title": "示范点", "prize": "建设经费", "cost_fen": 2_000_000}
        late.call("put", f"/awards/{given[0]['id']}", json=funds)
        assert late.call("get", f"/{site}/budget")["actual"] == 2_000_000
        winner = desk(keepers[1])
        (mine,) = winner.call("get", "/awards/mine")
        assert mine["number"]
