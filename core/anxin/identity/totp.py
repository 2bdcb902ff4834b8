"""Time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as every authenticator app makes them."""

import base64
import hmac
import secrets
import struct
from typing import Final
from urllib.parse import quote, urlencode

SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1  # steps a phone's clock may be off, either way


def new_secret() -> str:
    """160 random bits in base32, the form apps take."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(moment: float) -> int:
    return int(moment // SECONDS)


def matching_step(secret: str, code: str, moment: float, *, after: int = 0) -> int | None:
    """The step whose code this is, newer than `after`; None when there is none. Every candidate is compared."""
    here = step_at(moment)
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def address(secret: str, issuer: str, name: str) -> str:
    """What the QR code for the app holds."""
    query = urlencode(
        {"secret": secret, "issuer": issuer, "digits": DIGITS, "period": SECONDS}, quote_via=quote
    )
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?{query}"


def readable(secret: str) -> str:
    """In groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
