"""What the admin's save button refuses: addresses, documents and keys that must not be trusted."""

import json
from ipaddress import ip_network
from typing import Any

import pytest
from joserfc.jwk import OctKey

from anxin.identity import oidc
from anxin.kernel.outbound import Client

from . import hostile_provider as hostile
from .hostile_provider import HostileProvider, Tricks
from .oidc_flow import RULES, Http, sign_in

WELL_KNOWN = "/.well-known/openid-configuration"
EVIL = "https://evil.example"


def refusal(server: HostileProvider, http: Http, rules: oidc.AddressRules = RULES) -> str:
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.discover(server.issuer, http, rules)
    return refused.value.code


def says(**members: Any) -> Tricks:
    """The discovery document with these members; `None` leaves one out."""
    return Tricks(discovery=lambda d: {name: v for name, v in (d | members).items() if v is not None})


DOCUMENTS = {
    "issuer of somebody else": (says(issuer=EVIL), "issuer_mismatch"),
    "issuer with a slash more": (
        Tricks(discovery=lambda d: d | {"issuer": d["issuer"] + "/"}),
        "issuer_mismatch",
    ),
    "issuer in other letters": (
        Tricks(discovery=lambda d: d | {"issuer": d["issuer"].replace("http", "HTTP")}),
        "issuer_mismatch",
    ),
    "no issuer": (says(issuer=None), "issuer_mismatch"),
    "issuer is a list": (Tricks(discovery=lambda d: d | {"issuer": [d["issuer"]]}), "issuer_mismatch"),
    "issuer twice": (
        Tricks(discovery=lambda d: b'{"issuer": "https://evil.example", ' + json.dumps(d).encode()[1:]),
        "discovery_malformed",
    ),
    "token endpoint elsewhere": (says(token_endpoint=EVIL + "/token"), "endpoint_foreign"),
    "authorization endpoint elsewhere": (
        says(authorization_endpoint=EVIL + "/authorize"),
        "endpoint_foreign",
    ),
    "keys elsewhere": (says(jwks_uri=EVIL + "/jwks"), "endpoint_foreign"),
    "userinfo elsewhere": (says(userinfo_endpoint=EVIL + "/me"), "endpoint_foreign"),
    "another port of the same host": (says(token_endpoint="http://127.0.0.1:1/token"), "endpoint_foreign"),
    "looks like the same host": (says(jwks_uri="https://127.0.0.1.evil.example/jwks"), "endpoint_foreign"),
    "the host as a user name": (says(jwks_uri="https://127.0.0.1@evil.example/jwks"), "endpoint_invalid"),
    "backslash": (says(jwks_uri="https://evil.example\\@127.0.0.1/jwks"), "endpoint_invalid"),
    "plain http elsewhere": (says(token_endpoint="http://evil.example/token"), "endpoint_invalid"),
    "file": (says(jwks_uri="file:///etc/passwd"), "endpoint_invalid"),
    "javascript": (says(authorization_endpoint="javascript:alert(1)"), "endpoint_invalid"),
    "cloud metadata": (says(jwks_uri="https://169.254.169.254/latest/meta-data"), "address_private"),
    "a private network": (says(userinfo_endpoint="https://10.0.0.8/admin"), "address_private"),
    "brings its own redirect": (
        Tricks(
            discovery=lambda d: (
                d | {"authorization_endpoint": d["issuer"] + "/authorize?redirect_uri=" + EVIL}
            )
        ),
        "endpoint_invalid",
    ),
    "brings a fragment": (
        Tricks(discovery=lambda d: d | {"authorization_endpoint": d["issuer"] + "/authorize#"}),
        "endpoint_invalid",
    ),
    "climbs": (
        Tricks(discovery=lambda d: d | {"jwks_uri": d["issuer"] + "/x/%2e%2E/jwks"}),
        "endpoint_invalid",
    ),
    "line break": (
        Tricks(discovery=lambda d: d | {"jwks_uri": d["issuer"] + "/jwks\r\nX: y"}),
        "endpoint_invalid",
    ),
    "port that is none": (says(jwks_uri="https://127.0.0.1:99999/jwks"), "endpoint_invalid"),
    "no token endpoint": (says(token_endpoint=None), "discovery_malformed"),
    "no keys": (says(jwks_uri=None), "discovery_malformed"),
    "userinfo is a number": (says(userinfo_endpoint=7), "discovery_malformed"),
    "only the implicit flow": (says(response_types_supported=["id_token"]), "flow_unsupported"),
    "flow unsaid": (says(response_types_supported=None), "flow_unsupported"),
    "flow in a text": (says(response_types_supported="code"), "discovery_malformed"),
    "grant not offered": (says(grant_types_supported=["implicit"]), "flow_unsupported"),
    "answers by form only": (says(response_modes_supported=["form_post"]), "flow_unsupported"),
    "PKCE in the clear": (says(code_challenge_methods_supported=["plain"]), "pkce_unsupported"),
    "signs with nothing or a shared secret": (
        says(id_token_signing_alg_values_supported=["none", "HS256", "HS512"]),
        "algorithm_unsupported",
    ),
    "signature unsaid": (says(id_token_signing_alg_values_supported=None), "algorithm_unsupported"),
    "client must sign": (
        says(token_endpoint_auth_methods_supported=["private_key_jwt"]),
        "client_auth_unsupported",
    ),
    "iss flag is a text": (
        says(authorization_response_iss_parameter_supported="false"),
        "discovery_malformed",
    ),
    "a list": (Tricks(discovery=lambda d: [d]), "discovery_malformed"),
    "no JSON": (Tricks(discovery=lambda d: b"<html>"), "discovery_malformed"),
    "NaN": (Tricks(discovery=lambda d: json.dumps(d | {"x": float("nan")}).encode()), "discovery_malformed"),
    "too deep": (
        Tricks(discovery=lambda d: b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        "discovery_malformed",
    ),
    "another encoding": (Tricks(discovery=lambda d: json.dumps(d).encode("utf-16")), "discovery_malformed"),
    "redirect": (Tricks(takeover={WELL_KNOWN: hostile.redirect("/jwks")}), "discovery_failed"),
    "redirect inwards": (
        Tricks(takeover={WELL_KNOWN: hostile.redirect("http://169.254.169.254/")}),
        "discovery_failed",
    ),
    "server error": (Tricks(takeover={WELL_KNOWN: hostile.status(500)}), "discovery_failed"),
    "nothing there": (Tricks(takeover={WELL_KNOWN: hostile.status(404)}), "discovery_failed"),
    "says nothing": (Tricks(takeover={WELL_KNOWN: hostile.silent()}), "discovery_failed"),
    "drips": (Tricks(takeover={WELL_KNOWN: hostile.drip()}), "discovery_failed"),
    "floods": (Tricks(takeover={WELL_KNOWN: hostile.flood()}), "discovery_failed"),
}

WEAK = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": hostile.b64((2**1024 - 1).to_bytes(128, "big"))}
HEAVY = {**WEAK, "n": hostile.b64((2**16384 - 1).to_bytes(2048, "big"))}
PRIVATE = hostile.RSA.as_dict(private=True)
SHARED = OctKey.import_key(b"0" * 32, {"kid": "rsa-1"}).as_dict()


def publishes(*keys: Any) -> Tricks:
    return Tricks(jwks=lambda _: {"keys": list(keys)})


KEY_SETS = {
    "its private key": (publishes(PRIVATE), "keys_unsafe"),
    "a shared secret beside good keys": (
        Tricks(jwks=lambda s: {"keys": [*s["keys"], SHARED]}),
        "keys_unsafe",
    ),
    "a key that can be factored": (publishes(WEAK), "keys_unsafe"),
    "a key that burns our time": (publishes(HEAVY), "keys_unsafe"),
    "no keys": (publishes(), "keys_malformed"),
    "only unknown types": (publishes({"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"}), "keys_malformed"),
    "only encryption keys": (
        Tricks(jwks=lambda s: {"keys": [k | {"use": "enc"} for k in s["keys"]]}),
        "keys_malformed",
    ),
    "not a number": (publishes({"kty": "RSA", "n": "!", "e": "AQAB"}), "keys_malformed"),
    "a point off the curve": (
        publishes({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        "keys_malformed",
    ),
    "kid is a list": (publishes({**hostile.RSA.as_dict(private=False), "kid": ["rsa-1"]}), "keys_malformed"),
    "a key is a text": (publishes("rsa"), "keys_malformed"),
    "keys is an object": (Tricks(jwks=lambda s: {"keys": {"rsa-1": s["keys"][0]}}), "keys_malformed"),
    "too many": (Tricks(jwks=lambda s: {"keys": s["keys"] * 20}), "keys_malformed"),
    "twice keys": (Tricks(jwks=lambda s: b'{"keys": [], ' + json.dumps(s).encode()[1:]), "keys_malformed"),
    "redirect": (Tricks(takeover={"/jwks": hostile.redirect("/trap")}), "keys_failed"),
    "server error": (Tricks(takeover={"/jwks": hostile.status(503)}), "keys_failed"),
    "floods": (Tricks(takeover={"/jwks": hostile.flood()}), "keys_failed"),
}


@pytest.mark.parametrize(("trick", "code"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_description_that_must_not_be_trusted(
    hostile_one: HostileProvider, http: Http, trick: Tricks, code: str
) -> None:
    hostile_one.tricks = trick
    assert refusal(hostile_one, http) == code
    assert hostile_one.seen == [WELL_KNOWN]  # nothing the document named was opened


@pytest.mark.parametrize(("trick", "code"), KEY_SETS.values(), ids=KEY_SETS)
def test_keys_that_must_not_be_trusted(
    hostile_one: HostileProvider, http: Http, trick: Tricks, code: str
) -> None:
    hostile_one.tricks = trick
    assert refusal(hostile_one, http) == code
    assert hostile_one.seen == [WELL_KNOWN, "/jwks"]


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("https://169.254.169.254", "address_private"),
        ("https://10.1.2.3/realms/a", "address_private"),
        ("https://192.168.1.1", "address_private"),
        ("https://127.0.0.1:8443", "address_private"),
        ("https://0.0.0.0", "address_private"),
        ("https://[::1]", "address_private"),
        ("https://[fe80::1]", "address_private"),
        ("https://[fd00::1]", "address_private"),
        ("https://[::ffff:10.0.0.1]", "address_private"),
        ("https://[64:ff9b::a00:1]", "address_private"),
        ("https://[2002:7f00:1::]", "address_private"),
        ("https://2130706433", "address_private"),
        ("https://0x7f.1", "address_private"),
        ("https://127.1", "address_private"),
        ("https://127.0.0.1.", "address_private"),
        ("https://localhost", "address_private"),
        ("https://LOCALHOST", "address_private"),
        ("https://idp.internal", "address_private"),
        ("https://224.0.0.1", "address_private"),
        ("http://idp.example", "issuer_invalid"),
        ("ftp://idp.example", "issuer_invalid"),
        ("//idp.example", "issuer_invalid"),
        ("https://", "issuer_invalid"),
        ("https://idp.example?a=b", "issuer_invalid"),
        ("https://idp.example?", "issuer_invalid"),
        ("https://idp.example#a", "issuer_invalid"),
        ("https://idp.example/a/../b", "issuer_invalid"),
        ("https://idp.example:0", "issuer_invalid"),
        ("https://a:b@idp.example", "issuer_invalid"),
        ("https://idp.example/ a", "issuer_invalid"),
        ("https://idp.example/\n", "issuer_invalid"),
        ("https://іdp.example", "issuer_invalid"),  # a Cyrillic letter
        ("https://[fe80::1%25eth0]", "issuer_invalid"),
        ("https://[", "issuer_invalid"),
        ("https://idp.example/" + "a" * 2048, "issuer_invalid"),
        ("", "issuer_invalid"),
    ],
)
def test_an_issuer_is_judged_before_anything_is_opened(issuer: str, code: str) -> None:
    class NeverAsked:
        def get(self, url: str, **_: Any) -> Any:
            raise AssertionError(f"asked for {url}")

        post_form = get

    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.discover(issuer, NeverAsked())
    assert refused.value.code == code


def test_without_the_operators_word_loopback_is_closed(hostile_one: HostileProvider, http: Http) -> None:
    assert refusal(hostile_one, http, oidc.AddressRules()) == "issuer_invalid"
    port = hostile_one.issuer.rpartition(":")[2]
    assert refusal(hostile_one, http, oidc.AddressRules(frozenset({"127.0.0.1:1"}))) == "issuer_invalid"
    assert hostile_one.seen == []
    exact = oidc.AddressRules(frozenset({f"127.0.0.1:{port}"}))
    assert oidc.discover(hostile_one.issuer, http, exact).issuer == hostile_one.issuer


@pytest.mark.parametrize(
    "addresses", [["10.0.0.8"], ["169.254.169.254"], ["::1"], ["93.184.215.14", "192.168.0.7"], ["fd00::1"]]
)
def test_a_name_that_leads_inwards_is_not_opened(addresses: list[str]) -> None:
    """The issuer looks public; what its name resolves to is not. No packet leaves."""
    inwards = Client(resolve=lambda host, port, seconds: addresses)
    with pytest.raises(oidc.SignInRefused) as refused:
        oidc.discover("https://idp.example", inwards)
    assert refused.value.code == "address_private"


def test_rules_alone_open_nothing(hostile_one: HostileProvider) -> None:
    """Both the rules and the outbound client must have the operator's word."""
    assert refusal(hostile_one, Client()) == "address_private"
    assert hostile_one.seen == []


@pytest.mark.parametrize(
    ("issuer", "taken"),
    [
        ("http://10.1.2.3/realms/a", True),
        ("https://10.1.2.3", True),
        ("http://sso.dongling.local", True),
        ("https://sso.internal", True),
        ("http://10.2.0.1", False),
        ("https://192.168.0.1", False),
        ("https://167838211", False),  # 10.1.2.3 in disguise
        ("http://0x0a.1", False),
        ("ftp://10.1.2.3", False),
    ],
)
def test_the_operators_networks(issuer: str, taken: bool) -> None:
    rules = oidc.AddressRules(networks=(ip_network("10.1.0.0/16"),))
    if taken:
        assert rules.issuer(issuer) == issuer
        assert rules.endpoint(issuer + "/token", issuer)
    else:
        with pytest.raises(oidc.SignInRefused):
            rules.issuer(issuer)


def test_a_secure_issuer_keeps_to_https_inside_the_networks() -> None:
    rules = oidc.AddressRules(networks=(ip_network("10.1.0.0/16"),), pinned_hosts=frozenset({"10.1.2.3"}))
    with pytest.raises(oidc.SignInRefused) as refused:
        rules.endpoint("http://10.1.2.3/token", "https://10.1.2.3")
    assert refused.value.code == "endpoint_invalid"


def test_a_pinned_host_is_the_admins_own_decision(hostile_one: HostileProvider, http: Http) -> None:
    hostile_one.tricks = says(
        token_endpoint="https://tokens.example/t", userinfo_endpoint="https://tokens.example/u"
    )
    pinned = oidc.AddressRules(RULES.insecure_hosts, frozenset({"tokens.example"}))
    assert oidc.discover(hostile_one.issuer, http, pinned).token_endpoint == "https://tokens.example/t"
    hostile_one.tricks = says(token_endpoint="https://sub.tokens.example/t")
    assert refusal(hostile_one, http, pinned) == "endpoint_foreign"


@pytest.mark.parametrize(
    "forgiving",
    [
        says(grant_types_supported=None, code_challenge_methods_supported=None),
        says(token_endpoint_auth_methods_supported=None),
        says(userinfo_endpoint=None),
        says(vendor_extension={"a": [1, 2]}),
        Tricks(jwks=lambda s: {"keys": [{"kty": "AKP", "pub": "x"}, *s["keys"]]}),
    ],
    ids=["defaults", "basic by default", "no userinfo", "extensions", "an unknown key type"],
)
def test_what_the_specifications_allow_is_taken(
    hostile_one: HostileProvider, http: Http, forgiving: Tricks
) -> None:
    hostile_one.tricks = forgiving
    assert sign_in(hostile_one, http).sub == "u-268"


def test_basic_is_preferred_when_both_are_offered(hostile_one: HostileProvider, http: Http) -> None:
    methods = ["client_secret_post", "client_secret_basic"]
    hostile_one.tricks = says(token_endpoint_auth_methods_supported=methods)
    assert oidc.discover(hostile_one.issuer, http, RULES).client_auth == "client_secret_basic"
