"""A log moved to the wrong employer comes back: nothing stays there but the trail, and only by those who may move it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin_hotline.calls import CLINICAL, Call, Caller
from anxin_hotline.services import attributing, figures, returning

KNOWN = {"known": "known", "c_number": "13905312277", "c_agreed": True}


@pytest.fixture
def unions(tenant, new_tenant):
    return [tenant, new_tenant()]


@pytest.fixture
def agency(agency_of, unions):
    return agency_of(*unions)


@pytest.fixture
def moved(client_as, agency, told):
    """moved(note=…): a log of the agency's own line that has just gone to the first employer."""

    def make(**fields):
        home = client_as(agency.operator)
        call = home.post(f"{home.base}/api/hotline/calls", json=told(**fields)).json["id"]
        address = f"{home.base}/api/hotline/calls/{call}"
        home.post(f"{address}/acts", json={"kind": "family", "note": "和妻子通了话"})
        body = {"contract_id": str(agency.contracts[0])}
        assert home.post(f"{address}/employer", json=body).status_code == 200
        return SimpleNamespace(id=call, home=home, address=f"{address}/employer", record=address)

    return make


def left_at(scope, union):
    """What the plugin keeps in a tenant, by table, and the keys that still open anything."""
    with scope(union) as ctx:
        ctx.unaudited("test")
        counts = {
            model.__tablename__: ctx.scalar(
                sa.select(sa.func.count()).select_from(model).where(model.tenant_id == union.id)
            )
            for model in CLINICAL
        }
        units = ctx.scalar(sa.text("SELECT count(*) FROM core.service_unit"))
        return {name: number for name, number in counts.items() if number}, units


def key_of(scope, union, subject):
    with scope(union) as ctx:
        ctx.unaudited("test")
        query = sa.text("SELECT wrapped FROM core.subject_key WHERE tenant_id = :t AND id = :s")
        return ctx.db.scalar(query, {"t": union.id, "s": subject})


def test_the_wrong_employer_keeps_nothing_but_its_trail(
    moved, agency, unions, client_as, scope, person, served_units
):
    one = moved(note="夜班后睡不着", next="three_days", **KNOWN)
    seat = client_as(agency.seats[0])
    there = f"{seat.base}/api/hotline/calls/{one.id}"
    seat.post(f"{there}/acts", json={"kind": "note", "note": "在那边又打了一次"})
    with scope(unions[0]) as ctx:
        card = ctx.db.scalars(sa.select(Caller.id)).one()
    page = one.home.get(f"{one.home.base}/hotline/calls/{one.id}").get_data(as_text=True)
    assert "撤回记录" in page
    assert one.home.post(f"{one.home.base}/hotline/calls/{one.id}/take-back").status_code == 303

    assert left_at(scope, unions[0]) == ({}, 0)
    assert served_units(unions[0]) == [], "nobody is billed for it there"
    assert (key_of(scope, unions[0], one.id), key_of(scope, unions[0], card)) == (None, None)
    assert seat.get(there).status_code == 404
    admin = client_as(person("admin", tenant=unions[0]))
    trail = admin.get(f"{admin.base}/api/audit/entries").json
    steps = [line["action"] for line in trail if line["action"] == "hotline.attributed"]
    assert len(steps) == 2, "that it came and that it was taken back"
    assert "contracts.unit_withdrawn" in {line["action"] for line in trail}
    assert one.id not in str(trail)

    back = one.home.get(one.record).json
    assert back["note"] == "夜班后睡不着"
    shown = one.home.get(f"{one.home.base}/hotline/calls/{one.id}").get_data(as_text=True)
    assert "和妻子通了话" in shown
    assert "在那边又打了一次" in shown, "what was done there comes along"
    (due,) = one.home.get(f"{one.home.base}/api/hotline/follow-ups").json
    assert due["call_id"] == one.id
    assert one.home.delete(one.address).status_code == 409, "once"
    with scope(agency.tenant) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(Caller)) == 1, "the card they had"

    for contract, union in zip(reversed(agency.contracts), reversed(unions), strict=True):
        assert one.home.post(one.address, json={"contract_id": str(contract)}).status_code == 200
        assert left_at(scope, union)[0]["call"] == 1, "and it goes where it belongs, or even there again"
        assert one.home.delete(one.address).status_code == 204
        assert left_at(scope, union) == ({}, 0)


def test_only_in_time(moved, agency, client_as, person, scope, unions, acting):
    one = moved()
    with clock.travel(timedelta(hours=71)), acting(agency.operator) as ctx:
        assert returning.until(ctx, ctx.db.get_one(Call, (agency.tenant.id, one.id)))
    with clock.travel(timedelta(hours=73)), acting(agency.operator) as ctx:
        ctx.now = clock.now()
        assert returning.until(ctx, ctx.db.get_one(Call, (agency.tenant.id, one.id))) is None
        with pytest.raises(returning.Conflict) as refused:
            returning.take_back(ctx, one.id)
        assert refused.value.code == "hotline.too_late"
        ctx.unaudited("refused")
    assert left_at(scope, unions[0])[0]["call"] == 1


