"""Whole stories over HTTP: danger tonight, a lay-off plan in one workshop, New Year's Eve, three employers in an hour."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.plugin import Unit, new_id
from anxin_hotline import jobs
from anxin_hotline.calls import Call, FollowUp
from anxin_hotline.models import Alert, Line, RollOver, Shift
from anxin_hotline.services import alerts, figures, lines


def page(client, path):
    answer = client.get(path if path.startswith(client.base) else f"{client.base}{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def post(client, path, wanted=303, **data):
    answer = client.post(path if path.startswith(client.base) else f"{client.base}{path}", data=data)
    assert answer.status_code == wanted, (path, answer.status_code, answer.get_data(as_text=True)[:300])
    return answer.headers.get("Location", "")


def test_a_caller_with_a_plan_tonight(
    client_as, operator, supervisor, agency_person, duty, line, told, scope, tenant, pbx, run_jobs
):
    """Chord → duty counsellor and supervisor → two keys → 120 → hand-over → the next day's follow-up."""
    helper = agency_person("helper", name="何静怡")
    duty(helper)
    duty(supervisor, role="supervisor")
    assert pbx(line, event="e1", call="c1", kind="start", number="139 0531 2277").status_code == 202
    run_jobs(tenant, "hotline.pbx")
    desk = client_as(operator)
    with scope(tenant) as ctx:
        call = ctx.db.scalars(sa.select(Call)).one()
        token, call_id = call.token, call.id
    post(desk, f"/hotline/calls/{call_id}/answer")
    steps = post(desk, "/hotline/crisis", **told(token=token, note="他说今晚", topic="", next="", risk=""))
    post(desk, steps, intent="soon", plan="definite", place="三号联合站宿舍", emergency="妻子，老家")
    assert "何静怡" in page(desk, steps)
    assert "沈岳" in page(desk, steps)
    # the duty counsellor takes the case on, sees the call without its number, and asks for the first key
    first, second = client_as(helper), client_as(supervisor)
    with scope(tenant) as ctx:
        case = ctx.db.scalar(sa.select(Call.crisis_id).where(Call.id == call_id))
    post(first, f"/safety/cases/{case}/acknowledge")
    shown = page(first, f"/safety/cases/{case}")
    assert "三号联合站宿舍" in shown
    assert "2277" not in shown
    asked = post(first, "/safety/emergency", case_id=str(case), reason="danger_to_self")
    assert "2277" not in page(first, asked)
    post(second, f"{asked}/second", agree="1")
    assert "2277" in page(first, asked).replace(" ", "")
    # 120 is called, the log saved, the shift handed over
    post(desk, f"{steps}/act", kind="ambulance", note="21:14，出车")
    post(
        desk,
        "/hotline/save",
        **told(token=token, topic="mood", risk=3, note="他说今晚。已拨 120，妻子在路上。"),
    )
    post(desk, "/hotline/handover", line_id=str(line.id), note="今晚那位已由 120 接走，明天要回访。")
    sheet = page(first, "/hotline/handover")
    assert "待接收" in sheet
    # the next day somebody calls, whoever is there
    with scope(tenant) as ctx:
        after = ctx.db.scalars(sa.select(FollowUp).where(FollowUp.call_id == call_id)).one()
        assert after.kind == "after_crisis"
        assert timedelta(hours=20) < after.due_at - ctx.now < timedelta(hours=28)
    assert "危机次日回访" in page(first, "/hotline/follow-ups")
    post(first, f"/hotline/follow-ups/{after.id}/attempt", result="reached", note="在医院，妻子陪着")
    assert "已拨 120" in page(second, steps)


@pytest.fixture
def workshop(scope, tenant, person):
    """A workshop of twenty-four, big enough to be named."""
    unit_id = new_id()
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        ctx.add(Unit(id=unit_id, code="CJ2", name="二车间", path=f"/{unit_id.hex}"))
    for _number in range(24):
        person("employee", unit_id=unit_id)
    return unit_id


def test_five_calls_about_one_workshop_become_an_alert_that_names_no_one(
    client_as, operator, person, told, workshop, scope, tenant, run_jobs
):
    desk, admin = client_as(operator), person("admin")
    for number in range(5):
        post(
            desk,
            "/hotline/save",
            **told(topic="job", unit_id=str(workshop), note=f"二车间要减员，第 {number} 位来问"),
        )
    with scope(tenant) as ctx, ctx.acting(plugin="hotline"):
        jobs.look(ctx)
        jobs.look(ctx)
    with scope(tenant) as ctx:
        found = ctx.db.scalars(sa.select(Alert)).all()
        assert [
            (one.kind, one.topic, one.unit_id, one.at_least) for one in found if one.kind == "salient"
        ] == [("salient", "job", workshop, 5)]
        salient = next(one for one in found if one.kind == "salient")
    union = client_as(admin)
    html = page(union, f"/hotline/alerts/{salient.id}")
    assert "二车间" in html
    assert "转岗减员" in html
    assert "位来问" not in html
    assert "王小" not in html.partition("<main")[2]
    post(union, f"/hotline/alerts/{salient.id}", done="已约车间主任开说明会")
    assert "已办结" in page(union, "/hotline/alerts")


