"""WeCom (企业微信): an app of the organisation (自建应用), named by corp id and AgentId.

In WeCom's own browser one tap; elsewhere WeCom's page with a QR code. A code is worth the member's user id; name and
mobile come where the app may read them, and the roster usually needs neither.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from anxin.identity.messengers import base
from anxin.identity.messengers.base import Account, App, Http, MessengerRefused, Sent
from anxin.identity.messengers.tokens import TOKENS, TokenCache, name_of, with_token

API: Final = "https://qyapi.weixin.qq.com"
INSIDE: Final = "https://open.weixin.qq.com"
OUTSIDE: Final = "https://login.work.weixin.qq.com"
AT_ONCE: Final = 1000
_ERRORS: Final = {
    40001: "secret_rejected",  # also a wrong secret when asking for a token
    40013: "secret_rejected",  # corp id
    40056: "secret_rejected",  # agent id
    40014: "token_rejected",
    42001: "token_rejected",
    40029: "code_rejected",
    42003: "code_rejected",
    60011: "not_permitted",
    60020: "not_permitted",  # our address is not on the app's list of trusted ones
    48002: "not_permitted",
    50001: "not_permitted",  # the redirect address is not the app's
    45009: "rate_limited",
    45033: "rate_limited",
    60111: "not_a_member",
    81013: "nobody_reached",
    -1: "away",
}


class WeCom:
    vendor = "wecom"

    def __init__(self, app: App, http: Http, cache: TokenCache = TOKENS) -> None:
        self._app, self._http, self._cache = app, http, cache
        self._api = app.api or API

    def address(self, redirect_uri: str, state: str, challenge: str, *, inside: bool) -> str:
        app = self._app
        common = {"appid": app.corp_id, "agentid": app.app_id, "redirect_uri": redirect_uri, "state": state}
        if inside:
            query = urlencode({**common, "response_type": "code", "scope": "snsapi_base"})
            return f"{app.login or INSIDE}/connect/oauth2/authorize?{query}#wechat_redirect"
        return f"{app.login or OUTSIDE}/wwlogin/sso/login?{urlencode({**common, 'login_type': 'CorpApp'})}"

    def who(self, code: str, redirect_uri: str, verifier: str) -> Account:
        answer = self._call("GET", "/cgi-bin/auth/getuserinfo", {"code": code})
        user_id = base.text(answer, "userid", 64)
        if user_id is None:  # a visitor with only an openid: not of this organisation
            raise MessengerRefused("not_a_member")
        member: dict[str, Any] = {}
        try:
            member = self._call("GET", "/cgi-bin/user/get", {"userid": user_id})
        except MessengerRefused as refused:
            if (
                refused.code != "not_permitted"
            ):  # many apps may not read the address book; the user id is enough
                raise
        return Account(user_id, base.text(member, "name"), None, base.text(member, "mobile", 30))

    def send_text(self, user_ids: Sequence[str], text: str) -> Sent:
        def send(part: list[str]) -> tuple[str, list[str]]:
            answer = self._call(
                "POST",
                "/cgi-bin/message/send",
                {},
                {
                    "touser": "|".join(part),
                    "msgtype": "text",
                    "agentid": _number(self._app.app_id),
                    "text": {"content": text},
                    "safe": 0,
                },
            )
            missed = [one for one in str(answer.get("invaliduser") or "").split("|") if one]
            return base.text(answer, "msgid") or "", missed

        return base.send_in_parts(user_ids, AT_ONCE, send)

    def check(self) -> None:
        self._fetch()

    def _fetch(self) -> tuple[str, float]:
        query = urlencode({"corpid": self._app.corp_id, "corpsecret": self._app.secret})
        _reply, answer = base.ask(self._http, "GET", f"{self._api}/cgi-bin/gettoken?{query}")
        _judge(answer)
        return base.needed(answer, "access_token"), float(answer.get("expires_in") or 0)

    def _call(self, method: str, path: str, query: dict[str, str], value: Any = None) -> dict[str, Any]:
        def once(token: str) -> dict[str, Any]:
            asked = urlencode({"access_token": token, **query})
            _reply, answer = base.ask(self._http, method, f"{self._api}{path}?{asked}", value)
            _judge(answer)
            return answer

        return with_token(self._cache, name_of(self.vendor, self._app), self._fetch, once)


def _judge(answer: dict[str, Any]) -> None:
    number = answer.get("errcode", 0)
    if number != 0:
        raise MessengerRefused(_ERRORS.get(number, "refused"), number=number)


def _number(app_id: str) -> int | str:
    return int(app_id) if app_id.isdecimal() else app_id
