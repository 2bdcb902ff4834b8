"""Signing in through an employer's OpenID Connect provider: code flow with PKCE (S256), state and nonce.

No database and no web framework in here: the pages keep two things. The `Provider` is the tenant's row,
made with `discover` when the admin saves. The `Pending` is one browser's started sign-in: keep it where
only that browser can bring it back (the server-side visitor session, found by a `__Host-` cookie,
SameSite=Lax), and REMOVE it before calling `finish`, whatever comes of it, so that a state works once. An
account is keyed by (provider id, sub), never by e-mail. `http` is the guarded outbound client.

    url, pending = begin(provider, redirect_uri)
    claims = finish(provider, pending, request.args, http)      # or SignInRefused(code)
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from werkzeug.datastructures import MultiDict

from anxin.identity.oidc_address import AddressRules
from anxin.identity.oidc_keys import KeyKeeper
from anxin.identity.oidc_metadata import ProviderMetadata, discover
from anxin.identity.oidc_refusal import REFUSALS, SignInRefused
from anxin.identity.oidc_token import Expected, same, verify_id_token
from anxin.identity.oidc_wire import Http, StrictJsonError, fetch, strict_object
from anxin.kernel.clock import now
from anxin.kernel.outbound import OutboundRefused

__all__ = [
    "REFUSALS", "AddressRules", "Claims", "Http", "KeyKeeper", "Pending", "Provider", "ProviderMetadata",
    "SignInRefused", "begin", "discover", "finish",
]  # fmt: skip

PENDING_FOR: Final = timedelta(minutes=10)
_MAX_PARAMETER = 4096
_KEYS: Final = KeyKeeper()
#: Claims that bind a token to this sign-in; a userinfo answer never speaks about them.
_PROTOCOL = frozenset({"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "jti"})


@dataclass(frozen=True, slots=True)
class Provider:
    """A tenant's provider: what discovery found, and the client the employer registered for this tenant."""

    id: str
    client_id: str
    client_secret: str = field(repr=False)
    metadata: ProviderMetadata
    scopes: tuple[str, ...] = ("openid", "profile")
    ask_userinfo: bool = False  # some providers put name and employee number only there


