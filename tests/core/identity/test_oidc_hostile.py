"""A provider (or somebody on the way) cheats during a sign-in: each trick is refused with its own code.

Every case is the honest flow with one thing wrong, and would sign somebody in without the check it names.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import RSAKey
from werkzeug.datastructures import MultiDict

from anxin.identity import oidc
from anxin.kernel.clock import travel

from . import hostile_provider as hostile
from .hostile_provider import RSA, HostileProvider, Tricks, raw_token
from .oidc_flow import REDIRECT, Http, provider_row, sign_in

EVIL = "https://evil.example"
PUBLIC_PEM = RSA.as_pem(private=False)
PUBLIC_DER = RSA.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
INTRUDER = RSAKey.generate_key(2048, {"kid": "intruder"})


def claims(**members: Any) -> Tricks:
    """The ID token with these claims; `None` leaves one out."""
    return Tricks(
        claims=lambda c: {name: value for name, value in (c | members).items() if value is not None}
    )


def later(**seconds: float) -> Tricks:
    return Tricks(claims=lambda c: c | {name: c["iat"] + shift for name, shift in seconds.items()})


def header(**members: Any) -> Tricks:
    return Tricks(
        header=lambda h: {name: value for name, value in (h | members).items() if value is not None}
    )


def signed(by: Any, algorithm: str = "RS256", **members: Any) -> Tricks:
    return Tricks(sign=lambda _, head, payload: raw_token(head | members, payload, by, algorithm))


def hmac_with(secret: bytes, **members: Any) -> Tricks:
    return Tricks(
        sign=lambda _, head, payload: raw_token(head | {"alg": "HS256"} | members, payload, secret, "")
    )


def unsigned(name: str) -> Tricks:
    return Tricks(sign=lambda _, head, payload: raw_token(head | {"alg": name}, payload, None, "RS256"))


def returns(**members: Any) -> Tricks:
    """The browser's return with these parameters; `None` leaves one out."""
    return Tricks(response=lambda r: [(n, v) for n, v in (dict(r) | members).items() if v is not None])


def also(*pairs: tuple[str, str]) -> Tricks:
    return Tricks(response=lambda r: [*r, *pairs])


def taken(path: str, takeover: hostile.Takeover) -> Tricks:
    return Tricks(takeover={path: takeover})


def text_in(payload: dict[str, Any], raw: bytes) -> bytes:
    return b"{" + raw + b", " + json.dumps(payload).encode()[1:]


