"""Which addresses a provider may name.

Settings pages are a classic way into an internal network, and a discovery document is written by somebody
else. So an issuer is checked before it is fetched, and every endpoint before it is kept: https, no user
name, no fragment, no literal private address, and on the issuer's own host and port unless the admin pinned
another one. The outbound client repeats the address check on what a name resolves to, at the moment of
connecting.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from anxin.identity.oidc_refusal import SignInRefused
from anxin.kernel.outbound_rules import Address, Network, is_public

_MAX_URL = 2048
_PORTS = {"https": 443, "http": 80}
#: Parameters of the authorization request; an endpoint that brings its own could swap the client or the
#: redirect.
_RESERVED = frozenset(
    {"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "request",
     "request_uri", "code_challenge", "code_challenge_method"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What is allowed beyond https and public addresses on the issuer's own host.

    `insecure_hosts`: the operator allows http and private addresses for these hosts ("127.0.0.1",
    "idp:8080"). `networks`: the operator's networks (settings.outbound_allow), where http and private
    addresses will do. `pinned_hosts`: the tenant's admin trusts these hosts for endpoints although the
    issuer lives elsewhere.
    """

    insecure_hosts: frozenset[str] = frozenset()
    pinned_hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def issuer(self, issuer: str) -> str:
        """The issuer, if it may be fetched. Compared as it is ever after: no normalising."""
        parts = self._split(issuer, "issuer_invalid")
        if parts.query or "?" in issuer:
            raise SignInRefused("issuer_invalid")
        return issuer

    def endpoint(self, url: object, issuer: str) -> str:
        """An endpoint of the discovery document, if it belongs to the issuer."""
        if not isinstance(url, str):
            raise SignInRefused("discovery_malformed")
        parts = self._split(url, "endpoint_invalid")
        if _names(parts.query) & _RESERVED:
            raise SignInRefused("endpoint_invalid")
        home = urlsplit(issuer)
        same = (_host(parts), _port(parts)) == (_host(home), _port(home))
        if not same and not _listed(parts, self.pinned_hosts):
            raise SignInRefused("endpoint_foreign")
        if home.scheme == "https" and parts.scheme != "https":
            raise SignInRefused("endpoint_invalid")
        return url

    def _split(self, url: str, code: str) -> SplitResult:
        if (
            not url
            or len(url) > _MAX_URL
            or not url.isascii()
            or not url.isprintable()
            or set(url) & set(' \\"<>')
        ):
            raise SignInRefused(code)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as problem:
            raise SignInRefused(code) from problem
        if not parts.hostname or port == 0 or "@" in parts.netloc or "%" in parts.netloc or "#" in url:
            raise SignInRefused(code)
        if {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/")):
            raise SignInRefused(code)
        allowed = _listed(parts, self.insecure_hosts) or self._inside(_host(parts))
        if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
            raise SignInRefused(code)
        if not allowed and _is_private(_host(parts)):
            raise SignInRefused("address_private")
        return parts

    def _inside(self, host: str) -> bool:
        """In the operator's networks. Names are the outbound client's to check, once resolved."""
        address = _literal(host)
        if address is None:
            return bool(self.networks) and not _is_disguised(host)
        return any(address in network for network in self.networks)


#: https everywhere, nothing private, nothing pinned.
STRICT = AddressRules()


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _listed(parts: SplitResult, hosts: frozenset[str]) -> bool:
    """`host` alone means any of its ports; `host:port` only that one."""
    return _host(parts) in hosts or f"{_host(parts)}:{_port(parts)}" in hosts


def _names(query: str) -> set[str]:
    return {pair.partition("=")[0].lower() for pair in query.split("&")}


def _is_private(host: str) -> bool:
    """Literal addresses; names are judged when they are resolved."""
    address = _literal(host)
    if address is not None:
        return not is_public(address)
    return _is_disguised(host) or host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _is_disguised(host: str) -> bool:
    """127.1, 2130706433 and 0x7f.1 are addresses to a resolver, though not to `ipaddress`."""
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