@dataclass(frozen=True, slots=True)
class Pending:
    """One browser's started sign-in; good for one return within ten minutes. Its values are secrets."""

    provider_id: str
    issuer: str
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    expires: datetime

    def as_json(self) -> dict[str, str]:
        return asdict(self) | {"expires": self.expires.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Self:
        return cls(**{**value, "expires": datetime.fromisoformat(value["expires"])})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Claims:
    """Who this is. `(provider_id, sub)` is the account key; `others` are for roster matching."""

    provider_id: str
    issuer: str
    sub: str
    others: Mapping[str, Any] = field(repr=False)

    def text(self, name: str, limit: int = 200) -> str | None:
        """A claim as plain text for matching or display; numbers become text, anything else is None."""
        value = self.others.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return None
        clean = "".join(c for c in value if c.isprintable()).strip()
        return clean if 0 < len(clean) <= limit else None


def begin(provider: Provider, redirect_uri: str) -> tuple[str, Pending]:
    """Where to send the browser, and what to keep until it returns."""
    pending = Pending(
        provider_id=provider.id,
        issuer=provider.metadata.issuer,
        redirect_uri=redirect_uri,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        expires=now() + PENDING_FOR,
    )
    url = prepare_grant_uri(
        provider.metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=" ".join(provider.scopes),
        state=pending.state,
        nonce=pending.nonce,
        code_challenge=create_s256_code_challenge(pending.verifier),
        code_challenge_method="S256",
    )
    return url, pending


def finish(
    provider: Provider, pending: Pending, query: MultiDict[str, str], http: Http, keys: KeyKeeper = _KEYS
) -> Claims:
    """Judge the browser's return, exchange the code and verify the ID token."""
    _check_pending(provider, pending)
    code = _code(provider, pending, query)
    tokens = _exchange(provider, pending, code, http)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if id_token is None:
        raise SignInRefused("id_token_missing")
    if not isinstance(id_token, str) or not isinstance(access_token, str | None):
        raise SignInRefused("token_malformed")
    expected = Expected(provider.id, provider.client_id, pending.nonce, provider.metadata, access_token)
    claims = verify_id_token(id_token, expected, http, keys, now())
    others = {name: value for name, value in claims.items() if name not in _PROTOCOL}
    if provider.ask_userinfo and provider.metadata.userinfo_endpoint and access_token:
        others = _userinfo(provider.metadata.userinfo_endpoint, access_token, claims["sub"], http) | others
    return Claims(provider.id, provider.metadata.issuer, claims["sub"], others)


def _check_pending(provider: Provider, pending: Pending) -> None:
    if (pending.provider_id, pending.issuer) != (provider.id, provider.metadata.issuer):
        raise SignInRefused("provider_changed")
    if now() >= pending.expires:
        raise SignInRefused("pending_expired")


def _code(provider: Provider, pending: Pending, query: MultiDict[str, str]) -> str:
    """State first (did this browser begin it?), then `iss` (did we ask this provider?), then the code."""
    for name in ("state", "iss", "error", "code"):
        if len(query.getlist(name)) > 1:
            raise SignInRefused("response_malformed")
    if not same(query.get("state"), pending.state):
        raise SignInRefused("state_mismatch")
    issuer = query.get("iss")
    if issuer is None and provider.metadata.sends_iss:
        raise SignInRefused("response_issuer_missing")
    if issuer is not None and issuer != pending.issuer:
        raise SignInRefused("response_issuer_mismatch")
    if "error" in query:
        raise SignInRefused("declined" if query["error"] == "access_denied" else "provider_error")
    code = query.get("code", "")
    if not code or len(code) > _MAX_PARAMETER or not code.isascii() or not code.isprintable():
        raise SignInRefused("response_malformed")
    return code


def _exchange(provider: Provider, pending: Pending, code: str, http: Http) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.redirect_uri,
        "code_verifier": pending.verifier,
    }
    headers = {"Accept": "application/json"}
    if provider.metadata.client_auth == "client_secret_basic":
        # RFC 6749 §2.3.1: both halves are form-encoded first, so that a colon in an id stays unambiguous.
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    try:
        reply = http.post_form(provider.metadata.token_endpoint, form, headers=headers)
    except OutboundRefused as problem:
        raise SignInRefused("token_failed") from problem
    try:
        answer = strict_object(reply.body)
    except StrictJsonError as problem:
        raise SignInRefused("token_malformed" if reply.status == 200 else "token_failed") from problem
    if reply.status != 200:
        raise SignInRefused(_EXCHANGE_ERRORS.get(str(answer.get("error")), "token_failed"))
    if str(answer.get("token_type", "")).lower() != "bearer":
        raise SignInRefused("token_malformed")
    return answer


_EXCHANGE_ERRORS: Final = {
    "invalid_grant": "code_rejected",
    "invalid_client": "client_rejected",
    "unauthorized_client": "client_rejected",
}


def _userinfo(endpoint: str, access_token: str, sub: str, http: Http) -> dict[str, Any]:
    """More claims about the same person. Another `sub` means that somebody else's token was slipped in."""
    if not access_token.isascii() or not access_token.isprintable():
        raise SignInRefused("token_malformed")
    body = fetch(http, endpoint, "userinfo_failed", authorization=f"Bearer {access_token}")
    try:
        answer = strict_object(body)
    except StrictJsonError as problem:
        raise SignInRefused("userinfo_malformed") from problem
    if not same(answer.get("sub"), sub):
        raise SignInRefused("userinfo_sub")
    return {name: value for name, value in answer.items() if name not in _PROTOCOL}
