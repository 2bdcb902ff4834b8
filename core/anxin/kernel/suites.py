"""The two suites the vault can seal with: AES-256-GCM, and SM4-GCM where the domestic standard is asked for.

Both come from `cryptography`. A suite also says which hash its keys are derived with (SHA-256, SM3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION = 1
AES_256_GCM = 1
SM4_GCM = 2
TAG_BYTES = 16


class Aead(Protocol):
    """An authenticated cipher with its key already set up."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Sm4Gcm:
    """SM4-GCM (GB/T 32907, RFC 8998) in the shape of AESGCM, which `cryptography` does not offer for SM4."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher and the hash its keys are derived with; `header` opens every blob the suite writes."""

    number: int
    key_bytes: int
    cipher: Callable[[bytes], Aead]
    digest: Callable[[], HashAlgorithm]

    @property
    def header(self) -> int:
        return VERSION << 4 | self.number

    def aead(self, secret: bytes, use: bytes) -> Aead:
        """The cipher for one use of a secret; each suite and use has a key of its own."""
        info = b"anxin vault " + use + bytes([self.header])
        return self.cipher(HKDFExpand(self.digest(), self.key_bytes, info).derive(secret))


SUITES = {
    suite.number: suite for suite in (Suite(AES_256_GCM, 32, AESGCM, SHA256), Suite(SM4_GCM, 16, Sm4Gcm, SM3))
}
BY_HEADER = {suite.header: suite for suite in SUITES.values()}
