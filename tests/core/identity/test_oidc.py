"""The honest sign-in: every algorithm, both ways of authenticating, what is kept between the steps."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from anxin.identity import oidc
from anxin.kernel.clock import travel

from . import hostile_provider as hostile
from .oidc_flow import REDIRECT, Http, provider_row, sign_in


@pytest.mark.parametrize("algorithm", list(hostile.SIGNERS))
def test_every_public_key_algorithm_signs_in(
    hostile_one: hostile.HostileProvider, http: Http, algorithm: str
) -> None:
    hostile_one.tricks = hostile.Tricks(algorithm=algorithm)
    claims = sign_in(hostile_one, http)
    assert (claims.provider_id, claims.issuer, claims.sub) == ("provider-row", hostile_one.issuer, "u-268")
    assert claims.text("employee_number") == "DL10268"
    assert set(claims.others) == {"employee_number"}  # what binds the token to the sign-in stays behind


def test_the_secret_may_travel_in_the_form(hostile_one: hostile.HostileProvider, http: Http) -> None:
    hostile_one.tricks = hostile.Tricks(client_auth="client_secret_post")
    assert sign_in(hostile_one, http).sub == "u-268"


def test_the_browser_is_sent_with_everything_that_protects_it(
    hostile_one: hostile.HostileProvider, http: Http
) -> None:
    provider = provider_row(hostile_one, http)
    url, pending = oidc.begin(provider, REDIRECT)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(hostile_one.issuer + "/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": hostile.CLIENT_ID,
        "redirect_uri": REDIRECT,
        "scope": "openid profile",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": asked["code_challenge"],
        "code_challenge_method": "S256",
    }
    assert pending.verifier not in url
    assert min(len(pending.state), len(pending.nonce), len(pending.verifier)) >= 43
    other = oidc.begin(provider, REDIRECT)[1]
    assert {pending.state, pending.nonce, pending.verifier}.isdisjoint(
        {other.state, other.nonce, other.verifier}
    )
    for secret in (pending.state, pending.nonce, pending.verifier, provider.client_secret):
        assert secret not in repr(pending) + repr(provider)


def test_metadata_and_pending_survive_their_row(hostile_one: hostile.HostileProvider, http: Http) -> None:
    provider = provider_row(hostile_one, http)
    again = oidc.ProviderMetadata.from_json(json.loads(json.dumps(provider.metadata.as_json())))
    assert again == provider.metadata
    assert again.algorithms == ("RS256",)  # none and HS256 were offered too
    pending = oidc.begin(provider, REDIRECT)[1]
    assert oidc.Pending.from_json(json.loads(json.dumps(pending.as_json()))) == pending


def test_a_sign_in_needs_no_second_discovery(hostile_one: hostile.HostileProvider, http: Http) -> None:
    provider = provider_row(hostile_one, http)
    hostile_one.seen.clear()
    keys = oidc.KeyKeeper()
    for _ in range(3):
        sign_in(hostile_one, http, provider=provider, keys=keys)
    assert hostile_one.seen == ["/token", "/jwks", "/token", "/token"]


def test_userinfo_adds_and_never_overrides(hostile_one: hostile.HostileProvider, http: Http) -> None:
    hostile_one.tricks = hostile.Tricks(userinfo=lambda info: info | {"employee_number": "DL1", "aud": "x"})
    claims = sign_in(hostile_one, http, ask_userinfo=True)
    assert (claims.text("name"), claims.text("employee_number")) == ("林晓峰", "DL10268")
    assert set(claims.others) == {"employee_number", "name"}
    assert claims.issuer == hostile_one.issuer


def test_ten_minutes_are_enough_and_eleven_too_many(hostile_one: hostile.HostileProvider, http: Http) -> None:
    provider = provider_row(hostile_one, http)
    url, pending = oidc.begin(provider, REDIRECT)
    query = hostile_one.authorize(url)
    with travel(timedelta(minutes=11)), pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(provider, pending, query, http)
    assert refused.value.code == "pending_expired"
    assert oidc.finish(provider, pending, query, http, oidc.KeyKeeper()).sub == "u-268"


def test_a_code_and_its_state_work_once(hostile_one: hostile.HostileProvider, http: Http) -> None:
    """The pages drop the pending before `finish`; if not, the provider's refusal is passed on."""
    provider = provider_row(hostile_one, http)
    url, pending = oidc.begin(provider, REDIRECT)
    query = hostile_one.authorize(url)
    oidc.finish(provider, pending, query, http, oidc.KeyKeeper())
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(provider, pending, query, http, oidc.KeyKeeper())
    assert refused.value.code == "code_rejected"


def test_clocks_may_differ_by_less_than_a_minute(hostile_one: hostile.HostileProvider, http: Http) -> None:
    for skew in (-50, 50):
        hostile_one.tricks = hostile.Tricks(
            claims=lambda c, s=skew: (
                c | {"iat": c["iat"] + s, "nbf": c["iat"] + s, "exp": c["iat"] + min(s, 1)}
            )
        )
        assert sign_in(hostile_one, http).sub == "u-268"


def test_claims_are_read_as_clean_text() -> None:
    claims = oidc.Claims(
        "p",
        "i",
        "s",
        {"n": 268, "t": " 林\u0000晓\ud800峰\u202e ", "b": True, "l": ["x"], "e": " ", "long": "x" * 201},
    )
    assert claims.text("n") == "268"
    assert claims.text("t") == "林晓峰"
    assert [claims.text(name) for name in ("b", "l", "e", "long", "absent")] == [None] * 5
