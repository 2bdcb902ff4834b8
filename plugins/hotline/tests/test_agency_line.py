"""The agency's own line: callers whose employer nobody knows yet, three employers in an hour, and no sight across."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.plugin import Conflict, raise_crisis
from anxin.safety.models import Crisis
from anxin.tenancy.directory import touch
from anxin.tenancy.models import Module
from anxin_hotline.calls import Call, Caller, Event, FollowUp
from anxin_hotline.services import attributing, callers, figures


@pytest.fixture
def unions(tenant, new_tenant):
    return [tenant, new_tenant(), new_tenant()]


@pytest.fixture
def agency(agency_of, unions):
    return agency_of(*unions)


def log(client, told, **fields):
    made = client.post(f"{client.base}/api/hotline/calls", json=told(**fields))
    assert made.status_code == 201, made.json
    return made.json["id"]


def read(client, call):
    return client.get(f"{client.base}/api/hotline/calls/{call}")


def test_an_operator_serves_three_employers_in_an_hour_without_seeing_across(
    client_as, agency, unions, person, told, served_units, scope
):
    """Three calls on the agency's own line, each employer found out later, one never."""
    home = client_as(agency.operator)
    assert "这是机构自己的热线" in home.get(f"{home.base}/hotline/").get_data(as_text=True)
    known = {"known": "known", "c_number": "13905312277", "c_agreed": True}
    ids = [log(home, told, note=f"第 {n} 位，夜班后睡不着", next="three_days", **known) for n in range(3)]
    open_one = log(home, told, note="没有说在哪里上班")
    offered = {one["contract_id"] for one in home.get(f"{home.base}/api/hotline/employers").json}
    assert offered == {str(one) for one in agency.contracts}
    for call, contract in zip(ids, agency.contracts, strict=True):
        card = home.get(f"{home.base}/hotline/calls/{call}").get_data(as_text=True)
        assert "属于哪家单位" in card
        moved = home.post(f"{home.base}/hotline/calls/{call}/employer", data={"contract_id": str(contract)})
        assert moved.status_code == 303
    for number, (seat, union) in enumerate(zip(agency.seats, unions, strict=True)):
        there = client_as(seat)
        assert [one["id"] for one in there.get(f"{there.base}/api/hotline/calls").json] == [ids[number]]
        assert read(there, ids[number]).json["note"] == f"第 {number} 位，夜班后睡不着"
        assert [read(there, other).status_code for other in ids if other != ids[number]] == [404, 404]
        assert read(there, open_one).status_code == 404
        (due,) = there.get(f"{there.base}/api/hotline/follow-ups").json
        assert due["call_id"] == ids[number]
        assert [unit["kind"] for unit in served_units(union)] == ["call"]
        admin = client_as(person("admin", tenant=union))
        for path in (
            f"/api/hotline/calls/{ids[number]}",
            f"/hotline/calls/{ids[number]}",
            "/api/hotline/calls",
        ):
            assert admin.get(f"{admin.base}{path}").status_code == 404, path
        trail = admin.get(f"{admin.base}/api/audit/entries").json
        assert "hotline.attributed" in {one["action"] for one in trail}
        assert ids[number] not in str(trail), "that a call came is known to the trail's readers, not which"
    listed = [one["id"] for one in home.get(f"{home.base}/api/hotline/calls").json]
    assert listed == [open_one], "what has moved is no call of the agency's any more"
    gone = home.get(f"{home.base}/hotline/calls/{ids[0]}").get_data(as_text=True)
    assert unions[0].name in gone
    assert "夜班" not in gone
    with scope(agency.tenant) as ctx:
        left = ctx.db.scalars(sa.select(Call).where(Call.state == "moved")).all()
        assert {(one.note, one.answers, one.number, one.caller_id) for one in left} == {(None,) * 4}
        assert ctx.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 0


def test_what_was_done_and_who_called_go_along(client_as, agency, unions, told, scope):
    home = client_as(agency.operator)
    given = {"known": "pseudonymous", "c_name": "小方", "c_number": "139 0531 2277", "c_agreed": True}
    call = log(home, told, own={"gender": "m", "wish": "换班"}, r_ideation="passive", **given)
    home.post(f"{home.base}/api/hotline/calls/{call}/acts", json={"kind": "family", "note": "和妻子通了话"})
    with scope(agency.tenant) as ctx:
        ctx.unaudited("test")
        code = ctx.open(ctx.db.scalars(sa.select(Caller)).one(), "code")
    home.post(
        f"{home.base}/api/hotline/calls/{call}/employer", json={"contract_id": str(agency.contracts[0])}
    )
    there = client_as(agency.seats[0])
    record = read(there, call).json
    assert record["answers"] == {"risk": {"ideation": "passive"}, "own": {"gender": "m", "wish": "换班"}}
    assert "和妻子通了话" in there.get(f"{there.base}/hotline/calls/{call}").get_data(as_text=True)
    with scope(unions[0]) as ctx:
        ctx.unaudited("test")
        assert callers.by_code(ctx, code) == callers.by_index(ctx, callers.number_index(ctx, "13905312277"))
        event = ctx.db.scalars(sa.select(Event).where(Event.call_id == record["id"])).one()
        assert event.actor_id == agency.seats[0].id


