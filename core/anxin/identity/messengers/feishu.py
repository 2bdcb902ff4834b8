"""Feishu (飞书): an app of the organisation (企业自建应用), named by App ID; the corp id is Feishu's tenant key.

A person's token says which organisation it is of: any other than the tenant's is refused. The code exchange carries a
PKCE verifier, so a code that was overheard is worth nothing.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from anxin.identity.messengers import base
from anxin.identity.messengers.base import Account, App, Http, MessengerRefused, Sent
from anxin.identity.messengers.tokens import TOKENS, TokenCache, name_of, with_token

API: Final = "https://open.feishu.cn"
LOGIN: Final = "https://accounts.feishu.cn"
AT_ONCE: Final = 200
_ERRORS: Final = {
    10003: "secret_rejected",
    10014: "secret_rejected",
    10015: "secret_rejected",
    20002: "secret_rejected",
    20003: "code_rejected",
    20004: "code_rejected",
    20049: "code_rejected",  # the verifier is not the challenge's
    20005: "token_rejected",
    99991661: "token_rejected",
    99991663: "token_rejected",
    99991664: "token_rejected",
    99991668: "token_rejected",
    99991677: "token_rejected",
    99991672: "not_permitted",
    99991679: "not_permitted",
    99991401: "not_permitted",  # our address is not on the app's list
    99991400: "rate_limited",
    11232: "rate_limited",
    230020: "rate_limited",
}


class Feishu:
    vendor = "feishu"

    def __init__(self, app: App, http: Http, cache: TokenCache = TOKENS) -> None:
        self._app, self._http, self._cache = app, http, cache
        self._api = app.api or API

    def address(self, redirect_uri: str, state: str, challenge: str, *, inside: bool) -> str:
        query = {
            "client_id": self._app.app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._app.login or LOGIN}/open-apis/authen/v1/authorize?{urlencode(query)}"

    def who(self, code: str, redirect_uri: str, verifier: str) -> Account:
        asked = {
            "grant_type": "authorization_code",
            "client_id": self._app.app_id,
            "client_secret": self._app.secret,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        granted = self._ask("POST", "/open-apis/authen/v2/oauth/token", asked)
        own = _bearer(base.needed(granted, "access_token", 4096))
        person = base.inner(self._ask("GET", "/open-apis/authen/v1/user_info", token=own), "data")
        if person.get("tenant_key") != self._app.corp_id:
            raise MessengerRefused("wrong_corp")
        user_id = base.text(person, "user_id", 64)
        if user_id is None:  # a guest, or the app may not read user ids
            raise MessengerRefused("not_a_member")
        return Account(
            user_id,
            base.text(person, "name"),
            base.text(person, "employee_no", 40),
            _plain_mobile(base.text(person, "mobile", 30)),
        )

    def send_text(self, user_ids: Sequence[str], text: str) -> Sent:
        def send(part: list[str]) -> tuple[str, list[str]]:
            message = {"user_ids": part, "msg_type": "text", "content": {"text": text}}
            answer = self._with_token("POST", "/open-apis/message/v4/batch_send/", message)
            data = base.inner(answer, "data")
            return base.text(data, "message_id") or "", [
                str(one) for one in data.get("invalid_user_ids") or ()
            ]

        return base.send_in_parts(user_ids, AT_ONCE, send)

    def check(self) -> None:
        self._fetch()

    def _fetch(self) -> tuple[str, float]:
        asked = {"app_id": self._app.app_id, "app_secret": self._app.secret}
        answer = self._ask("POST", "/open-apis/auth/v3/tenant_access_token/internal", asked)
        return base.needed(answer, "tenant_access_token", 4096), float(answer.get("expire") or 0)

    def _with_token(self, method: str, path: str, value: Any) -> dict[str, Any]:
        return with_token(
            self._cache,
            name_of(self.vendor, self._app),
            self._fetch,
            lambda token: self._ask(method, path, value, token=_bearer(token)),
        )

    def _ask(
        self, method: str, path: str, value: Any = None, token: dict[str, str] | None = None
    ) -> dict[str, Any]:
        _reply, answer = base.ask(self._http, method, self._api + path, value, token=token)
        number = answer.get("code", 0)
        if number != 0:
            raise MessengerRefused(
                _ERRORS.get(number, "refused") if isinstance(number, int) else "refused",
                number=str(number)[:60],
            )
        return answer


def _bearer(token: str) -> dict[str, str]:
    if not token.isascii() or not token.isprintable():
        raise MessengerRefused("malformed")
    return {"Authorization": f"Bearer {token}"}


def _plain_mobile(number: str | None) -> str | None:
    """Feishu writes +86 before a mainland number; the roster does not."""
    return number.removeprefix("+86") if number else None
