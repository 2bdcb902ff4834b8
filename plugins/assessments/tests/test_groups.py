"""A campaign for a group for special help: the union plans it and sees results of the whole group, no member, no number."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.plugin import Invalid, care_groups
from anxin.testing import today
from anxin_assessments.models import Campaign, GroupInvitation, Invitation
from anxin_assessments.services import campaigns, sheets

TODAY = today()


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def members(person: Any) -> list[Any]:
    return [person() for _number in range(24)]


@pytest.fixture
def group(members: Any, scope: Any, tenant: Any) -> Any:
    """Who is on the list, as the job that takes in a list writes it."""
    with scope(tenant) as ctx:
        found = care_groups.define(ctx, "困难职工")
        ctx.db.flush()
        care_groups.put_in(ctx, found.id, [one.id for one in members], whole=True)
        return found.id


@pytest.fixture
def desk(admin: Any, client_as: Any) -> Any:
    return client_as(admin)


@pytest.fixture
def campaign(group: Any, desk: Any, run_jobs: Any, tenant: Any) -> Any:
    """Planned and published as a person would."""
    form = {
        "title": "困难职工关爱测评",
        "instruments": ["who5"],
        "group_id": str(group),
        "opens_on": TODAY.isoformat(),
        "closes_on": (TODAY + timedelta(days=13)).isoformat(),
    }
    path = desk.post(f"{desk.base}/assessments/campaigns", data=form).headers["Location"]
    published = desk.post(f"{path}/publish")
    assert published.headers["Location"].endswith(path)
    run_jobs(tenant, "assessments.announce")
    return path


def campaign_id(path: str) -> str:
    return path.rsplit("/", 1)[1]


def test_members_are_invited_and_nobody_else(
    campaign: Any, members: Any, person: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    with scope(tenant) as ctx:
        invited = set(ctx.scalars(sa.select(GroupInvitation.person_id)))
        assert invited == {one.id for one in members}
        assert ctx.scalars(sa.select(Invitation)).all() == []
    mine, other = client_as(members[0]), client_as(person())
    assert "困难职工关爱测评" in mine.get(f"{mine.base}/assessments/").get_data(as_text=True)
    assert "困难职工关爱测评" not in other.get(f"{other.base}/assessments/").get_data(as_text=True)
    assert "有一项新内容等你查看" in mine.get(f"{mine.base}/notices/").get_data(as_text=True)


def test_the_database_shows_the_union_no_invitation(
    campaign: Any, admin: Any, as_person: Any, members: Any
) -> None:
    with as_person(admin, "tenant") as ctx:
        assert ctx.db.scalars(sa.select(GroupInvitation)).all() == []
    with as_person(members[0]) as ctx:
        assert [row.person_id for row in ctx.db.scalars(sa.select(GroupInvitation))] == [members[0].id]


def test_no_number_of_people_at_any_time(
    campaign: Any,
    members: Any,
    agree: Any,
    as_person: Any,
    desk: Any,
    run_jobs: Any,
    tenant: Any,
    scope: Any,
) -> None:
    """Neither while it runs, nor on the page, in the API, in the task or in the report afterwards."""
    for someone in members[:21]:
        agree(someone)
        with as_person(someone) as ctx:
            sheets.fill(ctx, "who5", [2] * 5, campaign_id(campaign))  # type: ignore[arg-type]
    run_jobs(tenant)
    figures = f"{desk.base}/api/assessments/campaigns/{campaign_id(campaign)}/figures"
    running = desk.get(figures).json
    assert (running["invited"], running["units"], running["waves"]) == (0, [], [])
    assert not any(sign in running["progress"] for sign in "123456789")
    desk.post(f"{campaign}/close")
    run_jobs(tenant)
    over = desk.get(figures).json
    ((whole,),) = [wave["units"] for wave in over["waves"]]
    assert (whole["eligible"], whole["participation"]) == (0, "—")
    assert float(whole["mean"]) == 40
    page = desk.get(campaign).get_data(as_text=True)
    assert "特定群体不显示人数" in page
    with scope(tenant) as ctx:
        totals = ctx.execute(
            sa.text("SELECT total_count FROM core.task WHERE tenant_id = :t"), {"t": tenant.id}
        )
        assert {row[0] for row in totals} == {1}
        assert ctx.scalars(sa.select(Campaign.frozen_at)).one() is not None


def test_an_anonymous_campaign_is_for_no_group(group: Any, admin: Any, as_person: Any) -> None:
    with as_person(admin, "tenant") as ctx, pytest.raises(Invalid) as refused:
        campaigns.create(
            ctx,
            title="匿名",
            instruments=["who5"],
            opens_on=TODAY,
            closes_on=TODAY,
            mode="anonymous",
            group_id=group,
        )
    assert list(refused.value.fields) == ["group_id"]


def test_a_member_sits_down_at_a_shared_device_and_another_does_not(
    campaign: Any, members: Any, person: Any, desk: Any, client_as: Any, tenant: Any, scope: Any
) -> None:
    """The device cannot look whether somebody is invited; only the person's own context can."""
    from anxin.plugin import Person  # to read a number

    opened = desk.post(
        f"{desk.base}/api/assessments/devices",
        json={"campaign_id": campaign_id(campaign), "place": "走访"},
    ).json
    secret = opened["address"].rsplit("/", 1)[1]
    slips = desk.post(f"{desk.base}/api/assessments/devices/{opened['id']}/slips", json={"count": 2}).json
    stranger = person(number="DL90001")
    assert stranger
    with scope(tenant) as ctx:
        number = ctx.scalar(sa.select(Person.number).where(Person.id == members[0].id))
    visitor = client_as(None, tenant)
    path = f"{visitor.base}/api/assessments/devices/answers"
    body = {"secret": secret, "agreed": True, "answers": {"who5": [3] * 5}}
    refused = visitor.post(path, json=body | {"number": "DL90001", "code": slips[0]["code"]})
    assert refused.status_code == 422
    taken = visitor.post(path, json=body | {"number": number, "code": slips[0]["code"]})
    assert taken.status_code == 204


def test_erased_with_the_person(campaign: Any, members: Any, scope: Any, runtime: Any, tenant: Any) -> None:
    from anxin_assessments import hooks  # the erasure of this plugin alone

    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        counts = hooks.subject_erase(ctx, members[0].id)
    assert counts["group_invitation"] == 1


def test_birthdays_of_leap_years_are_not_forgotten() -> None:
    from anxin_assessments.services.inviting import _birthdays  # a date that comes every four years

    assert _birthdays(date(2026, 2, 28)) == ["02-28", "02-29"]
    assert _birthdays(date(2028, 2, 28)) == ["02-28"]
    assert _birthdays(date(2028, 2, 29)) == ["02-29"]