TOKENS = {
    "alg none": (unsigned("none"), "algorithm_refused"),
    "alg None": (unsigned("None"), "algorithm_refused"),
    "alg nOnE": (unsigned("nOnE"), "algorithm_refused"),
    "signature cut off": (Tricks(id_token=lambda t: t.rpartition(".")[0] + "."), "signature_invalid"),
    "no third part": (Tricks(id_token=lambda t: t.rpartition(".")[0]), "id_token_malformed"),
    "HS256 with the public key (PEM)": (hmac_with(PUBLIC_PEM), "algorithm_refused"),
    "HS256 with the public key (DER)": (hmac_with(PUBLIC_DER), "algorithm_refused"),
    "HS256 with the client secret": (hmac_with(hostile.CLIENT_SECRET.encode()), "algorithm_refused"),
    "HS256 calling itself RS256": (
        hmac_with(PUBLIC_PEM, alg="RS256"),
        "signature_invalid",
    ),
    "alg is a list": (header(alg=["RS256"]), "algorithm_refused"),
    "alg missing": (header(alg=None), "algorithm_refused"),
    "an algorithm never offered": (signed(RSA, "RS512", alg="RS512"), "algorithm_refused"),
    "another owner's key of the same name": (signed(hostile.OTHER_RSA), "signature_invalid"),
    "a key nobody published": (signed(INTRUDER, kid="intruder"), "key_unknown"),
    "brings its own key": (signed(INTRUDER, jwk=INTRUDER.as_dict(private=False)), "signature_invalid"),
    "says where its keys are": (
        Tricks(
            sign=lambda s, h, p: raw_token(
                h | {"kid": "intruder", "jku": s.issuer + "/trap"}, p, INTRUDER, "RS256"
            )
        ),
        "key_unknown",
    ),
    "says where its certificate is": (
        Tricks(sign=lambda s, h, p: raw_token(h | {"x5u": s.issuer + "/trap"}, p, INTRUDER, "RS256")),
        "signature_invalid",
    ),
    "kid climbs to an empty file": (hmac_with(b"", kid="../../../../dev/null"), "algorithm_refused"),
    "kid is a path": (signed(RSA, kid="../../../../dev/null"), "key_unknown"),
    "kid is a query": (signed(RSA, kid="' UNION SELECT 'x"), "key_unknown"),
    "kid is an address": (signed(RSA, kid="http://127.0.0.1/trap"), "key_unknown"),
    "kid is a number": (header(kid=1), "id_token_malformed"),
    "kid is empty": (header(kid=""), "key_unknown"),
    "kid of another type's key": (header(kid="ec-1"), "key_unknown"),
    "changed after signing": (
        Tricks(id_token=lambda t: t.replace(t.split(".")[1], hostile.b64(b'{"sub":"boss"}'))),
        "signature_invalid",
    ),
    "crit": (header(crit=["exp"], exp=1), "id_token_malformed"),
    "unencoded payload": (header(b64=False), "id_token_malformed"),
    "an access token": (header(typ="at+jwt"), "id_token_malformed"),
    "a logout token": (header(typ="logout+jwt"), "id_token_malformed"),
    "encrypted": (Tricks(id_token=lambda t: t + ".a.b"), "id_token_malformed"),
    "JSON serialisation": (Tricks(id_token=lambda t: json.dumps({"payload": t})), "id_token_malformed"),
    "not base64": (Tricks(id_token=lambda t: "é" + t), "id_token_malformed"),
    "endless": (Tricks(id_token=lambda t: t + "A" * 70_000), "id_token_malformed"),
    "alg twice": (
        Tricks(sign=lambda _, h, p: raw_token(text_in(h, b'"alg": "none"'), p, RSA, "RS256")),
        "id_token_malformed",
    ),
    "sub twice": (Tricks(claims=lambda c: text_in(c, b'"sub": "boss"')), "id_token_malformed"),
    "claims are a list": (Tricks(claims=lambda c: [c]), "id_token_malformed"),
    "claims are no JSON": (Tricks(claims=lambda c: b"sub=boss"), "id_token_malformed"),
}

