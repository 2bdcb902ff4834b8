"""The way out against servers that cheat: wrong addresses, rebinding, redirects, drips, floods, lies."""

import datetime
import gzip
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anxin.kernel.i18n import locale_scope
from anxin.kernel.outbound import Client, OutboundRefused, Reason
from anxin.kernel.outbound_rules import _MESSAGES, Allowance, is_public, system_resolver

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class Server(ThreadingHTTPServer):
    """A local server; a test says with `answer` what it does with a request."""

    daemon_threads = True
    answer: Callable[["Handler"], None]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up on a cheating server are what is tested here."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.server.answer(self)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        headers = {"Content_Type": "application/json", "Content_Length": str(len(body))} | headers
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,))
        thread.start()
        yield one
        one.stopping.set()
        one.shutdown()
        thread.join()


@pytest.fixture
def client() -> Client:
    return Client(networks=[LOOPBACK], max_bytes=10_000, seconds=5)


def refusal(call: Callable[[], object]) -> Reason:
    with pytest.raises(OutboundRefused) as refused:
        call()
    assert refused.value.code == f"outbound.{refused.value.reason}"
    return refused.value.reason


# ---- plain use ---------------------------------------------------------------------------------------------


def test_json_is_fetched(server: Server, client: Client) -> None:
    server.answer = lambda it: it.reply(
        '{"issuer": "青禾"}'.encode(), Content_Type="application/json; charset=utf-8"
    )
    assert client.fetch_json(server.url + "meta?a=1") == {"issuer": "青禾"}
    path, headers, _ = server.seen[0]
    assert path == "/meta?a=1"
    assert headers["host"] == f"127.0.0.1:{server.server_port}"
    assert headers["accept-encoding"] == "identity"


def test_forms_and_json_are_posted(server: Server, client: Client) -> None:
    server.answer = lambda it: it.reply(b'{"error": "invalid_grant"}', 400)
    reply = client.post_form(
        server.url, {"code": "a+b&c", "state": "林"}, headers={"Authorization": "Basic eA=="}
    )
    assert (reply.status, json.loads(reply.body)) == (400, {"error": "invalid_grant"})
    with pytest.raises(OutboundRefused) as refused:
        reply.json()
    assert (refused.value.reason, refused.value.answered) == (Reason.STATUS, 400)
    client.post_json(server.url, {"b": 1, "a": "林"}, headers={"X-Signature": "s"})
    (_, form_headers, form), (_, json_headers, sent) = server.seen
    assert parse_qs(form.decode()) == {"code": ["a+b&c"], "state": ["林"]}
    assert form_headers["authorization"] == "Basic eA=="
    assert sent == '{"a":"林","b":1}'.encode()
    assert (json_headers["content-type"], json_headers["x-signature"]) == ("application/json", "s")


# ---- which addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1", "::1", "::",
        "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:8.8.8.8", "::ffff:10.0.0.1",
        "::8.8.8.8", "64:ff9b::808:808", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:0808:0808::1", "2001:0:1::1",
        "fe80::1%eth0", "2606:4700::1%eth0",
    ],
)  # fmt: skip
def test_addresses_that_are_not_plainly_public_are_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    client = Client(resolve=lambda host, port, seconds: [address])
    assert refusal(lambda: client.get("https://idp.example.org/")) is Reason.ADDRESS


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2606:4700::1111", "240e::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    Allowance().check("https", "idp.example.org", [ipaddress.ip_address(address)])


def test_one_private_address_among_public_ones_spoils_the_name() -> None:
    client = Client(resolve=lambda host, port, seconds: ["8.8.8.8", "10.0.0.1"])
    assert refusal(lambda: client.get("https://idp.example.org/")) is Reason.ADDRESS


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    assert refusal(lambda: Client().get(f"https://{host}:1/")) in (
        Reason.ADDRESS,
        Reason.URL,
        Reason.UNRESOLVED,
    )


