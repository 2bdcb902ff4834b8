"""Signing in over HTTP: passphrase, single-use link, session ending, contract."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity import passwords, signin
from anxin.identity.models import Login, Person
from anxin.kernel import clock
from anxin.tenancy.models import Contract
from anxin.testing import today

PASSPHRASE = "油井旁边的白杨树 42"


@pytest.fixture
def known(scope, person, tenant):
    """Somebody with a login and passphrase."""
    someone = person("employee", name="林晓峰")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=someone.id, name="linxf", password=passwords.hash_passphrase(PASSPHRASE)))
    return someone


def post(client, path, **form):
    return client.post(f"{client.base}{path}", data=form)


def test_right_passphrase_opens_a_session(client_as, known):
    client = client_as(tenant=known.tenant)
    answer = post(client, "/sign-in", name="LinXF", passphrase=PASSPHRASE)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert client.get(f"{client.base}/").status_code == 200


@pytest.mark.parametrize("name", ["linxf", "nobody"])
def test_wrong_passphrase_says_the_same_for_known_and_unknown(client_as, known, name):
    client = client_as(tenant=known.tenant)
    answer = post(client, "/sign-in", name=name, passphrase="not this one at all")
    assert answer.status_code == 422
    assert "名称或口令不对" in answer.get_data(as_text=True)


def test_failures_slow_down_and_are_counted(client_as, known, scope):
    client = client_as(tenant=known.tenant)
    codes = [
        post(client, "/sign-in", name="linxf", passphrase="wrong wrong wrong").status_code for _ in range(7)
    ]
    assert codes[:5] == [422] * 5
    assert codes[-1] == 429


def test_form_of_another_site_is_refused(client_as, known):
    client = client_as(tenant=known.tenant)
    answer = client.post(
        f"{client.base}/sign-in",
        data={"name": "linxf", "passphrase": PASSPHRASE},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_link_sets_a_passphrase_once(client_as, person, scope, tenant):
    someone = person("employee")
    with scope(tenant) as ctx:
        token = signin.make_link(ctx, someone.id, "activate")
    client = client_as(tenant=tenant)
    weak = post(client, f"/welcome/{token}", passphrase="1234567890", again="1234567890")
    assert weak.status_code == 422
    answer = post(client, f"/welcome/{token}", passphrase=PASSPHRASE, again=PASSPHRASE)
    assert answer.status_code == 303
    assert (
        post(
            client_as(tenant=tenant), f"/welcome/{token}", passphrase=PASSPHRASE, again=PASSPHRASE
        ).status_code
        == 404
    )


def test_signing_out_ends_the_capability_at_once(client_as, person):
    someone = person("employee")
    client, same = client_as(someone), client_as(someone)
    assert client.post(f"{client.base}/sign-out").status_code == 303
    assert same.get(f"{same.base}/").status_code == 303


def test_session_of_another_tenant_opens_nothing(client_as, person, other_tenant):
    client = client_as(person("employee"))
    client.set_cookie(f"anxin-{other_tenant.slug}", client.get_cookie(f"anxin-{client.base[3:]}").value)
    assert client.get(f"/t/{other_tenant.slug}/").status_code == 303


def test_ended_contract_ends_access_with_the_next_request(client_as, agency_person, scope, tenant):
    helper = agency_person("helper")
    client = client_as(helper)
    assert client.get(f"{client.base}/work").status_code == 200
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.update(Contract).values(state="ended", ended_at=ctx.now))
    assert client.get(f"{client.base}/work").status_code == 303


@pytest.mark.parametrize(
    ("first", "last", "runs"), [(0, 30, True), (-30, 0, True), (1, 30, False), (-30, -1, False)]
)
def test_a_contract_runs_by_the_days_of_the_tenant(
    client_as, agency_person, person, scope, tenant, runtime, first, last, runs
):
    """At 17:00 UTC it is the next day in Shanghai: a contract of that day runs, one that ended the day before does not."""
    here = agency_person("helper")
    with clock.travel(clock.now().replace(hour=17)):
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            row = ctx.db.scalar(sa.select(Person).where(Person.id == here.id))
            contract, agency = row.contract_id, runtime.caches["directory"].by_id(row.home_tenant_id)
            days = {"starts_on": today() + timedelta(first), "ends_on": today() + timedelta(last)}
            ctx.execute(sa.update(Contract).where(Contract.id == contract).values(**days))
        at_home = person("employee", tenant=agency)
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            ctx.execute(sa.update(Person).where(Person.id == here.id).values(home_person_id=at_home.id))
        client = client_as(here)
        assert client.get(f"{client.base}/work").status_code == (200 if runs else 303)
        home = client_as(at_home)
        entered = post(home, f"/contracts/{contract}/enter")
        assert entered.status_code == (303 if runs else 404)


def test_staff_enter_an_employer_through_a_running_contract(
    client_as, agency_person, person, scope, tenant, runtime
):
    here = agency_person("helper")
    with scope(tenant) as ctx:
        row = ctx.db.scalar(sa.select(Person).where(Person.id == here.id))
        agency_id, contract_id = row.home_tenant_id, row.contract_id
    agency = runtime.caches["directory"].by_id(agency_id)
    at_home = person("employee", tenant=agency)
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.update(Person).where(Person.id == here.id).values(home_person_id=at_home.id))
    client = client_as(at_home)
    assert "测试工会" in client.get(f"{client.base}/contracts").get_data(as_text=True)
    answer = client.post(f"{client.base}/contracts/{contract_id}/enter", data={})
    assert answer.status_code == 303
    assert answer.location == f"/t/{tenant.slug}/work"
    assert client.get(f"/t/{tenant.slug}/work").status_code == 200
    stranger = client_as(person("employee", tenant=agency))
    assert stranger.post(f"{stranger.base}/contracts/{contract_id}/enter", data={}).status_code == 404
