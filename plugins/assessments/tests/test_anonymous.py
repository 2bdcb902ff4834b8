"""Anonymous, yet once per person: nothing in the database leads from answers to a person, and the database insists."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.plugin import Conflict, Invalid, NotFound
from anxin.testing import today
from anxin_assessments.anonymous_models import AnonymousSheet, Slip
from anxin_assessments.models import Sheet
from anxin_assessments.policy import ANONYMOUS
from anxin_assessments.services import anonymous, campaigns, figures, sheets

CROWD = 24


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def crowd(person: Any) -> list[Any]:
    return [person() for _number in range(CROWD)]


@pytest.fixture
def campaign(admin: Any, crowd: Any, as_person: Any) -> Any:
    with as_person(admin, "tenant") as ctx:
        day = today()
        made = campaigns.create(
            ctx,
            title="匿名幸福感",
            instruments=["who5", "k6"],
            opens_on=day - timedelta(days=1),
            closes_on=day + timedelta(days=7),
            mode="anonymous",
        )
        return campaigns.publish(ctx, made.id).id


@pytest.fixture
def take(as_person: Any) -> Any:
    def one(someone: Any, campaign: Any) -> str:
        with as_person(someone, purpose=ANONYMOUS.name) as ctx:
            return anonymous.take_ticket(ctx, campaign)

    return one


@pytest.fixture
def hand_in(scope: Any, tenant: Any) -> Any:
    """Answer with a code, as somebody about whom nothing is known."""

    def one(campaign: Any, code: str, value: int = 3) -> None:
        with scope(tenant) as ctx:
            ctx.plugin = "assessments"
            held = anonymous.ticket(ctx, campaign, code)
            anonymous.fill(ctx, held, {"who5": [value] * 5, "k6": [value] * 6})

    return one


def test_one_ticket_a_person(campaign: Any, crowd: Any, take: Any) -> None:
    assert take(crowd[0], campaign)
    with pytest.raises(Conflict):
        take(crowd[0], campaign)


def test_only_for_those_invited(campaign: Any, person: Any, take: Any) -> None:
    with pytest.raises(NotFound):
        take(person(), campaign)


def test_a_ticket_is_used_once_and_nobody_can_make_one(
    campaign: Any, crowd: Any, take: Any, hand_in: Any
) -> None:
    code = take(crowd[0], campaign)
    hand_in(campaign, code.lower())
    with pytest.raises(Conflict):
        hand_in(campaign, code)
    last = "A" if code[-1] != "A" else "B"
    for wrong in (code[:-1] + last, "", "AAAAA-AAAAA-AAAAA-AAAAA", code[:11]):
        with pytest.raises(Invalid):
            hand_in(campaign, wrong)


def test_no_row_has_a_person_or_a_time() -> None:
    for model in (Slip, AnonymousSheet):
        for column in model.__table__.columns:
            assert not isinstance(column.type, (sa.DateTime, sa.Date)), column
            assert column.name in {
                "tenant_id",
                "id",
                "campaign_id",
                "mode",
                "ticket",
                "unit_id",
                "answers",
                "finished",
                "void",
                "instrument",
            }


def test_the_database_refuses_a_person_in_an_anonymous_campaign(
    campaign: Any, crowd: Any, scope: Any, tenant: Any, as_person: Any, agree: Any
) -> None:
    """Not only does no service write such a sheet: the row itself cannot be, whichever mode it claims."""
    agree(crowd[0])
    with as_person(crowd[0]) as ctx, pytest.raises(NotFound):
        sheets.start(ctx, "who5", campaign)
    for mode in ("named", "confidential", "anonymous"):
        assert refused(
            scope,
            tenant,
            Sheet(
                person_id=crowd[0].id,
                instrument="who5-1",
                campaign_id=campaign,
                campaign_mode=mode,
                answers=b"x",
                state="open",
            ),
        )


def refused(scope: Any, tenant: Any, row: Any) -> bool:
    """Does the database refuse the row?"""
    try:
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            ctx.add(row)
            ctx.db.flush()
    except sa.exc.IntegrityError:
        return True
    return False


def test_an_anonymous_row_belongs_to_an_anonymous_campaign(
    admin: Any, as_person: Any, scope: Any, tenant: Any
) -> None:
    with as_person(admin, "tenant") as ctx:
        day = today()
        named = campaigns.create(ctx, title="实名", instruments=["who5"], opens_on=day, closes_on=day).id
    assert refused(scope, tenant, Slip(campaign_id=named, ticket=b"x", answers=b"x"))
    sheet = Sheet(person_id=admin.id, instrument="who5-1", campaign_id=named, answers=b"x", state="open")
    assert not refused(scope, tenant, sheet)


def test_few_slips_wait_for_more_and_then_move_together(
    campaign: Any, crowd: Any, take: Any, hand_in: Any, scope: Any, tenant: Any
) -> None:
    for someone in crowd[:9]:
        hand_in(campaign, take(someone, campaign))
    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        ctx.unaudited("test")
        anonymous.mix(ctx)
        assert ctx.scalars(ctx.select(AnonymousSheet)).all() == []
    hand_in(campaign, take(crowd[9], campaign))
    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        ctx.unaudited("test")
        anonymous.mix(ctx)
        moved = ctx.scalars(ctx.select(AnonymousSheet)).all()
        assert len(moved) == 20
        assert {row.id.version for row in moved} == {4}, "an id that tells the time would order the answers"
        assert all(row.answers is None for row in ctx.scalars(ctx.select(Slip)))
        written = ctx.scalars(sa.text("SELECT DISTINCT xmin::text FROM assessments.anonymous_sheet")).all()
        assert len(written) == 1, "one transaction: not even the database's own marks keep an order"


def test_figures_come_out_when_it_is_over(
    campaign: Any, admin: Any, crowd: Any, take: Any, hand_in: Any, as_person: Any, run_jobs: Any, tenant: Any
) -> None:
    for number, someone in enumerate(crowd[:18]):
        hand_in(campaign, take(someone, campaign), value=number % 3 + 1)
    with as_person(admin, "tenant") as ctx:
        campaigns.close(ctx, campaign)
    with as_person(admin, "tenant") as ctx:
        assert figures.of_campaign(ctx, campaign).counting, "never from a part of the answers"
    for _twice in range(2):  # shuffled, then counted
        run_jobs(tenant, "assessments.freeze")
    with as_person(admin, "tenant") as ctx:
        who5, k6 = figures.of_campaign(ctx, campaign).waves
    assert who5.all.figures.mean.value == pytest.approx(40.0)
    assert k6.all.figures.mean.value == pytest.approx(12.0)


def test_too_few_people_cannot_be_anonymous(admin: Any, person: Any, as_person: Any) -> None:
    with as_person(admin, "tenant") as ctx:
        day = today()
        made = campaigns.create(
            ctx, title="匿名", instruments=["who5"], opens_on=day, closes_on=day, mode="anonymous"
        )
        with pytest.raises(Invalid):
            campaigns.publish(ctx, made.id)


def test_on_the_pages_without_a_session(
    campaign: Any, crowd: Any, client_as: Any, give_consent: Any, tenant: Any
) -> None:
    """The ticket is taken by somebody signed in; everything after it works for a visitor with the code."""
    give_consent(crowd[0], ANONYMOUS)
    mine = client_as(crowd[0])
    home = mine.get(f"{mine.base}/assessments/").get_data(as_text=True)
    assert "领取我的答题码" in home
    shown = mine.post(f"{mine.base}/assessments/campaigns/{campaign}/ticket").get_data(as_text=True)
    code = shown.split('name="code" value="')[1].split('"')[0]
    visitor = client_as(None, tenant)
    base = f"{visitor.base}/assessments/anonymous/{campaign}"
    assert visitor.post(base, data={"code": "AAAAA"}).status_code == 422
    step = visitor.post(base, data={"code": code})
    assert step.headers["Location"].endswith("/1")
    for place in range(1, 12):
        step = visitor.post(f"{base}/{place}", data={"value": 1})
        assert step.status_code == 303
    assert step.headers["Location"].endswith("/finish")
    assert visitor.post(f"{base}/finish").status_code == 200
    again = client_as(None, tenant)
    assert again.post(base, data={"code": code}).status_code == 409
