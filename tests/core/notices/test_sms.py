"""Notices as text messages: a file while there is no gateway, else the operator's gateway, tried again when that helps."""

import dataclasses
from datetime import timedelta

import pytest

from anxin.kernel import clock
from anxin.kernel.jobs import PAUSES

JOB = "notices.sms"


@pytest.fixture(autouse=True)
def on(configure, tenant):
    configure(tenant, sms=True)


def test_a_text_is_a_file_that_says_nothing(reachable, told, run_jobs, texts, sent):
    notice_id = told(reachable)
    assert run_jobs(reachable.tenant, JOB) == ["done"]
    (text,) = texts()
    assert text["to"] == "13900000268"
    assert text["text"].startswith("有一件事等你处理，请登录查看。 http")
    assert text["text"].endswith(f"/notices/{notice_id}")
    assert sent(reachable)["sms"].state == "sent"


def test_a_folder_that_cannot_be_written_is_tried_again(
    reachable, told, run_jobs, sent, waits, runtime, monkeypatch, tmp_path
):
    (tmp_path / "taken").write_text("no folder")
    changed = dataclasses.replace(runtime.settings, sms_dir=tmp_path / "taken")
    monkeypatch.setattr(runtime, "settings", changed)
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert (sent(reachable)["sms"].state, sent(reachable)["sms"].error) == ("waiting", "FileExistsError")
    assert len(waits(reachable.tenant, JOB)) == 1


def test_the_gateway_gets_it_with_its_token(reachable, told, run_jobs, gateway, sent):
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    ((came),) = gateway.came
    assert came["token"] == "Bearer the-token"
    assert (came["id"], came["to"]) == (str(sent(reachable)["sms"].id), "13900000268")


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_passes_is_tried_again_as_the_same_message(
    reachable, told, run_jobs, gateway, sent, waits, status
):
    gateway.then(status)
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    first = sent(reachable)["sms"]
    assert (first.state, first.tries, first.error) == ("waiting", 1, f"sms.{status}")
    (again,) = waits(reachable.tenant, JOB)
    assert timedelta() < again.due_at - clock.now() <= PAUSES[0]
    run_jobs(reachable.tenant, JOB)
    assert (sent(reachable)["sms"].state, sent(reachable)["sms"].tries) == ("sent", 2)
    assert len({came["id"] for came in gateway.came}) == 1 < len(gateway.came)


def test_the_gateway_s_own_pause_is_kept(reachable, told, run_jobs, gateway, waits):
    gateway.then(429, Retry_After="600")
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    (again,) = waits(reachable.tenant, JOB)
    assert timedelta(seconds=560) < again.due_at - clock.now() <= timedelta(seconds=600)


def test_pauses_grow_and_the_last_try_ends_it(reachable, told, run_jobs, gateway, sent, waits):
    gateway.then(*[503] * 20)
    told(reachable)
    pauses = []
    for _try in range(len(PAUSES) + 1):
        run_jobs(reachable.tenant, JOB)
        pauses += [row.due_at - clock.now() for row in waits(reachable.tenant, JOB)]
    assert pauses == sorted(pauses)
    assert len(pauses) == len(PAUSES)
    assert (sent(reachable)["sms"].state, sent(reachable)["sms"].tries) == ("failed", len(PAUSES) + 1)
    assert run_jobs(reachable.tenant, JOB) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_is_refused_for_good_is_not_tried_again(reachable, told, run_jobs, gateway, sent, waits, status):
    gateway.then(status)
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert (sent(reachable)["sms"].state, sent(reachable)["sms"].error) == ("failed", f"sms.{status}")
    assert waits(reachable.tenant, JOB) == []


def test_a_private_address_the_operator_did_not_allow_is_never_called(
    reachable, told, run_jobs, gateway, sent, runtime, monkeypatch
):
    monkeypatch.setattr(runtime, "settings", dataclasses.replace(runtime.settings, outbound_allow=()))
    told(reachable)
    run_jobs(reachable.tenant, JOB)
    assert gateway.came == []
    assert sent(reachable)["sms"].error.startswith("sms.")


def test_a_tenant_that_did_not_switch_them_on_sends_none(reachable, told, configure, waits):
    configure(reachable.tenant, sms=False)
    told(reachable)
    assert waits(reachable.tenant, JOB) == []
