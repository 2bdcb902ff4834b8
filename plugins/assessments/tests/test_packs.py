"""Tickets on paper: one slip for each person invited, drawn by hand; who drew is known, what they drew is not."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from anxin.testing import today
from anxin_assessments.anonymous_models import Slip, TicketPack
from anxin_assessments.models import Part
from anxin_assessments.policy import ANONYMOUS
from anxin_assessments.services import campaigns

CROWD = 24
CODE = re.compile(r"(?:[2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5}")


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def crowd(person: Any) -> list[Any]:
    return [person(number=f"N{number:03d}") for number in range(CROWD)]


@pytest.fixture
def campaign(admin: Any, crowd: Any, as_person: Any) -> Any:
    with as_person(admin, "tenant") as ctx:
        day = today()
        made = campaigns.create(
            ctx,
            title="匿名幸福感",
            instruments=["who5"],
            opens_on=day - timedelta(days=1),
            closes_on=day + timedelta(days=7),
            mode="anonymous",
        )
        return campaigns.publish(ctx, made.id).id


@pytest.fixture
def desk(admin: Any, client_as: Any) -> Any:
    return client_as(admin)


@pytest.fixture
def helper(agency_person: Any, client_as: Any) -> Any:
    return client_as(agency_person("supervisor"))


@pytest.fixture
def printed(campaign: Any, desk: Any, run_jobs: Any, tenant: Any) -> Any:
    """printed(count): the codes on the paper, as somebody reads them there."""

    def go(count: int) -> list[str]:
        sent = desk.post(
            f"{desk.base}/assessments/papers/tickets", data={"pile": str(campaign), "slips": count}
        )
        assert sent.status_code == 303, sent.get_data(as_text=True)
        run_jobs(tenant, "assessments.tickets")
        task = desk.get(sent.headers["Location"]).get_data(as_text=True)
        file = re.search(r'href="([^"]+/file)"', task)
        assert file, task
        reader = PdfReader(io.BytesIO(desk.get(file[1]).data))
        return CODE.findall("".join(sheet.extract_text() for sheet in reader.pages))

    return go


def draw(client: Any, campaign: Any, number: str, **form: Any) -> Any:
    data = {"number": number, "signed": "1"} | form
    return client.post(f"{client.base}/assessments/papers/{campaign}/slips", data=data)


def answer(client: Any, campaign: Any, code: str) -> Any:
    """On any device, without signing in."""
    base = f"{client.base}/assessments/anonymous/{campaign}"
    entered = client.post(base, data={"code": code})
    if entered.status_code != 303:
        return entered
    for place in range(1, 6):
        client.post(f"{base}/{place}", data={"value": 3})
    return client.post(f"{base}/finish")


def test_a_slip_answers_once_on_any_device(
    campaign: Any, printed: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    codes = printed(5)
    assert len(set(codes)) == 5
    assert answer(client_as(None, tenant), campaign, codes[0]).status_code == 200
    assert answer(client_as(None, tenant), campaign, codes[0]).status_code == 409
    with scope(tenant) as ctx:
        assert len(ctx.scalars(sa.select(Slip)).all()) == 1


def test_who_draws_is_written_down_and_what_they_drew_is_not(
    campaign: Any, printed: Any, helper: Any, crowd: Any, scope: Any, tenant: Any
) -> None:
    """Nothing in the row of the person, nor in that of the pack, leads to a code."""
    printed(3)
    page = draw(helper, campaign, "N000")
    assert "抽一张" in page.get_data(as_text=True)
    with scope(tenant) as ctx:
        (part,) = ctx.scalars(sa.select(Part)).all()
        assert (part.person_id, part.state, part.made_at.hour, part.made_at.microsecond) == (
            crowd[0].id,
            "ticket",
            0,
            0,
        )
        assert ctx.scalars(sa.select(Slip)).all() == []
        (pack,) = ctx.scalars(sa.select(TicketPack)).all()
        assert pack.count == 3
    assert {column.name for column in TicketPack.__table__.columns} == {
        "tenant_id", "id", "campaign_id", "mode", "unit_id", "count",
    }  # fmt: skip


def test_one_slip_or_one_ticket_a_person(
    campaign: Any, helper: Any, crowd: Any, client_as: Any, give_consent: Any
) -> None:
    assert draw(helper, campaign, "N000").status_code == 200
    assert draw(helper, campaign, "N000").status_code == 409
    late = client_as(crowd[0])
    assert late.post(f"{late.base}/assessments/campaigns/{campaign}/ticket").status_code == 409
    give_consent(crowd[1], ANONYMOUS)
    early = client_as(crowd[1])
    assert early.post(f"{early.base}/assessments/campaigns/{campaign}/ticket").status_code == 200
    assert draw(helper, campaign, "N001").status_code == 409


def test_only_those_invited_who_signed(campaign: Any, helper: Any, scope: Any, tenant: Any) -> None:
    unsigned = helper.post(f"{helper.base}/assessments/papers/{campaign}/slips", data={"number": "N000"})
    assert unsigned.status_code == 422
    assert 'value="N000"' in unsigned.get_data(as_text=True), "what was typed is gone"
    assert draw(helper, campaign, "NOBODY").status_code == 422
    with scope(tenant) as ctx:
        assert ctx.scalars(sa.select(Part)).all() == []


def test_never_more_slips_than_people(campaign: Any, printed: Any, desk: Any) -> None:
    assert len(printed(10)) == 10
    form = {"pile": str(campaign), "slips": 16}
    refused = desk.post(f"{desk.base}/assessments/papers/tickets", data=form)
    assert refused.status_code == 422
    assert "最多还能印 15 张" in refused.get_data(as_text=True)
    for nonsense in ("-" * 36, "", f"{campaign}:x"):
        form = {"pile": nonsense, "slips": 1}
        assert desk.post(f"{desk.base}/assessments/papers/tickets", data=form).status_code == 422
    (pile,) = desk.get(f"{desk.base}/api/assessments/campaigns/{campaign}/slips").get_json()
    assert (pile["invited"], pile["printed"], pile["unit"]) == (CROWD + 1, 10, None)  # the admin, too


def test_the_union_does_not_learn_who_draws(campaign: Any, desk: Any) -> None:
    assert draw(desk, campaign, "N000").status_code == 404
    assert desk.get(f"{desk.base}/assessments/papers/{campaign}/slips").status_code == 404


def test_by_program(campaign: Any, desk: Any, helper: Any) -> None:
    body = {"campaign_id": str(campaign), "slips": 2}
    assert desk.post(f"{desk.base}/api/assessments/papers/tickets", json=body).status_code == 202
    base = f"{helper.base}/api/assessments/campaigns/{campaign}/slips"
    assert helper.post(base, json={"number": "N003", "signed": True}).get_json() == {"unit": None}
    assert helper.post(base, json={"number": "N003", "signed": True}).status_code == 409


def test_a_pack_belongs_to_an_anonymous_campaign(
    admin: Any, crowd: Any, as_person: Any, scope: Any, tenant: Any
) -> None:
    """The database insists, as for slips."""
    with as_person(admin, "tenant") as ctx:
        day = today()
        named = campaigns.create(
            ctx, title="实名", instruments=["who5"], opens_on=day, closes_on=day + timedelta(days=3)
        ).id
    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        ctx.unaudited("test")
        ctx.add(TicketPack(campaign_id=named, count=1))
        with pytest.raises(sa.exc.IntegrityError):
            ctx.db.flush()
        ctx.db.rollback()


def test_a_slip_that_is_left_over_becomes_void(
    campaign: Any, printed: Any, helper: Any, desk: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    """One by one, by its code; whoever found it cannot answer with it, and another may be printed for it."""
    first, second, third, *_rest = printed(CROWD + 1)
    where = f"{helper.base}/assessments/papers/{campaign}/slips/void"
    assert "已作废" in helper.post(where, data={"code": first}).get_data(as_text=True)
    assert helper.post(where, data={"code": first}).status_code == 409
    assert answer(client_as(None, tenant), campaign, first).status_code == 409
    program = f"{helper.base}/api/assessments/campaigns/{campaign}/slips/void"
    assert helper.post(program, json={"code": second}).status_code == 204
    (pile,) = desk.get(f"{desk.base}/api/assessments/campaigns/{campaign}/slips").get_json()
    assert (pile["printed"], pile["void"]) == (CROWD + 1, 2)
    assert len(printed(2)) == 2
    with scope(tenant) as ctx:
        assert [(one.void, one.answers) for one in ctx.scalars(sa.select(Slip))] == [(True, None)] * 2
    assert answer(client_as(None, tenant), campaign, third).status_code == 200


def test_a_slip_in_use_is_not_made_void(
    campaign: Any, printed: Any, helper: Any, desk: Any, client_as: Any, tenant: Any
) -> None:
    begun, on_paper = printed(2)
    phone = client_as(None, tenant)
    base = f"{phone.base}/assessments/anonymous/{campaign}"
    phone.post(base, data={"code": begun})
    phone.post(f"{base}/1", data={"value": 3})
    helper.post(
        f"{helper.base}/assessments/papers/{campaign}/sheets/key", data={"code": on_paper, "typed": "33333"}
    )
    where = f"{helper.base}/assessments/papers/{campaign}/slips/void"
    for code, status in ((begun, 409), (on_paper, 409), ("AAAAA", 422)):
        refused = helper.post(where, data={"code": code})
        assert refused.status_code == status
    assert 'value="AAAAA"' in refused.get_data(as_text=True)
    assert desk.post(where, data={"code": begun}).status_code == 404
    assert phone.post(f"{base}/2", data={"value": 3}).status_code == 303
