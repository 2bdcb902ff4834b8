"""The three messengers against small servers that answer as the vendors' do: tokens, codes, messages, refusals."""

import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from anxin.identity.messengers import App, MessengerRefused
from anxin.identity.messengers.registry import VENDORS
from anxin.identity.messengers.tokens import TokenCache

from . import messenger_servers as servers
from .messenger_servers import MEMBERS, SECRET, refusal

SEND = {
    "wecom": "/cgi-bin/message/send",
    "dingtalk": "/topapi/message/corpconversation/asyncsend_v2",
    "feishu": "/open-apis/message/v4/batch_send/",
}
RATE = {"wecom": 45009, "dingtalk": 90018, "feishu": 99991400}


@pytest.fixture(params=sorted(VENDORS))
def vendor(request):
    return request.param


@pytest.fixture
def mock(vendor):
    with servers.running(vendor) as server:
        yield server


@pytest.fixture
def talk(vendor, mock, http):
    def make(secret=SECRET, cache=None, corp_id=None):
        app = App(corp_id or mock.corp_id, mock.app_id, secret, mock.agent_id, mock.url, mock.url)
        return VENDORS[vendor].talks(app, http, cache or TokenCache())

    return make


def test_a_code_is_worth_its_member(talk, mock, vendor):
    account = talk().who(mock.code_for("linxf"), "https://anxin.example/back", "v")
    assert (account.user_id, account.name, account.mobile) == ("linxf", "林晓峰", "13900000268")
    assert account.number == (None if vendor == "wecom" else "DL10268")


def test_a_code_works_once(talk, mock):
    code = mock.code_for("linxf")
    assert talk().who(code, "https://anxin.example/back", "v").user_id == "linxf"
    with pytest.raises(MessengerRefused) as refused:
        talk().who(code, "https://anxin.example/back", "v")
    assert refused.value.code == "code_rejected"


def test_members_of_another_organisation_stay_outside(talk, mock, vendor):
    with pytest.raises(MessengerRefused) as refused:
        talk().who(mock.code_for("linxf", corp="corp-other"), "https://anxin.example/back", "v")
    assert refused.value.code == ("not_a_member" if vendor == "wecom" else "wrong_corp")


def test_one_token_serves_many_calls_and_threads(talk, mock):
    cache = TokenCache()
    threads = [
        threading.Thread(target=lambda: talk(cache=cache).send_text(["linxf"], "你好")) for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(mock.sent) == 8
    assert mock.tokens_given == 1


def test_a_token_that_was_ended_early_is_renewed_once(talk, mock):
    cache = TokenCache()
    talk(cache=cache).send_text(["linxf"], "一")
    mock.expire()
    talk(cache=cache).send_text(["linxf"], "二")
    assert [one["text"] for one in mock.sent] == ["一", "二"]
    assert mock.tokens_given == 2


def test_a_token_that_is_refused_again_and_again_does_not_loop(talk, mock, vendor):
    ended = {"wecom": 42001, "dingtalk": 42001, "feishu": 99991663}[vendor]
    for _ in range(5):
        mock.refuse_next(SEND[vendor], refusal(vendor, ended))
    with pytest.raises(MessengerRefused) as refused:
        talk().send_text(["linxf"], "你好")
    assert refused.value.code == "token_rejected"
    assert mock.asked.count(SEND[vendor]) == 2


def test_a_token_past_its_time_is_not_used(talk, mock):
    moment = [0.0]
    cache = TokenCache(clock=lambda: moment[0])
    talk(cache=cache).send_text(["linxf"], "一")
    moment[0] = 7200 - 100
    talk(cache=cache).send_text(["linxf"], "二")
    assert mock.tokens_given == 2


def test_a_wrong_secret_is_told_as_such(talk):
    with pytest.raises(MessengerRefused) as refused:
        talk(secret="another").check()
    assert refused.value.code == "secret_rejected"
    assert not refused.value.passing


def test_too_many_calls_are_to_be_tried_again(talk, mock, vendor):
    mock.refuse_next(SEND[vendor], refusal(vendor, RATE[vendor]))
    with pytest.raises(MessengerRefused) as refused:
        talk().send_text(["linxf"], "你好")
    assert refused.value.code == "rate_limited"
    assert refused.value.passing
    assert "their words" not in str(refused.value)


def test_429_says_when_to_come_back(talk, mock, vendor):
    body, _status, headers = refusal(vendor, RATE[vendor])
    mock.refuse_next(SEND[vendor], (body, 429, headers | {"x-ogw-ratelimit-reset": "7"}))
    with pytest.raises(MessengerRefused) as refused:
        talk().send_text(["linxf"], "你好")
    assert refused.value.wait is not None
    assert refused.value.wait.total_seconds() == 7


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"errcode":0,"errcode":1}', '{"code":NaN}'])
def test_an_answer_that_is_none_signs_nobody_in(talk, mock, vendor, body):
    first = {
        "wecom": "/cgi-bin/auth/getuserinfo",
        "dingtalk": "/v1.0/oauth2/userAccessToken",
        "feishu": "/open-apis/authen/v2/oauth/token",
    }[vendor]
    mock.refuse_next(first, (body, 200, {"Content-Type": "application/json"}))
    with pytest.raises(MessengerRefused) as refused:
        talk().who(mock.code_for("linxf"), "https://anxin.example/back", "v")
    assert refused.value.code == "malformed"


