"""Connecting for the way out: a name is resolved once, checked, and that very address is connected to.

A second look-up at connecting time could give another address (DNS rebinding). The URL keeps its name, so
the Host header, SNI and the certificate check are those of the name. Every wait on the socket is cut to
what is left of the call's time, so a server that drips bytes gains nothing.
"""

import ipaddress
import ssl
import time
import typing

import httpcore

from anxin.kernel.outbound_rules import Address, Allowance, OutboundRefused, Reason, Resolver


class Deadline:
    """How much time one call has left."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises OutboundRefused when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutboundRefused(Reason.TOO_SLOW)
        return left


class GuardedBackend(httpcore.NetworkBackend):
    """httpcore's network for one call."""

    def __init__(self, scheme: str, allowance: Allowance, resolve: Resolver, deadline: Deadline) -> None:
        self._scheme, self._allowance, self._resolve = scheme, allowance, resolve
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        self._allowance.check(self._scheme, host, addresses)
        for number, address in enumerate(addresses):
            share = self._deadline.left() / (len(addresses) - number)
            try:
                stream = self._plain.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a host with several addresses is reached by any of them
            return _TimedStream(stream, self._deadline)
        self._deadline.left()
        raise OutboundRefused(Reason.UNREACHABLE)

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = self._resolve(host, port, self._deadline.left())
            addresses = [ipaddress.ip_address(text) for text in dict.fromkeys(found)]
        except TimeoutError as problem:
            raise OutboundRefused(Reason.TOO_SLOW) from problem
        except (OSError, ValueError) as problem:
            raise OutboundRefused(Reason.UNRESOLVED) from problem
        if not addresses:
            raise OutboundRefused(Reason.UNRESOLVED)
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the call's deadline, whatever timeout is asked for."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        except httpcore.ConnectError as problem:
            reason = Reason.TLS if isinstance(problem.__cause__, ssl.SSLError) else Reason.UNREACHABLE
            raise OutboundRefused(reason) from problem
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)
