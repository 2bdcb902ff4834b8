"""A shared device: people sit down one after the other, and none finds a trace of the one before."""

import re
from datetime import timedelta
from typing import Any

import pytest

from anxin.testing import today
from anxin_assessments.models import Part, Sheet
from anxin_assessments.services import campaigns

TODAY = today()


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def worker(person: Any) -> Any:
    return person(number="DL10268")


@pytest.fixture
def publish(admin: Any, as_person: Any, shift: Any, agency_person: Any) -> Any:
    """publish("gad7", mode="named"): a running campaign, with somebody on duty."""
    shift(agency_person())

    def make(*instruments: str, mode: str = "named") -> Any:
        with as_person(admin, "tenant") as ctx:
            made = campaigns.create(
                ctx,
                title="病房与家庭测评",
                instruments=list(instruments),
                opens_on=TODAY - timedelta(days=1),
                closes_on=TODAY + timedelta(days=9),
                mode=mode,
            )
            return campaigns.publish(ctx, made.id).id

    return make


@pytest.fixture
def desk(admin: Any, client_as: Any) -> Any:
    return client_as(admin)


@pytest.fixture
def open_device(desk: Any, client_as: Any, tenant: Any) -> Any:
    """open_device(campaign): (the device's id, a browser that is that device)."""

    def make(campaign: Any, **form: Any) -> Any:
        answer = desk.post(
            f"{desk.base}/assessments/devices",
            data={"campaign_id": campaign, "place": "三病区", "hours": 4} | form,
        ).get_data(as_text=True)
        secret = re.search(r"/device/open/([\w-]+)", answer)[1]  # type: ignore[index]
        device = re.search(r"/assessments/devices/([0-9a-f-]{36})", answer)[1]  # type: ignore[index]
        screen = client_as(None, tenant)
        screen.at = f"{screen.base}/assessments/device"
        assert screen.get(f"{screen.at}/open/{secret}").status_code == 200
        screen.secret = secret
        return device, screen

    return make


@pytest.fixture
def slip(desk: Any) -> Any:
    """slip(device): the code of a new slip."""

    def make(device: str) -> str:
        page = desk.post(f"{desk.base}/assessments/devices/{device}/slips").get_data(as_text=True)
        return re.search(r'class="stat__value num">(\w+)<', page)[1]  # type: ignore[index]

    return make


def sit(screen: Any, number: str, code: str) -> Any:
    answer = screen.post(f"{screen.at}/", data={"number": number, "code": code})
    return screen.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def take(screen: Any, values: list[int]) -> Any:
    """Agree if asked, answer in order, hand in."""
    step = screen.get(f"{screen.at}/next")
    if "answer" in step.get_data(as_text=True):
        assert screen.post(f"{screen.at}/agree", data={"answer": "agreed"}).status_code == 303
    for place, value in enumerate(values, 1):
        assert screen.post(f"{screen.at}/{place}", data={"value": value}).status_code == 303
    return screen.post(f"{screen.at}/finish")


def test_one_after_the_other(
    publish: Any,
    open_device: Any,
    slip: Any,
    worker: Any,
    person: Any,
    scope: Any,
    tenant: Any,
    client_as: Any,
) -> None:
    """A first person answers and gets up; the second finds a clean screen, and the first one's slip is used."""
    other = person(number="DL10300")
    device, screen = open_device(publish("gad7"))
    code = slip(device)
    asked = sit(screen, "DL10268", code).get_data(as_text=True)
    assert "DL10268" not in asked
    done = take(screen, [1] * 7)
    assert done.headers["Location"].endswith("/done")
    assert screen.get(f"{screen.at}/1").headers["Location"].endswith("/device/")
    assert sit(screen, "DL10268", code).status_code == 422
    with scope(tenant) as ctx:
        (sheet,) = ctx.scalars(ctx.select(Sheet)).all()
        assert (sheet.way, sheet.state, sheet.person_id) == ("device", "submitted", worker.id)
        assert [part.state for part in ctx.scalars(ctx.select(Part))] == ["done"]
    mine = client_as(worker)
    assert mine.get(f"{mine.base}/assessments/mine").status_code == 200
    assert "公用设备" in mine.get(f"{mine.base}/notices/").get_data(as_text=True)
    sit(screen, "DL10300", slip(device))
    take(screen, [0] * 7)
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Sheet).where(Sheet.person_id == other.id)).one().state == "submitted"


