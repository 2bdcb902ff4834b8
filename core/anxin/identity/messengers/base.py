"""What the three messengers have in common: the tenant's own app, who signed in, what was sent, what was refused.

No database and no web framework in here. A tenant registers an app of its own at WeCom (企业微信), DingTalk (钉钉) or
Feishu (飞书); the app belongs to one organisation there (the corp id), and only that organisation's members come in.
Nothing a messenger says in words is ever echoed: its number tells the cause, ours are the words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from anxin.identity.oidc_wire import StrictJsonError, strict_object
from anxin.kernel.errors import AnxinError, Text
from anxin.kernel.i18n import lazy
from anxin.kernel.outbound import OutboundRefused

_AGAIN = lazy("This sign-in took too long or was opened twice. Please start again.")
_AWAY = lazy("The messenger does not answer at the moment. Please try again shortly.")
_SETTINGS = lazy("The messenger no longer accepts our settings. Please tell your union office.")
_STRANGER = lazy(
    "This account does not belong to your organisation in the messenger. Please use your work account."
)
_UNTRUSTED = lazy("The messenger's answer could not be trusted, so nobody was signed in. Please start again.")

#: code → (HTTP status, sentence)
REFUSALS: Final[dict[str, tuple[int, Text]]] = {
    "state_mismatch": (400, _AGAIN),
    "pending_expired": (400, _AGAIN),
    "code_rejected": (400, _AGAIN),
    "declined": (403, lazy("You stopped the sign-in. Nothing was shared; start again whenever you like.")),
    "not_a_member": (403, _STRANGER),
    "wrong_corp": (403, _STRANGER),
    "malformed": (403, _UNTRUSTED),
    "away": (502, _AWAY),
    "secret_rejected": (502, _SETTINGS),
    "not_permitted": (502, _SETTINGS),
    "token_rejected": (502, _SETTINGS),
    "rate_limited": (503, lazy("The messenger asks us to slow down. Please try again in a minute.")),
    "nobody_reached": (422, lazy("The messenger knows none of these people.")),
    "refused": (502, _AWAY),
}


class MessengerRefused(AnxinError):
    """A call was refused: `code` is a key of REFUSALS, `number` what the messenger called it, `wait` when to ask again."""

    def __init__(self, code: str, *, number: int | str | None = None, wait: timedelta | None = None) -> None:
        status, sentence = REFUSALS[code]
        super().__init__(sentence, code=code)
        self.status, self.number, self.wait = status, number, wait

    @property
    def passing(self) -> bool:
        """Will trying again later help?"""
        return self.code in ("away", "rate_limited", "refused")


@dataclass(frozen=True, slots=True)
class App:
    """The tenant's app. `app_id` is WeCom's AgentId, DingTalk's AppKey, Feishu's App ID; DingTalk sends messages under an
    AgentId besides. `api` and `login` replace the vendor's public addresses (a private or government deployment)."""

    corp_id: str
    app_id: str
    secret: str = field(repr=False)
    agent_id: str = ""
    api: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who signed in. `(corp, user_id)` is the account key; the others are for matching the roster, where given."""

    user_id: str
    name: str | None = None
    number: str | None = None
    mobile: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message was taken for delivery. `unknown` are user ids the messenger does not know."""

    message_ids: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class Reply(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Http(Protocol):
    """The guarded outbound client seen from here; raises OutboundRefused."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Reply: ...

    def post_json(self, url: str, value: Any, *, headers: Mapping[str, str] | None = None) -> Reply: ...


class Messenger(Protocol):
    """One messenger, ready to talk for one tenant's app."""

    vendor: str

    def address(self, redirect_uri: str, state: str, challenge: str, *, inside: bool) -> str:
        """Where to send the browser: one tap `inside` the messenger's own browser, a QR code elsewhere."""
        ...

    def who(self, code: str, redirect_uri: str, verifier: str) -> Account:
        """Exchange the code the browser brought back; raises MessengerRefused."""
        ...

    def send_text(self, user_ids: Sequence[str], text: str) -> Sent:
        """Send a message of the app to these people; raises MessengerRefused when it reached nobody."""
        ...

    def check(self) -> None:
        """Raises MessengerRefused when id and secret do not open the messenger's API."""
        ...


def ask(
    http: Http, method: str, url: str, value: Any = None, *, token: Mapping[str, str] | None = None
) -> tuple[Reply, dict[str, Any]]:
    """One call: (reply, its JSON object). "away" without a usable answer, "rate_limited" for 429."""
    try:
        if method == "GET":
            reply = http.get(url, headers={"Accept": "application/json", **(token or {})})
        else:
            reply = http.post_json(url, value, headers={"Accept": "application/json", **(token or {})})
    except OutboundRefused as problem:
        raise MessengerRefused("away", number=problem.code) from problem
    if reply.status == 429:
        raise MessengerRefused("rate_limited", number=429, wait=_pause(reply))
    try:
        return reply, strict_object(reply.body)
    except StrictJsonError as problem:
        raise MessengerRefused(
            "malformed" if reply.status == 200 else "away", number=reply.status
        ) from problem


def _pause(reply: Reply) -> timedelta:
    """How long the messenger asks us to wait, within reason."""
    said = reply.headers.get("x-ogw-ratelimit-reset") or reply.headers.get("retry-after") or ""
    return timedelta(seconds=min(int(said), 600)) if said.isdecimal() else timedelta(minutes=1)


def text(answer: Mapping[str, Any], name: str, limit: int = 200) -> str | None:
    """A member of an answer as plain text; anything else is None."""
    value = answer.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    clean = "".join(c for c in value if c.isprintable()).strip()
    return clean if 0 < len(clean) <= limit else None


def needed(answer: Mapping[str, Any], name: str, limit: int = 2048) -> str:
    value = text(answer, name, limit)
    if value is None:
        raise MessengerRefused("malformed")
    return value


def inner(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise MessengerRefused("malformed")
    return value


def send_in_parts(
    user_ids: Sequence[str], size: int, send: Callable[[list[str]], tuple[str, Sequence[str]]]
) -> Sent:
    """Send to everybody, `size` at a time; `send(part)` answers the message's id and whom the messenger does not know.

    Raises MessengerRefused when nobody was reached.
    """
    ids: list[str] = []
    unknown: list[str] = []
    for part in in_parts(user_ids, size):
        message_id, missed = send(part)
        unknown += missed
        if len(missed) < len(part):
            ids.append(message_id)
    if not ids:
        raise MessengerRefused("nobody_reached")
    return Sent(tuple(ids), tuple(unknown))


def in_parts(user_ids: Sequence[str], size: int) -> list[list[str]]:
    """Each id once, in order, in parts the messenger takes at a time."""
    once = list(dict.fromkeys(user_ids))
    return [once[start : start + size] for start in range(0, len(once), size)]
