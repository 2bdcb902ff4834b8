"""The pages as people use them: one click to take a case on, the rota form, counts, and asking for a call."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.kernel.i18n import local
from anxin.safety import figures
from anxin.safety.models import Crisis, DutyShift


def test_taking_a_case_on_is_one_click(worker, on_duty, in_crisis, client_as):
    crisis = in_crisis(worker)
    client = client_as(on_duty)
    page = client.get(f"{client.base}/safety/cases").text
    assert "我来接手" in page
    assert "林晓峰" not in page
    done = client.post(f"{client.base}/safety/cases/{crisis.id}/acknowledge", follow_redirects=True)
    assert done.status_code == 200
    assert "林晓峰" in done.text
    assert "13800000001" in done.text
    assert 'href="tel:13800000001"' in done.text


def test_the_list_asks_for_itself_and_shows_the_clock(worker, on_duty, in_crisis, client_as):
    crisis = in_crisis(worker)
    client = client_as(on_duty)
    part = client.get(f"{client.base}/safety/cases/now", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert re.search(r"前接手，还剩 1[45] 分钟", part.text)
    tick = client.get(f"{client.base}/safety/cases/{crisis.id}/clock")
    assert 'hx-trigger="every 10s"' in tick.text


def test_a_whole_case_on_pages_and_api(worker, on_duty, agency_person, shift, in_crisis, client_as):
    crisis, boss = in_crisis(worker), agency_person("supervisor")
    client = client_as(on_duty)
    case = f"{client.base}/safety/cases/{crisis.id}"
    client.post(f"{case}/acknowledge")
    refused = client.post(f"{case}/close", data={"outcome": "safe"})
    assert refused.status_code == 422
    assert "先登记已联系上" in refused.text
    assert client.post(f"{case}/contacted", data={"note": "愿意明天再聊"}).status_code == 303
    assert client.post(f"{case}/notes", data={"note": ""}).status_code == 422
    assert "愿意明天再聊" in client.get(case).text
    assert client.post(f"{case}/close", data={"outcome": "follow_up"}).status_code == 303
    assert client.post(f"{case}/second").status_code == 409
    api = client_as(boss)
    answer = api.post(f"{api.base}/api/safety/cases/{crisis.id}/second")
    assert answer.status_code == 200
    assert answer.json["state"] == "closed"
    seen = api.get(f"{api.base}/api/safety/cases/{crisis.id}").json
    assert seen["facts"]["hidden"] == "closed"
    assert [step["kind"] for step in seen["timeline"]][-2:] == ["signed", "closed"]


def test_unknown_keys_are_refused(worker, on_duty, in_crisis, client_as):
    crisis = in_crisis(worker)
    client = client_as(on_duty)
    answer = client.post(f"{client.base}/api/safety/cases/{crisis.id}/contacted", json={"who": "me"})
    assert answer.status_code == 422
    assert "who" in answer.json["errors"]


def test_the_rota_form_adds_turns_over_midnight_and_names_gaps(scope, person, agency_person, client_as):
    admin, helper = person("admin"), agency_person("helper", name="顾念")
    client = client_as(admin)
    with scope(admin.tenant) as ctx:
        day = local(ctx.now).date() + timedelta(days=7)
    told = {
        "person_id": helper.id,
        "role": "duty",
        "day": day.isoformat(),
        "since": "20:00",
        "until": "08:00",
        "weeks": 2,
    }
    assert client.post(f"{client.base}/safety/duty", data=told).status_code == 303
    page = client.get(f"{client.base}/safety/duty?week={day.isoformat()}").text
    assert "20:00–08:00" in page
    assert "顾念" in page
    assert "没有人值班" in page
    with scope(admin.tenant) as ctx:
        shifts = ctx.db.scalars(sa.select(DutyShift).order_by(DutyShift.starts_at)).all()
        assert [shift.ends_at - shift.starts_at for shift in shifts] == [timedelta(hours=12)] * 2
    wrong = client.post(f"{client.base}/safety/duty", data=told | {"person_id": admin.id})
    assert wrong.status_code == 422
    assert client.post(f"{client.base}/safety/duty/{shifts[0].id}/remove").status_code == 303


def test_the_rota_by_api(scope, person, agency_person, client_as):
    admin, helper = person("admin"), agency_person("helper")
    client = client_as(admin)
    with scope(admin.tenant) as ctx:
        begins = ctx.now.replace(microsecond=0) + timedelta(days=1)
    span = {"start": begins.isoformat(), "end": (begins + timedelta(hours=12)).isoformat()}
    turn = {"starts_at": span["start"], "ends_at": (begins + timedelta(hours=8)).isoformat()}
    added = client.post(f"{client.base}/api/safety/duty", json={"person_id": str(helper.id)} | turn)
    assert added.status_code == 204
    rota = client.get(f"{client.base}/api/safety/duty", query_string=span).json
    assert [shift["person_id"] for shift in rota["shifts"]] == [str(helper.id)]
    assert [gap["ends_at"] for gap in rota["gaps"]] == [span["end"]]
    removed = client.delete(f"{client.base}/api/safety/duty/{rota['shifts'][0]['id']}")
    assert removed.status_code == 204


@pytest.mark.parametrize(("people", "shown"), [(9, None), (12, 12)])
def test_the_employer_sees_counts_of_closed_quarters_and_no_small_ones(
    scope, person, client_as, people, shown
):
    admin = person("admin")
    workers = [person() for _each in range(people)]
    with scope(admin.tenant) as ctx:
        begins, _ends = figures._closed_quarters(ctx.now)[0]
        ctx.unaudited("test")
        for number, worker in enumerate(workers):
            ctx.add(
                Crisis(
                    person_id=worker.id,
                    level=3,
                    source="test",
                    reason="answer",
                    key=str(number),
                    raised_at=begins + timedelta(days=1),
                    contact_by=begins + timedelta(days=1, hours=1),
                )
            )
    client = client_as(admin)
    quarters = client.get(f"{client.base}/api/safety/figures").json
    assert [quarter["people"] for quarter in quarters] == [shown, None, None, None]
    assert client.get(f"{client.base}/safety/figures").status_code == 200


def test_an_employee_asks_for_a_call_once_a_day(scope, worker, on_duty, client_as):
    client = client_as(worker)
    assert "请值班咨询师联系我" in client.get(f"{client.base}/safety/contact").text
    for _twice in range(2):
        done = client.post(f"{client.base}/safety/contact")
        assert done.status_code == 200
        assert "咨询师会在" in done.text
    with scope(worker.tenant) as ctx:
        asked = ctx.db.scalars(sa.select(Crisis)).one()
    assert (asked.level, asked.reason, asked.person_id) == (2, "asked", worker.id)
    assert client.post(f"{client.base}/api/safety/contact").status_code == 201


def test_a_visitor_is_asked_to_sign_in_first(tenant, client_as):
    client = client_as(tenant=tenant)
    assert client.post(f"{client.base}/api/safety/contact").status_code == 401


def test_the_two_keys_on_pages(scope, worker, on_duty, agency_person, in_crisis, client_as):
    crisis, boss = in_crisis(worker), agency_person("supervisor")
    first, second = client_as(on_duty), client_as(boss)
    form = first.get(f"{first.base}/safety/emergency?case_id={crisis.id}")
    assert "紧急查看" in form.text
    wrong = first.post(f"{first.base}/safety/emergency", data={"case_id": crisis.id, "reason": "curious"})
    assert wrong.status_code == 422
    told = {"case_id": crisis.id, "reason": "danger_to_self"}
    asked = first.post(f"{first.base}/safety/emergency", data=told)
    page = asked.headers["Location"]
    assert "林晓峰" not in first.get(page).text
    assert "同意，打开" in second.get(page).text
    assert second.post(f"{page}/second", data={"agree": "1"}).status_code == 303
    assert "林晓峰" in first.get(page).text
