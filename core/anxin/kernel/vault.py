"""Confidential fields: unreadable without the master key, and forgettable one person at a time.

    master key  (file, environment or KMS; never in the database)
      └ tenant key   derived: HKDF(master, tenant)
          └ subject key   random, one a person, stored wrapped by the tenant key
              └ field     AEAD; bound to tenant, table, column, row and subject

Deleting a subject's wrapped key forgets all that was sealed with it, in backups too once the erasure ledger
is replayed. Secrets that belong to nobody in particular (a tenant's OIDC client secret) use a subject key
kept for the tenant itself. The first byte of every blob names version (high half) and suite (low half), so
suites live side by side: a tenant that changes suite goes on reading what it has.

**A new master key.** Start with `Keyring(new, retired=[old])`: everything opens as before, and new keys are
wrapped by the new master. A job then walks the wrapped keys with `needs_rewrap` → `rewrap` (fields are
untouched) and writes the blind indexes anew; until it has finished, searches ask for any of `blind_any`.
Then the old master is dropped.
"""

import hmac
import json
import os
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anxin.kernel.canonical import canonical_json
from anxin.kernel.errors import AnxinError
from anxin.kernel.i18n import lazy
from anxin.kernel.spelling import normalise
from anxin.kernel.suites import AES_256_GCM, BY_HEADER, SUITES, Aead, Suite

Name = TypeVar("Name")
Kept = TypeVar("Kept")

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
BLIND_BYTES = 16


class VaultError(AnxinError):
    """A sealed value or key was refused. Says which check failed, never what was inside or whose it is."""

    status = 500
    code = "vault"
    message = lazy("A confidential field could not be opened. Nothing was changed; please tell the operator.")


class SubjectKey:
    """One subject's unwrapped key with its ciphers, made on first use. It never prints itself."""

    __slots__ = ("_ciphers", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._ciphers: dict[int, Aead] = {}

    def cipher(self, header: int) -> Aead:
        """The cipher a blob with this header asks for; VaultError when the header is unknown."""
        cipher = self._ciphers.get(header)
        if cipher is None:
            cipher = self._ciphers[header] = _suite_of(header).aead(self._secret, b"field")
        return cipher

    def same_as(self, other: "SubjectKey") -> bool:
        return hmac.compare_digest(self._secret, other._secret)


def _suite_of(header: int) -> Suite:
    suite = BY_HEADER.get(header)
    if suite is None:
        raise VaultError(code="vault.unknown_suite")
    return suite


def field_aad(tenant_id: UUID, table: str, column: str, row_id: UUID, subject_id: UUID) -> bytes:
    """Where a sealed field lives. Lengths come first and ids have a fixed size: no two places read alike."""
    table_name, column_name = table.encode(), column.encode()
    lengths = struct.pack(">HH", len(table_name), len(column_name))
    return b"".join((tenant_id.bytes, lengths, table_name, column_name, row_id.bytes, subject_id.bytes))


def _seal(cipher: Aead, header: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + cipher.encrypt(nonce, plaintext, header + aad)


def _open(cipher: Aead, header: bytes, body: bytes, aad: bytes) -> bytes:
    try:
        return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], header + aad)
    except (InvalidTag, ValueError) as refusal:  # ValueError: a nonce or tag cut short
        raise VaultError(code="vault.refused") from refusal