CLAIMS = {
    "iss of somebody else": (claims(iss=EVIL), "claim_iss"),
    "iss missing": (claims(iss=None), "claim_iss"),
    "iss in a list": (Tricks(claims=lambda c: c | {"iss": [c["iss"], EVIL]}), "claim_iss"),
    "iss with a slash more": (Tricks(claims=lambda c: c | {"iss": c["iss"] + "/"}), "claim_iss"),
    "aud of another client": (claims(aud="other"), "claim_aud"),
    "aud missing": (claims(aud=None), "claim_aud"),
    "aud empty": (claims(aud=[]), "claim_aud"),
    "aud contains our id in a text": (claims(aud=f"x {hostile.CLIENT_ID}"), "claim_aud"),
    "aud is an object": (claims(aud={hostile.CLIENT_ID: 1}), "claim_aud"),
    "aud with a number": (claims(aud=[hostile.CLIENT_ID, 1]), "claim_aud"),
    "several aud without azp": (claims(aud=[hostile.CLIENT_ID, "other"]), "claim_azp"),
    "several aud for another party": (claims(aud=[hostile.CLIENT_ID, "other"], azp="other"), "claim_azp"),
    "one aud for another party": (claims(azp="other"), "claim_azp"),
    "azp null": (Tricks(claims=lambda c: c | {"azp": None}), "claim_azp"),
    "expired": (later(exp=-61, iat=-361), "claim_exp"),
    "exp missing": (claims(exp=None), "claim_exp"),
    "exp is a text": (claims(exp="9999999999"), "claim_exp"),
    "exp is true": (claims(exp=True), "claim_exp"),
    "exp never": (
        Tricks(claims=lambda c: json.dumps(c | {"exp": 0}).replace('"exp": 0', '"exp": 1e999').encode()),
        "claim_exp",
    ),
    "exp is NaN": (claims(exp=float("nan")), "id_token_malformed"),
    "exp beyond any calendar": (claims(exp=10**30), "claim_exp"),
    "iat in the future": (later(iat=120, exp=600), "claim_iat"),
    "iat missing": (claims(iat=None), "claim_iat"),
    "iat is a text": (claims(iat="now"), "claim_iat"),
    "iat is true": (claims(iat=True), "claim_iat"),
    "nbf is true": (claims(nbf=True), "claim_nbf"),
    "nbf in the future": (later(nbf=120), "claim_nbf"),
    "nbf is a text": (claims(nbf="now"), "claim_nbf"),
    "nonce of another sign-in": (claims(nonce="replayed"), "claim_nonce"),
    "nonce missing": (claims(nonce=None), "claim_nonce"),
    "nonce in a list": (Tricks(claims=lambda c: c | {"nonce": [c["nonce"]]}), "claim_nonce"),
    "nonce cut short": (Tricks(claims=lambda c: c | {"nonce": c["nonce"][:-1]}), "claim_nonce"),
    "nonce of lone surrogates": (claims(nonce="\ud800"), "claim_nonce"),
    "another access token slipped in": (
        Tricks(tokens=lambda t: t | {"access_token": "at-other"}),
        "claim_at_hash",
    ),
    "at_hash without access token": (
        Tricks(tokens=lambda t: {n: v for n, v in t.items() if n != "access_token"}),
        "claim_at_hash",
    ),
    "at_hash null": (Tricks(claims=lambda c: c | {"at_hash": None}), "claim_at_hash"),
    "sub missing": (claims(sub=None), "claim_sub"),
    "sub empty": (claims(sub=""), "claim_sub"),
    "sub blank": (claims(sub="  "), "claim_sub"),
    "sub padded": (claims(sub="u-268 "), "claim_sub"),
    "sub too long": (claims(sub="u" * 256), "claim_sub"),
    "sub is a number": (claims(sub=268), "claim_sub"),
    "sub with NUL": (claims(sub="u\0268"), "claim_sub"),
    "sub no database could store": (claims(sub="u\ud800"), "claim_sub"),
    "sub with an invisible sign": (claims(sub="u\u200b268"), "claim_sub"),
}

RETURNS = {
    "state of somebody else": (returns(state="x"), "state_mismatch"),
    "state missing": (returns(state=None), "state_mismatch"),
    "state empty": (returns(state=""), "state_mismatch"),
    "state beyond Unicode": (returns(state="\ud800"), "state_mismatch"),
    "state twice": (also(("state", "x")), "response_malformed"),
    "code twice": (also(("code", "x")), "response_malformed"),
    "iss twice": (also(("iss", EVIL)), "response_malformed"),
    "iss of another provider": (returns(iss=EVIL), "response_issuer_mismatch"),
    "iss left out by a provider that promised it": (returns(iss=None), "response_issuer_missing"),
    "no code": (returns(code=None), "response_malformed"),
    "empty code": (returns(code=""), "response_malformed"),
    "endless code": (returns(code="x" * 5000), "response_malformed"),
    "code with a line break": (returns(code="a\r\nb"), "response_malformed"),
    "a code somebody made up": (returns(code="guessed"), "code_rejected"),
    "the person said no": (returns(error="access_denied", code=None), "declined"),
    "an error and a code": (returns(error="server_error"), "provider_error"),
    "an error with markup": (
        returns(error="<script>", error_description="<b>call 400-xxx</b>"),
        "provider_error",
    ),
    "a no in somebody else's name": (returns(error="access_denied", iss=EVIL), "response_issuer_mismatch"),
    "a no without our state": (returns(error="access_denied", state="x"), "state_mismatch"),
}

