"""The guarded outbound client as the sign-in code wants it, with the operator's allowances."""

from anxin.identity.oidc import AddressRules, Http
from anxin.kernel.outbound import Client
from anxin.settings import Settings


def http_client(settings: Settings) -> Http:
    """A client that reaches public https addresses, and what the operator allows besides."""
    return Client(networks=settings.outbound_allow)


def address_rules(settings: Settings, pinned: frozenset[str] = frozenset()) -> AddressRules:
    """Which addresses a provider may have; `pinned` are hosts the tenant's admin trusts for endpoints."""
    return AddressRules(networks=settings.outbound_allow, pinned_hosts=pinned)
