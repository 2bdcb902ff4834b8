"""People without an account: from a public call to the first sign-in as a volunteer; and what strangers try at the door."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email import policy as mail_policy
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.audit.models import AuditEntry
from anxin.consent import retention
from anxin.identity.apply import set_contact
from anxin.kernel import clock
from anxin.notices import mailer, outsiders
from anxin.plugin import Invalid, NotFound, Person, TooMany
from anxin_volunteers import policy
from anxin_volunteers.models import Call, Outside, Volunteer
from anxin_volunteers.services import calls, confirming, outside

FORM = {
    "name": "许小满",
    "phone": "13900001111",
    "email": "xiaoman@example.org",
    "why": "退休了，想做点有用的事",
    "skills": "做过护士",
    "times": "周末",
    "answer_1": "会，常给孙子讲",
    "agreed": "1",
}
ADDRESSES = itertools.count(20)
ROLE = {"volunteer": {"volunteers.join": "own", "notices.read": "own"}}


@pytest.fixture
def union(new_tenant: Any) -> Any:
    """A union whose file names the role of those who come from outside."""
    return new_tenant(roles=ROLE)


@pytest.fixture
def call(scope: Any) -> Any:
    """call(tenant, public=True, state="open", …): its id."""

    def make(tenant: Any, *, public: bool = True, state: str = "open", **fields: Any) -> Any:
        with scope(tenant) as ctx:
            row = calls.create(
                ctx,
                {"title": "冬送温暖", "text": "", "public": public, "questions": ["会讲故事吗？"], **fields},
            )
            row.state = state
            return row.id

    return make


@pytest.fixture
def mails(runtime: Any, monkeypatch: Any) -> list[Any]:
    """What is posted, instead of posting it."""
    sent: list[Any] = []
    monkeypatch.setattr(mailer, "send", lambda settings, message: sent.append(message))
    return sent


def linked(message: Any) -> str:
    text = message_from_bytes(message.as_bytes(), policy=mail_policy.default).get_content()
    return re.search(r"(/t/\S+)", text)[1]  # type: ignore[index]


@pytest.fixture
def server(runtime: Any, monkeypatch: Any) -> None:
    """A deployment that has a mail server."""
    monkeypatch.setattr(outsiders, "delivers_outside", lambda ctx, **told: bool(told.get("email")))
    monkeypatch.setattr(confirming, "delivers_outside", outsiders.delivers_outside)


def test_from_the_public_page_to_the_first_sign_in(
    union: Any, call: Any, person: Any, client_as: Any, run_jobs: Any, mails: Any, scope: Any
) -> None:
    call_id, visitor = call(union), client_as(None, union)
    address = f"{visitor.base}/volunteers/calls/{call_id}/public"
    shown = visitor.get(address).get_data(as_text=True)
    assert "会讲故事吗？" in shown
    assert "保密" in shown
    again = visitor.post(address, data=FORM | {"answer_1": "", "agreed": ""})
    assert again.status_code == 422
    assert "做过护士" in again.get_data(as_text=True), "what was typed is kept"
    sent = visitor.post(address, data=FORM)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    own = sent.headers["Location"]
    assert "报名已收到" in visitor.get(own).get_data(as_text=True)

    lead = client_as(person("admin", tenant=union))
    board = lead.get(f"{lead.base}/volunteers/board?state=applied").get_data(as_text=True)
    assert "许小满" in board
    assert "站外报名" in board
    (row,) = lead.get(f"{lead.base}/api/volunteers/volunteers?state=applied").json
    assert (row["outside"], row["person_id"]) == (True, None)
    page = f"{lead.base}/volunteers/board/outside/{row['id']}"
    read = lead.get(page).get_data(as_text=True)
    for told in ("13900001111", "想做点有用的事", "会讲故事吗？", "常给孙子讲"):
        assert told in read
    assert lead.post(f"{page}/decide", data={"what": "approve"}).status_code == 409, "not confirmed yet"
    run_jobs(union, "volunteers.confirm_outside")
    asking = linked(mails.pop())
    assert own.rpartition("/")[2] not in asking, "the applicant's own page proves nothing about the address"
    assert "是我本人" in visitor.get(asking).get_data(as_text=True)
    assert lead.post(f"{page}/decide", data={"what": "approve"}).status_code == 409, "opened by a program"
    assert visitor.post(asking).status_code == 303
    assert "已确认" in visitor.get(asking).get_data(as_text=True)
    assert "对方已打开链接确认" in lead.get(page).get_data(as_text=True)
    assert lead.post(f"{page}/decide", data={"what": "approve"}).status_code == 303
    assert lead.post(f"{page}/decide", data={"what": "approve"}).status_code == 409

    assert "notices.first_link" in run_jobs(union, "notices.first_link")
    (mail,) = mails
    assert mail["To"] == "xiaoman@example.org"
    assert "志愿" not in str(mail["Subject"]), "nothing that is sent names the service"
    welcome = linked(mail)
    assert "登录名是 v0001" in visitor.get(welcome).get_data(as_text=True)
    words = {"passphrase": "冬天的第一场雪很安静", "again": "冬天的第一场雪很安静"}
    assert visitor.post(welcome, data=words).status_code == 303
    assert visitor.post(welcome, data=words).status_code == 404, "the link works once"

    asked = visitor.get(f"{visitor.base}/volunteers/pledge")
    assert "/consent" in asked.headers["Location"], "as a person they are asked for their own consent"
    home = visitor.get(f"{visitor.base}/volunteers/").get_data(as_text=True)
    assert "签保密协议" in home
    assert visitor.get(f"{visitor.base}/assessments/").status_code == 403, "the least of the roles"
    assert f'href="{visitor.base}/work"' not in visitor.get(f"{visitor.base}/").get_data(as_text=True)
    assert "欢迎你" in visitor.get(own).get_data(as_text=True), "the old link still tells"
    with scope(union) as ctx:
        someone = ctx.scalars(ctx.select(Person).where(Person.number == "V0001")).one()
        volunteer = ctx.scalars(ctx.select(Volunteer)).one()
        assert (someone.kind, volunteer.person_id, volunteer.state) == ("volunteer", someone.id, "trial")
        assert ctx.open(volunteer, "application")["asked"] == [["会讲故事吗？", FORM["answer_1"]]]
        kept = ctx.scalars(ctx.select(Outside)).one()
        assert (kept.name, kept.details, kept.person_id) == ("", None, someone.id)


def test_a_no_is_told_without_reasons_and_ends_after_ninety_days(
    union: Any, call: Any, person: Any, client_as: Any, run_jobs: Any, mails: Any, scope: Any
) -> None:
    visitor, lead = client_as(None, union), client_as(person("admin", tenant=union))
    api = f"{visitor.base}/api/volunteers/calls/{call(union)}/public"
    assert visitor.get(api).json["questions"] == ["会讲故事吗？"]
    made = visitor.post(api, json=FORM | {"agreed": True})
    assert made.status_code == 201
    state = f"{visitor.base}/api/volunteers/applications/{made.json['token']}"
    assert visitor.get(state).json["state"] == "applied"
    (row,) = lead.get(f"{lead.base}/api/volunteers/volunteers").json
    read = lead.get(f"{lead.base}/api/volunteers/outside/{row['id']}").json
    assert (read["phone"], read["asked"]) == (FORM["phone"], [["会讲故事吗？", FORM["answer_1"]]])
    assert "token" not in read, "the applicant's own link stays theirs"
    steps = f"{lead.base}/api/volunteers/outside/{row['id']}/decisions"
    assert lead.post(steps, json={"what": "decline"}).json["state"] == "declined"
    assert run_jobs(union, "volunteers.tell_outside", "volunteers.confirm_outside"), (
        "decided: no more questions"
    )
    (mail,) = mails
    answer = visitor.get(linked(mail)).get_data(as_text=True)
    assert "这次不太合适" in answer
    with scope(union) as ctx:
        assert ctx.scalars(ctx.select(Person).where(Person.kind == "volunteer")).all() == []
    with clock.travel(timedelta(days=91)):
        assert visitor.get(state).status_code == 404
        with scope(union) as ctx:
            assert retention.run(ctx)["volunteers.outside"] == 1


def test_taken_back_it_is_gone_with_its_key(
    union: Any, call: Any, client_as: Any, scope: Any, person: Any
) -> None:
    visitor = client_as(None, union)
    own = visitor.post(f"{visitor.base}/volunteers/calls/{call(union)}/public", data=FORM).headers["Location"]
    with scope(union) as ctx:
        row_id = ctx.scalars(ctx.select(Outside)).one().id
    assert "已撤回" in visitor.post(f"{own}/withdraw").get_data(as_text=True)
    for again in (visitor.get(own), visitor.post(f"{own}/withdraw")):
        assert again.status_code == 404, "a link is spent"
    lead = client_as(person("admin", tenant=union))
    assert lead.get(f"{lead.base}/volunteers/board/outside/{row_id}").status_code == 404
    with scope(union) as ctx:
        wrapped = ctx.db.scalar(
            sa.text("SELECT wrapped FROM core.subject_key WHERE tenant_id = :t AND id = :s"),
            {"t": union.id, "s": row_id},
        )
        assert wrapped is None
        assert ctx.scalars(ctx.select(Outside)).all() == []


def test_calls_that_are_not_for_strangers(
    union: Any, other_tenant: Any, call: Any, client_as: Any, scope: Any
) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    refused = {
        "internal": call(union, public=False),
        "draft": call(union, state="draft"),
        "closed": call(union, state="closed"),
        "over": call(union, closes_on=yesterday),
        "foreign": call(other_tenant),
    }
    visitor = client_as(None, union)
    for what, call_id in refused.items():
        page = f"{visitor.base}/volunteers/calls/{call_id}/public"
        api = f"{visitor.base}/api/volunteers/calls/{call_id}/public"
        answers = (
            visitor.get(page),
            visitor.post(page, data=FORM),
            visitor.get(api),
            visitor.post(api, json=FORM | {"agreed": True}),
        )
        assert [one.status_code for one in answers] == [404] * 4, what
    foreign = client_as(None, other_tenant)
    own = foreign.post(f"{foreign.base}/volunteers/calls/{refused['foreign']}/public", data=FORM)
    token = own.headers["Location"].rpartition("/")[2]
    assert visitor.get(f"{visitor.base}/volunteers/applications/{token}").status_code == 404
    assert visitor.post(f"{visitor.base}/volunteers/applications/{token}/withdraw").status_code == 404
    with scope(union) as ctx:
        assert ctx.scalars(ctx.select(Outside)).all() == []


def test_programs_and_other_sites_are_kept_out(union: Any, call: Any, client_as: Any, scope: Any) -> None:
    visitor = client_as(None, union)
    address = f"{visitor.base}/volunteers/calls/{call(union)}/public"
    assert visitor.post(address, data=FORM | {"website": "https://spam.example"}).status_code == 422
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post(address, data=FORM, headers=foreign).status_code == 403
    assert visitor.post(address, data=FORM | {"why": "长" * 501}).status_code == 422
    assert visitor.post(address, data=FORM | {"state": "approved"}).status_code == 422
    assert visitor.post(address, data=FORM | {"phone": "", "email": ""}).status_code == 422
    unasked = {name: value for name, value in FORM.items() if name != "agreed"}
    assert "你同意后" in visitor.post(address, data=unasked).get_data(as_text=True)
    api = address.replace("/volunteers/calls", "/api/volunteers/calls")
    for agreed in ({}, {"agreed": False}):
        assert visitor.post(api, json=unasked | agreed).status_code == 422, "nothing is kept without a yes"
    with scope(union) as ctx:
        assert ctx.scalars(ctx.select(Outside)).all() == []


def test_the_answer_never_tells_who_is_known_here(
    union: Any, call: Any, client_as: Any, person: Any, scope: Any
) -> None:
    worker = person("employee", tenant=union)
    with scope(union) as ctx:
        ctx.unaudited("test set-up")
        set_contact(ctx, ctx.get(Person, worker.id), phone=FORM["phone"])
    visitor = client_as(None, union)
    address = f"{visitor.base}/volunteers/calls/{call(union)}/public"
    answers = [
        visitor.post(address, data=FORM | {"phone": phone}) for phone in (FORM["phone"], "13800002222")
    ]
    answers.append(visitor.post(address, data=FORM))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["Location"].rpartition("/")[0] for one in answers}) == 1
    with scope(union) as ctx:
        first = ctx.scalars(ctx.select(Outside).order_by(Outside.applied_at)).first()
    lead = client_as(person("admin", tenant=union))
    steps = f"{lead.base}/api/volunteers/outside/{first.id}/decisions"
    assert lead.post(steps.replace("decisions", "confirmations")).json["confirmed_by_way"] == "talk"
    refused = lead.post(steps, json={"what": "approve"})
    assert (refused.status_code, refused.json["code"]) == (409, "known_contact")
    assert lead.post(steps, json={"what": "decline"}).status_code == 200


def test_a_flood_stops_and_other_calls_go_on(union: Any, call: Any, scope: Any, monkeypatch: Any) -> None:
    one, other = call(union), call(union)
    told = {**FORM, "agreed": True}
    with scope(union) as ctx, ctx.acting(plugin="volunteers"):
        monkeypatch.setattr(type(ctx), "settings", {**ctx.settings, "outside_per_day": 3})
        for _ in range(3):
            outside.apply(ctx, one, told)
            ctx.db.flush()
        with pytest.raises(TooMany):
            outside.apply(ctx, one, told)
        assert outside.apply(ctx, other, told)
    with clock.travel(timedelta(days=1, minutes=1)), scope(union) as ctx, ctx.acting(plugin="volunteers"):
        assert outside.apply(ctx, one, told), "the next day it goes on"


def test_one_address_may_try_twenty_times_a_minute(union: Any, client_as: Any) -> None:
    visitor = client_as(None, union)
    visitor.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    address = f"{visitor.base}/volunteers/applications/guessed/withdraw"
    answers = [visitor.post(address).status_code for _ in range(21)]
    assert answers == [404] * 20 + [429]


def test_a_number_alone_will_do_where_text_messages_are_sent(
    union: Any, call: Any, scope: Any, monkeypatch: Any
) -> None:
    call_id, told = call(union), {**FORM, "email": ""}
    with scope(union) as ctx, ctx.acting(plugin="volunteers"), pytest.raises(Invalid) as refused:
        outside.apply(ctx, call_id, told)
    assert "email" in refused.value.fields
    monkeypatch.setattr(outside, "texts_sent", lambda ctx: True)
    with scope(union) as ctx, ctx.acting(plugin="volunteers"):
        assert outside.by_token(ctx, outside.apply(ctx, call_id, told)).state == "applied"
        with pytest.raises(NotFound):
            outside.by_token(ctx, "")


def test_their_copy_and_erasure(
    union: Any, call: Any, scope: Any, runtime: Any, acting: Any, person: Any
) -> None:
    with scope(union) as ctx, ctx.acting(plugin="volunteers"):
        outside.apply(ctx, call(union), FORM)
    with scope(union) as ctx:
        row_id = ctx.scalars(ctx.select(Outside)).one().id
    with acting(person("admin", tenant=union), "tenant", plugin="volunteers") as ctx:
        confirming.confirm_by_talk(ctx, row_id)
        person_id = outside.decide(ctx, row_id, "approve").person_id
    with scope(union) as ctx:
        copy = {a.plugin: a for a in runtime.registry.call(ctx, "subject_export", person_id=person_id)}
        assert copy["volunteers"].value["outside"][0]["agreed_version"] == policy.OUTSIDE_VERSION
        assert "_hash" not in json.dumps(copy["volunteers"].value)
        erased = {a.plugin: a for a in runtime.registry.call(ctx, "subject_erase", person_id=person_id)}
        assert erased["volunteers"].value["outside"] == 1
        assert ctx.scalars(ctx.select(Outside)).all() == []
        assert ctx.scalars(ctx.select(Call)).all(), "the call stays"


def apply(visitor: Any, call_id: Any, **form: Any) -> str:
    """Where the applicant is sent after applying, each from an address of their own."""
    visitor.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(ADDRESSES)}"
    sent = visitor.post(f"{visitor.base}/volunteers/calls/{call_id}/public", data=FORM | form)
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return sent.headers["Location"]


def test_without_a_mail_server_it_is_said_plainly_and_a_talk_will_do(
    union: Any, call: Any, person: Any, client_as: Any, scope: Any
) -> None:
    visitor, admin = client_as(None, union), person("admin", tenant=union, name="周晓岚")
    assert "会给你打个电话" in visitor.get(apply(visitor, call(union))).get_data(as_text=True)
    lead = client_as(admin)
    with scope(union) as ctx:
        row_id = ctx.scalars(ctx.select(Outside)).one().id
    page = f"{lead.base}/volunteers/board/outside/{row_id}"
    shown = lead.get(page).get_data(as_text=True)
    assert "没有配置" in shown
    assert 'value="approve"' not in shown
    assert "重发" not in shown
    refused = lead.post(f"{lead.base}/api/volunteers/outside/{row_id}/decisions", json={"what": "approve"})
    assert (refused.status_code, refused.json["code"]) == (409, "unconfirmed")
    assert lead.post(f"{page}/spoken").status_code == 303
    assert "周晓岚已和本人通话" in lead.get(page).get_data(as_text=True)
    assert lead.post(f"{page}/spoken").status_code == 409
    with scope(union) as ctx:
        (entry,) = ctx.scalars(
            ctx.select(AuditEntry).where(AuditEntry.action == "volunteers.outside_confirmed")
        )
        assert (entry.subject_id, entry.actor_id) == (row_id, admin.id)
    assert lead.post(f"{page}/decide", data={"what": "approve"}).status_code == 303


def test_the_message_again_and_not_too_often(
    union: Any, call: Any, person: Any, client_as: Any, run_jobs: Any, mails: Any, scope: Any, server: None
) -> None:
    """An older message's link works no longer; one address gets three a day, however many forms are filled in."""
    visitor, call_id = client_as(None, union), call(union)
    assert "已给你发了一条消息" in visitor.get(apply(visitor, call_id)).get_data(as_text=True)
    run_jobs(union, "volunteers.confirm_outside")
    lead = client_as(person("admin", tenant=union))
    with scope(union) as ctx:
        row_id = ctx.scalars(ctx.select(Outside)).one().id
    api = f"{lead.base}/api/volunteers/outside/{row_id}"
    assert "重发确认消息" in lead.get(f"{lead.base}/volunteers/board/outside/{row_id}").get_data(as_text=True)
    assert lead.post(f"{api}/messages").status_code == 429
    with clock.travel(timedelta(minutes=11)):
        assert lead.post(f"{api}/messages").status_code == 202
        run_jobs(union, "volunteers.confirm_outside")
    older, newer = map(linked, mails)
    assert visitor.get(older).status_code == 404
    secret = newer.rpartition("/")[2]
    confirmed = visitor.post(f"{visitor.base}/api/volunteers/confirmations", json={"secret": secret})
    assert confirmed.json["confirmed_at"]
    assert lead.get(api).json["confirmed_by_way"] == "link"
    assert lead.post(f"{api}/messages").status_code == 409
    for _number in range(4):
        apply(visitor, call_id, email=FORM["email"].upper())
    run_jobs(union, "volunteers.confirm_outside")
    assert len(mails) == 4, "three applications were asked about, one of them twice"


def test_a_message_that_is_refused_for_good_is_told_to_the_union(
    union: Any,
    call: Any,
    person: Any,
    client_as: Any,
    run_jobs: Any,
    monkeypatch: Any,
    scope: Any,
    server: None,
) -> None:
    def refuse(settings: Any, message: Any) -> None:
        raise mailer.Refused("smtp.550")

    monkeypatch.setattr(mailer, "send", refuse)
    apply(client_as(None, union), call(union))
    run_jobs(union, "volunteers.confirm_outside")
    with scope(union) as ctx:
        row_id = ctx.scalars(ctx.select(Outside)).one().id
    lead = client_as(person("admin", tenant=union))
    assert "没能送达（smtp.550）" in lead.get(f"{lead.base}/volunteers/board/outside/{row_id}").get_data(
        as_text=True
    )