class _KeyCache:
    """Unwrapped subject keys: least recently used out first, none older than `seconds`.

    The wrapped key is part of the name, so a key that was erased or wrapped anew is not found here.
    """

    def __init__(self, size: int, seconds: float, clock: Callable[[], float]) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._kept: OrderedDict[tuple[UUID, bytes], tuple[float, SubjectKey]] = OrderedDict()
        self._swept = clock()
        self._lock = threading.Lock()

    def get(self, name: tuple[UUID, bytes]) -> SubjectKey | None:
        with self._lock:
            found = self._kept.get(name)
            if found is None or found[0] <= self._clock():
                return None
            self._kept.move_to_end(name)
            return found[1]

    def put(self, name: tuple[UUID, bytes], key: SubjectKey) -> None:
        with self._lock:
            now = self._clock()
            if now - self._swept > self._seconds:
                self._kept = OrderedDict(
                    (kept, value) for kept, value in self._kept.items() if value[0] > now
                )
                self._swept = now
            self._kept[name] = (now + self._seconds, key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


class _Master:
    """One master key: its public id and what is derived from it. HKDF, RFC 5869."""

    TENANTS = 4096  # derived tenant ciphers kept; they are derivable anyway, so there is no lifetime

    def __init__(self, secret: bytes) -> None:
        if len(secret) < KEY_BYTES:
            raise ValueError(f"a master key has at least {KEY_BYTES} bytes")
        self._secret = secret
        self.id = self._derive(SHA256(), b"key id", KEY_ID_BYTES)
        self._wrappers: dict[tuple[UUID, int], Aead] = {}
        self._blinders: dict[tuple[UUID, str], hmac.HMAC] = {}

    def wrapper(self, tenant_id: UUID, header: int) -> Aead:
        """The cipher of the tenant key that wraps subject keys."""
        found = self._wrappers.get((tenant_id, header))
        if found is None:
            suite = _suite_of(header)
            tenant_key = self._derive(suite.digest(), b"tenant" + tenant_id.bytes, KEY_BYTES)
            found = suite.aead(tenant_key, b"wrap")
            _keep(self._wrappers, (tenant_id, header), found, self.TENANTS)
        return found

    def blinder(self, tenant_id: UUID, field: str) -> hmac.HMAC:
        """HMAC-SHA-256 under the key of a tenant's field, with nothing in it yet."""
        found = self._blinders.get((tenant_id, field))
        if found is None:
            key = self._derive(SHA256(), b"blind" + tenant_id.bytes + field.encode(), KEY_BYTES)
            found = hmac.new(key, None, "sha256")
            _keep(self._blinders, (tenant_id, field), found, self.TENANTS)
        return found.copy()

    def _derive(self, digest: HashAlgorithm, info: bytes, length: int) -> bytes:
        return HKDF(digest, length, None, b"anxin vault " + info).derive(self._secret)


def _keep(kept: dict[Name, Kept], name: Name, value: Kept, size: int) -> None:
    if len(kept) >= size:
        kept.clear()
    kept[name] = value


class Keyring:
    """Makes, wraps and unwraps subject keys, seals and opens fields. Safe to share between threads."""

    def __init__(
        self,
        master: bytes,
        *,
        retired: Iterable[bytes] = (),
        suite: int = AES_256_GCM,
        cache_size: int = 2048,
        cache_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._suite = SUITES[suite]
        self._masters = [_Master(secret) for secret in (master, *retired)]
        self._by_id = {one.id: one for one in reversed(self._masters)}
        self._cache = _KeyCache(cache_size, cache_seconds, clock)

    # ---- keys: header | master key id | nonce | wrapped subject key --------------------------------------

    def new_subject_key(self, tenant_id: UUID) -> tuple[SubjectKey, bytes]:
        """A fresh random key: (ready for use, wrapped for the database)."""
        secret = os.urandom(KEY_BYTES)
        wrapped = self._wrap(tenant_id, secret)
        key = SubjectKey(secret)
        self._cache.put((tenant_id, wrapped), key)
        return key, wrapped

    def unwrap(self, tenant_id: UUID, wrapped: bytes) -> SubjectKey:
        """The key for use. VaultError when wrapped for another tenant, by an unknown master, or changed."""
        name = (tenant_id, bytes(wrapped))
        key = self._cache.get(name)
        if key is None:
            key = SubjectKey(self._unwrap(*name))
            self._cache.put(name, key)
        return key

    def needs_rewrap(self, wrapped: bytes) -> bool:
        """True when an older master or suite wrapped the key."""
        return bytes(wrapped[: 1 + KEY_ID_BYTES]) != self._wrap_header()

    def rewrap(self, tenant_id: UUID, wrapped: bytes) -> bytes:
        """The same subject key wrapped by the current master; what it sealed stays readable."""
        return self._wrap(tenant_id, self._unwrap(tenant_id, bytes(wrapped)))

    def forget(self) -> None:
        """Drop all unwrapped keys from memory (after an erasure, before a dump)."""
        self._cache.clear()

    def _wrap_header(self) -> bytes:
        return bytes([self._suite.header]) + self._masters[0].id

    def _wrap(self, tenant_id: UUID, secret: bytes) -> bytes:
        wrapper = self._masters[0].wrapper(tenant_id, self._suite.header)
        return _seal(wrapper, self._wrap_header(), secret, tenant_id.bytes)

    def _unwrap(self, tenant_id: UUID, wrapped: bytes) -> bytes:
        header, body = wrapped[: 1 + KEY_ID_BYTES], wrapped[1 + KEY_ID_BYTES :]
        master = self._by_id.get(header[1:])
        if master is None:
            raise VaultError(code="vault.unknown_master")
        return _open(master.wrapper(tenant_id, header[0]), header, body, tenant_id.bytes)

    # ---- fields: header | nonce | ciphertext and tag -----------------------------------------------------

    def seal(self, key: SubjectKey, plaintext: bytes, aad: bytes) -> bytes:
        """The blob for a sealed column; `aad` is `field_aad(…)` of the place it is written to."""
        header = self._suite.header
        return _seal(key.cipher(header), bytes((header,)), plaintext, aad)

    def open(self, key: SubjectKey, blob: bytes, aad: bytes) -> bytes:
        """What was sealed. VaultError for another key, another place, an unknown suite or a changed byte."""
        header = bytes(blob[:1])
        if not header:
            raise VaultError(code="vault.refused")
        return _open(key.cipher(header[0]), header, bytes(blob[1:]), aad)

    def seal_json(self, key: SubjectKey, value: Any, aad: bytes) -> bytes:
        return self.seal(key, canonical_json(value), aad)

    def open_json(self, key: SubjectKey, blob: bytes, aad: bytes) -> Any:
        return json.loads(self.open(key, blob, aad))

    # ---- equality search ---------------------------------------------------------------------------------

    def blind(self, tenant_id: UUID, field: str, text: str, *, kind: str | None = None) -> bytes:
        """A keyed index (16 bytes) for equality search: one tenant, field and text always give the same.

        `kind` says how spellings are made one (see kernel.spelling); left out, the field's name is the
        kind. Raises ValueError when nothing is left to index.
        """
        return self._blind(self._masters[0], tenant_id, field, normalise(kind or field, text))

    def blind_any(
        self, tenant_id: UUID, field: str, text: str, *, kind: str | None = None
    ) -> tuple[bytes, ...]:
        """The index under the current and every retired master, to search while a rotation is under way."""
        plain = normalise(kind or field, text)
        return tuple(self._blind(master, tenant_id, field, plain) for master in self._masters)

    @staticmethod
    def _blind(master: _Master, tenant_id: UUID, field: str, plain: str) -> bytes:
        blinder = master.blinder(tenant_id, field)
        blinder.update(plain.encode())
        return blinder.digest()[:BLIND_BYTES]
