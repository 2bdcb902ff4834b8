"""The second step: who must show it, what counts, and what an attacker who knows the passphrase can do without it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity import factors, passwords, signin, totp
from anxin.identity.factor_models import Authenticator
from anxin.identity.models import Login, Person, Role, SignIn
from anxin.kernel import clock

PASSPHRASE = "油井旁边的白杨树 42"


@pytest.fixture
def staff(scope, person, tenant):
    """Somebody whose role asks for a second factor, with a passphrase and no factor yet."""
    someone = person("admin", name="周晓岚")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=someone.id, name="zhouxl", password=passwords.hash_passphrase(PASSPHRASE)))
        ctx.execute(sa.update(Role).where(Role.name == "admin").values(second_factor=True))
    return someone


@pytest.fixture
def enrolled(scope, staff):
    """The same with an app; returns (person, secret, recovery codes). The code of now has been used."""
    secret = totp.new_secret()
    with scope(staff.tenant) as ctx:
        row = ctx.db.scalar(sa.select(Person).where(Person.id == staff.id))
        codes = factors.set_up_app(ctx, row, secret, now_code(secret))
    return staff, secret, codes


def now_code(secret, later=0):
    return totp.code_at(secret, totp.step_at(clock.now().timestamp()) + later)


def first_step(client):
    return client.post(f"{client.base}/sign-in", data={"name": "zhouxl", "passphrase": PASSPHRASE})


def send(client, code, path="/sign-in/second"):
    return client.post(f"{client.base}{path}", data={"code": code})


def inside(client):
    return client.get(f"{client.base}/me/sessions").status_code == 200


def test_a_passphrase_alone_opens_no_session_for_staff(client_as, staff):
    client = client_as(tenant=staff.tenant)
    assert first_step(client).location.endswith("/sign-in/second")
    assert client.get_cookie(f"anxin-{staff.tenant.slug}") is None
    assert not inside(client)


def test_staff_without_a_factor_set_one_up_and_get_recovery_codes(client_as, staff, scope):
    client = client_as(tenant=staff.tenant)
    first_step(client)
    page = client.get(f"{client.base}/sign-in/second").get_data(as_text=True)
    secret = page.split('<b class="num">')[1].split("</b>")[0].replace(" ", "")
    assert send(client, "000000", "/sign-in/second/set-up").status_code == 422
    done = send(client, now_code(secret), "/sign-in/second/set-up")
    assert done.status_code == 200
    assert done.get_data(as_text=True).count("<li>") >= factors.CODES
    assert inside(client)
    with scope(staff.tenant) as ctx:
        assert ctx.scalar(
            sa.select(SignIn.strong).where(SignIn.method == "local", SignIn.person_id == staff.id)
        )


def test_employees_are_not_asked(client_as, person, scope, tenant):
    worker = person("employee")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=worker.id, name="zhouxl", password=passwords.hash_passphrase(PASSPHRASE)))
    client = client_as(tenant=tenant)
    first_step(client)
    assert inside(client)


def test_a_code_opens_the_session_once(client_as, enrolled):
    staff, secret, _codes = enrolled
    client, other = client_as(tenant=staff.tenant), client_as(tenant=staff.tenant)
    first_step(client)
    first_step(other)
    assert send(client, now_code(secret)).status_code == 422  # used while setting up: the last step is kept
    code = now_code(secret, later=1)
    assert send(client, code).status_code == 303
    assert inside(client)
    assert send(other, code).status_code == 422
    assert not inside(other)


def test_the_second_step_belongs_to_the_browser_that_did_the_first(client_as, enrolled):
    staff, secret, _codes = enrolled
    first, thief = client_as(tenant=staff.tenant), client_as(tenant=staff.tenant)
    first_step(first)
    assert send(thief, now_code(secret, later=1)).location.split("?")[0].endswith("/sign-in")
    assert not inside(thief)


def test_who_has_a_factor_cannot_set_up_another_with_the_passphrase(client_as, enrolled):
    staff, _secret, _codes = enrolled
    client = client_as(tenant=staff.tenant)
    first_step(client)
    mine = totp.new_secret()
    assert send(client, now_code(mine), "/sign-in/second/set-up").status_code == 303
    assert not inside(client)


def test_a_recovery_code_works_once_and_however_it_is_typed(client_as, enrolled):
    staff, _secret, codes = enrolled
    client, again = client_as(tenant=staff.tenant), client_as(tenant=staff.tenant)
    first_step(client)
    assert send(client, codes[0].upper().replace("-", " ")).status_code == 303
    assert inside(client)
    first_step(again)
    assert send(again, codes[0]).status_code == 422


def test_a_recovery_code_with_six_digits_in_it_is_not_taken_for_the_apps(
    client_as, enrolled, scope, monkeypatch
):
    staff, _secret, _codes = enrolled
    monkeypatch.setattr(factors, "_new_code", lambda: "xxsa-3c27-sl6a-l72n")
    monkeypatch.setattr(factors, "CODES", 1)
    with scope(staff.tenant) as ctx:
        assert factors.new_codes(ctx, staff.id) == ["xxsa-3c27-sl6a-l72n"]
    client = client_as(tenant=staff.tenant)
    first_step(client)
    assert send(client, "xxsa-3c27-sl6a-l72n").status_code == 303


def test_guessing_codes_is_slowed_down(client_as, enrolled):
    staff, secret, _codes = enrolled
    client = client_as(tenant=staff.tenant)
    first_step(client)
    wrong = "000000" if now_code(secret) != "000000" else "000001"
    answers = [send(client, wrong).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert send(client, now_code(secret, later=1)).status_code == 429


def test_a_sign_in_that_waited_too_long_begins_anew(client_as, enrolled, scope):
    staff, secret, _codes = enrolled
    client = client_as(tenant=staff.tenant)
    first_step(client)
    with scope(staff.tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.text("UPDATE core.pending_sign_in SET expires_at = now() - interval '1 second'"))
    assert send(client, now_code(secret, later=1)).status_code == 303
    assert not inside(client)


def test_a_reset_link_does_not_get_around_the_second_step(client_as, enrolled, scope):
    staff, _secret, _codes = enrolled
    with scope(staff.tenant) as ctx:
        link = signin.make_link(ctx, staff.id, "reset")
    client = client_as(tenant=staff.tenant)
    fresh = "另一句只有我知道的话 77"
    answer = client.post(f"{client.base}/welcome/{link}", data={"passphrase": fresh, "again": fresh})
    assert answer.location.endswith("/sign-in/second")
    assert not inside(client)


def test_the_tenant_may_leave_it_out_only_with_a_reason(client_as, staff):
    admin = client_as(staff)
    rules = {"second_factor": "off", "session_hours": "12", "idle_minutes": "60"}
    path = f"{admin.base}/admin/sign-in/rules"
    assert admin.post(path, data=rules | {"second_factor_reason": ""}).status_code == 422
    assert admin.post(path, data=rules | {"second_factor_reason": "演示环境"}).status_code == 303
    client = client_as(tenant=staff.tenant)
    first_step(client)
    assert inside(client)


def test_time_outs_are_the_tenants(client_as, staff, scope, runtime):
    admin = client_as(staff)
    rules = {
        "second_factor": "off",
        "second_factor_reason": "演示环境",
        "session_hours": "2",
        "idle_minutes": "5",
    }
    admin.post(f"{admin.base}/admin/sign-in/rules", data=rules)
    client = client_as(tenant=staff.tenant)
    first_step(client)
    with runtime.auth.connect() as connection, scope(staff.tenant) as ctx:
        row = ctx.db.scalar(sa.select(SignIn).where(SignIn.person_id == staff.id, SignIn.method == "local"))
        assert timedelta(hours=1, minutes=55) < row.expires_at - row.made_at <= timedelta(hours=2, minutes=1)
        del connection
    assert inside(client)


def test_sensitive_pages_ask_again_after_a_while(client_as, enrolled, scope):
    staff, secret, _codes = enrolled
    client = client_as(staff)
    page = f"{client.base}/admin/sign-in"
    assert client.get(page).status_code == 200
    with scope(staff.tenant) as ctx:
        ctx.unaudited("test")
        ctx.execute(sa.update(SignIn).values(made_at=ctx.now - timedelta(minutes=40)))
    asked = client.get(page)
    assert "/confirm" in asked.location
    assert client.post(f"{client.base}/me/tokens", data={"name": "x", "days": "5"}).status_code == 303
    wrong = client.post(f"{client.base}/confirm", data={"passphrase": PASSPHRASE, "next": page})
    assert wrong.status_code == 422  # the passphrase never stands in for the second factor
    right = client.post(f"{client.base}/confirm", data={"code": now_code(secret, later=1), "next": page})
    assert right.location == page
    assert client.get(page).status_code == 200


def test_confirming_leads_to_our_own_pages_only(client_as, enrolled):
    staff, secret, _codes = enrolled
    client = client_as(staff)
    there = {"code": now_code(secret, later=1), "next": "https://evil.example/"}
    assert "evil" not in client.post(f"{client.base}/confirm", data=there).location


def test_an_admin_resets_a_lost_phone_but_not_their_own(client_as, enrolled, person, scope):
    staff, _secret, _codes = enrolled
    admin, lost = client_as(person("admin")), client_as(staff)
    assert inside(lost)
    people = f"{admin.base}/admin/people"
    assert lost.post(f"{people}/{staff.id}/second-step/reset").status_code == 409
    assert admin.post(f"{people}/{staff.id}/second-step/reset").status_code == 303
    assert not inside(lost)
    with scope(staff.tenant) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(Authenticator)) == 0


def test_an_admin_ends_somebodys_sessions(client_as, person):
    worker = person("employee")
    client, admin = client_as(worker), client_as(person("admin"))
    assert inside(client)
    assert admin.post(f"{admin.base}/admin/people/{worker.id}/sessions/end").status_code == 303
    assert not inside(client)


def test_strangers_guesses_do_not_keep_the_owner_out(client_as, person, scope, tenant):
    worker = person("employee")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=worker.id, name="zhouxl", password=passwords.hash_passphrase(PASSPHRASE)))
    own, stranger = client_as(tenant=tenant), client_as(tenant=tenant)
    first_step(own)
    own.post(f"{own.base}/sign-out")
    guesses = [
        stranger.post(
            f"{stranger.base}/sign-in", data={"name": "zhouxl", "passphrase": f"guess {n}"}
        ).status_code
        for n in range(8)
    ]
    assert guesses[-1] == 429
    assert first_step(client_as(tenant=tenant)).status_code == 429  # an unknown browser waits
    assert first_step(own).status_code == 303  # the owner's own does not
    with scope(tenant) as ctx:
        link = signin.make_link(ctx, worker.id, "reset")
    new = client_as(tenant=tenant)
    assert (
        new.post(
            f"{new.base}/welcome/{link}", data={"passphrase": PASSPHRASE, "again": PASSPHRASE}
        ).status_code
        == 303
    )


def test_a_known_browser_that_guesses_waits_as_well(client_as, person, scope, tenant):
    worker = person("employee")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=worker.id, name="zhouxl", password=passwords.hash_passphrase(PASSPHRASE)))
    own = client_as(tenant=tenant)
    first_step(own)
    own.post(f"{own.base}/sign-out")
    for n in range(5):
        own.post(f"{own.base}/sign-in", data={"name": "zhouxl", "passphrase": f"guess {n}"})
    assert first_step(own).status_code == 429


def test_asking_for_a_reset_tells_nothing(client_as, person, scope, tenant, run_jobs, runtime):
    worker = person("employee")
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        ctx.add(Login(person_id=worker.id, name="zhouxl", password=passwords.hash_passphrase(PASSPHRASE)))
    client = client_as(tenant=tenant)
    pages = [
        client.post(f"{client.base}/sign-in/forgot", data={"name": name}).get_data()
        for name in ("zhouxl", "nobody")
    ]
    assert pages[0] == pages[1]
    assert run_jobs(tenant, "notices.reset_link") == ["notices.reset_link"] * 2