def test_the_operator_names_hosts_and_networks() -> None:
    private, metadata = ipaddress.ip_address("10.1.2.3"), ipaddress.ip_address("169.254.169.254")
    by_host = Allowance(hosts=["IdP.corp."])
    by_host.check("http", "idp.corp", [private])
    for host, address in (("other.corp", private), ("idp.corp", metadata)):
        with pytest.raises(OutboundRefused):
            by_host.check("https", host, [address])
    by_network = Allowance(networks=[ipaddress.ip_network("10.1.0.0/16")])
    by_network.check("http", "any.corp", [private])
    with pytest.raises(OutboundRefused):
        by_network.check("https", "any.corp", [ipaddress.ip_address("10.2.0.1")])


def test_http_is_for_named_places_only() -> None:
    client = Client(networks=[LOOPBACK], resolve=lambda host, port, seconds: ["8.8.8.8"])
    assert refusal(lambda: client.get("http://idp.example.org/")) is Reason.SCHEME


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", Reason.SCHEME),
        ("file:///etc/passwd", Reason.SCHEME),
        ("https://user:secret@example.org/", Reason.URL),
        ("https://example.org/#part", Reason.URL),
        ("https:///path", Reason.URL),
        ("https://exa mple.org:port/", Reason.URL),
        ("not a url", Reason.SCHEME),
    ],
)
def test_what_is_no_plain_address_is_refused(url: str, reason: Reason) -> None:
    assert refusal(lambda: Client().get(url)) is reason


def test_a_name_is_looked_up_once_and_connected_where_it_was_checked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second answer of a rebinding name server would be another address; it is never asked for."""
    asked, real = [], socket.getaddrinfo

    def literal_only(host: str, *rest: object, **named: object) -> object:
        ipaddress.ip_address(host)
        return real(host, *rest, **named)

    def resolve(host: str, port: int, seconds: float) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(socket, "getaddrinfo", literal_only)
    server.answer = lambda it: it.reply(b"{}")
    client = Client(hosts=["idp.test"], resolve=resolve)
    assert client.fetch_json(f"http://idp.test:{server.server_port}/") == {}
    assert asked == ["idp.test"]
    assert server.seen[0][1]["host"] == f"idp.test:{server.server_port}"


def test_a_second_address_is_tried_when_the_first_is_dead(server: Server) -> None:
    server.answer = lambda it: it.reply(b"{}")
    client = Client(networks=[LOOPBACK], resolve=lambda host, port, seconds: ["127.9.9.9", "127.0.0.1"])
    assert client.fetch_json(f"http://idp.test:{server.server_port}/") == {}


def test_names_that_do_not_resolve() -> None:
    def nobody(host: str, port: int, seconds: float) -> list[str]:
        raise socket.gaierror("no such host")

    assert refusal(lambda: Client(resolve=nobody).get("https://idp.example.org/")) is Reason.UNRESOLVED
    assert refusal(lambda: Client(resolve=lambda *_: []).get("https://idp.example.org/")) is Reason.UNRESOLVED


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    forever = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [] if forever.wait(10) else None)
    with pytest.raises(TimeoutError):
        system_resolver("idp.example.org", 443, 0.05)
    assert refusal(lambda: Client(seconds=0.05).get("https://idp.example.org/")) is Reason.TOO_SLOW
    forever.set()


# ---- answers that cheat ------------------------------------------------------------------------------------


def test_redirects_are_not_followed(server: Server, client: Client) -> None:
    server.answer = lambda it: it.reply(b"", 302, Location=server.url + "other")
    assert refusal(lambda: client.get(server.url)) is Reason.REDIRECT
    assert len(server.seen) == 1


def test_an_announced_flood_is_refused_before_it_is_read(server: Server, client: Client) -> None:
    server.answer = lambda it: it.reply(b"", Content_Length="10001")
    assert refusal(lambda: client.get(server.url)) is Reason.TOO_LARGE


def test_an_endless_answer_is_cut(server: Server, client: Client) -> None:
    written = []

    def flood(it: Handler) -> None:
        it.send_response(200)
        it.end_headers()
        while not server.stopping.is_set():
            it.wfile.write(b"x" * 4096)
            written.append(4096)

    server.answer = flood
    assert refusal(lambda: client.get(server.url)) is Reason.TOO_LARGE


def test_a_compressed_answer_is_refused(server: Server, client: Client) -> None:
    bomb = gzip.compress(b"[" + b"0," * 1_000_000 + b"0]")
    assert len(bomb) < 10_000
    server.answer = lambda it: it.reply(bomb, Content_Encoding="gzip")
    assert refusal(lambda: client.fetch_json(server.url)) is Reason.ENCODING


@pytest.mark.parametrize("part", ["status line", "headers", "body"])
def test_a_drip_ends_with_the_time_of_the_whole_call(server: Server, part: str) -> None:
    """Each byte comes well within any time limit for one read."""

    def drip(it: Handler) -> None:
        head = b"HTTP/1.1 200 OK\r\n" if part != "status line" else b"HTTP/1.1 200 "
        head += b"\r\n" if part == "body" else b""
        head += b"X-Long: " if part == "headers" else b""
        it.wfile.write(head)
        while not server.stopping.wait(0.02):
            it.wfile.write(b"x")
            it.wfile.flush()

    server.answer = drip
    started = time.monotonic()
    assert refusal(lambda: Client(networks=[LOOPBACK], seconds=0.3).get(server.url)) is Reason.TOO_SLOW
    assert time.monotonic() - started < 2


def test_a_silent_server_ends_with_the_time_too(server: Server) -> None:
    server.answer = lambda it: server.stopping.wait(5) and None
    assert refusal(lambda: Client(networks=[LOOPBACK], seconds=0.2).get(server.url)) is Reason.TOO_SLOW


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "text/html"),
        (b"{}", "application/jsonx"),
        (b"{", "application/json"),
        (b"\xff", "application/json"),
        (b'{"exp": NaN}', "application/json"),
        (b"[" * 5000, "application/json"),
        (b"", "application/json"),
    ],
)
def test_what_is_not_json_is_refused(server: Server, client: Client, body: bytes, kind: str) -> None:
    server.answer = lambda it: it.reply(body, Content_Type=kind)
    assert refusal(lambda: client.fetch_json(server.url)) is Reason.NOT_JSON


def test_other_json_types_are_json(server: Server, client: Client) -> None:
    server.answer = lambda it: it.reply(b"[1]", Content_Type="application/scim+json;charset=UTF-8")
    assert client.fetch_json(server.url) == [1]


def test_garbage_and_hanging_up_are_refused(server: Server, client: Client) -> None:
    server.answer = lambda it: it.wfile.write(b"SMTP ready\r\n\r\n")
    assert refusal(lambda: client.get(server.url)) is Reason.PROTOCOL
    server.answer = lambda it: it.reply(b"{}", Content_Length="9")
    assert refusal(lambda: client.get(server.url)) is Reason.PROTOCOL
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refusal(lambda: client.get(f"http://127.0.0.1:{port}/")) is Reason.UNREACHABLE


# ---- TLS ---------------------------------------------------------------------------------------------------


def certificate(name: str) -> tuple[bytes, bytes]:
    """A self-signed certificate and its key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed.public_bytes(serialization.Encoding.PEM), private


