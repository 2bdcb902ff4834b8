"""The one way out: every call to an address that somebody typed in, or that another server named, goes
through `Client`.

https only, public addresses only (unless the operator names hosts or networks), the checked address is the
one connected to, no redirects, no proxies, no compression, a size limit and one time limit for the whole
call. Refusals are `OutboundRefused` with a reason and a message that may be shown.

    client = Client(networks=settings.outbound_allow)
    metadata = client.fetch_json("https://id.example.org/.well-known/openid-configuration")
"""

import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import httpcore
import httpx

from anxin.kernel.canonical import canonical_json
from anxin.kernel.outbound_rules import (
    Allowance,
    Network,
    OutboundRefused,
    Reason,
    Resolver,
    system_resolver,
)
from anxin.kernel.outbound_wire import Deadline, GuardedBackend

__all__ = ["Client", "Network", "OutboundRefused", "Reason", "Reply"]

#: Ours come last and win: what is compressed unpacks after the size check.
_OUR_HEADERS = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "anxin"}


@dataclass(frozen=True)
class Reply:
    """An answer of any status but a redirect, read within the limits."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The value of a 2xx answer that says it is JSON, and is. Raises OutboundRefused."""
        if not 200 <= self.status < 300:
            raise OutboundRefused(Reason.STATUS, answered=self.status)
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise OutboundRefused(Reason.NOT_JSON, answered=self.status)
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as problem:
            raise OutboundRefused(Reason.NOT_JSON, answered=self.status) from problem


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Client:
    """Makes guarded calls. Holds no connections and no cookies; share it between threads."""

    def __init__(
        self,
        *,
        networks: Iterable[Network] = (),
        hosts: Iterable[str] = (),
        max_bytes: int = 1024 * 1024,
        seconds: float = 10.0,
        resolve: Resolver = system_resolver,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`networks` and `hosts` may be private and speak http (see Allowance); limits hold for each call.

        Without an `ssl_context` the public authorities are trusted, or those in the file SSL_CERT_FILE names.
        """
        self._allowance = Allowance(networks, hosts)
        self._max_bytes, self._seconds, self._resolve = max_bytes, seconds, resolve
        self._ssl_context = ssl_context

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Raises OutboundRefused, as do all calls."""
        return self._call("GET", url, headers)

    def fetch_json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON value found there."""
        return self.get(url, headers={"Accept": "application/json", **(headers or {})}).json()

    def post_form(
        self, url: str, data: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Posts fields as a form does."""
        return self._call("POST", url, headers, data=data)

    def post_json(self, url: str, value: Any, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Posts a JSON value in canonical form, so that its bytes can be signed in a header."""
        headers = {**(headers or {}), "Content-Type": "application/json"}
        return self._call("POST", url, headers, content=canonical_json(value))

    def _call(self, method: str, url: str, headers: Mapping[str, str] | None, **body: Any) -> Reply:
        request = _request(method, url, headers, body)
        deadline = Deadline(self._seconds)
        backend = GuardedBackend(request.url.scheme, self._allowance, self._resolve, deadline)
        trusted = self._ssl_context or (_public_authorities() if request.url.scheme == "https" else None)
        try:
            with httpcore.ConnectionPool(ssl_context=trusted, network_backend=backend) as pool:
                return self._exchange(pool, request)
        except httpcore.TimeoutException as problem:
            raise OutboundRefused(Reason.TOO_SLOW) from problem
        except httpcore.NetworkError as problem:
            raise OutboundRefused(Reason.UNREACHABLE) from problem
        except httpcore.ProtocolError as problem:
            raise OutboundRefused(Reason.PROTOCOL) from problem

    def _exchange(self, pool: httpcore.ConnectionPool, request: httpx.Request) -> Reply:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with pool.stream(request.method, url, headers=request.headers.raw, content=request.read()) as answer:
            headers = httpx.Headers(answer.headers)
            self._check_head(answer.status, headers)
            return Reply(answer.status, headers, self._read(answer))

    def _check_head(self, status: int, headers: httpx.Headers) -> None:
        if 300 <= status < 400:
            raise OutboundRefused(Reason.REDIRECT, answered=status)
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise OutboundRefused(Reason.ENCODING, answered=status)
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._max_bytes:
            raise OutboundRefused(Reason.TOO_LARGE, answered=status)

    def _read(self, answer: httpcore.Response) -> bytes:
        body = bytearray()
        for part in answer.iter_stream():
            body += part
            if len(body) > self._max_bytes:
                raise OutboundRefused(Reason.TOO_LARGE, answered=answer.status)
        return bytes(body)


@cache
def _public_authorities() -> ssl.SSLContext:
    """Reading the authorities takes tens of milliseconds: once a process is enough."""
    return httpx.create_ssl_context()


def _request(
    method: str, url: str, headers: Mapping[str, str] | None, body: Mapping[str, Any]
) -> httpx.Request:
    """A request to an address that is plainly one host's: no user name, no fragment, http or https."""
    try:
        request = httpx.Request(method, url, headers=headers, **body)
    except (httpx.InvalidURL, ValueError) as problem:
        raise OutboundRefused(Reason.URL) from problem
    if request.url.scheme not in ("http", "https"):
        raise OutboundRefused(Reason.SCHEME)
    if not request.url.host or request.url.userinfo or request.url.fragment:
        raise OutboundRefused(Reason.URL)
    request.headers.update(_OUR_HEADERS)
    request.headers["Host"] = request.url.netloc.decode("ascii")
    return request
