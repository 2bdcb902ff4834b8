"""Whole stories over HTTP: 278 base unions and a squad of twenty, street squads, a colleague noticed and handled."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from anxin.plugin import Person, Unit, new_id
from anxin_volunteers import policy
from anxin_volunteers.models import Competence, Post, Qualification, Volunteer

BASE, BRANCHES, ABLE = 278, 14, 53  # base unions of the plant, branches, people with a certificate


@pytest.fixture
def plant_of_278(scope: Any, tenant: Any) -> Any:
    """The plant: a liaison officer in each base union who has signed; 53 of them are qualified. (units, people)"""
    units: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        root = new_id()
        units.append(
            {"id": root, "parent_id": None, "code": "ROOT", "name": "采油厂", "path": f"/{root.hex}"}
        )
        branches = []
        for number in range(BRANCHES):
            unit_id = new_id()
            path = f"/{root.hex}/{unit_id.hex}"
            units.append(
                {
                    "id": unit_id,
                    "parent_id": root,
                    "code": f"B{number}",
                    "name": f"{number + 1}大队",
                    "path": path,
                }
            )
            branches.append((unit_id, path))
        leaves = []
        for number in range(BASE):
            unit_id, (parent, path) = new_id(), branches[number % BRANCHES]
            units.append(
                {
                    "id": unit_id,
                    "parent_id": parent,
                    "code": f"L{number}",
                    "name": f"基层工会{number + 1}",
                    "path": f"{path}/{unit_id.hex}",
                }
            )
            leaves.append(unit_id)
        ctx.insert(Unit, units)
        for number, unit_id in enumerate(leaves):
            people.append(
                {
                    "id": new_id(),
                    "name": f"联络员{number}",
                    "sort_key": f"lian luo {number:04}",
                    "number": f"L{number:04}",
                    "unit_id": unit_id,
                }
            )
        ctx.insert(Person, people)
        ctx.insert(
            Volunteer,
            [
                {
                    "person_id": one["id"],
                    "state": "active",
                    "applied_at": ctx.now,
                    "pledged_at": ctx.now,
                    "pledge_version": policy.PLEDGE_VERSION,
                }
                for one in people
            ],
        )
        ctx.insert(
            Post,
            [
                {
                    "person_id": one["id"],
                    "unit_id": one["unit_id"],
                    "post": "liaison",
                    "since": ctx.now - timedelta(days=number),
                }
                for number, one in enumerate(people)
            ],
        )
        kind = ctx.add(Competence(code="counsellor3", title="国家三级以上心理咨询师", proof=True))
        ctx.db.flush()
        ctx.insert(
            Qualification,
            [
                {
                    "person_id": one["id"],
                    "competence_id": kind.id,
                    "issued_on": ctx.now.date(),
                    "state": "verified",
                }
                for one in people[:ABLE]
            ],
        )
    return units, people


def test_a_plant_with_278_base_unions_picks_twenty(plant_of_278: Any, person: Any, client_as: Any) -> None:
    units, people = plant_of_278
    desk = client_as(person("admin"))
    rows = desk.get(f"{desk.base}/api/volunteers/coverage").json
    base = [row for row in rows if row["needs"].get("liaison")]
    assert len(base) == BASE
    assert not any(row["gaps"] for row in base), "one liaison officer in each"
    rule = "size=20&per_branch=1&most_per_branch=3&competences=counsellor3"
    page = desk.get(f"{desk.base}/volunteers/squads/new?{rule}").get_data(as_text=True)
    assert page.count('name="people"') == 20
    picks = desk.get(f"{desk.base}/api/volunteers/squads/proposal?{rule}").json
    assert len(picks) == 20
    branch = {row["id"]: row["parent_id"] for row in units}
    by_id = {str(one["id"]): one for one in people}
    counts: dict[UUID, int] = {}
    for pick in picks:
        at = branch[by_id[pick["person_id"]]["unit_id"]]
        counts[at] = counts.get(at, 0) + 1
    assert len(counts) == BRANCHES, "every branch has its quota"
    assert max(counts.values()) <= 3
    assert all(pick["qualified"] for pick in picks), "qualified people first"
    made = desk.post(
        f"{desk.base}/volunteers/squads",
        data={
            "title": "爱心服务小分队",
            "least": 20,
            "most": 20,
            "qualified_least": 5,
            "competences": "counsellor3",
            "people": [pick["person_id"] for pick in picks],
        },
    )
    assert made.status_code == 303, made.get_data(as_text=True)
    team = desk.get(made.headers["Location"]).get_data(as_text=True)
    assert "爱心服务小分队" in team
    assert "还差" not in team


def test_street_squads_of_three_to_five_with_somebody_qualified(
    plant_of_278: Any, person: Any, client_as: Any
) -> None:
    _units, people = plant_of_278
    desk = client_as(person("admin"))

    def squad(title: str, members: list[dict[str, Any]]) -> Any:
        return desk.post(
            f"{desk.base}/volunteers/squads",
            data={
                "title": title,
                "least": 3,
                "most": 5,
                "qualified_least": 1,
                "competences": "counsellor3",
                "people": [str(one["id"]) for one in members],
            },
        )

    able, others = people[:ABLE], people[ABLE:]
    assert squad("没有持证人", others[:4]).status_code == 422
    assert squad("只有两人", [able[0], others[0]]).status_code == 422
    assert squad("六个人", [able[0], *others[:5]]).status_code == 422
    for number in range(5):
        size = 3 + number % 3
        members = [able[number], *others[number * 4 : number * 4 + size - 1]]
        assert squad(f"街道{number + 1}小分队", members).status_code == 303
    page = desk.get(f"{desk.base}/volunteers/teams").get_data(as_text=True)
    assert page.count("小分队") >= 5
    assert "还差" not in page


def test_a_colleague_is_noticed_handed_on_and_handled_and_the_liaison_learns_one_word(
    plant: Any, helper: Any, client_as: Any, give_consent: Any, run_jobs: Any
) -> None:
    tenant = plant["liaison"].tenant
    phone = client_as(plant["liaison"])
    form = f"{phone.base}/volunteers/liaison/{plant['colleague'].id}"
    assert "赵建国" in phone.get(form).get_data(as_text=True)
    note = "妻子上个月走了，这两周没回过宿舍。"
    told = {"signs": ["loss", "withdrawn"], "since": "weeks", "knows": "1", "note": note}
    assert phone.post(f"{form}/concern", data=told).status_code == 303
    run_jobs(tenant)
    for who in ("mine", "plant"):
        lead = client_as(plant[who])
        page = lead.get(f"{lead.base}/volunteers/handons").get_data(as_text=True)
        assert "赵建国" not in page
        assert note not in page
        (turn,) = lead.get(f"{lead.base}/api/volunteers/handons").json
        assert lead.post(f"{lead.base}/volunteers/handons/{turn['id']}").status_code == 303
        run_jobs(tenant)
    give_consent(plant["colleague"], policy.CARED)
    desk = client_as(helper)
    (waiting,) = desk.get(f"{desk.base}/api/volunteers/concerns").json
    read = desk.get(f"{desk.base}/volunteers/concerns/{waiting['id']}").get_data(as_text=True)
    assert note in read
    done = desk.post(
        f"{desk.base}/volunteers/concerns/{waiting['id']}/handle", data={"outcome": "counselling"}
    )
    assert done.status_code == 303
    home = phone.get(f"{phone.base}/volunteers/liaison").get_data(as_text=True)
    assert "已处理" in home
    for secret in (note, "咨询已", "睡不着"):
        assert secret not in home
    assert phone.get(f"{phone.base}/volunteers/concerns/{waiting['id']}").status_code == 404
    person = client_as(plant["colleague"])
    looked = person.get(f"{person.base}/audit/who-looked").get_data(as_text=True)
    assert "联络员" in looked