def test_only_for_employers_whose_contract_names_them_and_covers_the_line(
    client_as, agency_of, agency, tenant, new_tenant, told
):
    other = agency_of(new_tenant(), services=["assessments"])
    home = client_as(other.operator)
    call = log(home, told)
    assert home.get(f"{home.base}/api/hotline/employers").json == []
    for contract in (*other.contracts, *agency.contracts):
        answer = home.post(
            f"{home.base}/api/hotline/calls/{call}/employer", json={"contract_id": str(contract)}
        )
        assert answer.status_code == 422
    union = client_as(agency.seats[0])
    theirs = log(union, told)
    body = {"contract_id": str(agency.contracts[1])}
    assert union.get(f"{union.base}/api/hotline/employers").json == []
    assert union.post(f"{union.base}/api/hotline/calls/{theirs}/employer", json=body).status_code == 422


def test_a_process_that_dies_while_a_log_moves_loses_nothing_and_doubles_nothing(
    acting, agency, unions, told, scope, monkeypatch, client_as
):
    call = log(client_as(agency.operator), told, note="写到一半", next="three_days")
    killed = RuntimeError("killed")

    def dies(*_args):
        raise killed

    with monkeypatch.context() as patched:
        patched.setattr(attributing, "_leave", dies)
        with pytest.raises(RuntimeError), acting(agency.operator) as ctx:
            attributing.attribute(ctx, call, agency.contracts[0])
    with pytest.raises(Conflict), acting(agency.operator) as ctx:
        attributing.attribute(ctx, call, agency.contracts[1])
    for _again in range(2):
        with acting(agency.operator) as ctx:
            attributing.attribute(ctx, call, agency.contracts[0])
    with scope(unions[0]) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(Call)) == 1
        assert ctx.scalar(sa.select(sa.func.count()).select_from(FollowUp)) == 1


def test_danger_on_the_agencys_line_reaches_its_own_duty_and_goes_along(
    client_as, agency, unions, told, duty, scope, person
):
    duty(agency.operator)
    duty(agency.seats[0])
    home = client_as(agency.operator)
    call = log(home, told, risk=3, note="他说今晚")
    with scope(agency.tenant) as ctx:
        case = ctx.db.scalars(sa.select(Crisis)).one()
        assert (case.uncovered, case.person_id) == (False, None)
        case_id = case.id
    assert home.post(f"{home.base}/safety/cases/{case_id}/acknowledge").status_code == 303
    assert "他说今晚" in home.get(f"{home.base}/safety/cases/{case_id}").get_data(as_text=True)
    home.post(
        f"{home.base}/api/hotline/calls/{call}/employer", json={"contract_id": str(agency.contracts[0])}
    )
    with scope(unions[0]) as ctx:
        there = ctx.db.scalars(sa.select(Crisis)).one()
        assert (there.level, there.state) == (3, "open")


def test_no_colleague_at_the_agency_sees_a_colleagues_own_case(client_as, agency, duty, person, scope):
    """What an agency may keep about callers is not what it may see of its own people."""
    duty(agency.operator)
    colleague = person("employee", tenant=agency.tenant)
    with scope(agency.tenant) as ctx:
        ctx.unaudited("test")
        told = {"level": 3, "source": "self", "reason": "imminent", "purpose": None}
        case = raise_crisis(ctx, person_id=colleague.id, key="own", **told).id
        other = raise_crisis(ctx, person_id=None, key="caller", **told).id
    home = client_as(agency.operator)
    assert home.get(f"{home.base}/safety/cases/{case}").status_code == 404
    assert home.get(f"{home.base}/safety/cases/{other}").status_code == 200


def test_a_session_from_before_the_line_was_switched_on_reads_nothing_yet(
    client_as, new_tenant, person, scope
):
    roles = {"operator": {"hotline.call.log": "assigned"}}
    home = new_tenant("agency", modules=[], roles=roles)
    early = client_as(person("operator", tenant=home))
    assert early.get(f"{early.base}/hotline/").status_code == 404
    with scope(home) as ctx:
        ctx.unaudited("test")
        ctx.add(Module(name="hotline"))
        touch(ctx)
    assert early.get(f"{early.base}/hotline/").status_code == 404
    later = client_as(person("operator", tenant=home))
    assert later.get(f"{later.base}/hotline/").status_code == 200


def test_a_log_that_arrives_after_its_month_closed_changes_no_released_figure(
    client_as, agency, unions, told, scope
):
    before = figures.closed_months(clock.now(), 1)[0][0] + timedelta(days=3)
    home, there = client_as(agency.operator), client_as(agency.seats[0])
    with clock.travel(before):
        for _caller in range(6):
            log(there, told)
    late = log(home, told, started_at=before.isoformat())
    home.post(
        f"{home.base}/api/hotline/calls/{late}/employer", json={"contract_id": str(agency.contracts[0])}
    )
    assert read(there, late).status_code == 200
    with scope(unions[0]) as ctx, ctx.acting(plugin="hotline"), ctx.figures() as session:
        (begins, ends), *_rest = figures.closed_months(ctx.now, 1)
        assert len(session.execute(figures._rows(ctx, begins, ends)).all()) == 6
