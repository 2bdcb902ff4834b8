"""What people and trail are told when a provider cheats: twenty-one cases, each over HTTP, as a browser goes. The many ways
to do each of them are in test_oidc_hostile.py and test_oidc_discovery.py.
"""

import pytest
import sqlalchemy as sa

from anxin.audit.models import AuditEntry
from anxin.identity import oidc_refusal, outward, pages
from anxin.identity.models import ProviderAccount
from anxin.kernel.i18n import locale_scope

from . import hostile_provider as hostile
from .hostile_provider import CLIENT_ID, CLIENT_SECRET, Tricks
from .oidc_flow import RULES
from .test_oidc_discovery import WELL_KNOWN, says
from .test_oidc_hostile import EVIL, PUBLIC_PEM, claims, hmac_with, returns, taken, unsigned

#: while the admin saves the provider: nothing of it is kept
SAVING = {
    "issuer spoofed in the description": (says(issuer=EVIL), "issuer_mismatch"),
    "endpoint of somebody else": (says(token_endpoint=EVIL + "/token"), "endpoint_foreign"),
    "endpoint in a private network": (says(jwks_uri="https://10.0.0.8/keys"), "address_private"),
    "endpoint at the cloud's metadata": (says(jwks_uri="https://169.254.169.254/keys"), "address_private"),
    "description sends us on": (taken(WELL_KNOWN, hostile.redirect("/trap")), "discovery_failed"),
    "description comes drop by drop": (taken(WELL_KNOWN, hostile.drip()), "discovery_failed"),
    "description without end": (taken(WELL_KNOWN, hostile.flood()), "discovery_failed"),
}
#: when the browser comes back
RETURNING = {
    "issuer spoofed in the return": (returns(iss=EVIL), "response_issuer_mismatch"),
    "issuer spoofed in the token": (claims(iss=EVIL), "claim_iss"),
    "alg none": (unsigned("none"), "algorithm_refused"),
    "HS256 with the public key": (hmac_with(PUBLIC_PEM), "algorithm_refused"),
    "HS256 with the client's secret": (hmac_with(CLIENT_SECRET.encode()), "algorithm_refused"),
    "aud of another client": (claims(aud="other"), "claim_aud"),
    "azp of another party": (claims(aud=[CLIENT_ID, "other"], azp="other"), "claim_azp"),
    "nonce of another sign-in": (claims(nonce="replayed"), "claim_nonce"),
    "no ID token": (Tricks(id_token=lambda _: None), "id_token_missing"),
    "state of nobody": (returns(state="guessed"), "state_mismatch"),
    "code sent on elsewhere": (taken("/token", hostile.redirect("/trap", 307)), "token_failed"),
}
REPLAYS = (
    3  # the return twice, the code of another browser, two providers mixed up: tests of their own, below
)


@pytest.fixture
def allowed(monkeypatch, http):
    """The operator lets providers live on loopback."""
    monkeypatch.setattr(outward, "http_client", lambda _networks: http)
    monkeypatch.setattr(pages, "http_client", lambda _networks: http)
    monkeypatch.setattr(outward, "address_rules", lambda _settings: RULES)


@pytest.fixture
def save(client_as, person, hostile_one, allowed):
    """save(issuer): the admin's form."""
    admin = client_as(person("admin"))

    def send(issuer=None, **other):
        form = {
            "name": "employer",
            "title": "单位统一登录",
            "issuer": issuer or hostile_one.issuer,
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
        } | other
        return admin.post(f"{admin.base}/admin/sign-in", data=form)

    return send


@pytest.fixture
def browser(client_as, person, tenant):
    """browser(): somebody in front of the sign-in page; 林晓峰 is on the roster by the number the provider tells."""
    person("employee", name="林晓峰", number="DL10268")
    return lambda: client_as(tenant=tenant)


@pytest.fixture
def refusals(scope, tenant):
    """The codes the trail has, oldest first."""

    def read(action="identity.sign_in_refused"):
        with scope(tenant) as ctx:
            rows = ctx.scalars(
                sa.select(AuditEntry)
                .where(AuditEntry.tenant_id == tenant.id, AuditEntry.action == action)
                .order_by(AuditEntry.id)
            )
            return [row.detail["code"] for row in rows]

    return read


def begin(client):
    answer = client.get(f"{client.base}/sign-in/with/employer")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def come_back(client, query):
    return client.get(f"{client.base}/sign-in/return", query_string=query)


def inside(client):
    return client.get(f"{client.base}/me/sessions").status_code == 200


def is_told(answer, code):
    """The page says in Chinese what to do, and shows nothing of what the provider said."""
    status, sentence = oidc_refusal.REFUSALS[code]
    assert answer.status_code == status
    text = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    with locale_scope("zh_CN"):
        assert str(sentence) in text
    assert "evil.example" not in text
    return text


def test_there_are_twenty_one():
    assert len(SAVING) + len(RETURNING) + REPLAYS == 21


def test_the_honest_one_signs_in(save, browser, hostile_one, refusals):
    assert save().status_code == 303
    client = browser()
    assert come_back(client, hostile_one.authorize(begin(client))).status_code == 303
    assert inside(client)
    assert refusals() == []


@pytest.mark.parametrize(("trick", "code"), SAVING.values(), ids=SAVING)
def test_a_cheating_description_is_not_saved(save, hostile_one, refusals, client_as, tenant, trick, code):
    hostile_one.tricks = trick
    is_told(save(), code)
    assert refusals("identity.provider_refused") == [code]
    assert "/trap" not in hostile_one.seen
    stranger = client_as(tenant=tenant)
    assert stranger.get(f"{stranger.base}/sign-in/with/employer").status_code == 404


