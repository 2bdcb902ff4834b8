"""What became of sending: counts in steps for who looks after it, one's own for everybody, and failed ones once more."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from anxin.kernel import clock
from anxin.notices import mailer
from anxin.notices.models import Delivery


@pytest.fixture
def admin(client_as, person):
    client = client_as(person("admin"))

    def call(method, path, **more):
        return client.open(f"{client.base}{path}", method=method, **more)

    return call


@pytest.fixture
def broken(monkeypatch):
    """The mail server refuses until mended() is called."""

    def refuse(*_):
        raise mailer.Refused("smtp.550")

    with monkeypatch.context() as patch:
        patch.setattr(mailer, "send", refuse)
        yield patch.undo


def mail_of(admin):
    (line,) = [row for row in admin("GET", "/api/notices/sending").json if row["channel"] == "mail"]
    return line


def test_counts_come_in_steps_and_name_nobody(admin, reachable, told, run_jobs, mails):
    for number in range(7):
        told(reachable, key=str(number))
    run_jobs(reachable.tenant, "notices.mail")
    assert len(mails()) == 7
    assert mail_of(admin) == {"channel": "mail", "sent": 5, "waiting": None, "failed": None, "causes": []}
    page = admin("GET", "/notices/sending").text
    assert "5 条以上" in page
    assert "不到 5 条" in page
    for telling in ("林晓峰", "lin@example.org", str(reachable.id)):
        assert telling not in page


def test_what_is_older_than_thirty_days_is_not_counted(admin, reachable, told):
    told(reachable, at=clock.now() - timedelta(days=31))
    assert admin("GET", "/api/notices/sending").json == []
    assert "这三十天没有发过。" in admin("GET", "/notices/sending").text


def test_only_who_looks_after_it_sees_the_counts(client_as, person):
    client = client_as(person())
    for method, path in (("GET", "/sending"), ("POST", "/sending/again")):
        for where in ("/notices", "/api/notices"):
            assert client.open(f"{client.base}{where}{path}", method=method).status_code == 403


def test_failed_ones_are_sent_once_more(admin, reachable, told, run_jobs, mails, sent, broken):
    for number in range(5):
        told(reachable, key=str(number))
    run_jobs(reachable.tenant, "notices.mail")
    assert mail_of(admin)["failed"] == 5
    assert mail_of(admin)["causes"] == ["smtp.550"]
    assert "smtp.550" in admin("GET", "/notices/sending").text
    broken()
    answer = admin("POST", "/notices/sending/again")
    assert (
        "正在重发" in admin("GET", answer.headers["Location"].partition(f"t/{reachable.tenant.slug}")[2]).text
    )
    assert run_jobs(reachable.tenant, "notices.again") == ["done"]
    assert run_jobs(reachable.tenant, "notices.mail") == ["done"] * 5
    assert len(mails()) == 5
    assert (mail_of(admin)["sent"], mail_of(admin)["failed"]) == (5, None)


def test_one_that_was_read_meanwhile_is_left_alone(
    admin, reachable, told, run_jobs, mails, client_as, broken
):
    told(reachable)
    run_jobs(reachable.tenant, "notices.mail")
    client = client_as(reachable)
    client.post(f"{client.base}/api/notices/read")
    broken()
    assert admin("POST", "/api/notices/sending/again").status_code == 204
    run_jobs(reachable.tenant, "notices.again")
    assert run_jobs(reachable.tenant, "notices.mail") == []


def test_everybody_sees_their_own_log_and_no_other(
    reachable, person, told, run_jobs, mails, client_as, scope
):
    told(reachable)
    told(person())
    run_jobs(reachable.tenant, "notices.mail")
    client = client_as(reachable)
    (one,) = client.get(f"{client.base}/api/notices/deliveries").json
    assert (one["channel"], one["state"]) == ("mail", "sent")
    assert "已发出" in client.get(f"{client.base}/notices/").text
    with scope(reachable.tenant) as ctx:
        assert ctx.db.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2