ENDPOINTS = {
    "no ID token": (Tricks(id_token=lambda _: None), "id_token_missing"),
    "ID token left out": (
        Tricks(tokens=lambda t: {n: v for n, v in t.items() if n != "id_token"}),
        "id_token_missing",
    ),
    "ID token is an object": (Tricks(id_token=lambda t: {"jwt": t}), "token_malformed"),
    "access token is a number": (Tricks(tokens=lambda t: t | {"access_token": 1}), "token_malformed"),
    "no token type": (
        Tricks(tokens=lambda t: {n: v for n, v in t.items() if n != "token_type"}),
        "token_malformed",
    ),
    "token type of another kind": (Tricks(tokens=lambda t: t | {"token_type": "DPoP"}), "token_malformed"),
    "ID token twice": (Tricks(tokens=lambda t: text_in(t, b'"id_token": "x"')), "token_malformed"),
    "tokens in a list": (Tricks(tokens=lambda t: [t]), "token_malformed"),
    "tokens as a page": (taken("/token", hostile.status(200, b"<html>")), "token_malformed"),
    "client unknown": (
        taken("/token", hostile.status(401, b'{"error": "invalid_client"}')),
        "client_rejected",
    ),
    "client not allowed": (
        taken("/token", hostile.status(400, b'{"error": "unauthorized_client"}')),
        "client_rejected",
    ),
    "another error": (taken("/token", hostile.status(400, b'{"error": ["invalid_grant"]}')), "token_failed"),
    "token endpoint broken": (taken("/token", hostile.status(500)), "token_failed"),
    "code sent on elsewhere": (taken("/token", hostile.redirect("/trap", 307)), "token_failed"),
    "token endpoint says nothing": (taken("/token", hostile.silent()), "token_failed"),
    "token endpoint floods": (taken("/token", hostile.flood()), "token_failed"),
}

USERINFO = {
    "somebody else": (Tricks(userinfo=lambda u: u | {"sub": "boss"}), "userinfo_sub"),
    "nobody": (Tricks(userinfo=lambda u: {"name": u["name"]}), "userinfo_sub"),
    "two people": (Tricks(userinfo=lambda u: text_in(u, b'"sub": "boss"')), "userinfo_malformed"),
    "a list": (Tricks(userinfo=lambda u: [u]), "userinfo_malformed"),
    "redirect with the token": (taken("/userinfo", hostile.redirect("/trap")), "userinfo_failed"),
    "refused": (taken("/userinfo", hostile.status(401)), "userinfo_failed"),
}

