"""The ID token, judged as OpenID Connect Core §3.1.3.7 and RFC 8725 ask: header, key, signature, then every
claim.
 joserfc does the cryptography with one algorithm and one key that were chosen here; the claims are checked
here because general-purpose defaults let too much pass (missing nonce, several audiences, `exp` of 1e999,
members given twice).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError

from anxin.identity.oidc_keys import KeyKeeper
from anxin.identity.oidc_metadata import ProviderMetadata
from anxin.identity.oidc_refusal import SignInRefused
from anxin.identity.oidc_wire import Http, StrictJsonError, strict_object

LEEWAY: Final = 60  # seconds two honest clocks may differ
_MAX_TOKEN = 64 * 1024
_MAX_SUB = 255
_TYPES = frozenset({"jwt", "application/jwt"})
#: `crit` and `b64` change what is signed; an ID token has no use for them.
_FORBIDDEN_HEADERS = frozenset({"crit", "b64", "enc", "zip"})
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Expected:
    """What this one sign-in may receive."""

    provider_id: str
    client_id: str
    nonce: str
    metadata: ProviderMetadata
    access_token: str | None


def verify_id_token(
    token: str, expected: Expected, http: Http, keys: KeyKeeper, now: datetime
) -> dict[str, Any]:
    """The token's claims, each of them trustworthy, or SignInRefused."""
    header, claims = _parts(token)
    algorithm, kid = _read_header(header, expected.metadata.algorithms)
    key = keys.find(expected.provider_id, expected.metadata.jwks_uri, kid, algorithm, http=http, now=now)
    try:
        jws.deserialize_compact(token, key.key, registry=_OneAlgorithm(algorithm))
    except (JoseError, ValueError) as problem:
        raise SignInRefused("signature_invalid") from problem
    _check_parties(claims, expected)
    _check_times(claims, now.timestamp())
    _check_binding(claims, expected, algorithm)
    _check_subject(claims.get("sub"))
    return claims


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    segments = token.split(".")
    if len(segments) != 3 or len(token) > _MAX_TOKEN or not token.isascii():
        raise SignInRefused("id_token_malformed")
    try:
        return strict_object(_base64url(segments[0])), strict_object(_base64url(segments[1]))
    except (StrictJsonError, binascii.Error) as problem:
        raise SignInRefused("id_token_malformed") from problem


def _base64url(segment: str) -> bytes:
    return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)


def _read_header(header: Mapping[str, Any], allowed: tuple[str, ...]) -> tuple[str, str | None]:
    """Algorithm and key id. Keys and addresses inside a header (jwk, jku, x5u) are never looked at."""
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise SignInRefused("algorithm_refused")
    if not isinstance(kid, str | None) or _FORBIDDEN_HEADERS & set(header):
        raise SignInRefused("id_token_malformed")
    if str(kind).lower() not in _TYPES:  # an access or logout token is no ID token
        raise SignInRefused("id_token_malformed")
    return algorithm, kid


class _OneAlgorithm(jws.JWSRegistry):
    """The algorithm chosen here and no other. Unknown header members are ignored, as RFC 7515 §4 asks."""

    max_header_length = 8192  # some providers put their certificate chain in the header

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm], strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        if self.allowed != [name]:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.metadata.issuer:
        raise SignInRefused("claim_iss")
    audience, party = claims.get("aud"), claims.get("azp")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise SignInRefused("claim_aud")
    if expected.client_id not in listed:
        raise SignInRefused("claim_aud")
    if ("azp" in claims or len(listed) > 1) and party != expected.client_id:
        raise SignInRefused("claim_azp")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if _time(claims, "exp") <= now - LEEWAY:
        raise SignInRefused("claim_exp")
    if _time(claims, "iat") > now + LEEWAY:
        raise SignInRefused("claim_iat")
    if "nbf" in claims and _time(claims, "nbf") > now + LEEWAY:
        raise SignInRefused("claim_nbf")


def _time(claims: Mapping[str, Any], name: str) -> float:
    """Comparisons with NaN are always false and 1e999 never expires: only finite numbers are times."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        raise SignInRefused(f"claim_{name}")
    return float(value)


def _check_binding(claims: Mapping[str, Any], expected: Expected, algorithm: str) -> None:
    if not same(claims.get("nonce"), expected.nonce):
        raise SignInRefused("claim_nonce")
    if "at_hash" not in claims:
        return
    if expected.access_token is None:
        raise SignInRefused("claim_at_hash")
    if not same(claims["at_hash"], half_hash(expected.access_token, algorithm)):
        raise SignInRefused("claim_at_hash")


def _check_subject(sub: object) -> None:
    """The account's key. No control characters or lone surrogates: a database could not even store them."""
    if not isinstance(sub, str) or not 0 < len(sub) <= _MAX_SUB:
        raise SignInRefused("claim_sub")
    if not sub.isprintable() or sub != sub.strip():
        raise SignInRefused("claim_sub")


def half_hash(value: str, algorithm: str) -> str:
    """`at_hash` (OpenID Connect Core §3.1.3.6): left half of the hash that belongs to the algorithm."""
    digest = _HASHES.get(algorithm[2:], hashlib.sha512)(value.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def same(given: object, expected: str) -> bool:
    """Constant-time comparison that survives any type and any text."""
    return isinstance(given, str) and hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
