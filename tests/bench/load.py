"""A lean HTTP client, so that the client's own work hides as little of the server's as possible.

Each client is a process with one kept-alive connection; it sends what a browser would send to this server
(cookies come back, forms carry their tokens) and fails loudly on any answer the flow does not expect.
"""

import multiprocessing
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Protocol
from urllib.parse import urlencode

from tests.bench import measure

FORK = multiprocessing.get_context("fork")
MANY = 24  # connections that meet every worker, all but surely


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        mark = b"\r\n" + name.lower().encode() + b": "
        at = self.head.lower().find(mark)
        if at < 0:
            return None
        start = at + len(mark)
        return self.head[start : self.head.find(b"\r\n", start)].decode("latin-1")


class Unexpected(Exception):
    """The server answered something the flow does not know; the message quotes it."""


class Client:
    """One connection and its cookies."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.cookies = dict(cookies or {})
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = f"127.0.0.1:{port}"
        self.port: int = self._socket.getsockname()[1]

    def get(self, path: str, expect: int = 200) -> Answer:
        return self.send("GET", path, b"", "", expect)

    def post(
        self,
        path: str,
        fields: dict[str, object] | list[tuple[str, object]],
        expect: int | tuple[int, ...] = 303,
    ) -> Answer:
        body = urlencode(fields).encode()
        return self.send("POST", path, body, "Content-Type: application/x-www-form-urlencoded\r\n", expect)

    def send(self, method: str, path: str, body: bytes, extra: str, expect: int | tuple[int, ...]) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n"
            "Accept: text/html\r\nAccept-Language: zh-CN\r\n"
            f"User-Agent: bench\r\nSec-Fetch-Site: same-origin\r\n{extra}"
            + (f"Cookie: {cookie}\r\n" if cookie else "")
            + (f"Content-Length: {len(body)}\r\n" if method != "GET" else "")
            + "\r\n"
        )
        self._socket.sendall(head.encode() + body)
        answer = self._receive()
        self._keep_cookies(answer)
        if answer.status not in ((expect,) if isinstance(expect, int) else expect):
            shown = answer.body[:600].decode("utf-8", "replace")
            raise Unexpected(f"{method} {path}: {answer.status} instead of {expect}\n{shown}")
        return answer

    def _receive(self) -> Answer:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[:end] + b"\r\n", data[end + 4 :]
        answer = Answer(int(head[9:12]), head, b"")
        length = int(answer.header("content-length") or 0)
        if answer.header("transfer-encoding"):
            raise Unexpected("a chunked answer: give the response a length")
        while len(body) < length:
            body += self._more()
        return Answer(answer.status, head, body)

    def _more(self) -> bytes:
        chunk = self._socket.recv(262144)
        if not chunk:
            raise Unexpected("the server closed the connection")
        return chunk

    def _keep_cookies(self, answer: Answer) -> None:
        for line in answer.head.split(b"\r\n"):
            if line[:11].lower() == b"set-cookie:":
                name, _, rest = line[11:].strip().decode("latin-1").partition("=")
                self.cookies[name] = rest.partition(";")[0]

    def close(self) -> None:
        self._socket.close()


class Flow(Protocol):
    """What one person does once: one request, or a form opened and sent."""

    def __call__(self, client: Client, number: int) -> None: ...


def drive(
    port: int, flow: Flow, *, clients: list[dict[str, str]], evenly: bool = False
) -> Callable[[int], float]:
    """A function that runs `count` flows, shared among one process for each dict of cookies; gives wall
    seconds. `evenly`: the server's workers get equally many clients each."""
    workers = workers_of(port) if evenly else set()

    def work(count: int) -> float:
        shares = [count // len(clients) + (number < count % len(clients)) for number in range(len(clients))]
        ready = _evenly(port, workers, clients) if evenly else [None] * len(clients)
        gate = FORK.Barrier(len(clients) + 1)
        results = FORK.SimpleQueue()
        people = [
            FORK.Process(
                target=_person,
                args=(port, flow, cookies, share, number, len(clients), gate, results, ready[number]),
            )
            for number, (cookies, share) in enumerate(zip(clients, shares, strict=True))
        ]
        for person in people:
            person.start()
        for one in filter(None, ready):
            one.close()  # the child has it
        gate.wait()
        began = time.perf_counter()
        answers = [results.get() for _ in people]
        took = time.perf_counter() - began
        for person in people:
            person.join()
        failed = [answer for answer in answers if answer]
        if failed:
            raise Unexpected(failed[0])
        return took

    return work


def _evenly(port: int, workers: set[int], clients: list[dict[str, str]]) -> list[Client]:
    """Connected clients, equally many for each of the workers; those that come to one too many are closed again.

    The kernel deals connections out by chance: of four, all go to one of two workers every eighth time, and the
    rate is then that of half the machine.
    """
    seats = [*islice(cycle(sorted(workers)), len(clients))]
    chosen: list[Client] = []
    for _ in range(MANY * len(clients)):
        client = Client(port, clients[len(chosen)])
        worker = _worker(client, port)
        if worker in seats:
            seats.remove(worker)
            chosen.append(client)
        else:
            client.close()
        if not seats:
            return chosen
    for client in chosen:
        client.close()
    raise Unexpected(f"one of the workers {seats} takes nobody on")


def _worker(client: Client, port: int) -> int:
    """The process of the server that has taken this client on."""
    client.get("/healthz")  # it is taken now, if it was not before
    return measure.holder(client.port, port)


def workers_of(port: int) -> set[int]:
    """The processes that take connections on a port: those that took some of many."""
    clients = [Client(port) for _ in range(MANY)]
    found = {_worker(client, port) for client in clients}
    for client in clients:
        client.close()
    return found


def _person(port, flow, cookies, share, number, of, gate, results, ready) -> None:
    """One client process: connects, waits for the others, then works through its share."""
    problem = ""
    try:
        client = ready or Client(port, cookies)
        try:
            client.get("/healthz")
            gate.wait()
            for turn in range(share):
                flow(client, number + turn * of)
        finally:
            client.close()
    except Exception as error:  # told to the parent, which raises it: a child's trace would be lost
        problem = f"{type(error).__name__}: {error}"
        gate.abort()
    results.put(problem)