def test_no_answer_is_ever_shown_again(publish: Any, open_device: Any, slip: Any, worker: Any) -> None:
    """Not by going back, not after a pause with another slip; and no page may be kept by the browser."""
    device, screen = open_device(publish("gad7"))
    sit(screen, "DL10268", slip(device))
    screen.post(f"{screen.at}/agree", data={"answer": "agreed"})
    for place in (1, 2):
        screen.post(f"{screen.at}/{place}", data={"value": 3})
    again = screen.get(f"{screen.at}/1")
    assert 'aria-pressed="true"' not in again.get_data(as_text=True)
    assert again.headers["Cache-Control"] == "no-store"
    assert again.headers["Refresh"].endswith("/assessments/device/")
    assert screen.post(f"{screen.at}/leave").status_code == 303
    assert screen.get(f"{screen.at}/2").headers["Location"].endswith("/device/")
    step = sit(screen, "DL10268", slip(device))
    assert step.headers["Location"].endswith("/device/3")


def test_a_sitting_opens_nothing_else(
    publish: Any, open_device: Any, slip: Any, worker: Any, client_as: Any, tenant: Any
) -> None:
    """The secret of a sitting is no sign-in: used as one, it opens no page of the person's."""
    device, screen = open_device(publish("gad7"))
    sit(screen, "DL10268", slip(device))
    secret = screen.get_cookie("anxin-seat", path=f"{screen.at}/").value
    thief = client_as(None, tenant)
    thief.set_cookie(f"anxin-{tenant.slug}", secret)
    for path in ("/", "/consent/data", "/assessments/mine", "/assessments/"):
        assert "/sign-in" in thief.get(f"{thief.base}{path}").headers.get("Location", "")
    bearer = {"Authorization": f"Bearer {secret}"}
    visitor = client_as(None, tenant)
    assert visitor.get(f"{visitor.base}/api/assessments/results", headers=bearer).status_code == 401


def test_guessing_is_slow_and_tells_nothing(publish: Any, open_device: Any, slip: Any, worker: Any) -> None:
    device, screen = open_device(publish("gad7"))
    code = slip(device)
    unknown = sit(screen, "DL99999", code)
    wrong = sit(screen, "DL10268", "AAAAAA")
    assert unknown.status_code == wrong.status_code == 422
    for _try in range(8):
        sit(screen, "DL10268", "AAAAAA")
    assert sit(screen, "DL10268", code).status_code == 409


def test_guessing_by_program_is_as_slow(
    publish: Any, open_device: Any, worker: Any, client_as: Any, tenant: Any
) -> None:
    _device, screen = open_device(publish("gad7"))
    visitor = client_as(None, tenant)
    body = {"secret": screen.secret, "number": "DL10268", "code": "AAAAAA", "answers": {}}
    path = f"{visitor.base}/api/assessments/devices/answers"
    assert [visitor.post(path, json=body).status_code for _try in range(11)] == [422] * 10 + [409]


def test_who_is_signed_in_signs_out_first(publish: Any, open_device: Any, worker: Any, tenant: Any) -> None:
    _device, screen = open_device(publish("gad7"))
    screen.set_cookie(f"anxin-{tenant.slug}", worker.token)
    assert "/sign-out" in screen.get(f"{screen.at}/").get_data(as_text=True)


def test_saying_no_is_an_answer(
    publish: Any, open_device: Any, slip: Any, worker: Any, scope: Any, tenant: Any
) -> None:
    device, screen = open_device(publish("gad7"))
    sit(screen, "DL10268", slip(device))
    screen.post(f"{screen.at}/agree", data={"answer": "refused"})
    with scope(tenant) as ctx:
        assert [part.state for part in ctx.scalars(ctx.select(Part))] == ["declined"]
        assert ctx.scalars(ctx.select(Sheet)).all() == []


def test_a_risk_answer_is_told_on_at_once(
    publish: Any, open_device: Any, slip: Any, worker: Any, scope: Any, tenant: Any
) -> None:
    from anxin.safety.models import Crisis  # only this test looks into core's records

    device, screen = open_device(publish("phq9"))
    sit(screen, "DL10268", slip(device))
    screen.post(f"{screen.at}/agree", data={"answer": "agreed"})
    step = screen.post(f"{screen.at}/9", data={"value": 2})
    assert step.headers["Location"].endswith("/device/9/care")
    with scope(tenant) as ctx:
        assert [one.person_id for one in ctx.scalars(ctx.select(Crisis))] == [worker.id]
    assert "12356" in screen.get(step.headers["Location"]).get_data(as_text=True)
    assert screen.post(f"{screen.at}/9/call").status_code == 200


