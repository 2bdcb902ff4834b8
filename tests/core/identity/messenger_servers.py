"""WeCom, DingTalk and Feishu as their public API descriptions tell them, small: real HTTP servers on loopback.

Each knows one organisation, its app and its members. Tokens and codes end as the real ones do; `refuse_next` makes the
next call to a path fail with a number of the vendor's.
"""

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

SECRET = "s3cret-of-the-app"
MEMBERS = {
    "linxf": {"name": "林晓峰", "number": "DL10268", "mobile": "13900000268"},
    "zhouxl": {"name": "周晓岚", "number": "DL10001", "mobile": "13900000001"},
}


class MockMessenger:
    """What the three share: one live app token, codes that work once, a record of what was sent."""

    corp_id = "corp-dongling"
    app_id = "1000002"
    agent_id = "4410"

    def __init__(self) -> None:
        self.url = ""
        self.token = ""
        self.tokens_given = 0
        self.codes: dict[str, dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []
        self.refusals: dict[str, list[Any]] = {}
        self.asked: list[str] = []
        self._numbers = itertools.count(1)
        self.app = Flask(type(self).__name__)
        self.app.before_request(self._refuse)
        self.routes()

    def code_for(self, user_id: str, **more: Any) -> str:
        """What the messenger's page sends the browser back with after the person agreed."""
        code = f"code-{next(self._numbers)}"
        self.codes[code] = {"user_id": user_id, "corp": self.corp_id} | more
        return code

    def refuse_next(self, path: str, answer: Any) -> None:
        self.refusals.setdefault(path, []).append(answer)

    def expire(self) -> None:
        """The messenger ends the app's token early, as it may."""
        self.token = "ended"

    def new_token(self) -> str:
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}"
        return self.token

    def _refuse(self) -> Any:
        self.asked.append(request.path)
        waiting = self.refusals.get(request.path)
        return waiting.pop(0) if waiting else None

    def routes(self) -> None:
        raise NotImplementedError


class MockWeCom(MockMessenger):
    def routes(self) -> None:
        app = self.app

        @app.get("/cgi-bin/gettoken")
        def gettoken():
            if request.args["corpid"] != self.corp_id:
                return jsonify(errcode=40013, errmsg="invalid corpid")
            if request.args["corpsecret"] != SECRET:
                return jsonify(errcode=40001, errmsg="invalid credential")
            return jsonify(errcode=0, errmsg="ok", access_token=self.new_token(), expires_in=7200)

        @app.get("/cgi-bin/auth/getuserinfo")
        def getuserinfo():
            if bad := self._bad():
                return bad
            found = self.codes.pop(request.args["code"], None)
            if found is None:
                return jsonify(errcode=40029, errmsg="invalid code")
            if found["corp"] != self.corp_id:
                return jsonify(errcode=0, errmsg="ok", openid="oAAA", external_userid="wmBBB")
            return jsonify(errcode=0, errmsg="ok", userid=found["user_id"], user_ticket="t")

        @app.get("/cgi-bin/user/get")
        def user():
            if bad := self._bad():
                return bad
            member = MEMBERS[request.args["userid"]]
            return jsonify(
                errcode=0, userid=request.args["userid"], name=member["name"], mobile=member["mobile"]
            )

        @app.post("/cgi-bin/message/send")
        def send():
            if bad := self._bad():
                return bad
            said = request.get_json()
            assert (said["msgtype"], said["agentid"]) == ("text", int(self.app_id))
            to = said["touser"].split("|")
            unknown = [one for one in to if one not in MEMBERS]
            if len(unknown) == len(to):
                return jsonify(errcode=81013, errmsg="user & party & tag all invalid")
            self.sent.append({"to": [one for one in to if one in MEMBERS], "text": said["text"]["content"]})
            return jsonify(errcode=0, errmsg="ok", invaliduser="|".join(unknown), msgid="m1")

    def _bad(self) -> Any:
        ended = request.args.get("access_token") != self.token
        return jsonify(errcode=42001, errmsg="access_token expired") if ended else None


