"""A phone signs a desktop in: what the honest do in two steps, and what relays, replays and photographs get: nothing."""

import re

import pytest
import sqlalchemy as sa

from anxin.identity.factor_models import PhoneSignIn


@pytest.fixture
def desk(client_as, tenant):
    client = client_as(tenant=tenant)
    client.post(f"{client.base}/sign-in/phone", data={})
    return client


@pytest.fixture
def phone(client_as, person):
    return client_as(person("employee"))


def shown(client):
    return client.get(f"{client.base}/sign-in/phone").get_data(as_text=True)


def number_of(page):
    found = re.search(r"<b>(\d\d)</b>", page)
    assert found, page
    return int(found[1])


@pytest.fixture
def code(desk, scope, tenant):
    """What the picture on the desktop holds."""
    with scope(tenant) as ctx:
        return ctx.open(ctx.db.scalar(sa.select(PhoneSignIn)), "code")


def answer(phone, code, number):
    return phone.post(f"{phone.base}/sign-in/phone/{code}", data={"number": number})


def finish(client):
    return client.post(f"{client.base}/sign-in/phone/finish")


def inside(client):
    return client.get(f"{client.base}/me/sessions").status_code == 200


def test_the_phone_picks_the_number_and_the_desktop_comes_in(desk, phone, code):
    number = number_of(shown(desk))
    asked = phone.get(f"{phone.base}/sign-in/phone/{code}").get_data(as_text=True)
    assert f'value="{number}"' in asked
    assert asked.count('class="choice num"') == 3
    assert answer(phone, code, number).status_code == 200
    assert "data-go" in shown(desk)
    assert finish(desk).status_code == 303
    assert inside(desk)


def test_nothing_opens_before_the_phone_says_yes(desk, code):
    assert finish(desk).status_code == 404
    assert not inside(desk)


def test_a_photograph_of_the_code_is_worth_nothing(desk, phone, code, client_as, tenant):
    thief = client_as(tenant=tenant)
    answer(phone, code, number_of(shown(desk)))
    assert finish(thief).status_code == 404
    thief.set_cookie("anxin-desk", code)
    assert finish(thief).status_code == 404
    assert not inside(thief)


def test_the_wrong_number_ends_the_code(desk, phone, code):
    number = number_of(shown(desk))
    assert answer(phone, code, 10 if number != 10 else 11).status_code == 409
    assert answer(phone, code, number).status_code == 404
    assert finish(desk).status_code == 404


def test_a_code_is_used_once(desk, phone, code, client_as, tenant):
    secret = desk.get_cookie("anxin-desk").value
    answer(phone, code, number_of(shown(desk)))
    finish(desk)
    again = client_as(tenant=tenant)
    again.set_cookie("anxin-desk", secret)
    assert finish(again).status_code == 404
    assert answer(phone, code, 10).status_code == 404


def test_a_code_runs_out(desk, phone, code, scope, tenant):
    number = number_of(shown(desk))
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.text("UPDATE core.phone_sign_in SET expires_at = now() - interval '1 second'"))
    assert answer(phone, code, number).status_code == 404
    assert finish(desk).status_code == 404


def test_a_phone_of_another_tenant_cannot_answer(desk, code, client_as, person, other_tenant):
    stranger = client_as(person("employee", tenant=other_tenant))
    assert answer(stranger, code, number_of(shown(desk))).status_code == 404


def test_not_me_ends_it(desk, phone, code):
    number = number_of(shown(desk))
    assert phone.post(f"{phone.base}/sign-in/phone/{code}/refuse").status_code == 200
    assert answer(phone, code, number).status_code == 404


def test_an_access_token_is_no_phone(desk, code, client_as, person, tenant):
    someone = person("employee")
    program = client_as(tenant=tenant)
    client = client_as(someone)
    page = client.post(f"{client.base}/me/tokens", data={"name": "x", "days": "5"}).get_data(as_text=True)
    token = re.search(r'id="f-token" value="([^"]+)"', page)[1]
    said = program.post(
        f"{program.base}/sign-in/phone/{code}",
        data={"number": number_of(shown(desk))},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert said.status_code in (303, 401)
    assert finish(desk).status_code == 404
