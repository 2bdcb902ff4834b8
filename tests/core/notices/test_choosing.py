"""Each person chooses their channels and their quiet hours, on the page and in the API; urgent notices come anyway."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from anxin.notices import rights
from anxin.notices.models import Choice, Quiet

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # 12:00 in Beijing
NIGHT = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)  # 23:30
JOBS = {"mail": "notices.mail", "messenger": "notices.messenger", "sms": "notices.sms"}


@pytest.fixture
def everything(configure, chat, reachable):
    """All three channels are offered, and the person can be reached by each."""
    configure(reachable.tenant, sms=True)
    chat("feishu", reachable)
    return reachable


@pytest.fixture
def mine(client_as, reachable):
    client = client_as(reachable)

    def call(method, path, **more):
        return client.open(f"{client.base}{path}", method=method, **more)

    return call


def set_off(waits, someone):
    return {name for name, job in JOBS.items() if waits(someone.tenant, job)}


def test_every_channel_of_the_tenant_is_on_until_somebody_switches_it_off(everything, told, waits):
    told(everything)
    assert set_off(waits, everything) == set(JOBS)


@pytest.mark.parametrize("channel", sorted(JOBS))
def test_one_channel_is_switched_off_alone(everything, mine, told, waits, channel):
    answer = mine("PUT", "/api/notices/choices", json={"channel": channel, "wanted": False})
    assert answer.status_code == 204
    assert {"channel": channel, "wanted": False, "reaches": True} in mine("GET", "/api/notices/choices").json
    told(everything)
    assert set_off(waits, everything) == set(JOBS) - {channel}
    told(everything, urgent=True)
    assert set_off(waits, everything) == set(JOBS)


def test_the_choice_of_one_is_not_the_choice_of_another(everything, mine, told, waits, person):
    mine("PUT", "/api/notices/choices", json={"channel": "sms", "wanted": False})
    told(person())
    assert waits(everything.tenant, JOBS["sms"]) != []


def test_the_form_s_switches_are_the_choice(everything, mine, scope):
    assert mine("POST", "/notices/choices", data={"messenger": "1"}).status_code == 303
    wanted = {row["channel"]: row["wanted"] for row in mine("GET", "/api/notices/choices").json}
    assert wanted == {"mail": False, "messenger": True, "sms": False}
    mine("POST", "/notices/choices", data={"messenger": "1", "sms": "1"})
    with scope(everything.tenant) as ctx:
        rows = {row.channel: row.wanted for row in ctx.db.scalars(sa.select(Choice))}
    assert rows == {"mail": False, "sms": True}  # what was never changed is not written


def test_who_cannot_be_reached_by_a_channel_is_told_so(everything, mine, client_as, person):
    stranger = client_as(person("employee", tenant=everything.tenant))
    hints = ("没有你的邮箱", "没有你的手机号", "登录一次")
    page = stranger.get(f"{stranger.base}/notices/").text
    assert [hint for hint in hints if hint in page] == list(hints)
    told = stranger.get(f"{stranger.base}/api/notices/choices").json
    assert {row["channel"]: row["reaches"] for row in told} == dict.fromkeys(JOBS, False)
    assert not any(hint in mine("GET", "/notices/").text for hint in hints)


def test_only_what_the_tenant_offers_can_be_chosen(reachable, mine):
    page = mine("GET", "/notices/").text
    assert 'name="mail"' in page
    assert 'name="sms"' not in page
    assert 'name="messenger"' not in page
    answer = mine("PUT", "/api/notices/choices", json={"channel": "sms", "wanted": True})
    assert answer.status_code == 422
    mine("POST", "/notices/choices", data={"mail": "1", "sms": "1"})
    assert [row["channel"] for row in mine("GET", "/api/notices/choices").json] == ["mail"]


def test_the_page_names_the_messenger(everything, mine):
    assert "同时发飞书" in mine("GET", "/notices/").text
    assert "By Feishu too" in mine("GET", "/notices/?lang=en").text


@pytest.mark.parametrize(
    ("own", "at", "hours"),
    [
        (("11:00", "13:30"), NOON, 1.5),
        (("11:00", "13:30"), NIGHT, 0),  # the tenant's night no longer counts
        (("00:00", "00:00"), NIGHT, 0),  # never quiet
        (("12:00", "11:59"), NOON, 23 + 59 / 60),
        (None, NOON, 0),
        (None, NIGHT, 7.5),
    ],
)
def test_own_quiet_hours_win_over_the_tenant_s(everything, mine, told, waits, own, at, hours):
    if own:
        body = {"quiet_from": own[0], "quiet_until": own[1]}
        assert mine("PUT", "/api/notices/quiet", json=body).status_code == 204
        assert mine("GET", "/api/notices/quiet").json == body | {"own": True}
    told(everything, at=at)
    for job in JOBS.values():
        (row,) = waits(everything.tenant, job)
        assert row.due_at - at == timedelta(hours=hours)


def test_urgent_ones_break_own_quiet_hours(everything, mine, told, waits):
    mine("PUT", "/api/notices/quiet", json={"quiet_from": "11:00", "quiet_until": "13:00"})
    told(everything, at=NOON, urgent=True)
    assert [row.due_at for job in JOBS.values() for row in waits(everything.tenant, job)] == [NOON] * 3


def test_back_to_the_tenant_s_hours(reachable, configure, mine, scope):
    configure(reachable.tenant, quiet_from="21:00", quiet_until="06:30")
    mine("POST", "/notices/quiet", data={"quiet_from": "20:00", "quiet_until": "08:00"})
    assert "改回单位的时段" in mine("GET", "/notices/").text
    assert mine("POST", "/notices/quiet/usual").status_code == 303
    usual = {"quiet_from": "21:00", "quiet_until": "06:30", "own": False}
    assert mine("GET", "/api/notices/quiet").json == usual
    mine("PUT", "/api/notices/quiet", json={"quiet_from": "20:00", "quiet_until": "08:00"})
    assert mine("DELETE", "/api/notices/quiet").status_code == 204
    with scope(reachable.tenant) as ctx:
        assert ctx.db.scalar(sa.select(sa.func.count()).select_from(Quiet)) == 0


def test_a_time_that_is_none_is_told_and_nothing_is_lost(reachable, mine):
    answer = mine("POST", "/notices/quiet", data={"quiet_from": "25:00", "quiet_until": "08:15"})
    assert answer.status_code == 422
    assert "写成 22:00 这样的时间。" in answer.text
    assert 'value="08:15"' in answer.text
    refused = mine("PUT", "/api/notices/quiet", json={"quiet_from": "9", "quiet_until": "08:15"})
    assert refused.status_code == 422


def test_choices_are_in_the_person_s_copy_and_go_with_them(everything, mine, told, scope, run_jobs):
    mine("PUT", "/api/notices/choices", json={"channel": "mail", "wanted": False})
    mine("PUT", "/api/notices/quiet", json={"quiet_from": "20:00", "quiet_until": "08:00"})
    told(everything)
    run_jobs(everything.tenant, JOBS["messenger"])
    with scope(everything.tenant) as ctx:
        ctx.unaudited("test")
        copy = rights.own_copy(ctx, everything.id)
        assert copy["channels"] == {"mail": False}
        assert copy["quiet_hours"] == ["20:00", "08:00"]
        assert {(one["channel"], one["state"]) for one in copy["sent"]} == {
            ("messenger", "sent"),
            ("sms", "waiting"),
        }
        assert rights.own_erase(ctx, everything.id)["notice_quiet"] == 1
        assert rights.own_copy(ctx, everything.id)["quiet_hours"] is None
