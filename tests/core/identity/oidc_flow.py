"""One sign-in from discovery to claims, as the pages do it; tests change the provider, not the flow."""

from anxin.identity import oidc
from anxin.identity.oidc import Http

from . import hostile_provider as hostile

__all__ = ["REDIRECT", "RULES", "Http", "provider_row", "sign_in"]

REDIRECT = "https://anxin.example/t/dongling/sign-in/oidc/return"
#: What an operator must say before a provider may live on loopback without TLS.
RULES = oidc.AddressRules(insecure_hosts=frozenset({"127.0.0.1"}))


def provider_row(server: hostile.HostileProvider, http: Http, *, ask_userinfo: bool = False) -> oidc.Provider:
    """What the admin's save button leaves in the tenant's row."""
    metadata = oidc.discover(server.issuer, http, RULES)
    return oidc.Provider(
        "provider-row", hostile.CLIENT_ID, hostile.CLIENT_SECRET, metadata, ask_userinfo=ask_userinfo
    )


def sign_in(
    server: hostile.HostileProvider,
    http: Http,
    *,
    provider: oidc.Provider | None = None,
    keys: oidc.KeyKeeper | None = None,
    ask_userinfo: bool = False,
) -> oidc.Claims:
    provider = provider or provider_row(server, http, ask_userinfo=ask_userinfo)
    url, pending = oidc.begin(provider, REDIRECT)
    return oidc.finish(provider, pending, server.authorize(url), http, keys or oidc.KeyKeeper())