@pytest.mark.parametrize(("trick", "code"), RETURNING.values(), ids=RETURNING)
def test_a_cheating_return_signs_nobody_in(save, browser, hostile_one, refusals, trick, code):
    save()
    hostile_one.tricks = trick
    client = browser()
    text = is_told(come_back(client, hostile_one.authorize(begin(client))), code)
    assert f'href="{client.base}/' in text, "no way on"
    assert not inside(client)
    assert refusals() == [code]
    assert "/trap" not in hostile_one.seen


def test_the_same_return_does_not_work_twice(save, browser, hostile_one, refusals):
    save()
    client, thief = browser(), browser()
    address = begin(client)
    secret = client.get_cookie(pages.BROWSER)
    query = hostile_one.authorize(address)
    come_back(client, query)
    assert inside(client)
    thief.set_cookie(pages.BROWSER, secret.value)
    is_told(come_back(thief, query), "state_mismatch")
    assert not inside(thief)
    assert refusals() == ["state_mismatch"]


def test_the_code_of_another_browser_is_worth_nothing(save, browser, hostile_one, refusals):
    """A code that was read on the way, brought home with a state of one's own: PKCE ties it to who asked."""
    save()
    client, thief = browser(), browser()
    stolen = hostile_one.authorize(begin(client))
    query = hostile_one.authorize(begin(thief))
    query["code"] = stolen["code"]
    is_told(come_back(thief, query), "code_rejected")
    assert not inside(thief)
    assert refusals() == ["code_rejected"]


def test_two_providers_are_not_mixed_up(save, browser, hostile_one, refusals, scope, tenant):
    """Began at one, while the settings were pointed at another: the code does not travel there."""
    save()
    client = browser()
    query = hostile_one.authorize(begin(client))
    with hostile.running() as other:
        assert save(other.issuer).status_code == 303
        is_told(come_back(client, query), "provider_changed")
        assert "/token" not in other.seen
    assert not inside(client)
    assert refusals() == ["provider_changed"]
    with scope(tenant) as ctx:
        assert ctx.scalar(sa.select(sa.func.count()).select_from(ProviderAccount)) == 0


# ---- whom an honest answer lets in ---------------------------------------------------------------------------------


def arrive(client, provider):
    return come_back(client, provider.authorize(begin(client)))


def test_the_number_finds_the_person_and_the_account_stays_theirs(
    save, client_as, person, hostile_one, tenant
):
    """Linked once, by the number; from then on (provider, sub) is the person, whatever number is told."""
    someone, other = (person("employee", number=number) for number in ("DL10268", "DL10999"))
    save()
    for tricks in (Tricks(), claims(employee_number="DL10999")):
        hostile_one.tricks = tricks
        client = client_as(tenant=tenant)
        assert arrive(client, hostile_one).status_code == 303
        me = client.get(f"{client.base}/api/identity/me").get_json()
        assert me["id"] == str(someone.id) != str(other.id)


def test_a_number_that_is_linked_already_is_not_taken_over(
    save, browser, client_as, hostile_one, refusals, tenant
):
    save()
    assert arrive(browser(), hostile_one).status_code == 303
    hostile_one.tricks = claims(sub="u-999")
    thief = client_as(tenant=tenant)
    answer = arrive(thief, hostile_one)
    assert answer.status_code == 403
    assert "已经关联了另一个账号" in answer.get_data(as_text=True)
    assert not inside(thief)
    assert refusals() == ["account_taken"]


def test_who_is_not_on_the_roster_stays_outside(save, client_as, hostile_one, refusals, tenant):
    save()
    client = client_as(tenant=tenant)
    answer = arrive(client, hostile_one)
    assert answer.status_code == 403
    assert "还不在这里的花名册上" in answer.get_data(as_text=True)
    assert not inside(client)
    assert refusals() == ["not_on_roster"]


def test_where_the_tenant_lets_strangers_in_they_get_the_lowest_role(save, client_as, hostile_one, tenant):
    save(admits_unknown="true")
    client = client_as(tenant=tenant)
    assert arrive(client, hostile_one).status_code == 303
    assert client.get(f"{client.base}/api/identity/me").get_json()["roles"] == ["employee"]


def test_programs_set_a_provider_up_as_the_page_does(save, client_as, person, hostile_one, tenant):
    save()
    admin = client_as(person("admin"))
    base = f"{admin.base}/api/identity/sign-in/providers"
    (one,) = admin.get(base).get_json()
    assert (one["name"], one["on"], "secret" in one) == ("employer", True, False)
    told = {"name": "second", "title": "集团登录", "issuer": hostile_one.issuer, "client_id": CLIENT_ID}
    assert "client_id" in admin.post(base, json=told).get_json()["errors"], "one client under two names"
    told["client_id"] = "another"
    made = admin.post(base, json=told)
    assert made.status_code == 200, made.get_json()
    assert admin.delete(f"{base}/{one['id']}").status_code == 204
    client = client_as(tenant=tenant)
    assert client.get(f"{client.base}/sign-in/with/employer").status_code == 404
    assert client.get(f"{client.base}/sign-in/with/second").status_code == 303
    hostile_one.tricks = says(issuer=EVIL)
    refused = admin.post(base, json=told)
    assert refused.status_code == 422
    assert refused.get_json()["code"] == "issuer_mismatch"