def test_four_calls_are_too_few_to_say_anything(client_as, operator, told, workshop, scope, tenant):
    desk = client_as(operator)
    for _number in range(4):
        post(desk, "/hotline/save", **told(topic="job", unit_id=str(workshop)))
    with scope(tenant) as ctx, ctx.acting(plugin="hotline"):
        assert alerts.look(ctx) == []


def test_the_rule_keeps_its_false_alarms():
    assert alerts.tail(0, 3.0) == 1.0
    assert alerts.tail(3, 1.0) == pytest.approx(0.0803014, abs=1e-6)
    for expected in (0.2, 1.0, 4.0, 20.0):
        limit = alerts.threshold(expected, 6 / 365, 5)
        assert alerts.tail(limit, expected) < 6 / 365
        assert limit == 5 or alerts.tail(limit - 1, expected) >= 6 / 365


def test_new_years_eve_is_seen_before_and_rolls_over_on_the_night(
    client_as, agency_person, person, line, scope, tenant, run_jobs
):
    helper, keeper = agency_person("helper"), person("admin")
    eve = datetime.combine(
        clock.now().date() + timedelta(days=20), time(0), UTC
    )  # any night that is forgotten
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        for back in range(12):  # everybody is there, only the last night of the year is forgotten
            begins = datetime.combine(eve.date() - timedelta(days=back), time(0), UTC) - timedelta(hours=8)
            hours = 24 if back else 10
            ctx.add(
                Shift(
                    line_id=line.id,
                    person_id=helper.id,
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=hours),
                )
            )
    with clock.travel(eve - timedelta(days=6, hours=22)), scope(tenant) as ctx:
        found = [
            gap
            for gap in lines.gaps(ctx, ctx.get(Line, line.id), ctx.now, ctx.now + lines.AHEAD)
            if gap.nobody
        ]
        assert found[0].starts_at == eve + timedelta(hours=2)
    with (
        clock.travel(eve - timedelta(days=6, hours=22)),
        scope(tenant) as ctx,
        ctx.acting(plugin="hotline"),
    ):
        ctx.unaudited("a job's own notices")
        jobs.watch(ctx)
        assert lines.route(ctx, ctx.get(Line, line.id)).to == "operators"
    with (
        clock.travel(eve + timedelta(hours=12)),
        scope(tenant) as ctx,
        ctx.acting(plugin="hotline"),
    ):
        ctx.unaudited("a job's own notices")
        jobs.watch(ctx)
        jobs.watch(ctx)
        way = lines.route(ctx, ctx.get(Line, line.id))
        assert (way.to, way.reason, way.number) == ("fallback", "nobody", "12356")
    with scope(tenant) as ctx:
        assert ctx.db.scalar(sa.select(sa.func.count()).select_from(RollOver)) == 1
    union = client_as(keeper)
    told = page(union, "/notices/")
    assert "排班未来几天有空缺" in told
    assert "现在没有人在岗" in told


def test_three_employers_in_an_hour_without_seeing_across(client_as, agency_person, new_tenant, told, tenant):
    """The agency's operator is another person in each employer's tenant, under each contract."""
    seats = {}
    for number, where in enumerate((tenant, new_tenant(), new_tenant())):
        seat = agency_person("helper", tenant=where, name="顾念")
        client = client_as(seat)
        body = told(note=f"第 {number} 家的来电", c_number="13905312277", c_agreed=True, known="known")
        made = client.post(f"{client.base}/api/hotline/calls", json=body)
        assert made.status_code == 201, made.json
        seats[number] = client, made.json["id"]
    for number, (client, own) in seats.items():
        listed = [one["id"] for one in client.get(f"{client.base}/api/hotline/calls").json]
        assert listed == [own]
        for other, (_client, call_id) in seats.items():
            wanted = 200 if other == number else 404
            assert client.get(f"{client.base}/api/hotline/calls/{call_id}").status_code == wanted


def test_a_month_that_has_closed_is_summed_up_once_and_can_be_read_later(
    client_as, operator, person, line, told, scope, tenant
):
    last = figures.closed_months(clock.now(), 1)[0][0] + timedelta(days=9)
    desk, union = client_as(operator), client_as(person("admin"))
    with clock.travel(last):
        for number in range(6):
            post(desk, "/hotline/save", **told(note=f"第 {number} 位"))
    for _day in range(2):
        with scope(tenant) as ctx, ctx.acting(plugin="hotline"):
            jobs.month(ctx)
    month = f"{last:%Y-%m}"
    assert [one["month"] for one in union.get(f"{union.base}/api/hotline/figures/summaries").json] == [month]
    assert f"figures/{month}.pdf" in page(union, "/hotline/figures")
    assert union.get(f"{union.base}/hotline/figures/{month}.pdf").data.startswith(b"%PDF")
    assert union.get(f"{union.base}/hotline/figures/1999-01.pdf").status_code == 404
