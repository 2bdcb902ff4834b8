"""DingTalk (钉钉): an app of the organisation (企业内部应用), named by corp id and AppKey; messages go under its AgentId.

The same page signs in inside DingTalk (one tap) and elsewhere (QR code). The token of the person names the corp they
chose: any other than the tenant's is refused. Union id → user id → name, mobile and employee number (工号).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from anxin.identity.messengers import base
from anxin.identity.messengers.base import Account, App, Http, MessengerRefused, Sent
from anxin.identity.messengers.tokens import TOKENS, TokenCache, name_of, with_token

API: Final = "https://api.dingtalk.com"
OLD_API: Final = "https://oapi.dingtalk.com"  # people and messages have not moved to the new one
LOGIN: Final = "https://login.dingtalk.com"
AT_ONCE: Final = 100
_HEADER: Final = "x-acs-dingtalk-access-token"
_OLD: Final = {
    40014: "token_rejected",
    42001: "token_rejected",
    88: "rate_limited",
    90002: "rate_limited",
    90018: "rate_limited",
    60121: "not_a_member",
    60011: "not_permitted",
    60020: "not_permitted",
    33012: "nobody_reached",
    -1: "away",
}
_NEW: Final = {
    "invalidClientIdOrSecret": "secret_rejected",
    "invalidParameter.authCode.notFound": "code_rejected",
    "InvalidAuthentication": "token_rejected",
    "Forbidden.AccessDenied.AccessTokenPermissionDenied": "not_permitted",
    "Forbidden.AccessDenied.IpNotInWhiteList": "not_permitted",
    "Forbidden.AccessDenied.QpsLimitForApi": "rate_limited",
    "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": "rate_limited",
}


class DingTalk:
    vendor = "dingtalk"

    def __init__(self, app: App, http: Http, cache: TokenCache = TOKENS) -> None:
        self._app, self._http, self._cache = app, http, cache
        self._api, self._old = app.api or API, app.api or OLD_API

    def address(self, redirect_uri: str, state: str, challenge: str, *, inside: bool) -> str:
        query = {
            "client_id": self._app.app_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": "openid corpid",
            "state": state,
            "prompt": "consent",
            "org_type": "management",
            "corpId": self._app.corp_id,
            "exclusiveLogin": "true",
            "exclusiveCorpId": self._app.corp_id,
        }
        return f"{self._app.login or LOGIN}/oauth2/auth?{urlencode(query)}"

    def who(self, code: str, redirect_uri: str, verifier: str) -> Account:
        asked = {
            "clientId": self._app.app_id,
            "clientSecret": self._app.secret,
            "code": code,
            "grantType": "authorization_code",
        }
        granted = self._new("POST", "/v1.0/oauth2/userAccessToken", asked)
        if granted.get("corpId") != self._app.corp_id:
            raise MessengerRefused("wrong_corp")
        own = {_HEADER: base.needed(granted, "accessToken")}
        union_id = base.needed(self._new("GET", "/v1.0/contact/users/me", token=own), "unionId", 200)
        found = base.inner(self._people("/topapi/user/getbyunionid", {"unionid": union_id}), "result")
        if found.get("contact_type") not in (0, None):  # 1: somebody's outside contact
            raise MessengerRefused("not_a_member")
        user_id = base.needed(found, "userid", 64)
        member = base.inner(self._people("/topapi/v2/user/get", {"userid": user_id}), "result")
        if base.text(member, "unionid") not in (union_id, None):
            raise MessengerRefused("malformed")
        return Account(
            user_id,
            base.text(member, "name"),
            base.text(member, "job_number", 40),
            base.text(member, "mobile", 30),
        )

    def send_text(self, user_ids: Sequence[str], text: str) -> Sent:
        def send(part: list[str]) -> tuple[str, list[str]]:
            answer = self._people(
                "/topapi/message/corpconversation/asyncsend_v2",
                {
                    "agent_id": self._app.agent_id,
                    "userid_list": ",".join(part),
                    "msg": {"msgtype": "text", "text": {"content": text}},
                },
            )
            return base.needed(answer, "task_id", 64), []

        return base.send_in_parts(user_ids, AT_ONCE, send)

    def check(self) -> None:
        self._fetch()

    def _fetch(self) -> tuple[str, float]:
        asked = {"appKey": self._app.app_id, "appSecret": self._app.secret}
        answer = self._new("POST", "/v1.0/oauth2/accessToken", asked)
        return base.needed(answer, "accessToken"), float(answer.get("expireIn") or 0)

    def _new(
        self, method: str, path: str, value: Any = None, token: dict[str, str] | None = None
    ) -> dict[str, Any]:
        reply, answer = base.ask(self._http, method, self._api + path, value, token=token)
        if reply.status != 200:
            said = str(answer.get("code", ""))
            raise MessengerRefused(_NEW.get(said, "refused"), number=said[:60])
        return answer

    def _people(self, path: str, value: dict[str, Any]) -> dict[str, Any]:
        def once(token: str) -> dict[str, Any]:
            url = f"{self._old}{path}?{urlencode({'access_token': token})}"
            _reply, answer = base.ask(self._http, "POST", url, value)
            number = answer.get("errcode", 0)
            if number != 0:
                raise MessengerRefused(_OLD.get(number, "refused"), number=number)
            return answer

        return self._with_token(once)

    def _with_token(self, once: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        return with_token(self._cache, name_of(self.vendor, self._app), self._fetch, once)
