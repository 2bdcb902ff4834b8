"""Passphrases and link tokens for local sign-in (agencies, operators, unions without a provider).

Nobody is ever given a password: an activation link lets a person choose one, so there is no shared default
to forget to change. Rules are the few that help (NIST SP 800-63B): long enough, not one of the commonest,
not the person's own name or number; no demands for symbols, no forced change.
"""

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from anxin.kernel.errors import Text
from anxin.kernel.i18n import lazy

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 256  # a limit on work, far above what anybody types

# Argon2id with OWASP's second set (19 MiB, two passes, one lane): the set meant for servers where many
# people sign in at once, as at a shift change. Raised here, every hash is renewed at its owner's next
# sign-in (`Verdict.renewed`).
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
# At most four hashes at once in a process: a burst of attempts queues instead of taking 19 MiB each.
_SLOTS: Final = threading.BoundedSemaphore(4)

_ROWS: Final = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
)


class Verdict(NamedTuple):
    """`renewed` is a fresh hash to store: right passphrase, but a hash of older parameters."""

    ok: bool
    renewed: str | None = None


class LinkToken(NamedTuple):
    """`token` goes into the link and is kept nowhere; `hash` goes into the row."""

    token: str
    hash: bytes


def hash_passphrase(passphrase: str) -> str:
    """An Argon2id hash with its own salt and parameters, ready to store."""
    with _SLOTS:
        return _HASHER.hash(_plain(passphrase))


def verify_passphrase(stored: str | None, passphrase: str) -> Verdict:
    """Is it the right one? With `None` (no such person, no passphrase yet) the same work is done and the
    answer is no, so that the time taken does not tell who has an account."""
    try:
        with _SLOTS:
            _HASHER.verify(stored if stored is not None else _dummy(), _plain(passphrase))
    except (VerificationError, InvalidHashError):
        return Verdict(False)
    if stored is None:
        return Verdict(False)
    return Verdict(True, hash_passphrase(passphrase) if _HASHER.check_needs_rehash(stored) else None)


def objections(passphrase: str, own_words: Iterable[str] = ()) -> list[Text]:
    """Why this passphrase cannot be taken, for the form; an empty list means it can.

    `own_words`: what others know about the person and the place (name, employee number, e-mail, tenant's
    name).
    """
    plain = _plain(passphrase)
    folded = plain.casefold()
    if len(plain) < MIN_LENGTH:
        return [
            lazy("Use at least %(count)s characters; a short sentence is easy to remember.", count=MIN_LENGTH)
        ]
    if len(plain) > MAX_LENGTH:
        return [lazy("Use at most %(count)s characters.", count=MAX_LENGTH)]
    if folded in _common() or _is_pattern(folded):
        return [lazy("This one is guessed first. Choose something only you would think of.")]
    if _is_mostly(folded, own_words):
        return [lazy("Others know your name and number. Choose something that does not contain them.")]
    return []


def new_token() -> LinkToken:
    """A single-use secret for an activation or reset link. The row adds purpose, expiry and "used at"."""
    token = secrets.token_urlsafe(32)
    return LinkToken(token, token_hash(token))


def token_hash(token: str) -> bytes:
    """What a row stores and is found by. 256 random bits need no slow hash; a stolen table opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def token_matches(token: str, stored: bytes) -> bool:
    """Constant-time check of a link's token against its row."""
    return hmac.compare_digest(token_hash(token), stored)


def _plain(passphrase: str) -> str:
    """NFKC: typed with full-width digits or another input method, it is still the same passphrase."""
    return unicodedata.normalize("NFKC", passphrase).encode("utf-8", "replace").decode()


@cache
def _dummy() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@cache
def _common() -> frozenset[str]:
    listed = files("anxin.identity").joinpath("passwords_common.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in listed if line.strip() and not line.startswith("#"))


def _is_pattern(folded: str) -> bool:
    """A short piece repeated (abcabcabcabc), or a run along the alphabet, the digits or the keyboard."""
    if any(folded == (folded[:size] * len(folded))[: len(folded)] for size in range(1, 6)):
        return True
    return any(folded in row * 3 or folded in row[::-1] * 3 for row in _ROWS)


def _is_mostly(folded: str, own_words: Iterable[str]) -> bool:
    """What remains without the own words must still be worth guessing."""
    rest = folded
    for word in sorted((_plain(w).casefold() for w in own_words), key=len, reverse=True):
        if len(word) > 1:
            rest = rest.replace(word, "")
    return len(rest) < min(6, len(folded))
