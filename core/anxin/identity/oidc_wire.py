"""What this room needs of the outside world, and how it reads what comes back.

`Http` is the guarded outbound client seen from here (no redirects, size and time limits, no private
addresses unless the operator allows); every URL this room opens goes through it. JSON is read strictly:
with two members of one name two readers can see two different documents, and NaN defeats every comparison
of times.
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from anxin.identity.oidc_refusal import SignInRefused
from anxin.kernel.outbound import OutboundRefused

#: Documents larger than this are no metadata, key set or token response of an honest provider.
MAX_BYTES = 256 * 1024


class Reply(Protocol):
    """An answer of any status, body already read within the limits."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...


class Http(Protocol):
    """Raises `OutboundRefused` when the address, the transport or the answer is not acceptable."""

    def get(self, url: str, *, headers: Mapping[str, str]) -> Reply: ...

    def post_form(self, url: str, data: Mapping[str, str], *, headers: Mapping[str, str]) -> Reply: ...


def fetch(http: Http, url: str, failure: str, *, authorization: str | None = None) -> bytes:
    """The body of a JSON document at `url`, or the refusal `failure`."""
    headers = {"Accept": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    try:
        reply = http.get(url, headers=headers)
    except OutboundRefused as problem:
        raise SignInRefused(failure) from problem
    if reply.status != 200:
        raise SignInRefused(failure)
    return reply.body


class StrictJsonError(ValueError):
    """Not one JSON object with unambiguous members."""


def strict_object(text: bytes) -> dict[str, Any]:
    """Parse one JSON object in UTF-8; duplicate names, NaN and Infinity, and other types are refused."""
    if len(text) > MAX_BYTES:
        raise StrictJsonError("too large")
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_unambiguous, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise StrictJsonError(str(problem)) from problem
    if not isinstance(value, dict):
        raise StrictJsonError("not an object")
    return value


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise StrictJsonError("a member appears twice")
    return names


def _no_constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is not JSON")
