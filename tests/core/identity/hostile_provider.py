"""An OpenID Connect provider that is honest until a test gives it a trick.
 A real HTTP server on loopback, so that redirects, drips and floods are what they are on a wire. Left alone
it does everything right (PKCE, one use per code, signed ID tokens), so each refusal in the tests is caused
by its one trick.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from werkzeug.datastructures import MultiDict

CLIENT_ID = "anxin:东岭"  # a colon and Chinese: both must survive HTTP Basic
CLIENT_SECRET = "s3cret+/=%密"

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})  # same kid, another owner
EC = ECKey.generate_key("P-256", {"kid": "ec-1"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed-1"})
SIGNERS: dict[str, Key] = {"RS256": RSA, "PS256": RSA, "ES256": EC, "EdDSA": ED, "Ed25519": ED}

Answer = tuple[int, dict[str, str], bytes]
Takeover = Callable[["Exchange"], None]


def unchanged(value: Any) -> Any:
    return value


@dataclass
class Tricks:
    """What to do wrong. Each function is handed the honest value and returns what is sent instead."""

    discovery: Callable[[dict[str, Any]], Any] = unchanged
    jwks: Callable[[dict[str, Any]], Any] = unchanged
    response: Callable[[list[tuple[str, str]]], list[tuple[str, str]]] = unchanged
    header: Callable[[dict[str, Any]], dict[str, Any]] = unchanged
    claims: Callable[[dict[str, Any]], Any] = unchanged
    sign: Callable[["HostileProvider", dict[str, Any], bytes], str] | None = None
    id_token: Callable[[str], Any] = unchanged
    tokens: Callable[[dict[str, Any]], Any] = unchanged
    userinfo: Callable[[dict[str, Any]], Any] = unchanged
    takeover: dict[str, Takeover] = field(default_factory=dict)  # path → writes the raw answer itself
    algorithm: str = "RS256"
    client_auth: str = "client_secret_basic"


class HostileProvider:
    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.tricks = Tricks()
        self.seen: list[str] = []  # paths asked for, in order
        self.broken: list[Exception] = []  # a trick that itself failed; the fixture looks
        self._codes: dict[str, dict[str, str]] = {}

    def authorize(self, url: str) -> MultiDict[str, str]:
        """What the browser brings back after the person agreed: the query of the redirect."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert urlsplit(url).path == "/authorize"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["client_id"] == CLIENT_ID
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        honest = [("code", code), ("state", asked["state"]), ("iss", self.issuer)]
        return MultiDict(self.tricks.response(honest))

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/.well-known/openid-configuration":
            return _json(200, self.tricks.discovery(self.discovery()))
        if path == "/jwks":
            return _json(200, self.tricks.jwks(self.jwks()))
        if path == "/token" and method == "POST":
            return self._token(headers, body)
        if path == "/userinfo" and headers.get("authorization", "").startswith("Bearer at-"):
            honest = {
                "sub": "u-268",
                "name": "林晓峰",
                "employee_number": "DL10268",
                "iss": "https://evil.example",
            }
            return _json(200, self.tricks.userinfo(honest))
        return 404, {}, b""

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
            "jwks_uri": self.issuer + "/jwks",
            "userinfo_endpoint": self.issuer + "/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "grant_types_supported": ["authorization_code"],
            "id_token_signing_alg_values_supported": [self.tricks.algorithm, "HS256", "none"],
            "token_endpoint_auth_methods_supported": [self.tricks.client_auth],
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in (RSA, EC, ED)]}

    def _token(self, headers: dict[str, str], body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self._client(headers, form) != (CLIENT_ID, CLIENT_SECRET):
            return _json(401, {"error": "invalid_client"})
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return _json(400, {"error": "invalid_grant", "error_description": "<b>no</b>"})
        access_token = "at-" + secrets.token_urlsafe(16)
        id_token = self.tricks.id_token(self.id_token(asked["nonce"], access_token))
        honest = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": id_token,
        }
        return _json(200, self.tricks.tokens(honest))

    def _client(self, headers: dict[str, str], form: dict[str, str]) -> tuple[str, str]:
        if self.tricks.client_auth == "client_secret_post":
            assert "authorization" not in headers
            return form.get("client_id", ""), form.get("client_secret", "")
        assert "client_secret" not in form
        name, _, secret = (
            base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode().partition(":")
        )
        return unquote_plus(name), unquote_plus(secret)

    def id_token(self, nonce: str, access_token: str = "at-x") -> str:
        now = int(time.time())
        size = hashlib.sha512 if self.tricks.algorithm.startswith("Ed") else hashlib.sha256
        digest = size(access_token.encode()).digest()
        honest = {
            "iss": self.issuer,
            "sub": "u-268",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "at_hash": base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode(),
            "employee_number": "DL10268",
        }
        signer = SIGNERS[self.tricks.algorithm]
        header = self.tricks.header({"alg": self.tricks.algorithm, "kid": signer.kid, "typ": "JWT"})
        claims = self.tricks.claims(honest)
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        if self.tricks.sign:
            return self.tricks.sign(self, header, payload)
        return raw_token(header, payload, signer, self.tricks.algorithm)


