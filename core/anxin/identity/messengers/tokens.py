"""Access tokens of messenger apps, kept in memory until shortly before they end.

One a process and app; while one thread fetches, the others wait for it, so a morning's rush asks once. The messenger may
end a token early: whoever is told so forgets it (`forget`) and asks again, once.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from anxin.identity.messengers.base import App, MessengerRefused

Answer = TypeVar("Answer")
MARGIN = 200.0  # seconds before its end a token is no longer used
LONGEST = 7200.0


class TokenCache:
    """`get` runs `fetch` () → (token, seconds it lives) when there is none that will do."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str, fetch: Callable[[], tuple[str, float]]) -> str:
        with self._lock:
            gate = self._locks.setdefault(name, threading.Lock())
        with gate:
            found = self._kept.get(name)
            if found is not None and found[1] > self._clock():
                return found[0]
            token, seconds = fetch()
            lives = min(seconds, LONGEST)
            self._kept[name] = (token, self._clock() + max(lives - MARGIN, lives / 2))
            return token

    def forget(self, name: str, token: str) -> None:
        """Unless another thread has a newer one already."""
        found = self._kept.get(name)
        if found is not None and found[0] == token:
            self._kept.pop(name, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


TOKENS = TokenCache()


def name_of(vendor: str, app: App) -> str:
    """Whose token: a new secret or address has a token of its own."""
    said = "\0".join((vendor, app.corp_id, app.app_id, app.secret, app.api))
    return hashlib.sha256(said.encode()).hexdigest()


def with_token(
    cache: TokenCache, name: str, fetch: Callable[[], tuple[str, float]], call: Callable[[str], Answer]
) -> Answer:
    """Call with a token; when the messenger says that it has ended, once more with a fresh one."""
    token = cache.get(name, fetch)
    try:
        return call(token)
    except MessengerRefused as refused:
        if refused.code != "token_rejected":
            raise
    cache.forget(name, token)
    return call(cache.get(name, fetch))
