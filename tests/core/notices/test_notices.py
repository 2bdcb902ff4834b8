"""Notices: in the inbox at once, by mail afterwards, to nobody else's people, in words that do not tell."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from anxin.identity import sessions
from anxin.kernel import jobs
from anxin.kernel.errors import NotFound, ProgrammingError
from anxin.kernel.ids import new_id
from anxin.notices import channels, mailer
from anxin.notices.models import Choice, Delivery, Notice
from anxin.notices.services import notify

from .smtp_stand_in import SmtpStandIn

KIND = "safety.attention"
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # 12:00 in Beijing
NIGHT = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)  # 23:30


def tell(scope, someone, **told):
    with scope(someone.tenant) as ctx:
        ctx.unaudited("test")
        return notify(ctx, someone.id, KIND, "/somewhere", **told)


def deliveries(scope, someone):
    with scope(someone.tenant) as ctx:
        return [(row.channel, row.state, row.tries, row.error) for row in ctx.db.scalars(sa.select(Delivery))]


def test_a_mail_is_written_and_says_nothing(scope, reachable, run_jobs, mails):
    tell(scope, reachable)
    assert run_jobs(reachable.tenant, "notices.mail") == ["done"]
    (mail,) = mails()
    assert mail["To"] == "lin@example.org"
    assert mail["Subject"] == "有一件事等你处理，请登录查看。"
    assert f"/t/{reachable.tenant.slug}/notices/" in mail.get_content()
    for telling in ("心理", "咨询", "危机", "林晓峰", "somewhere", "测评"):
        assert telling not in mail.as_string() + mail.get_content()
    assert deliveries(scope, reachable) == [("mail", "sent", 1, None)]


def test_sending_again_is_one_mail(scope, reachable, run_jobs, mails, runtime):
    notice_id = tell(scope, reachable)
    run_jobs(reachable.tenant, "notices.mail")
    with scope(reachable.tenant) as ctx:
        channels.mail(ctx, notice_id=str(notice_id))
    assert len(mails()) == 1


def test_the_same_key_is_the_same_notice(scope, reachable):
    assert tell(scope, reachable, key="a") == tell(scope, reachable, key="a")
    assert tell(scope, reachable, key="b") != tell(scope, reachable, key="a")


def test_without_an_address_the_inbox_is_enough(scope, person, run_jobs, mails):
    someone = person()
    tell(scope, someone)
    run_jobs(someone.tenant, "notices.mail")
    assert mails() == []
    assert deliveries(scope, someone) == [("mail", "skipped", 0, "no_address")]


def test_a_notice_read_before_the_mail_goes_out_needs_none(scope, reachable, run_jobs, mails, client_as):
    notice_id = tell(scope, reachable)
    client = client_as(reachable)
    assert client.get(f"{client.base}/notices/{notice_id}").headers["Location"].endswith("/somewhere")
    run_jobs(reachable.tenant, "notices.mail")
    assert mails() == []


def test_another_tenant_s_people_cannot_be_addressed(scope, tenant, other_tenant, person):
    stranger = person(tenant=other_tenant)
    with scope(tenant) as ctx, pytest.raises(NotFound):
        notify(ctx, stranger.id, KIND)
    with scope(tenant) as ctx:
        row = Notice(
            person_id=stranger.id, kind=KIND, link="/", made_at=ctx.now, tenant_id=tenant.id, id=new_id()
        )
        ctx.db.add(row)
        with pytest.raises(IntegrityError):
            ctx.db.flush()
        ctx.db.rollback()


def test_an_undeclared_kind_is_a_mistake_of_ours(scope, reachable):
    with scope(reachable.tenant) as ctx, pytest.raises(ProgrammingError):
        notify(ctx, reachable.id, "no.such")


def test_an_employer_s_context_leaves_the_writing_to_a_job_and_cannot_read(
    scope, runtime, reachable, person, run_jobs
):
    admin = person("admin")
    ctx = sessions.open_ctx(runtime, runtime.caches["directory"].by_id(admin.tenant.id), admin.token)
    notice_id = notify(ctx, reachable.id, KIND, "/x")
    ctx.unaudited("test")
    ctx.commit()
    ctx.close()
    assert run_jobs(reachable.tenant, "notices.write") == ["done"]
    with scope(reachable.tenant) as system:
        assert system.get(Notice, notice_id).person_id == reachable.id
    ctx = sessions.open_ctx(runtime, runtime.caches["directory"].by_id(admin.tenant.id), admin.token)
    assert ctx.db.scalar(sa.text("SELECT count(*) FROM core.notice")) == 0
    ctx.close()


def test_nobody_opens_another_s_notice(scope, reachable, person, client_as):
    notice_id = tell(scope, reachable)
    client = client_as(person("admin"))
    for path in (f"/notices/{notice_id}", f"/api/notices/{notice_id}/read"):
        answer = client.post(client.base + path) if "api" in path else client.get(client.base + path)
        assert answer.status_code == 404


@pytest.mark.parametrize(("at", "urgent", "hours"), [(NOON, False, 0), (NIGHT, False, 7.5), (NIGHT, True, 0)])
def test_quiet_hours_hold_mail_back_unless_it_is_urgent(scope, reachable, at, urgent, hours):
    with scope(reachable.tenant) as ctx:
        ctx.unaudited("test")
        ctx.now = at
        notify(ctx, reachable.id, KIND, urgent=urgent)
    with scope(reachable.tenant) as ctx:
        due = ctx.db.scalar(sa.text("SELECT due_at FROM core.outbox WHERE job = 'notices.mail'"))
    assert due - at == timedelta(hours=hours)


def test_a_choice_counts_except_for_urgent_ones(scope, reachable, client_as, run_jobs, mails):
    client = client_as(reachable)
    answer = client.put(f"{client.base}/api/notices/choices", json={"channel": "mail", "wanted": False})
    assert answer.status_code == 204
    tell(scope, reachable)
    assert run_jobs(reachable.tenant, "notices.mail") == []
    tell(scope, reachable, urgent=True)
    assert run_jobs(reachable.tenant, "notices.mail") == ["done"]
    assert len(mails()) == 1
    assert client.post(f"{client.base}/notices/choices", data={"mail": "1"}).status_code == 303
    with scope(reachable.tenant) as ctx:
        assert ctx.db.scalars(sa.select(Choice.wanted)).all() == [True]


def test_a_server_that_is_away_is_tried_again_with_growing_pauses(scope, reachable, run_jobs, monkeypatch):
    def away(*_):
        raise mailer.Away("ConnectionRefusedError")

    monkeypatch.setattr(mailer, "send", away)
    tell(scope, reachable)
    for attempt in range(1, len(jobs.PAUSES) + 2):
        assert run_jobs(reachable.tenant, "notices.mail") == ["done"]
        ((_channel, state, tries, error),) = deliveries(scope, reachable)
        assert (tries, error) == (attempt, "ConnectionRefusedError")
    assert state == "failed"
    assert run_jobs(reachable.tenant, "notices.mail") == []


def test_a_refused_address_is_not_tried_again(scope, reachable, run_jobs, monkeypatch):
    def refused(*_):
        raise mailer.Refused("smtp.550")

    monkeypatch.setattr(mailer, "send", refused)
    tell(scope, reachable)
    run_jobs(reachable.tenant, "notices.mail")
    assert deliveries(scope, reachable) == [("mail", "failed", 1, "smtp.550")]


def test_the_inbox_speaks_the_reader_s_language(scope, reachable, client_as):
    tell(scope, reachable)
    client = client_as(reachable)
    assert "有一件事等你处理" in client.get(f"{client.base}/notices/").text
    assert "Something waits for you" in client.get(f"{client.base}/notices/?lang=en").text
    assert client.get(f"{client.base}/api/notices/unread").json == {"count": 1}


def test_reading_all_empties_the_bell(scope, reachable, client_as):
    tell(scope, reachable)
    tell(scope, reachable)
    client = client_as(reachable)
    assert client.post(f"{client.base}/api/notices/read").json == {"count": 2}
    assert client.get(f"{client.base}/api/notices/unread").json == {"count": 0}
    assert "全部标为已读" not in client.get(f"{client.base}/notices/").text


def test_a_real_smtp_server_gets_the_mail(scope, reachable, run_jobs, runtime, settings, monkeypatch):
    with SmtpStandIn() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        monkeypatch.setattr(runtime, "settings", dataclasses.replace(settings, smtp_url=url))
        tell(scope, reachable)
        assert run_jobs(reachable.tenant, "notices.mail") == ["done"]
    assert server.recipients == ["<lin@example.org>"]
    assert deliveries(scope, reachable) == [("mail", "sent", 1, None)]
    monkeypatch.setattr(runtime, "settings", dataclasses.replace(settings, smtp_url=url))
    tell(scope, reachable, key="after it is gone")
    run_jobs(reachable.tenant, "notices.mail")
    assert ("mail", "waiting", 1, "ConnectionRefusedError") in deliveries(scope, reachable)