def test_a_messenger_that_is_away_is_to_be_tried_again(talk, mock, vendor):
    mock.refuse_next(SEND[vendor], ("no", 500, {"Content-Type": "text/plain"}))
    with pytest.raises(MessengerRefused) as refused:
        talk().send_text(["linxf"], "你好")
    assert refused.value.code == "away"
    assert refused.value.passing


def test_messages_reach_whom_the_messenger_knows(talk, mock, vendor):
    sent = talk().send_text(["linxf", "nobody", "zhouxl", "linxf"], "有一条新消息")
    assert mock.sent == [{"to": ["linxf", "zhouxl"], "text": "有一条新消息"}]
    assert sent.message_ids
    assert sent.unknown == (() if vendor == "dingtalk" else ("nobody",))


def test_a_message_that_reaches_nobody_is_refused(talk):
    with pytest.raises(MessengerRefused) as refused:
        talk().send_text(["nobody"], "有一条新消息")
    assert refused.value.code == "nobody_reached"


def test_many_people_are_told_in_parts(talk, mock, vendor, monkeypatch):
    monkeypatch.setattr(f"anxin.identity.messengers.{vendor}.AT_ONCE", 1)
    talk().send_text(list(MEMBERS), "有一条新消息")
    assert [one["to"] for one in mock.sent] == [["linxf"], ["zhouxl"]]


def test_the_address_carries_state_and_never_the_secret(talk, vendor):
    for inside in (True, False):
        address = talk().address("https://anxin.example/back", "the-state", "the-challenge", inside=inside)
        query = parse_qs(urlsplit(address).query)
        assert query["state"] == ["the-state"]
        assert query["redirect_uri"] == ["https://anxin.example/back"]
        assert SECRET not in address


def test_feishu_takes_a_code_only_with_its_verifier(http):
    with servers.running("feishu") as mock:
        app = App(mock.corp_id, mock.app_id, SECRET, "", mock.url, mock.url)
        feishu = VENDORS["feishu"].talks(app, http, TokenCache())
        code = mock.code_for("linxf", challenge=servers._challenge("mine"))
        with pytest.raises(MessengerRefused) as refused:
            feishu.who(code, "https://anxin.example/back", "somebody else's")
        assert refused.value.code == "code_rejected"
        code = mock.code_for("linxf", challenge=servers._challenge("mine"))
        assert feishu.who(code, "https://anxin.example/back", "mine").user_id == "linxf"