def test_only_by_those_who_may_move_it(
    moved, agency, agency_of, new_tenant, client_as, person, scope, unions
):
    one = moved(note="别人看不到")
    tail = f"api/hotline/calls/{one.id}/employer"
    colleague = client_as(person("operator", tenant=agency.tenant))
    assert colleague.delete(f"{colleague.base}/{tail}").status_code == 404, "not their call"
    stranger = client_as(agency_of(new_tenant()).operator)
    assert stranger.delete(f"{stranger.base}/{tail}").status_code == 404, "another agency"
    seat = client_as(agency.seats[0])
    assert seat.delete(f"{seat.base}/{tail}").status_code == 409, "from the agency's side alone"
    other = client_as(agency.seats[1])
    assert other.delete(f"{other.base}/{tail}").status_code == 404
    for who in (person("admin", tenant=unions[0]), person("employee", tenant=unions[0])):
        employer = client_as(who)
        assert employer.delete(f"{employer.base}/{tail}").status_code == 404
    with scope(unions[0]) as ctx:
        ctx.unaudited("the contract names them no longer")
        ctx.execute(sa.text("UPDATE core.person SET state = 'left' WHERE id = :i"), {"i": agency.seats[0].id})
    assert one.home.delete(one.address).status_code == 409
    assert left_at(scope, unions[0])[0]["call"] == 1
    assert "note" not in one.home.get(one.record).json or not one.home.get(one.record).json["note"]


def test_what_cannot_be_undone_refuses_and_changes_nothing(
    moved, agency, client_as, duty, scope, unions, person, monkeypatch
):
    duty(agency.operator)
    duty(agency.seats[0])
    grave = moved(risk=3, note="他说今晚")
    told = grave.home.delete(grave.address)
    assert (told.status_code, told.json["code"]) == (409, "hotline.danger_told")

    billed = moved()
    with scope(unions[0]) as ctx:
        ctx.unaudited("the month's statement is issued")
        ctx.execute(
            sa.text(
                "WITH made AS (INSERT INTO core.statement (tenant_id, id, contract_id, agency_id, month, number, lines, "
                "total_fen, issued_at) VALUES (:t, gen_random_uuid(), :c, :a, current_date, 'S1', '[]', 0, now()) "
                "RETURNING id) UPDATE core.service_unit SET statement_id = (SELECT id FROM made)"
            ),
            {"t": unions[0].id, "c": agency.contracts[0], "a": agency.tenant.id},
        )
    refused = billed.home.delete(billed.address)
    assert (refused.status_code, refused.json["code"]) == (409, "billed")

    linked = moved(known="known", c_number="13705310001", c_agreed=True)
    with scope(unions[0]) as ctx:
        ctx.unaudited("the caller links their calls")
        ctx.execute(
            sa.update(Caller)
            .where(Caller.tenant_id == unions[0].id)
            .values(person_id=person("employee", tenant=unions[0]).id)
        )
    refused = linked.home.delete(linked.address)
    assert (refused.status_code, refused.json["code"]) == (409, "hotline.linked")

    late = moved()
    now = clock.now()
    closed = [(now - timedelta(days=30), now + timedelta(minutes=1))]
    monkeypatch.setattr(figures, "closed_months", lambda *_args: closed)
    refused = late.home.delete(late.address)
    assert (refused.status_code, refused.json["code"]) == (409, "hotline.month_closed")
    assert left_at(scope, unions[0])[0]["call"] == 4
    with scope(agency.tenant) as ctx:
        states = ctx.db.execute(sa.select(Call.state, Call.note)).all()
        assert {(row.state, row.note) for row in states} == {("moved", None)}


def test_a_process_that_dies_on_the_way_back_loses_nothing_and_doubles_nothing(
    moved, agency, acting, scope, unions, monkeypatch
):
    one = moved(note="写到一半", next="three_days", **KNOWN)
    with monkeypatch.context() as patched:

        def dies(*_args):
            raise RuntimeError("killed")

        patched.setattr(returning, "_vanish", dies)
        with pytest.raises(RuntimeError), acting(agency.operator) as ctx:
            returning.take_back(ctx, one.id)
    assert left_at(scope, unions[0])[0]["call"] == 1
    assert one.home.get(one.record).json["note"] == "写到一半", "it is here already"
    with pytest.raises(attributing.Conflict), acting(agency.operator) as ctx:
        attributing.attribute(ctx, one.id, agency.contracts[1])
    assert one.home.delete(one.address).status_code == 204
    assert left_at(scope, unions[0]) == ({}, 0)
    kept, _units = left_at(scope, agency.tenant)
    assert (kept["call"], kept["follow_up"], kept["caller"]) == (1, 1, 1)
    assert kept["event"] == 1
