"""A certificate ends, and next month is planned anew: from the first course to who takes over and why one place stays empty.

Everything goes over HTTP as people do it; the clock travels, and what the scheduler would ask for runs as jobs.
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anxin.identity import sessions
from anxin.kernel import clock
from anxin.plugin import Person
from anxin.testing.fixtures import Someone
from anxin_volunteers.services import shifts
from anxin_volunteers.services.expiry import expiry
from anxin_volunteers.services.roster import monday

LATER = timedelta(days=13)


@pytest.fixture
def again(scope: Any, client_as: Any) -> Any:
    """again(person): a client with a session of the moment the clock has travelled to."""

    def sign_in(someone: Any) -> Any:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            row = ctx.get(Person, someone.id)
            token = sessions.start(ctx, row, method="test", lifetime=timedelta(days=60))
        return client_as(Someone(someone.id, someone.tenant, token))

    return sign_in


def certify(desk: Any, mine: Any, kind: str, today: date, last: date) -> str:
    """Claimed by the volunteer, recognised at the desk; the qualification's id."""
    told = {"competence_id": kind, "issued_on": str(today - timedelta(days=30)), "expires_on": str(last)}
    made = mine.post(f"{mine.base}/api/volunteers/qualifications", json=told)
    assert made.status_code == 201, made.get_data(as_text=True)
    step = f"{desk.base}/volunteers/qualifications/{made.json['id']}"
    assert desk.post(step, data={"what": "verify"}).status_code == 303
    return made.json["id"]


def planned(desk: Any, title: str, role: str, first: date, weeks: int) -> list[Any]:
    """A task with a shift a week, on the page; its shifts as the API shows them."""
    opened = desk.post(f"{desk.base}/volunteers/tasks", data={"title": title, "place": "一号井站"})
    shift = {
        "on": str(first),
        "begins": "09:00",
        "ends": "12:00",
        "weeks": weeks,
        "role_id": role,
        "count": 1,
    }
    assert desk.post(f"{opened.headers['Location']}/shifts", data=shift).status_code == 303
    return [one for one in month(desk, first, weeks) if one["task"] == title]


def month(desk: Any, first: date, weeks: int) -> Any:
    return desk.get(f"{desk.base}/api/volunteers/roster?week={first}&weeks={weeks}").json


def test_a_certificate_ends_and_next_months_shifts_are_given_to_others(
    volunteer: Any, person: Any, tenant: Any, again: Any, scope: Any, run_jobs: Any
) -> None:
    lin, zhou, admin = volunteer(name="林救护"), volunteer(name="周接手"), person("admin")
    desk, lins, zhous = again(admin), again(lin), again(zhou)
    today = datetime.now(shifts.ZONE).date()
    first = monday(today) + timedelta(days=30)  # Wednesdays of next month
    kind = desk.post(
        f"{desk.base}/api/volunteers/competences", json={"code": "firstaid", "title": "急救证"}
    ).json["id"]
    aid = desk.post(
        f"{desk.base}/api/volunteers/roles", json={"title": "现场救护", "requires": ["firstaid"]}
    ).json["id"]
    guide = desk.post(f"{desk.base}/api/volunteers/roles", json={"title": "引导"}).json["id"]
    paper = certify(desk, lins, kind, today, today + timedelta(days=300))
    places = planned(desk, "冬训救护", aid, first, 3)
    (other,) = planned(desk, "接站引导", guide, first + timedelta(days=7), 1)
    assert [len(one["proposed"]) for one in places] == [1, 1, 1]

    carried = desk.post(f"{desk.base}/volunteers/roster", data={"week": str(first), "weeks": 3})
    assert carried.status_code == 303
    certify(desk, zhous, kind, today, today + timedelta(days=300))
    assert [one["there"] for one in month(desk, first, 3) if one["task"] == "冬训救护"] == [["林救护"]] * 3

    record = next(
        one["id"]
        for one in desk.get(f"{desk.base}/api/volunteers/volunteers").json
        if one["name"] == "林救护"
    )
    day = f"{desk.base}/volunteers/board/{record}/qualifications/{paper}/last-day"
    assert desk.post(day, data={"expires_on": str(today - timedelta(days=60))}).status_code == 422
    assert desk.post(day, data={"expires_on": str(today + timedelta(days=12))}).status_code == 303
    ask(scope, tenant)
    run_jobs(tenant)
    inbox = lins.get(f"{lins.base}/notices/").get_data(as_text=True)
    assert "快到期" in inbox, "there is time to renew"
    assert len(lins.get(f"{lins.base}/api/volunteers/signups").json) == 3, "until then the shifts are theirs"

    with clock.travel(LATER):
        ask(scope, tenant)
        assert {"volunteers.expiry", "volunteers.fill_again"} <= {*run_jobs(tenant), *run_jobs(tenant)}
        run_jobs(tenant)
        desk, lins, zhous = again(admin), again(lin), again(zhou)
        assert lins.get(f"{lins.base}/api/volunteers/signups").json == []
        assert "有变动" in lins.get(f"{lins.base}/notices/").get_data(as_text=True)
        mine = {one["shift_id"] for one in zhous.get(f"{zhous.base}/api/volunteers/signups").json}
        assert mine == {places[0]["shift"], places[2]["shift"], other["shift"]}
        assert "有变动" in zhous.get(f"{zhous.base}/notices/").get_data(as_text=True), "told of what is new"

        anew = [one for one in month(desk, first, 3) if one["task"] == "冬训救护"]
        assert [one["there"] for one in anew] == [["周接手"], [], ["周接手"]]
        assert [one["why"] for one in anew] == ["full", "all_busy", "full"]
        page = desk.get(f"{desk.base}/volunteers/roster?week={first}&weeks=3").get_data(as_text=True)
        assert page.count("周接手") == 3
        assert "林救护" not in page
        assert "有资质的人那段时间都有别的班" in page, "why one place stays empty"
        shift = desk.get(f"{desk.base}/volunteers/shifts/{places[0]['shift']}").get_data(as_text=True)
        assert "周接手" in shift
        assert "林救护" in shift, "that it was theirs stays to be seen"
        ended = desk.get(f"{desk.base}/volunteers/competence").get_data(as_text=True)
        assert "已过期" in ended


def ask(scope: Any, tenant: Any) -> None:
    """What the scheduler does twice a day."""
    with scope(tenant) as ctx:
        ctx.enqueue(expiry)
        ctx.unaudited("asked for by the clock")


def test_nobody_corrects_what_is_not_recognised_or_not_here(
    volunteer: Any, person: Any, client_as: Any, other_tenant: Any
) -> None:
    someone, desk = volunteer(), client_as(person("admin"))
    mine, stranger = client_as(someone), client_as(person("admin", tenant=other_tenant))
    kind = desk.post(f"{desk.base}/api/volunteers/competences", json={"code": "aid", "title": "急救"}).json[
        "id"
    ]
    today = datetime.now(shifts.ZONE).date()
    told = {"competence_id": kind, "issued_on": str(today - timedelta(days=9))}
    paper = mine.post(f"{mine.base}/api/volunteers/qualifications", json=told).json["id"]
    last = {"expires_on": str(today + timedelta(days=5))}
    tail = f"api/volunteers/qualifications/{paper}/last-day"
    assert desk.post(f"{desk.base}/{tail}", json=last).status_code == 409, "still a claim"
    assert mine.post(f"{mine.base}/{tail}", json=last).status_code == 403
    assert stranger.post(f"{stranger.base}/{tail}", json=last).status_code == 404