#: Codes of the remaining tests in this file and of discovery; together with the tables they must be all
#: there are.
ELSEWHERE = {
    "issuer_invalid", "address_private", "discovery_failed", "discovery_malformed", "issuer_mismatch",
    "endpoint_invalid", "endpoint_foreign", "flow_unsupported", "pkce_unsupported", "algorithm_unsupported",
    "client_auth_unsupported", "keys_malformed", "keys_unsafe",  # test_oidc_discovery.py
    "pending_expired",  # test_oidc.py
    "provider_changed", "keys_failed",  # below
}  # fmt: skip
CASES = {
    f"{table}: {name}": case
    for table, cases in {"token": TOKENS, "claim": CLAIMS, "return": RETURNS, "endpoint": ENDPOINTS}.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize(("trick", "code"), CASES.values(), ids=CASES)
def test_a_cheating_provider_signs_nobody_in(
    hostile_one: HostileProvider, http: Http, trick: Tricks, code: str
) -> None:
    provider = provider_row(hostile_one, http)
    hostile_one.tricks = trick
    with pytest.raises(oidc.SignInRefused) as refused:
        sign_in(hostile_one, http, provider=provider)
    assert refused.value.code == code
    assert "/trap" not in hostile_one.seen
    assert "<" not in str(refused.value.message)  # nothing of the provider's text is shown


@pytest.mark.parametrize(("trick", "code"), USERINFO.values(), ids=USERINFO)
def test_userinfo_about_somebody_else(
    hostile_one: HostileProvider, http: Http, trick: Tricks, code: str
) -> None:
    provider = provider_row(hostile_one, http, ask_userinfo=True)
    hostile_one.tricks = trick
    with pytest.raises(oidc.SignInRefused) as refused:
        sign_in(hostile_one, http, provider=provider)
    assert refused.value.code == code
    assert "/trap" not in hostile_one.seen


def test_every_code_has_a_case() -> None:
    tested = {code for _, code in [*CASES.values(), *USERINFO.values()]} | ELSEWHERE
    assert tested == set(oidc.REFUSALS)


def test_tokens_in_the_return_itself_are_not_looked_at(hostile_one: HostileProvider, http: Http) -> None:
    """A token through the browser proves nothing; the code flow never takes one."""
    provider = provider_row(hostile_one, http)
    url, pending = oidc.begin(provider, REDIRECT)
    smuggled = hostile_one.id_token(pending.nonce)
    query = MultiDict([*hostile_one.authorize(url).items(multi=True), ("id_token", smuggled)])
    query.setlist("code", [])
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.finish(provider, pending, query, http, oidc.KeyKeeper())
    assert refused.value.code == "response_malformed"


def test_two_providers_are_not_mixed_up(hostile_one: HostileProvider, http: Http) -> None:
    """The person began at provider A; the return (or the row) is B's."""
    honest = provider_row(hostile_one, http)
    with hostile.running() as other:
        attacker = oidc.Provider("other-row", "c", "s", provider_row(other, http).metadata)
        url, pending = oidc.begin(honest, REDIRECT)
        query = hostile_one.authorize(url)
        with pytest.raises(oidc.SignInRefused) as refused:
            oidc.finish(attacker, pending, query, http, oidc.KeyKeeper())
        assert refused.value.code == "provider_changed"
        moved = oidc.Provider(honest.id, "c", "s", attacker.metadata)  # same row, pointed elsewhere meanwhile
        with pytest.raises(oidc.SignInRefused) as refused:
            oidc.finish(moved, pending, query, http, oidc.KeyKeeper())
        assert refused.value.code == "provider_changed"
        assert "/token" not in other.seen  # the code never reached the attacker
        query["iss"] = other.issuer
        with pytest.raises(oidc.SignInRefused) as refused:
            oidc.finish(honest, pending, query, http, oidc.KeyKeeper())
        assert refused.value.code == "response_issuer_mismatch"


def test_an_id_token_of_an_earlier_sign_in_is_worthless(hostile_one: HostileProvider, http: Http) -> None:
    provider = provider_row(hostile_one, http)
    earlier = hostile_one.id_token(oidc.begin(provider, REDIRECT)[1].nonce)
    hostile_one.tricks = Tricks(id_token=lambda _: earlier)
    with pytest.raises(oidc.SignInRefused) as refused:
        sign_in(hostile_one, http, provider=provider)
    assert refused.value.code == "claim_nonce"


class TestKeys:
    """Keys are kept, asked for again once, and never more often than an honest rotation needs."""

    def test_a_rotated_key_is_fetched_once(self, hostile_one: HostileProvider, http: Http) -> None:
        provider, keys = provider_row(hostile_one, http), oidc.KeyKeeper()
        sign_in(hostile_one, http, provider=provider, keys=keys)
        fresh = RSAKey.generate_key(2048, {"kid": "rsa-2"})
        hostile_one.tricks = signed(fresh, kid="rsa-2")
        hostile_one.tricks.jwks = lambda _: {"keys": [fresh.as_dict(private=False)]}
        with travel(timedelta(seconds=11)):
            hostile_one.seen.clear()
            assert sign_in(hostile_one, http, provider=provider, keys=keys).sub == "u-268"
            assert hostile_one.seen.count("/jwks") == 1

    def test_unknown_keys_do_not_make_us_hammer(self, hostile_one: HostileProvider, http: Http) -> None:
        provider, keys = provider_row(hostile_one, http), oidc.KeyKeeper()
        sign_in(hostile_one, http, provider=provider, keys=keys)
        hostile_one.seen.clear()
        hostile_one.tricks = signed(INTRUDER, kid="intruder")
        with travel(timedelta(seconds=11)):
            for _ in range(5):
                with pytest.raises(oidc.SignInRefused):
                    sign_in(hostile_one, http, provider=provider, keys=keys)
            assert hostile_one.seen.count("/jwks") == 1
            hostile_one.tricks = Tricks()
            assert sign_in(hostile_one, http, provider=provider, keys=keys).sub == "u-268"

    def test_a_withdrawn_key_stops_within_the_hour(self, hostile_one: HostileProvider, http: Http) -> None:
        provider, keys = provider_row(hostile_one, http), oidc.KeyKeeper()
        sign_in(hostile_one, http, provider=provider, keys=keys)
        hostile_one.tricks = Tricks(
            jwks=lambda s: {"keys": [k for k in s["keys"] if k["kid"] != "rsa-1"]},
            claims=lambda c: c | {"iat": c["iat"] + 3700, "exp": c["exp"] + 3700},
        )
        with travel(timedelta(seconds=3700)), pytest.raises(oidc.SignInRefused) as refused:
            sign_in(hostile_one, http, provider=provider, keys=keys)
        assert refused.value.code == "key_unknown"

    @pytest.mark.parametrize("answer", [hostile.status(500), hostile.redirect("/trap"), hostile.flood()])
    def test_no_keys_no_sign_in(
        self, hostile_one: HostileProvider, http: Http, answer: hostile.Takeover
    ) -> None:
        provider, keys = provider_row(hostile_one, http), oidc.KeyKeeper()
        hostile_one.seen.clear()
        hostile_one.tricks = taken("/jwks", answer)
        for _ in range(3):  # a key set that cannot be had is not asked for again at once
            with pytest.raises(oidc.SignInRefused) as refused:
                sign_in(hostile_one, http, provider=provider, keys=keys)
            assert refused.value.code == "keys_failed"
        assert hostile_one.seen.count("/jwks") == 1
        assert "/trap" not in hostile_one.seen

    def test_a_second_provider_has_its_own_ration(self, hostile_one: HostileProvider, http: Http) -> None:
        keys, provider = oidc.KeyKeeper(), provider_row(hostile_one, http)
        other = oidc.Provider("other-row", provider.client_id, provider.client_secret, provider.metadata)
        hostile_one.tricks = taken("/jwks", hostile.status(500))
        with pytest.raises(oidc.SignInRefused):
            sign_in(hostile_one, http, provider=provider, keys=keys)
        hostile_one.tricks = Tricks()
        assert sign_in(hostile_one, http, provider=other, keys=keys).provider_id == "other-row"

    def test_without_a_kid_the_key_must_be_the_only_one(
        self, hostile_one: HostileProvider, http: Http
    ) -> None:
        provider = provider_row(hostile_one, http)
        hostile_one.tricks = header(kid=None)
        assert (
            sign_in(hostile_one, http, provider=provider).sub == "u-268"
        )  # one RSA key among EC and Ed25519
        two = [key.as_dict(private=False) for key in (RSA, INTRUDER)]
        hostile_one.tricks = header(kid=None)
        hostile_one.tricks.jwks = lambda _: {"keys": two}
        with pytest.raises(oidc.SignInRefused) as refused:
            sign_in(hostile_one, http, provider=provider)
        assert refused.value.code == "key_unknown"

    def test_two_keys_of_one_name_are_none(self, hostile_one: HostileProvider, http: Http) -> None:
        provider = provider_row(hostile_one, http)
        hostile_one.tricks = Tricks(
            jwks=lambda s: {"keys": [hostile.OTHER_RSA.as_dict(private=False), *s["keys"]]}
        )
        with pytest.raises(oidc.SignInRefused) as refused:
            sign_in(hostile_one, http, provider=provider)
        assert refused.value.code == "key_unknown"
