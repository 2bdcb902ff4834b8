"""Our relying party against the OpenID-certified npm `oidc-provider`: others understand what we ask for."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from werkzeug.datastructures import MultiDict

from anxin.identity import oidc
from anxin.kernel.outbound import Client

from .conftest import REDIRECT, SECRET

RULES = oidc.AddressRules(insecure_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture(scope="module")
def http() -> oidc.Http:
    return Client(hosts={"127.0.0.1"})


@pytest.fixture(scope="module")
def metadata(certified_issuer: str, http: oidc.Http) -> oidc.ProviderMetadata:
    return oidc.discover(certified_issuer, http, RULES)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def walk(browser: httpx.Client, url: str) -> MultiDict[str, str]:
    """Follow the provider's redirects, as a browser with cookies does, until it sends us home."""
    for _ in range(10):
        response = browser.get(url)
        assert response.is_redirect, response.text
        url = str(response.url.join(response.headers["location"]))
        if url.startswith(REDIRECT + "?"):
            return MultiDict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    raise AssertionError("the provider never came to an end")


def refused(*arguments: object) -> str:
    with pytest.raises(oidc.SignInRefused) as refusal:
        oidc.finish(*arguments, oidc.KeyKeeper())  # type: ignore[arg-type]
    return refusal.value.code


def test_what_it_says_about_itself_is_accepted(metadata: oidc.ProviderMetadata) -> None:
    assert set(metadata.algorithms) == {"RS256", "PS256", "ES256", "EdDSA", "Ed25519"}  # it offers HS256 too
    assert metadata.sends_iss
    assert metadata.client_auth == "client_secret_basic"


@pytest.mark.parametrize("client", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
def test_signing_in(
    client: str, metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http
) -> None:
    provider = oidc.Provider("row", client, SECRET, metadata, ask_userinfo=True)
    url, pending = oidc.begin(provider, REDIRECT)
    query = walk(browser, url)
    assert query["iss"] == metadata.issuer
    claims = oidc.finish(provider, pending, query, http, oidc.KeyKeeper())
    assert (claims.sub, claims.text("name"), claims.text("employee_number")) == ("w-268", "林晓峰", "DL10268")
    assert refused(provider, pending, query, http) == "code_rejected"


def test_the_secret_in_the_form(
    metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http
) -> None:
    provider = oidc.Provider("row", "post", SECRET, replace(metadata, client_auth="client_secret_post"))
    url, pending = oidc.begin(provider, REDIRECT)
    assert oidc.finish(provider, pending, walk(browser, url), http, oidc.KeyKeeper()).sub == "w-268"


def test_it_holds_us_to_pkce(metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http) -> None:
    """Without a challenge it refuses; with another sign-in's verifier the code is worthless."""
    provider = oidc.Provider("row", "RS256", SECRET, metadata)
    url, pending = oidc.begin(provider, REDIRECT)
    bare = httpx.URL(url).copy_remove_param("code_challenge").copy_remove_param("code_challenge_method")
    assert walk(browser, str(bare))["error"] == "invalid_request"
    query = walk(browser, url)
    other = oidc.begin(provider, REDIRECT)[1]
    assert refused(provider, replace(pending, verifier=other.verifier), query, http) == "code_rejected"


def test_its_iss_is_required_and_compared(
    metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http
) -> None:
    provider = oidc.Provider("row", "RS256", SECRET, metadata)
    url, pending = oidc.begin(provider, REDIRECT)
    query = walk(browser, url)
    stripped = MultiDict([pair for pair in query.items() if pair[0] != "iss"])
    assert refused(provider, pending, stripped, http) == "response_issuer_missing"
    changed = MultiDict(query.to_dict() | {"iss": metadata.issuer + "/"})
    assert refused(provider, pending, changed, http) == "response_issuer_mismatch"


def test_a_shared_secret_signature_is_refused(
    metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http
) -> None:
    """The same provider, honest and certified, with a client registered for HS256."""
    provider = oidc.Provider("row", "HS256", SECRET, metadata)
    url, pending = oidc.begin(provider, REDIRECT)
    assert refused(provider, pending, walk(browser, url), http) == "algorithm_refused"


def test_a_wrong_secret_and_a_no(
    metadata: oidc.ProviderMetadata, browser: httpx.Client, http: oidc.Http
) -> None:
    provider = oidc.Provider("row", "RS256", "another", metadata)
    url, pending = oidc.begin(provider, REDIRECT)
    assert refused(provider, pending, walk(browser, url), http) == "client_rejected"
    browser.cookies.clear()
    assert refused(provider, pending, walk(browser, url + "&login_hint=decline"), http) == "declined"
