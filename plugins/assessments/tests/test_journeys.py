"""Whole stories of campaigns, through pages and jobs: what the plans of real unions ask for, done the safe way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from anxin.consent.models import Consent
from anxin.plugin import Person
from anxin.testing import today
from anxin_assessments.policy import SELF
from anxin_assessments.services import campaigns, figures, inviting, sheets

MANY = 5_000  # more than one part; the job is the same for twenty thousand
TODAY = today()


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def desk(admin: Any, client_as: Any) -> Any:
    """The union admin's browser: post a form, follow where it leads."""
    client = client_as(admin)

    def post(path: str, **form: Any) -> Any:
        return client.post(f"{client.base}/assessments{path}", data=form, follow_redirects=True)

    post.get = lambda path: client.get(f"{client.base}/assessments{path}")  # type: ignore[attr-defined]
    return post


def planned(desk: Any, title: str, **form: Any) -> str:
    """Plan and publish a campaign as a person would; its address below /assessments."""
    answer = desk(
        "/campaigns",
        **{
            "title": title,
            "opens_on": TODAY.isoformat(),
            "closes_on": (TODAY + timedelta(days=13)).isoformat(),
        }
        | form,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    address = "/campaigns/" + answer.request.path.rsplit("/", 1)[1]
    answer = desk(f"{address}/publish")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return address


def test_two_weeks_for_the_staff_with_another_instrument_than_last_time(
    desk: Any, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any, client_as: Any
) -> None:
    """The plan names who was absent; here the system reminds them, and nobody is shown who they are.

    Last term's instrument was another one: its history stays apart, and no change is worked out across the two.
    """
    staff = [person() for _number in range(22)]
    for someone in staff:
        agree(someone)
    last = UUID(planned(desk, "上学期", instruments=["k6"]).rsplit("/", 1)[1])
    for someone in staff[:15]:
        with as_person(someone) as ctx:
            sheets.fill(ctx, "k6", [2] * 6, last)
    run_jobs(tenant)
    desk(f"/campaigns/{last}/close")
    run_jobs(tenant)
    address = planned(desk, "本学期", instruments=["who5"], before_id=str(last))
    now = UUID(address.rsplit("/", 1)[1])
    run_jobs(tenant, "assessments.announce")
    for someone in staff[:16]:
        with as_person(someone) as ctx:
            sheets.fill(ctx, "who5", [3] * 5, now)
    with as_person(staff[16]) as ctx:
        campaigns.decline(ctx, now)
    page = desk(f"{address}/remind").get_data(as_text=True)
    run_jobs(tenant)
    for someone in staff:
        assert someone.token not in page
    for someone, reminded in ((staff[0], False), (staff[16], False), (staff[17], True)):
        client = client_as(someone)
        inbox = client.get(f"{client.base}/notices/").get_data(as_text=True)
        assert ("快结束" in inbox or "有一件事" in inbox) is reminded
    desk(f"{address}/close")
    run_jobs(tenant)
    with as_person(admin, "tenant") as ctx:
        found = figures.of_campaign(ctx, now)
    assert [wave.instrument.id for wave in found.waves] == ["who5"]
    assert found.changes == []


def test_before_and_half_a_year_after_in_points_and_never_in_percent(
    desk: Any, admin: Any, person: Any, agree: Any, as_person: Any, run_jobs: Any, tenant: Any
) -> None:
    """Workers in hardship before and after a programme: points, reliable change, effect size. The plan reported
    "minus 23 percent" on a scale that begins at 25; that number is nowhere."""
    people = [person() for _number in range(20)]
    for someone in people:
        agree(someone)
    first = UUID(planned(desk, "困难职工前测", instruments=["gad7"]).rsplit("/", 1)[1])
    for number, someone in enumerate(people):
        with as_person(someone) as ctx:
            sheets.fill(ctx, "gad7", [2, 2, 2, 2, number % 3, 1, 1], first)
    run_jobs(tenant)
    desk(f"/campaigns/{first}/close")
    address = planned(desk, "困难职工后测", instruments=["gad7"], before_id=str(first))
    second = UUID(address.rsplit("/", 1)[1])
    for number, someone in enumerate(people):
        with as_person(someone) as ctx:
            sheets.fill(ctx, "gad7", [1, 1, 0, 1, number % 2, 0, 0], second)
    run_jobs(tenant)
    desk(f"{address}/close")
    run_jobs(tenant)
    page = desk.get(address).get_data(as_text=True)
    assert "前后对比" in page
    assert "效应量" in page
    with as_person(admin, "tenant") as ctx:
        (change,) = figures.of_campaign(ctx, second).changes
    assert change["better"] == pytest.approx(7.5, abs=0.1)
    assert change["size"] > 0.8
    lost = round((change["after"] - change["before"]) / change["before"] * 100)
    assert f"{lost}%" not in page
    assert f"{-lost}%" not in page


@pytest.mark.slow
def test_many_people_are_invited_at_once(desk: Any, scope: Any, tenant: Any, run_jobs: Any) -> None:
    """The page answers at once; telling everybody is a job with progress, and each is told once."""
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        rows = [
            {"name": "职工", "sort_key": f"zhigong{number:06}", "number": f"B{number}"}
            for number in range(MANY)
        ]
        ctx.insert(Person, rows)
    address = planned(desk, "全厂", instruments=["who5"])
    with scope(tenant) as ctx:
        assert inviting.invited(ctx, UUID(address.rsplit("/", 1)[1])) == MANY + 1
    run_jobs(tenant, "assessments.announce")
    with scope(tenant) as ctx:
        told = ctx.scalar(
            sa.text("SELECT count(DISTINCT person_id) FROM core.notice WHERE tenant_id = :t"),
            {"t": tenant.id},
        )
        done, total = ctx.execute(
            sa.text("SELECT done_count, total_count FROM core.task WHERE tenant_id = :t"), {"t": tenant.id}
        ).one()
    assert told == MANY + 1
    assert done == total > 0


def test_a_self_test_ends_in_a_counsellors_words(
    person: Any,
    agency_person: Any,
    agree: Any,
    assign: Any,
    shift: Any,
    client_as: Any,
    scope: Any,
    tenant: Any,
) -> None:
    """Somebody asks for a call after a hard result; the counsellor reads, writes with a plan, and they read it."""
    counsellor, worker = agency_person(), person()
    shift(counsellor)
    agree(worker, share=True)
    mine = client_as(worker)
    step = mine.post(f"{mine.base}/assessments/take/gad7")
    sheet = step.headers["Location"].rsplit("/", 2)[1]
    for item in range(1, 8):
        mine.post(f"{mine.base}/assessments/sheets/{sheet}/{item}", data={"value": 2})
    result = mine.post(f"{mine.base}/assessments/sheets/{sheet}/submit").headers["Location"]
    assert mine.post(f"{mine.base}/assessments/sheets/{sheet}/contact").status_code == 200
    outcome = result.rsplit("/", 1)[1]
    desk = client_as(counsellor)
    waiting = desk.get(f"{desk.base}/assessments/interpretations").get_data(as_text=True)
    assert str(worker.id) in waiting
    words = {
        "text": "谢谢你愿意说。最近的担心有来由，我们可以一起理一理。",
        "plan": "每周聊一次，先把睡眠稳住。",
    }
    path = f"{desk.base}/assessments/people/{worker.id}/results/{outcome}/interpretation"
    assert desk.post(path, data={"text": "短"}).status_code == 422
    assert desk.post(path, data=words).status_code == 303
    assert desk.post(path, data=words).status_code == 409
    page = mine.get(result).get_data(as_text=True)
    assert words["text"] in page
    assert words["plan"] in page
    assert str(worker.id) not in desk.get(f"{desk.base}/assessments/interpretations").get_data(as_text=True)


def test_nobody_of_the_union_sees_levels_or_results_to_interpret(admin: Any, client_as: Any) -> None:
    client = client_as(admin)
    assert client.get(f"{client.base}/assessments/interpretations").status_code == 404


def test_consents_are_untouched_by_a_campaign(desk: Any, admin: Any, scope: Any, tenant: Any) -> None:
    """Being invited is not agreeing."""
    planned(desk, "只邀请", instruments=["who5"])
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Consent).where(Consent.purpose == SELF.name)).all() == []