def test_a_helper_sees_how_far_and_not_what(
    publish: Any, open_device: Any, slip: Any, desk: Any, worker: Any, give_consent: Any
) -> None:
    """Proctored: each sitting is opened by a helper, who sees the number of the slip and its state."""
    device, screen = open_device(publish("who5", mode="confidential"), supervised=1)
    code = slip(device)

    def states() -> list[str]:
        told = desk.get(f"{desk.base}/api/assessments/devices/{device}/slips").json
        return [one["state"] for one in told["seats"]]

    assert states() == ["waiting"]
    sit(screen, "DL10268", code)
    assert states() == ["answering"]
    page = desk.get(f"{desk.base}/assessments/devices/{device}").get_data(as_text=True)
    assert "DL10268" not in page
    assert str(worker.id) not in page
    asked = screen.get(f"{screen.at}/next").get_data(as_text=True)
    assert "咨询师" in asked  # a campaign for the agency asks for its reading, too
    take(screen, [3] * 5)
    assert states() == ["done"]
    sit(screen, "DL10268", slip(device))
    desk.post(f"{desk.base}/assessments/devices/{device}/seats/2/end")
    assert states() == ["left", "done"]


def test_closing_ends_every_sitting(
    publish: Any, open_device: Any, slip: Any, desk: Any, worker: Any
) -> None:
    device, screen = open_device(publish("gad7"))
    sit(screen, "DL10268", slip(device))
    assert desk.post(f"{desk.base}/assessments/devices/{device}/close").status_code == 303
    assert screen.get(f"{screen.at}/1").status_code == 404 or screen.get(f"{screen.at}/1").status_code == 303
    assert screen.get(f"{screen.at}/").status_code == 404
    assert desk.post(f"{desk.base}/assessments/devices/{device}/slips").status_code == 409


def test_anonymous_tickets_on_a_device(
    publish: Any, person: Any, open_device: Any, client_as: Any, give_consent: Any, desk: Any
) -> None:
    from anxin_assessments.policy import ANONYMOUS  # the purpose of this mode alone

    crowd = [person() for _number in range(22)]
    campaign = publish("who5", mode="anonymous")
    give_consent(crowd[0], ANONYMOUS)
    mine = client_as(crowd[0])
    shown = mine.post(f"{mine.base}/assessments/campaigns/{campaign}/ticket").get_data(as_text=True)
    code = shown.split('name="code" value="')[1].split('"')[0]
    device, screen = open_device(campaign)
    assert desk.post(f"{desk.base}/assessments/devices/{device}/slips").status_code == 409
    screen.post(f"{screen.at}/", data={"code": code})
    assert take(screen, [2] * 5).headers["Location"].endswith("/done")
    assert screen.post(f"{screen.at}/", data={"code": code}).status_code == 409


def test_slips_on_paper(publish: Any, open_device: Any, desk: Any, run_jobs: Any, tenant: Any) -> None:
    device, _screen = open_device(publish("gad7"))
    step = desk.post(f"{desk.base}/assessments/devices/{device}/print", data={"count": 7})
    run_jobs(tenant, "assessments.slips")
    paper = desk.get(f"{step.headers['Location']}/file")
    assert paper.data.startswith(b"%PDF")
    told = desk.get(f"{desk.base}/api/assessments/devices/{device}/slips").json
    assert (told["slips"], told["unused"], told["seats"]) == (7, 7, [])


def test_by_program(
    publish: Any, open_device: Any, desk: Any, worker: Any, client_as: Any, tenant: Any
) -> None:
    device, screen = open_device(publish("gad7"))
    (made,) = desk.post(f"{desk.base}/api/assessments/devices/{device}/slips", json={"count": 1}).json
    visitor = client_as(None, tenant)
    body = {"secret": screen.secret, "number": "DL10268", "code": made["code"], "answers": {"gad7": [1] * 7}}
    path = f"{visitor.base}/api/assessments/devices/answers"
    assert visitor.post(path, json=body).status_code == 422  # nobody answers before they agreed
    assert visitor.post(path, json=body | {"agreed": True}).status_code == 204
    assert visitor.post(path, json=body | {"agreed": True}).status_code == 422
