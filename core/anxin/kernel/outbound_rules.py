"""What the way out refuses, and which addresses it may reach: public ones and those the operator named."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from queue import Empty, Queue

from anxin.kernel.errors import AnxinError
from anxin.kernel.i18n import lazy

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: host, port, seconds → addresses as text; raises OSError, or TimeoutError when the time is over
Resolver = Callable[[str, int, float], Sequence[str]]


class Reason(StrEnum):
    """Why a call was refused; the stable part of an error's code (`outbound.address`)."""

    URL = "url"
    SCHEME = "scheme"
    UNRESOLVED = "unresolved"
    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TOO_SLOW = "too_slow"
    PROTOCOL = "protocol"
    REDIRECT = "redirect"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    STATUS = "status"
    NOT_JSON = "not_json"


_MESSAGES = {
    Reason.URL: lazy("This is not a web address we can open."),
    Reason.SCHEME: lazy(
        "Only https addresses are opened. The operator can allow http inside the own network."
    ),
    Reason.UNRESOLVED: lazy("No server has this name. Please check the spelling."),
    Reason.ADDRESS: lazy("This name leads to a private address, which the operator has not allowed."),
    Reason.UNREACHABLE: lazy("The server cannot be reached."),
    Reason.TLS: lazy("The server's certificate cannot be trusted."),
    Reason.TOO_SLOW: lazy("The server took too long to answer."),
    Reason.PROTOCOL: lazy("The server's answer breaks the rules of HTTP."),
    Reason.REDIRECT: lazy("The server sends us on to another address. Please enter the final one."),
    Reason.TOO_LARGE: lazy("The server's answer is too large."),
    Reason.ENCODING: lazy("The server answered compressed, although we asked it not to."),
    Reason.STATUS: lazy("The server answered with an error."),
    Reason.NOT_JSON: lazy("The server did not answer with JSON."),
}


class OutboundRefused(AnxinError):
    """A call was not made, or its answer not taken. `answered`: the other server's status, if it gave one."""

    status = 502

    def __init__(self, reason: Reason, *, answered: int | None = None) -> None:
        self.reason, self.answered = reason, answered
        super().__init__(_MESSAGES[reason], code=f"outbound.{reason}")


# Forms that hide another address inside: what they lead to is decided by somebody else's gateway.
_DISGUISED = tuple(
    map(
        ipaddress.ip_network,
        (
            "::/96",
            "::ffff:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "2001::/32",
            "192.88.99.0/24",
        ),
    )
)


def is_public(address: Address) -> bool:
    """Is it one ordinary host on the internet, written plainly?"""
    if isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address.scope_id):
        return False
    unfit = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not unfit and not any(address in network for network in _DISGUISED)


class Allowance:
    """What the operator lets calls reach beyond the public internet, and where http will do.

    `hosts` are names (or literal addresses) that may lead to private and loopback addresses; `networks` are
    addresses whatever their name. Link-local addresses (cloud metadata) need a network.
    """

    def __init__(self, networks: Iterable[Network] = (), hosts: Iterable[str] = ()) -> None:
        self._networks = tuple(networks)
        self._hosts = frozenset(host.lower().rstrip(".") for host in hosts)

    def check(self, scheme: str, host: str, addresses: Iterable[Address]) -> None:
        """Raises OutboundRefused unless every address the name has may be reached in this scheme."""
        for address in addresses:
            named = self._names(host, address)
            if not named and not is_public(address):
                raise OutboundRefused(Reason.ADDRESS)
            if not named and scheme != "https":
                raise OutboundRefused(Reason.SCHEME)

    def _names(self, host: str, address: Address) -> bool:
        if any(address in network for network in self._networks):
            return True
        own = address.is_loopback or (
            address.is_private and not address.is_link_local and not address.is_unspecified
        )
        return host.lower().rstrip(".") in self._hosts and (own or is_public(address))


def system_resolver(host: str, port: int, seconds: float) -> Sequence[str]:
    """The system's resolver with a time limit it does not have itself: it is left behind in its thread."""
    answers: Queue[list[str] | OSError] = Queue(1)

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(item[4][0]) for item in found])
        except OSError as problem:
            answers.put(problem)
        except UnicodeError as problem:  # a label too long for IDNA
            answers.put(OSError(str(problem)))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer
