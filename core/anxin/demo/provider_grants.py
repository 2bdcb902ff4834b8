"""Authlib's server side, filled in for the demo's provider: code flow with PKCE, ID tokens, userinfo.
 Codes and tokens live in memory and die with the process, which is one process by design. As strict as a
good employer's server would be: S256 always, a code works once and for a minute, exact redirect addresses,
`iss` in every answer.
"""

import threading
import time
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask
from joserfc.jwk import RSAKey

from anxin.demo.provider_employer import Client, EmployerFile, Worker

CODE_SECONDS, TOKEN_SECONDS = 60, 300


@dataclass(slots=True)
class Code:
    """An authorization code in the shape Authlib asks for."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    sub: str
    made: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.made)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass(slots=True)
class Token:
    """An access token for userinfo."""

    client: Client
    worker: Worker
    scope: str
    made: float

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return time.time() > self.made + TOKEN_SECONDS

    def is_revoked(self) -> bool:
        return False

    def get_client(self) -> Client:
        return self.client

    def get_user(self) -> Worker:
        return self.worker


class Memory:
    """What is under way. Old things are dropped as new ones come, so it stays small."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

    def keep_code(self, code: Code) -> None:
        with self._lock:
            self._codes = {c: v for c, v in self._codes.items() if v.made + CODE_SECONDS > time.time()}
            self._codes[code.code] = code

    def take_code(self, code: str) -> Code | None:
        """Taking is the one use: of two requests with the same code, one gets nothing."""
        with self._lock:
            found = self._codes.pop(code, None)
        return found if found and found.made + CODE_SECONDS > time.time() else None

    def nonce_seen(self, nonce: str, client_id: str) -> bool:
        with self._lock:
            return any((c.nonce, c.client_id) == (nonce, client_id) for c in self._codes.values())

    def keep_token(self, text: str, token: Token) -> None:
        with self._lock:
            self._tokens = {t: v for t, v in self._tokens.items() if not v.is_expired()}
            self._tokens[text] = token

    def token(self, text: str) -> Token | None:
        return self._tokens.get(text)


def user_claims(worker: Worker, scope: str) -> UserInfo:
    """What the employer tells about a person; the e-mail only when asked for."""
    info = UserInfo(
        sub=worker.sub,
        name=worker.name,
        preferred_username=worker.employee_no,
        employee_number=worker.employee_no,
    )
    if worker.email and "email" in scope.split():
        info |= {"email": worker.email, "email_verified": True}
    return info


class S256Only(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        payload = grant.request.payload.data
        if not payload.get("code_challenge") or payload.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


def build_server(app: Flask, employer: EmployerFile, key: RSAKey, issuer: str) -> tuple[Any, Memory]:
    """The authorization server with its one grant; the classes close over this app's state. (`Any`: the
    published type stubs lag behind Authlib and contradict its own examples.)"""
    memory = Memory()

    def query_client(client_id: str) -> Client | None:
        known = employer.read()
        return known.client(client_id) if known else None

    def save_token(token: dict[str, Any], request: Any) -> None:
        memory.keep_token(
            token["access_token"], Token(request.client, request.user, token["scope"], time.time())
        )

    class CodeGrant(AuthorizationCodeGrant):
        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            memory.keep_code(
                Code(
                    code=code,
                    client_id=request.client.client_id,
                    redirect_uri=request.payload.redirect_uri,
                    scope=request.scope,
                    nonce=data.get("nonce"),
                    code_challenge=data["code_challenge"],
                    code_challenge_method="S256",
                    sub=request.user.sub,
                    made=time.time(),
                )
            )

        def query_authorization_code(self, code: str, client: Any) -> Any:
            found = memory.take_code(code)
            return found if found and found.client_id == client.client_id else None

        def delete_authorization_code(self, authorization_code: Any) -> None:
            """Taken already when it was asked for."""

        def authenticate_user(self, authorization_code: Any) -> Worker | None:
            known = employer.read()
            return known.by_sub(authorization_code.sub) if known else None

    class IdToken(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return memory.nonce_seen(nonce, request.payload.client_id)

        def resolve_client_private_key(self, client: Client) -> RSAKey:
            return key

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "RS256", "kid": str(key.kid)}

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            return {"iss": issuer, "aud": client.client_id, "exp": int(time.time()) + TOKEN_SECONDS}

        def generate_user_info(self, user: Worker, scope: str) -> UserInfo:
            return user_claims(user, scope)

    class Issuer(IssuerParameter):
        def get_issuer(self) -> str:
            return issuer

    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": TOKEN_SECONDS}
    server = AuthorizationServer(app, query_client=query_client, save_token=save_token)
    server.register_grant(CodeGrant, [S256Only(required=True), IdToken(require_nonce=True)])
    server.register_extension(Issuer())
    return server, memory


def build_protector(memory: Memory) -> ResourceProtector:
    """Guards userinfo with the tokens handed out."""

    class Bearer(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return memory.token(token_string)

    protector = ResourceProtector()
    protector.register_token_validator(Bearer())
    return protector
