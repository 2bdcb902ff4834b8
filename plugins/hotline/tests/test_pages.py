"""The desk in a browser's words, the crisis steps, the wall."""

import json
import re

import pytest

from anxin.kernel.i18n import locale_scope


@pytest.fixture
def desk(client_as, operator):
    return client_as(operator)


def token_of(html: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', html)[1]


def test_log_a_call_on_the_page(desk, told):
    html = desk.get(f"{desk.base}/hotline/").get_data(as_text=True)
    assert "热线登记" in html
    assert html.count("data-digits") == 4
    saved = desk.post(f"{desk.base}/hotline/save", data=told(token=token_of(html), form=0))
    assert saved.status_code == 303, saved.get_data(as_text=True)[:500]
    again = desk.get(saved.headers["Location"]).get_data(as_text=True)
    assert "可以接下一个电话了" in again
    assert "职场压力" in again
    listed = desk.get(f"{desk.base}/hotline/calls").get_data(as_text=True)
    assert "职场压力" in listed


def test_a_form_with_holes_comes_back_with_everything_typed(desk, told):
    answer = desk.post(f"{desk.base}/hotline/save", data=told(topic="", note="写到一半", x_age="40s"))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "写到一半" in html
    assert "请选择主要议题" in html
    assert re.search(r'name="x_age" value="40s"[^>]*checked', html)


def test_autosave_speaks_json(desk, told):
    token = told()["token"]
    answer = desk.post(
        f"{desk.base}/hotline/draft",
        data=json.dumps({"token": token, "n": 0, "fields": {"note": "第一句"}}),
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert answer.json["n"] == 1
    resumed = desk.get(answer.json["back"]).get_data(as_text=True)
    assert "第一句" in resumed
    assert token in resumed


def test_autosave_refuses_what_the_form_does_not_ask(desk, told):
    body = {"token": told()["token"], "n": 0, "fields": {"diagnosis": "x"}}
    answer = desk.post(f"{desk.base}/hotline/draft", data=json.dumps(body), content_type="application/json")
    assert answer.status_code == 422


def test_digits_can_be_switched_off(desk):
    desk.set_cookie("digits", "off")
    assert "data-digits" not in desk.get(f"{desk.base}/hotline/").get_data(as_text=True)


def test_the_chord_keeps_the_form_and_leads_through_the_steps(desk, told, duty, operator):
    duty(operator)
    form = told(note="他说今晚", topic="", next="", risk="")
    into = desk.post(f"{desk.base}/hotline/crisis", data=form)
    assert into.status_code == 303
    steps = desk.get(into.headers["Location"]).get_data(as_text=True)
    assert "顾念" in steps
    told_now = desk.post(into.headers["Location"], data={"intent": "soon", "place": "三号联合站宿舍"})
    assert told_now.status_code == 303
    after = desk.get(told_now.headers["Location"]).get_data(as_text=True)
    assert "值班人员已收到通知" in after
    assert "三号联合站宿舍" in after
    called = desk.post(into.headers["Location"] + "/act", data={"kind": "ambulance"})
    assert called.status_code == 303
    assert "已拨 120" in desk.get(into.headers["Location"]).get_data(as_text=True)
    back = desk.get(into.headers["Location"].removesuffix("/crisis")).get_data(as_text=True)
    assert "他说今晚" in back


def test_the_union_meets_no_call(client_as, person, desk, told):
    saved = desk.post(f"{desk.base}/hotline/save", data=told())
    call = saved.headers["Location"].rpartition("saved=")[2]
    admin = client_as(person("admin"))
    for path in (
        "/hotline/",
        "/hotline/calls",
        f"/hotline/calls/{call}",
        "/api/hotline/calls",
        f"/api/hotline/calls/{call}",
    ):
        assert admin.get(f"{admin.base}{path}").status_code == 404, path
    assert admin.get(f"{admin.base}/hotline/lines").status_code == 200


def test_the_api_logs_the_same_way(desk, told):
    body = told(own={"gender": "f"}) | {"started_at": "2026-11-20T08:00:00+08:00"}
    made = desk.post(f"{desk.base}/api/hotline/calls", json=body)
    assert made.status_code == 201, made.json
    again = desk.post(f"{desk.base}/api/hotline/calls", json=body)
    assert again.json["id"] == made.json["id"]
    read = desk.get(f"{desk.base}/api/hotline/calls/{made.json['id']}").json
    assert read["note"] == body["note"]
    assert read["answers"]["own"] == {"gender": "f"}
    assert read["started_at"].startswith("2026-11-20T00:00:00")


def test_english_is_english(desk):
    html = desk.get(f"{desk.base}/hotline/?lang=en").get_data(as_text=True)
    with locale_scope("en"):
        assert "Pressure at work" in html
    assert "职场压力" not in html


def test_a_caller_is_kept_through_the_api(desk, told):
    """The card with what they left, marks, a new code; two that are one, and apart again."""
    known = {"known": "known", "c_number": "13905312277", "c_name": "小方", "c_agreed": True}
    api = f"{desk.base}/api/hotline"
    first = desk.post(f"{api}/calls", json=told(**known)).json["id"]
    second = desk.post(f"{api}/calls", json=told(known="pseudonymous")).json["id"]
    one, other = (
        next(row["caller_id"] for row in desk.get(f"{api}/calls").json if row["id"] == call)
        for call in (first, second)
    )
    assert (
        desk.post(f"{api}/callers/{one}/flags", json={"kind": "repeat", "note": "每天一次"}).status_code
        == 204
    )
    card = desk.get(f"{api}/callers/{one}").json
    assert card["contact"] == {"name": "小方", "number": "13905312277"}
    assert [(flag["kind"], flag["note"]) for flag in card["flags"]] == [("repeat", "每天一次")]
    assert desk.delete(f"{api}/flags/{card['flags'][0]['id']}").status_code == 204
    code = desk.post(f"{api}/callers/{other}/code").json["code"]
    assert desk.post(f"{api}/callers/{one}/merge", json={"other": code}).status_code == 204
    card = desk.get(f"{api}/callers/{one}").json
    assert {row["id"] for row in card["calls"]} == {first, second}
    assert desk.post(f"{api}/merges/{card['merges'][0]['id']}/undo").status_code == 204
    assert [row["id"] for row in desk.get(f"{api}/callers/{one}").json["calls"]] == [first]


def test_a_review_from_its_asking_to_the_operators_reading_through_the_api(desk, told, client_as, supervisor):
    api = f"{desk.base}/api/hotline"
    call = desk.post(f"{api}/calls", json=told()).json["id"]
    review = desk.post(f"{api}/calls/{call}/review").json["id"]
    above = client_as(supervisor)
    assert review in {one["id"] for one in above.get(f"{api}/reviews").json}
    assert above.post(f"{api}/reviews/{review}/begin").status_code == 200
    marks = {"contact": 4, "risk": 3, "help": 4, "record": 5, "feedback": "问风险可以再早一点"}
    assert above.post(f"{api}/reviews/{review}/finish", json=marks).status_code == 200
    (said,) = desk.get(f"{api}/feedback").json
    assert (said["words"], said["marks"]["record"], said["read_at"]) == ("问风险可以再早一点", 5, None)
    assert desk.post(f"{api}/reviews/{review}/read").status_code == 204
    assert desk.get(f"{api}/feedback").json[0]["read_at"]
    assert [one["calls"] for one in above.get(f"{api}/operators").json] == [1]
