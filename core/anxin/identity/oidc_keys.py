"""A provider's public keys: judged strictly, kept for a while, fetched again once when an unknown key signs.

Kept in memory per process: a key the provider has withdrawn must stop working within the hour, and a key
set in a database row would live for ever. A refetch is rationed, because it is the provider's token that
asks for it; a key set that cannot be fetched is not asked for again at once either.
"""

import base64
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from anxin.identity.oidc_refusal import SignInRefused
from anxin.identity.oidc_wire import Http, StrictJsonError, fetch, strict_object

KEEP: Final = timedelta(hours=1)
RETRY_AFTER: Final = timedelta(seconds=10)
_MAX_KEYS, _MAX_PROVIDERS = 40, 1000
_RSA_BITS = range(2048, 8193)  # weaker can be factored, larger would let a provider burn our CPU
_CURVES = {"EC": {"P-256", "P-384", "P-521"}, "OKP": {"Ed25519"}}
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVE_OF = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519", "Ed25519": "Ed25519"}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One public key with what its owner says it is for."""

    kid: str | None
    alg: str | None
    key: Key

    def fits(self, algorithm: str) -> bool:
        """Key type (and curve) must be the algorithm's own: a public key is never anybody's HMAC secret."""
        if self.alg is not None and self.alg != algorithm:
            return False
        if algorithm.startswith(("RS", "PS")):
            return isinstance(self.key, RSAKey)
        return isinstance(self.key, ECKey | OKPKey) and self.key.curve_name == _CURVE_OF.get(algorithm)


Keys = tuple[SigningKey, ...]


def parse_keys(body: bytes) -> Keys:
    """The signing keys of a JWKS. Unknown types are skipped (RFC 7517 §5); secrets condemn the whole set."""
    try:
        listed = strict_object(body).get("keys")
    except StrictJsonError as problem:
        raise SignInRefused("keys_malformed") from problem
    if not isinstance(listed, list) or len(listed) > _MAX_KEYS:
        raise SignInRefused("keys_malformed")
    keys = tuple(key for each in listed if (key := _parse_key(each)))
    if not keys:
        raise SignInRefused("keys_malformed")
    return keys


def _parse_key(jwk: object) -> SigningKey | None:
    if not isinstance(jwk, dict):
        raise SignInRefused("keys_malformed")
    if jwk.get("kty") == "oct" or _SECRET_MEMBERS & set(jwk):
        raise SignInRefused("keys_unsafe")  # what is published here, anybody can sign with
    if not _usable(jwk):
        return None
    kid, alg = jwk.get("kid"), jwk.get("alg")
    if not isinstance(kid, str | None) or not isinstance(alg, str | None):
        raise SignInRefused("keys_malformed")
    try:
        if jwk["kty"] == "RSA" and _bits(jwk["n"]) not in _RSA_BITS:
            raise SignInRefused("keys_unsafe")
        # Only the members that make the key: use, key_ops and certificates were judged or are not needed.
        key = import_key({name: jwk[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk})
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        raise SignInRefused("keys_malformed") from problem
    return SigningKey(kid, alg, key)


def _bits(number: str) -> int:
    padded = number + "=" * (-len(number) % 4)
    return int.from_bytes(base64.b64decode(padded, altchars=b"-_", validate=True), "big").bit_length()


def _usable(jwk: Mapping[str, Any]) -> bool:
    kty, operations = jwk.get("kty"), jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return False
    return kty == "RSA" or (kty in ("EC", "OKP") and jwk.get("crv") in _CURVES[kty])


@dataclass(slots=True)
class _Kept:
    keys: Keys = ()
    fetched: datetime | None = None
    tried: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class KeyKeeper:
    """Keys by provider and address. One instance per process is enough; tests make their own."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(
        self, provider_id: str, jwks_uri: str, kid: str | None, algorithm: str, *, http: Http, now: datetime
    ) -> SigningKey:
        """The one key that may have signed. By provider, so that no tenant uses up another one's ration."""
        kept = self._entry((provider_id, jwks_uri))
        with kept.lock:  # several people arriving at once fetch once
            stale = kept.fetched is None or now - kept.fetched > KEEP
            if stale or not _matching(kept.keys, kid, algorithm):
                if kept.tried is None or now - kept.tried >= RETRY_AFTER:
                    kept.tried = now
                    kept.keys = parse_keys(fetch(http, jwks_uri, "keys_failed"))
                    kept.fetched = now
                elif stale:
                    raise SignInRefused("keys_failed")
            found = _matching(kept.keys, kid, algorithm)
        if len(found) != 1:  # none, or more than one that could be meant
            raise SignInRefused("key_unknown")
        return found[0]

    def _entry(self, name: tuple[str, str]) -> _Kept:
        with self._lock:
            entry = self._kept.setdefault(name, _Kept())
            self._kept.move_to_end(name)
            while len(self._kept) > _MAX_PROVIDERS:
                self._kept.popitem(last=False)
            return entry


def _matching(keys: Keys, kid: str | None, algorithm: str) -> Keys:
    """`kid` only ever chooses among keys already held: it is no path, no address and no query."""
    return tuple(key for key in keys if key.fits(algorithm) and (kid is None or key.kid == kid))