def raw_token(header: dict[str, Any] | bytes, payload: bytes, key: Key | bytes | None, algorithm: str) -> str:
    """A compact JWS of exactly these bytes; libraries would tidy up what a test wants crooked. A key of bytes
    is a shared secret (HS256), no key means no signature."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = b64(head) + "." + b64(payload)
    if isinstance(key, bytes):
        signature = hmac.digest(key, signed.encode(), "sha256")
    else:
        signature = jws.JWSRegistry.algorithms[algorithm].sign(signed.encode(), key) if key else b""
    return signed + "." + b64(signature)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json(status: int, value: Any) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return status, {"Content-Type": "application/json"}, body


class Exchange(BaseHTTPRequestHandler):
    """One request. A takeover writes with `reply` or to `wfile` itself."""

    provider: HostileProvider

    def _serve(self) -> None:
        path = urlsplit(self.path).path
        self.provider.seen.append(path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        takeover = self.provider.tricks.takeover.get(path)
        try:
            if takeover:
                takeover(self)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.reply(*self.provider.answer(self.command, path, headers, body))
        except (
            BrokenPipeError,
            ConnectionResetError,
        ):  # the client hung up on a drip or a flood, as it should
            self.close_connection = True
        except Exception as problem:  # whatever it is, the test must hear of it
            self.provider.broken.append(problem)
            self.close_connection = True

    do_GET = do_POST = _serve

    def reply(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: `seen` is the log."""


@contextmanager
def running() -> Iterator[HostileProvider]:
    """A provider on a free port of loopback."""
    handler = type("Handler", (Exchange,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        handler.provider = provider = HostileProvider(server.server_address[1])  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


# --- what a hostile server does on the wire -----------------------------------------------------------------


def redirect(to: str, status: int = 302) -> Takeover:
    return lambda exchange: exchange.reply(status, {"Location": to})


def status(code: int, body: bytes = b"oops") -> Takeover:
    return lambda exchange: exchange.reply(code, {"Content-Type": "text/html"}, body)


def silent(seconds: float = 8) -> Takeover:
    """Takes the request and says nothing."""
    return lambda exchange: time.sleep(seconds)


def drip(seconds: float = 8) -> Takeover:
    """One byte at a time: each read succeeds, the whole never ends."""

    def write(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", "application/json")
        exchange.end_headers()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            exchange.wfile.write(b" ")
            exchange.wfile.flush()
            time.sleep(0.1)

    return write


def flood(megabytes: int = 64) -> Takeover:
    """Far more than any metadata, without a Content-Length that would warn."""

    def write(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", "application/json")
        exchange.end_headers()
        for _ in range(megabytes):
            exchange.wfile.write(b" " * 2**20)

    return write
