"""Signing in with a messenger over HTTP, against servers that answer as the vendors' do, and against attackers."""

import ipaddress
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from anxin.identity import messengers, outward
from anxin.identity.models import MessengerAccount, Person
from anxin.kernel.outbound import Client

from . import messenger_servers as servers
from .messenger_servers import SECRET


@pytest.fixture(params=["wecom", "dingtalk", "feishu"])
def vendor(request):
    return request.param


@pytest.fixture
def mock(vendor, monkeypatch):
    local = Client(networks=[ipaddress.ip_network("127.0.0.0/8")], seconds=5)
    monkeypatch.setattr(outward, "http_client", lambda _networks: local)
    messengers.TOKENS.clear()
    with servers.running(vendor) as server:
        yield server


def settings(mock, vendor, **changed):
    return {
        "corp": mock.corp_id,
        "app": mock.app_id,
        "agent": mock.agent_id,
        "secret": SECRET,
        "api": mock.url,
        "login": mock.url,
        "match_by": "mobile" if vendor == "wecom" else "number",
        "signs_in": "true",
    } | changed


@pytest.fixture
def set_up(client_as, person, mock, vendor):
    """set_up(match_by=…): the admin saves the messenger on its page."""
    admin = client_as(person("admin"))

    def save(**changed):
        return admin.post(
            f"{admin.base}/admin/sign-in/messengers/{vendor}", data=settings(mock, vendor, **changed)
        )

    return save


@pytest.fixture
def worker(person, scope, tenant):
    someone = person("employee", name="林晓峰", number="DL10268")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(
            sa.update(Person)
            .where(Person.id == someone.id)
            .values(phone_index=ctx.blind("phone", "13900000268"))
        )
    return someone


def begin(client, vendor):
    """Press the button; returns the state that the messenger sends back."""
    answer = client.get(f"{client.base}/sign-in/by/{vendor}")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return parse_qs(urlsplit(answer.location).query)["state"][0]


def come_back(client, vendor, **query):
    return client.get(f"{client.base}/sign-in/by/{vendor}/return", query_string=query)


def inside(client):
    return client.get(f"{client.base}/me/sessions").status_code == 200


def test_one_tap_finds_the_person_on_the_roster(client_as, set_up, mock, vendor, worker, scope, tenant):
    assert set_up().status_code == 303
    client = client_as(tenant=tenant)
    assert vendor in client.get(f"{client.base}/sign-in").get_data(as_text=True)
    state = begin(client, vendor)
    assert come_back(client, vendor, state=state, code=mock.code_for("linxf")).status_code == 303
    assert inside(client)
    with scope(tenant) as ctx:
        linked = ctx.execute(sa.select(MessengerAccount.person_id, MessengerAccount.account)).all()
    assert linked == [(worker.id, "linxf")]


def test_a_state_works_once_and_in_its_own_browser(client_as, set_up, mock, vendor, worker, tenant):
    set_up()
    client, thief = client_as(tenant=tenant), client_as(tenant=tenant)
    state = begin(client, vendor)
    assert come_back(thief, vendor, state=state, code=mock.code_for("linxf")).status_code == 400
    assert come_back(client, vendor, state="another", code=mock.code_for("linxf")).status_code == 400
    assert come_back(client, vendor, state=state, code=mock.code_for("linxf")).status_code == 400
    assert not inside(client)
    assert not inside(thief)


def test_who_is_not_on_the_roster_stays_outside(client_as, set_up, mock, vendor, tenant):
    set_up()
    client = client_as(tenant=tenant)
    answer = come_back(client, vendor, state=begin(client, vendor), code=mock.code_for("zhouxl"))
    assert answer.status_code == 403
    assert not inside(client)


def test_another_organisations_member_stays_outside(client_as, set_up, mock, vendor, worker, tenant):
    set_up(admits_unknown="true")
    client = client_as(tenant=tenant)
    code = mock.code_for("linxf", corp="corp-other")
    assert come_back(client, vendor, state=begin(client, vendor), code=code).status_code == 403
    assert not inside(client)


def test_a_number_that_is_linked_already_is_not_taken_over(
    client_as, set_up, mock, vendor, worker, scope, tenant
):
    set_up()
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        row = messengers.all_of(ctx)[0]
        ctx.add(MessengerAccount(person_id=worker.id, messenger_id=row.id, account="somebody-else"))
    client = client_as(tenant=tenant)
    answer = come_back(client, vendor, state=begin(client, vendor), code=mock.code_for("linxf"))
    assert answer.status_code == 403
    assert not inside(client)


def test_a_wrong_secret_is_told_on_the_page(set_up):
    assert set_up(secret="another").status_code == 422


def test_one_tenants_state_is_nothing_in_another(
    client_as, set_up, mock, vendor, worker, tenant, other_tenant
):
    set_up()
    client = client_as(tenant=tenant)
    state = begin(client, vendor)
    there = client.get(
        f"/t/{other_tenant.slug}/sign-in/by/{vendor}/return",
        query_string={"state": state, "code": mock.code_for("linxf")},
    )
    assert there.status_code == 400
