"""Notices by the employer's messenger, against servers that answer as the vendors' do."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.identity.models import Messenger
from anxin.kernel import clock

from ..identity.messenger_servers import refusal

VENDORS = ("wecom", "dingtalk", "feishu")
SEND = {
    "wecom": "/cgi-bin/message/send",
    "dingtalk": "/topapi/message/corpconversation/asyncsend_v2",
    "feishu": "/open-apis/message/v4/batch_send/",
}
RATE = {"wecom": 45009, "dingtalk": 90018, "feishu": 99991400}
JOB = "notices.messenger"


@pytest.fixture(params=VENDORS)
def vendor(request):
    return request.param


def test_it_comes_as_a_message_that_says_nothing(vendor, chat, reachable, told, run_jobs, sent):
    mock = chat(vendor, reachable)
    notice_id = told(reachable)
    assert run_jobs(reachable.tenant, JOB) == ["done"]
    (message,) = mock.sent
    assert message["to"] == ["linxf"]
    sentence, _space, link = message["text"].partition(" ")
    assert sentence == "有一件事等你处理，请登录查看。"
    assert link.endswith(f"/t/{reachable.tenant.slug}/notices/{notice_id}")
    assert (sent(reachable)["messenger"].state, sent(reachable)["messenger"].tries) == ("sent", 1)


def test_a_messenger_that_asks_for_a_pause_gets_it(vendor, chat, reachable, told, run_jobs, waits, sent):
    mock = chat(vendor, reachable)
    body, _status, headers = refusal(vendor, RATE[vendor])
    mock.refuse_next(SEND[vendor], (body, 429, headers | {"Retry-After": "240"}))
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert mock.sent == []
    assert sent(reachable)["messenger"].error == "messenger.rate_limited"
    (again,) = waits(reachable.tenant, JOB)
    assert timedelta(seconds=200) < again.due_at - clock.now() <= timedelta(seconds=240)
    run_jobs(reachable.tenant, JOB)
    assert (len(mock.sent), sent(reachable)["messenger"].state) == (1, "sent")


def test_settings_the_messenger_no_longer_takes_fail_at_once(chat, reachable, told, run_jobs, waits, sent):
    chat("wecom", reachable, secret="another")
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert sent(reachable)["messenger"].error == "messenger.secret_rejected"
    assert waits(reachable.tenant, JOB) == []


def test_who_is_unknown_there_is_not_tried_again(vendor, chat, reachable, told, run_jobs, waits, sent):
    mock = chat(vendor, reachable, account="gone")
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert mock.sent == []
    assert (sent(reachable)["messenger"].state, waits(reachable.tenant, JOB)) == ("failed", [])


def test_without_an_account_there_the_inbox_is_enough(chat, reachable, told, run_jobs, sent):
    mock = chat("feishu", reachable, account=None)
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert (mock.sent, sent(reachable)["messenger"].error) == ([], "no_address")


def test_a_messenger_that_is_off_or_only_signs_in_sends_nothing(chat, scope, reachable, told, waits):
    chat("wecom", reachable)
    for change in ({"sends": False}, {"sends": True, "on": False}):
        with scope(reachable.tenant) as ctx:
            ctx.unaudited("test")
            for row in ctx.db.scalars(sa.select(Messenger)):
                for name, value in change.items():
                    setattr(row, name, value)
        told(reachable)
        assert waits(reachable.tenant, JOB) == []


def test_one_switched_off_while_a_message_waited_sends_nothing(chat, scope, reachable, told, run_jobs, sent):
    mock = chat("wecom", reachable)
    told(reachable)
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        ctx.db.scalars(sa.select(Messenger)).one().on = False
    run_jobs(reachable.tenant, JOB)
    assert (mock.sent, sent(reachable)["messenger"].state) == ([], "skipped")
