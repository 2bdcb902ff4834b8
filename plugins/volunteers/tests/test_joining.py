"""From a call to the first task: apply, decide, sign; and what is refused on the way."""

from typing import Any

import pytest

from anxin.plugin import Conflict, Forbidden, Invalid, NotFound
from anxin_volunteers import policy
from anxin_volunteers.models import Volunteer
from anxin_volunteers.services import calls, people


@pytest.fixture
def worker(person: Any, give_consent: Any) -> Any:
    someone = person("employee", name="陈立秋")
    give_consent(someone, policy.SERVE)
    return someone


def test_from_the_call_to_the_agreement_over_http(worker: Any, person: Any, client_as: Any) -> None:
    admin, me = client_as(person("admin")), client_as(worker)
    form = {"title": "冬送温暖志愿者", "text": "送姜汤", "places": "5", "closes_on": "", "unit_id": ""}
    assert admin.post(f"{admin.base}/volunteers/calls", data=form).status_code == 303
    page = admin.get(f"{admin.base}/volunteers/calls").get_data(as_text=True)
    call = page.split("/volunteers/calls/")[1].split("/")[0]
    assert "冬送温暖志愿者" not in me.get(f"{me.base}/volunteers/").get_data(as_text=True)
    admin.post(f"{admin.base}/volunteers/calls/{call}/state", data={"state": "open"})
    assert "冬送温暖志愿者" in me.get(f"{me.base}/volunteers/").get_data(as_text=True)

    assert me.post(f"{me.base}/volunteers/apply", data={"call_id": call, "why": ""}).status_code == 422
    applied = me.post(f"{me.base}/volunteers/apply", data={"call_id": call, "why": "想帮忙"})
    assert applied.status_code == 303
    assert me.post(f"{me.base}/volunteers/apply", data={"why": "再来"}).status_code == 409
    row = admin.get(f"{admin.base}/api/volunteers/volunteers?state=applied").json[0]
    assert row["name"] == "陈立秋"
    record = admin.get(f"{admin.base}/volunteers/board/{row['id']}").get_data(as_text=True)
    assert "想帮忙" in record
    steps = f"{admin.base}/volunteers/board/{row['id']}/decide"
    assert admin.post(steps, data={"what": "confirm"}).status_code == 409
    assert admin.post(steps, data={"what": "approve"}).status_code == 303

    assert "签保密协议" in me.get(f"{me.base}/volunteers/").get_data(as_text=True)
    wrong = me.post(f"{me.base}/volunteers/pledge", data={"signature": "王五"})
    assert wrong.status_code == 422
    assert "王五" in wrong.get_data(as_text=True)
    assert me.post(f"{me.base}/volunteers/pledge", data={"signature": "陈立秋"}).status_code == 303
    assert "签保密协议" not in me.get(f"{me.base}/volunteers/").get_data(as_text=True)


def test_nobody_is_ready_before_the_agreement(volunteer: Any, as_person: Any) -> None:
    with as_person(volunteer(signed=False)) as ctx, pytest.raises(Forbidden) as refused:
        people.insist_ready(ctx)
    assert refused.value.code == "volunteers.pledge_first"
    with as_person(volunteer()) as ctx:
        assert people.insist_ready(ctx).state == "active"


def test_a_new_version_of_the_agreement_is_signed_again(
    volunteer: Any, as_person: Any, monkeypatch: Any
) -> None:
    someone = volunteer()
    monkeypatch.setattr(policy, "PLEDGE_VERSION", 2)
    with as_person(someone) as ctx, pytest.raises(Forbidden):
        people.insist_ready(ctx)


def test_leaving_ends_teams_and_applying_again_is_open(worker: Any, as_person: Any, scope: Any) -> None:
    with as_person(worker) as ctx:
        people.apply(ctx, {"why": "想帮忙"})
    with as_person(worker) as ctx:
        people.leave(ctx)
    with as_person(worker) as ctx:
        with pytest.raises(NotFound):
            people.leave(ctx)
        assert people.apply(ctx, {"why": "又有空了"}).state == "applied"
    with scope(worker.tenant) as ctx:
        row = ctx.scalars(ctx.select(Volunteer)).one()
        assert ctx.open(row, "application")["why"] == "又有空了"


def test_a_call_is_for_its_unit(
    units: Any, person: Any, give_consent: Any, as_person: Any, scope: Any, tenant: Any
) -> None:
    tree = units({"厂": {"一矿": ["一队"], "二矿": ["二队"]}})
    with scope(tenant) as ctx:
        call = calls.create(ctx, {"title": "一矿值守", "text": "", "public": False, "unit_id": tree["一矿"]})
        call.state = "open"
        call_id = call.id
    inside, outside = (person("employee", unit_id=tree[name]) for name in ("一队", "二队"))
    with as_person(outside) as ctx:
        assert calls.running(ctx) == []
        with pytest.raises(Forbidden):
            people.apply(ctx, {"why": "想来", "call_id": call_id})
    with as_person(inside) as ctx:
        assert [one.id for one in calls.running(ctx)] == [call_id]


def test_a_public_call_is_read_by_anybody_and_others_are_not(scope: Any, tenant: Any, client_as: Any) -> None:
    with scope(tenant) as ctx:
        rows = [
            calls.create(ctx, {"title": title, "text": "", "public": public})
            for title, public in (("公开的", True), ("内部的", False))
        ]
        for row in rows:
            row.state = "open"
        ids = [row.id for row in rows]
    visitor = client_as(None, tenant)
    assert "公开的" in visitor.get(f"{visitor.base}/volunteers/calls/{ids[0]}/public").get_data(as_text=True)
    assert visitor.get(f"{visitor.base}/volunteers/calls/{ids[1]}/public").status_code == 404


def test_steps_that_do_not_fit_are_refused(worker: Any, as_person: Any, person: Any) -> None:
    with as_person(worker) as ctx:
        volunteer_id = people.apply(ctx, {"why": "想帮忙"}).id
    with as_person(person("admin"), "tenant") as ctx:
        for what in ("pause", "confirm", "dismiss"):
            with pytest.raises(Conflict):
                people.decide(ctx, volunteer_id, what)
        with pytest.raises(Invalid):
            people.decide(ctx, volunteer_id, "promote")
        people.decide(ctx, volunteer_id, "decline")


def test_copy_and_erasure(worker: Any, as_person: Any, scope: Any, runtime: Any) -> None:
    with as_person(worker) as ctx:
        people.apply(ctx, {"why": "想帮忙", "skills": "急救"})
    with scope(worker.tenant) as ctx:
        answers = {a.plugin: a for a in runtime.registry.call(ctx, "subject_export", person_id=worker.id)}
        assert answers["volunteers"].value["volunteer"][0]["application"]["skills"] == "急救"
        erased = {a.plugin: a for a in runtime.registry.call(ctx, "subject_erase", person_id=worker.id)}
        assert erased["volunteers"].value["volunteer"] == 1
        assert ctx.scalars(ctx.select(Volunteer)).all() == []