class MockDingTalk(MockMessenger):
    app_id = "dingabc"

    def routes(self) -> None:
        app = self.app

        @app.post("/v1.0/oauth2/accessToken")
        def access_token():
            said = request.get_json()
            if (said["appKey"], said["appSecret"]) != (self.app_id, SECRET):
                return jsonify(code="invalidClientIdOrSecret", message="…", requestid="r"), 400
            return jsonify(accessToken=self.new_token(), expireIn=7200)

        @app.post("/v1.0/oauth2/userAccessToken")
        def user_token():
            said = request.get_json()
            if (said["clientId"], said["clientSecret"]) != (self.app_id, SECRET):
                return jsonify(code="invalidClientIdOrSecret", message="…"), 400
            found = self.codes.pop(said["code"], None)
            if found is None:
                return jsonify(code="invalidParameter.authCode.notFound", message="…"), 400
            token = f"own-{found['user_id']}"
            return jsonify(accessToken=token, refreshToken="r", expireIn=7200, corpId=found["corp"])

        @app.get("/v1.0/contact/users/me")
        def me():
            own = request.headers["x-acs-dingtalk-access-token"]
            assert own.startswith("own-")
            return jsonify(nick="昵称", unionId=f"union-{own[4:]}", openId="o", mobile="…")

        @app.post("/topapi/user/getbyunionid")
        def by_union():
            if bad := self._bad():
                return bad
            user_id = request.get_json()["unionid"].removeprefix("union-")
            if user_id not in MEMBERS:
                return jsonify(errcode=60121, errmsg="找不到该用户")
            return jsonify(errcode=0, result={"contact_type": 0, "userid": user_id})

        @app.post("/topapi/v2/user/get")
        def user():
            if bad := self._bad():
                return bad
            user_id = request.get_json()["userid"]
            member = MEMBERS[user_id]
            return jsonify(
                errcode=0,
                result={
                    "userid": user_id,
                    "unionid": f"union-{user_id}",
                    "name": member["name"],
                    "job_number": member["number"],
                    "mobile": member["mobile"],
                },
            )

        @app.post("/topapi/message/corpconversation/asyncsend_v2")
        def send():
            if bad := self._bad():
                return bad
            said = request.get_json()
            assert said["agent_id"] == self.agent_id
            to = said["userid_list"].split(",")
            if not any(one in MEMBERS for one in to):
                return jsonify(errcode=33012, errmsg="无效的USERID")
            self.sent.append(
                {"to": [one for one in to if one in MEMBERS], "text": said["msg"]["text"]["content"]}
            )
            return jsonify(errcode=0, task_id=25, request_id="r")

    def _bad(self) -> Any:
        ended = request.args.get("access_token") != self.token
        return jsonify(errcode=40014, errmsg="不合法的access_token") if ended else None


class MockFeishu(MockMessenger):
    app_id = "cli_a1"

    def routes(self) -> None:
        app = self.app

        @app.post("/open-apis/auth/v3/tenant_access_token/internal")
        def tenant_token():
            said = request.get_json()
            if (said["app_id"], said["app_secret"]) != (self.app_id, SECRET):
                return jsonify(code=10014, msg="app secret invalid")
            return jsonify(code=0, msg="ok", tenant_access_token=self.new_token(), expire=7200)

        @app.post("/open-apis/authen/v2/oauth/token")
        def user_token():
            said = request.get_json()
            if (said["client_id"], said["client_secret"]) != (self.app_id, SECRET):
                return jsonify(code=20002, error="invalid_client"), 400
            found = self.codes.pop(said["code"], None)
            if found is None:
                return jsonify(code=20003, error="invalid_grant"), 400
            if "challenge" in found and found["challenge"] != _challenge(said["code_verifier"]):
                return jsonify(code=20049, error="invalid_grant"), 400
            return jsonify(code=0, access_token=f"{found['corp']}/{found['user_id']}", expires_in=7200)

        @app.get("/open-apis/authen/v1/user_info")
        def user_info():
            corp, user_id = request.headers["Authorization"].removeprefix("Bearer ").split("/")
            member = MEMBERS.get(user_id, {"name": "生人", "number": "", "mobile": ""})
            data = {
                "tenant_key": corp,
                "user_id": user_id,
                "open_id": "ou_1",
                "name": member["name"],
                "employee_no": member["number"],
                "mobile": f"+86{member['mobile']}",
            }
            return jsonify(code=0, data=data)

        @app.post("/open-apis/message/v4/batch_send/")
        def send():
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                return jsonify(code=99991663, msg="Invalid access token"), 400
            said = request.get_json()
            known = [one for one in said["user_ids"] if one in MEMBERS]
            unknown = [one for one in said["user_ids"] if one not in MEMBERS]
            if known:
                self.sent.append({"to": known, "text": said["content"]["text"]})
            return jsonify(code=0, data={"message_id": "bm-1", "invalid_user_ids": unknown})


MOCKS = {"wecom": MockWeCom, "dingtalk": MockDingTalk, "feishu": MockFeishu}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def refusal(vendor: str, number: Any, status: int = 200) -> tuple[str, int, dict[str, str]]:
    """An answer that refuses in the vendor's way."""
    name = {"wecom": "errcode", "dingtalk": "errcode", "feishu": "code"}[vendor]
    return (
        json.dumps({name: number, "msg": "<b>their words</b>"}),
        status,
        {"Content-Type": "application/json"},
    )


@contextmanager
def running(vendor: str) -> Iterator[MockMessenger]:
    mock = MOCKS[vendor]()
    server = make_server("127.0.0.1", 0, mock.app, threaded=True)
    mock.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield mock
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