def test_the_certificate_is_checked_for_the_name_not_the_address(server: Server, tmp_path) -> None:
    public, private = certificate("idp.test")
    (tmp_path / "both.pem").write_bytes(public + private)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(tmp_path / "both.pem")
    names = []
    served.sni_callback = lambda sock, name, context: names.append(name)
    server.socket = served.wrap_socket(server.socket, server_side=True)
    server.answer = lambda it: it.reply(b"{}")

    def client(trusted: ssl.SSLContext | None) -> Client:
        return Client(networks=[LOOPBACK], resolve=lambda *_: ["127.0.0.1"], ssl_context=trusted, seconds=5)

    trusting = ssl.create_default_context(cadata=public.decode())
    port = server.server_port
    assert client(trusting).fetch_json(f"https://idp.test:{port}/") == {}
    assert names == ["idp.test"]
    assert refusal(lambda: client(trusting).get(f"https://other.test:{port}/")) is Reason.TLS
    assert refusal(lambda: client(None).get(f"https://idp.test:{port}/")) is Reason.TLS


def test_every_reason_has_words_in_both_languages() -> None:
    for reason in Reason:
        with locale_scope("en"):
            english = str(OutboundRefused(reason).message)
        with locale_scope("zh_CN"):
            assert str(OutboundRefused(reason).message) != english
    assert set(_MESSAGES) == set(Reason)
