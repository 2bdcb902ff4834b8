"""The guarded outbound client as the sign-in code wants it, with the operator's allowances."""

from functools import cache

from anxin.identity.oidc import AddressRules
from anxin.kernel.outbound import Client, Network
from anxin.settings import Settings


@cache
def http_client(networks: tuple[Network, ...]) -> Client:
    """The process's client: public https addresses, and the networks the operator allows besides. Its TLS set-up is
    made once; a call may take five seconds in all."""
    return Client(networks=networks, seconds=5)


def address_rules(settings: Settings, pinned: frozenset[str] = frozenset()) -> AddressRules:
    """Which addresses a provider may have; `pinned` are hosts the tenant's admin trusts for endpoints."""
    return AddressRules(networks=settings.outbound_allow, pinned_hosts=pinned)
