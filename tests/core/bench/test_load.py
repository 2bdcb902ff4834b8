"""The bench's client: what it sends and reads, and that a wrong answer stops the run instead of looking
fast."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.bench import load
from tests.bench.load import Client, Unexpected, drive
from tests.bench.measure import holder

# The bench forks its clients from a process with one thread; here the server's thread is in the same
# process. The children touch nothing of it.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = (self.headers.get("Cookie") or "").encode() * 3000
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Set-Cookie", "seen=yes; Path=/; HttpOnly")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        received = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", "/" + received.decode())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):
        pass


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(port):
    client = Client(port, {"who": "x"})
    yield client
    client.close()


def test_it_reads_whole_bodies_and_keeps_cookies(client):
    assert client.get("/").body == b"who=x" * 3000
    assert client.get("/").body == b"who=x; seen=yes" * 3000


def test_it_posts_forms(client):
    assert client.post("/", {"q0": 1, "q1": 2}).header("location") == "/q0=1&q1=2"


def test_an_unexpected_answer_stops_it(client):
    with pytest.raises(Unexpected, match="500 instead of 200"):
        client.get("/broken")


def test_flows_are_shared_among_clients(port):
    assert drive(port, lambda client, number: client.get(f"/{number}"), clients=[{}, {}])(5) > 0


def test_clients_are_dealt_out_evenly(port, monkeypatch):
    dealt = []
    met = iter([7, 7, 7, 9, 7, 9])

    def worker(client, _port):
        dealt.append((client, next(met)))
        return dealt[-1][1]

    monkeypatch.setattr(load, "_worker", worker)
    chosen = load._evenly(port, {7, 9}, [{}] * 4)
    assert sorted(pid for client, pid in dealt if client in chosen) == [7, 7, 9, 9]
    for client in chosen:
        client.close()


def test_a_worker_that_takes_nobody_on_ends_the_run(port):
    with pytest.raises(Unexpected, match="takes nobody on"):
        load._evenly(port, {os.getpid(), 1}, [{}] * 2)


def test_dealt_clients_do_their_work(port):
    work = drive(port, lambda client, number: client.get("/"), clients=[{}, {}, {}], evenly=True)
    assert work(3) > 0


def test_who_holds_a_connection(client, port):
    client.get("/")
    assert holder(client.port, port) == os.getpid()
    with pytest.raises(LookupError):
        holder(client.port, 1)


def test_a_failing_flow_fails_the_run(port):
    with pytest.raises(Unexpected, match="500 instead of 200"):
        drive(port, lambda client, number: client.get("/broken"), clients=[{}, {}])(4)
