"""Signed heads of the audit tree, in the form other tools know: C2SP tlog-checkpoint in a C2SP signed-note
(Ed25519).

    anxin/0198…            origin: which tree
    1204                   size
    N3Vk…=                 root, base64

    — anxin.example.org Fx0T…     who signed: name, and base64 of key id (4 bytes) and signature (64)

The signature covers the lines above the blank one. More than one party may sign: an agency countersigns its
employer's head and can then show that it grew and was never rewritten (`merkle.consistency`).
https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anxin.audit.merkle import HASH_BYTES

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_SIGNATURE = "— "


class CheckpointError(ValueError):
    """Not a checkpoint, or not signed by who should have. The text says which."""


@dataclass(frozen=True)
class Checkpoint:
    """One head of one tree."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or self.origin.startswith("—") or not _one_line(self.origin):
            raise CheckpointError("the origin is not one plain line")
        if self.size < 0 or len(self.root) != HASH_BYTES:
            raise CheckpointError("size or root is impossible")

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"

    @classmethod
    def parse(cls, body: str) -> Self:
        """From the signed text; further lines (extensions) are allowed and ignored."""
        lines = body.split("\n")
        if len(lines) < 4 or lines.pop() or "" in lines:
            raise CheckpointError("a checkpoint has at least three lines")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdecimal()) or str(int(size)) != size:
            raise CheckpointError("the size is not a number")
        return cls(origin, int(size), _decode(root))


@dataclass(frozen=True)
class Verifier:
    """A public key with its owner's name. Its text form ("vkey") is what others keep: name+id+key."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or self.name.split() != [self.name]:
            raise CheckpointError("a signer's name has no spaces and no plus")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_encode(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text form; CheckpointError when its parts do not belong together."""
        name, _, rest = text.partition("+")
        key_id, _, key = rest.partition("+")
        raw = _decode(key)
        verifier = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(raw) != 33 or verifier.key_id.hex() != key_id:
            raise CheckpointError("not an Ed25519 verifier key")
        return verifier

    def accepts(self, body: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, body.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key with its owner's name; `seed` is the 32 bytes of RFC 8032."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def line(self, body: str) -> str:
        """The signature line under a body."""
        blob = self.verifier.key_id + self._key.sign(body.encode())
        return f"{_SIGNATURE}{self.verifier.name} {_encode(blob)}\n"


@dataclass(frozen=True)
class Signed:
    """A checkpoint that was verified, and the names of those (of the verifiers asked) who signed it."""

    checkpoint: Checkpoint
    signers: frozenset[str]


def sign(checkpoint: Checkpoint, signer: Signer) -> str:
    """The signed note."""
    return f"{checkpoint.body}\n{signer.line(checkpoint.body)}"


def countersign(note: str, signer: Signer) -> str:
    """The note with one more signature. Verify it first: this signs whatever it says."""
    body, _ = _split(note)
    return note + signer.line(body)


def verify(note: str, verifiers: Sequence[Verifier]) -> Signed:
    """The checkpoint of a note that at least one verifier's key signed. Raises CheckpointError.

    A signature by a known key that does not fit is refused even where another fits; unknown keys are ignored.
    """
    body, lines = _split(note)
    known = {(one.name, one.key_id): one for one in verifiers}
    signers = set()
    for name, blob in map(_signature, lines):
        verifier = known.get((name, blob[:_KEY_ID_BYTES]))
        if verifier is None:
            continue
        if not verifier.accepts(body, blob[_KEY_ID_BYTES:]):
            raise CheckpointError(f"the signature of {name} does not fit")
        signers.add(name)
    if not signers:
        raise CheckpointError("none of the known keys signed this")
    return Signed(Checkpoint.parse(body), frozenset(signers))


def _split(note: str) -> tuple[str, list[str]]:
    body, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or not all(map(_one_line, note[:-1].split("\n"))):
        raise CheckpointError("not a signed note")
    return body + "\n", signatures[:-1].split("\n")


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_SIGNATURE).partition(" ")
    if not line.startswith(_SIGNATURE) or not space or not name:
        raise CheckpointError("not a signature line")
    return name, _decode(encoded)


def _one_line(text: str) -> bool:
    return all(sign.isprintable() for sign in text)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise CheckpointError("not base64") from problem
    if _encode(raw) != text:
        raise CheckpointError("not canonical base64")
    return raw
