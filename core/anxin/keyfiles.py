"""Where the deployment's secret keys come from: a variable, a file of the operator's, or one made in the data
folder.

Standard library only: the supervisor and `anxin --help` load this, and must stay small.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

KEY_BYTES = 32


class KeyFileError(Exception):
    """A key cannot be used; the message is one line that names the place and the fix."""


class KeySource:
    """One key: `VARIABLE` holds it as text, `VARIABLE_FILE` names a file, else `own` in the data folder."""

    def __init__(self, variable: str, own: Path, env: Mapping[str, str]) -> None:
        self.variable, self.own = variable, own
        self.text, self.file = env.get(variable), env.get(f"{variable}_FILE")

    def load(self, *, create: bool, fresh: bool) -> tuple[bytes, str]:
        """The key and its source. A missing one is made only while the data folder is `fresh`.

        Without `create` a missing key is answered with a random one that is never written (doctor's look
        ahead).
        """
        if self.text:
            return parse(self.text.encode(), self.variable), self.variable
        if self.file:
            return _read_given(Path(self.file)), f"{self.variable}_FILE"
        try:
            return _read(self.own), "data folder"
        except FileNotFoundError:
            pass  # made below, once
        if not fresh:
            raise KeyFileError(
                f"the key {self.own} is missing but data exists: restore the key from your backup"
            )
        if not create:
            return os.urandom(KEY_BYTES), "made at the first start"
        self._make()
        return _read(self.own), "data folder"

    def _make(self) -> None:
        """Write a random key so that a crash leaves none or a whole one, and two starters agree on one."""
        try:
            self.own.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged = self.own.with_name(f"{self.own.name}.{os.getpid()}")
            with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(os.urandom(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(staged, self.own)
            except FileExistsError:
                pass  # another process was first: its key counts
            staged.unlink()
        except OSError as error:
            raise KeyFileError(f"cannot write the key {self.own}: {error.strerror}") from error


def _read(path: Path) -> bytes:
    try:
        return parse(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise KeyFileError(f"cannot read the key {path}: {error.strerror}") from error


def _read_given(path: Path) -> bytes:
    """The operator named this file, so its absence is an error, never a reason to make a key."""
    try:
        return _read(path)
    except FileNotFoundError as error:
        raise KeyFileError(f"cannot read the key {path}: {error.strerror}") from error


def parse(raw: bytes, where: str) -> bytes:
    """32 bytes, raw or written as 64 hexadecimal digits or base64."""
    if len(raw) == KEY_BYTES:
        return raw
    text = raw.strip()
    try:
        key = (
            binascii.unhexlify(text)
            if len(text) == 2 * KEY_BYTES
            else base64.b64decode(text + b"==", altchars=b"-_")
        )
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{where} is no key: 32 bytes are needed, raw, in hexadecimal or in base64")
    return key


def derive(key: bytes, label: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt: one key per label, none of which tells anything of another."""
    pseudorandom = hmac.digest(bytes(32), key, "sha256")
    output, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(pseudorandom, block + label.encode() + bytes([counter]), "sha256")
        output += block
    return output[:length]


def fingerprint(key: bytes) -> str:
    """Eight characters that tell keys apart and give nothing away."""
    return hashlib.sha256(b"anxin/fingerprint" + key).hexdigest()[:8]
