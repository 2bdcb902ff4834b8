"""A workshop without phones: slips are drawn, sheets are ticked, two people key them, and nothing leads back."""

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from anxin.audit.models import AuditEntry
from anxin.safety.models import Crisis
from anxin.testing import today
from anxin_assessments.anonymous_models import AnonymousSheet, Slip, UnnamedPaper
from anxin_assessments.models import Sheet
from anxin_assessments.services import anonymous, campaigns, packs

CROWD = 21
PLAIN = {"tenant_id", "id", "campaign_id", "mode", "ticket", "unit_id", "mark", "state", "differences"}


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def keyers(agency_person: Any, shift: Any, client_as: Any) -> Any:
    """Two people of the agency at their desks, and somebody on duty."""
    shift(agency_person())
    return [client_as(agency_person("supervisor")) for _number in range(2)]


@pytest.fixture
def campaign(admin: Any, keyers: Any, person: Any, as_person: Any) -> Any:
    for number in range(CROWD):
        person(number=f"N{number:03d}")
    with as_person(admin, "tenant") as ctx:
        made = campaigns.create(
            ctx,
            title="井队匿名测评",
            instruments=["phq9"],
            opens_on=today() - timedelta(days=1),
            closes_on=today() + timedelta(days=7),
            mode="anonymous",
        )
        return campaigns.publish(ctx, made.id).id


@pytest.fixture
def codes(campaign: Any, admin: Any, as_person: Any) -> Any:
    """Three slips of a printed pack, as they are on the paper."""
    with as_person(admin, "tenant") as ctx:
        return packs.codes(ctx, packs.begin(ctx, campaign, None, 3))


@pytest.fixture
def key(campaign: Any) -> Any:
    """key(desk, code, "000000000"): what a keyer types."""

    def typed(desk: Any, code: str, digits: str) -> Any:
        path = f"{desk.base}/assessments/papers/{campaign}/sheets/key"
        return desk.post(path, data={"code": code, "typed": digits})

    return typed


def rows(scope: Any, tenant: Any, model: Any) -> Any:
    with scope(tenant) as ctx:
        return ctx.scalars(sa.select(model).where(model.tenant_id == tenant.id).order_by(model.id)).all()


def test_the_whole_story(
    campaign: Any, codes: Any, key: Any, keyers: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    """Drawn, ticked, keyed, keyed again with two slips of the finger, settled; then it is a slip like any phone's."""
    first, second = keyers
    drawn = first.post(
        f"{first.base}/assessments/papers/{campaign}/slips", data={"number": "N003", "signed": "1"}
    )
    assert drawn.status_code == 200
    assert key(first, codes[0].lower(), "012301233").status_code == 303
    shown = key(second, codes[0], "01220123-")
    (waiting,) = rows(scope, tenant, UnnamedPaper)
    assert (waiting.state, waiting.differences, waiting.mark) == ("differs", 2, codes[0][:5])
    place = shown.headers["Location"]
    listed = first.get(f"{first.base}/assessments/papers/{campaign}/sheets").get_data(as_text=True)
    assert codes[0][:5] in listed
    assert codes[0] not in listed
    assert "第一次：3，第二次：2" in first.get(place).get_data(as_text=True)
    assert first.post(place, data={"typed": ["7", "0"]}).status_code == 422
    assert first.post(place, data={"typed": ["3", "-"]}).status_code == 303
    assert first.get(place).status_code == 404
    assert rows(scope, tenant, UnnamedPaper) == []
    (slip,) = rows(scope, tenant, Slip)
    assert slip.finished
    with scope(tenant) as ctx:
        answers = ctx.unseal(Slip, "answers", slip.id, tenant.id, slip.answers)
    assert answers == {"phq9-1": [0, 1, 2, 3, 0, 1, 2, 3, None]}
    phone = client_as(None, tenant)
    again = phone.post(f"{phone.base}/assessments/anonymous/{campaign}", data={"code": codes[0]})
    assert again.status_code == 409
    assert key(second, codes[0], "000000000").status_code == 409


def test_nothing_leads_back_afterwards(
    campaign: Any, codes: Any, key: Any, keyers: Any, scope: Any, tenant: Any
) -> None:
    """No person, no time and no sheet's id beside the answers; the trail names no code; no sheet with a person."""
    for desk in keyers:
        assert key(desk, codes[0], "111111113").status_code == 303
    assert rows(scope, tenant, UnnamedPaper) == []
    assert rows(scope, tenant, Sheet) == []
    assert rows(scope, tenant, Crisis) == [], "there is nobody who could be called"
    (slip,) = rows(scope, tenant, Slip)
    trail = [one for one in rows(scope, tenant, AuditEntry) if one.action.startswith("assessments.paper")]
    assert [one.action.rpartition("_")[2] for one in trail] == ["keyed", "keyed", "settled"]
    for one in trail:
        assert one.subject_id is None
        assert str(slip.id) not in str(one.detail)


def test_a_sheet_on_its_way_says_who_keyed_and_nothing_else() -> None:
    """Its own rules hold in the database too: an anonymous campaign, two different keyers."""
    columns = {column.name: column for column in UnnamedPaper.__table__.columns}
    assert set(columns) == PLAIN | {"first", "second", "first_by", "second_by"}
    assert not any(isinstance(column.type, (sa.DateTime, sa.Date)) for column in columns.values())


def test_the_database_refuses_a_named_campaign_and_one_keyer(
    campaign: Any, codes: Any, key: Any, keyers: Any, admin: Any, as_person: Any, scope: Any, tenant: Any
) -> None:
    key(keyers[0], codes[0], "000000000")
    with as_person(admin, "tenant") as ctx:
        named = campaigns.create(
            ctx, title="实名", instruments=["who5"], opens_on=today(), closes_on=today()
        ).id
    changes = (
        sa.update(UnnamedPaper).values(campaign_id=named),
        sa.update(UnnamedPaper).values(mode="named"),
        sa.update(UnnamedPaper).values(state="differs", second_by=UnnamedPaper.first_by),
    )
    for change in changes:
        with scope(tenant) as ctx:
            ctx.unaudited("test")
            with pytest.raises(sa.exc.IntegrityError):
                ctx.execute(change.where(UnnamedPaper.tenant_id == tenant.id))
            ctx.db.rollback()


def test_two_people_key_and_neither_sees_the_other(codes: Any, key: Any, keyers: Any) -> None:
    first, second = keyers
    assert key(first, codes[0], "012301230").status_code == 303
    assert key(first, codes[0], "012301230").status_code == 409
    form = second.get(f"{second.base}/assessments/papers").get_data(as_text=True)
    assert "井队匿名测评" in form
    assert key(second, codes[0], "012301230").headers["Location"].endswith("?taken=1")


def test_what_does_not_fit_is_named_and_stays(codes: Any, key: Any, keyers: Any) -> None:
    last = "A" if codes[0][-1] != "A" else "B"
    for code, digits, field in (
        (codes[0][:-1] + last, "000000000", "f-code"),
        (codes[0], "0007", "f-b1"),
    ):
        answer = key(keyers[0], code, digits)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'href="#{field}"' in page
        assert code in page
        assert digits in page


def test_what_was_begun_on_a_phone_gives_way_and_what_was_handed_in_does_not(
    campaign: Any, codes: Any, key: Any, keyers: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    phone = client_as(None, tenant)
    base = f"{phone.base}/assessments/anonymous/{campaign}"
    phone.post(base, data={"code": codes[0]})
    phone.post(f"{base}/1", data={"value": 3})
    for desk in keyers:
        assert key(desk, codes[0], "000000000").status_code == 303
    assert len(rows(scope, tenant, Slip)) == 1
    assert phone.post(f"{base}/2", data={"value": 3}).status_code == 409
    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        anonymous.fill(ctx, anonymous.ticket(ctx, campaign, codes[1]), {"phq9": [0] * 9})
    assert key(keyers[0], codes[1], "000000000").status_code == 409


def test_a_wrong_keying_is_discarded_and_begun_again(
    codes: Any, key: Any, keyers: Any, scope: Any, tenant: Any
) -> None:
    key(keyers[0], codes[0], "000000000")
    (paper,) = rows(scope, tenant, UnnamedPaper)
    desk = keyers[1]
    page = f"{desk.base}/assessments/papers/sheets/{paper.id}"
    assert desk.get(page).status_code == 200
    assert desk.post(f"{page}/discard").status_code == 303
    assert rows(scope, tenant, UnnamedPaper) == []
    assert key(desk, codes[0], "000000000").status_code == 303


def test_what_is_not_settled_goes_with_the_campaign(
    campaign: Any, codes: Any, key: Any, keyers: Any, admin: Any, as_person: Any, scope: Any, tenant: Any
) -> None:
    for desk in keyers:
        key(desk, codes[0], "000000000")
    key(keyers[0], codes[1], "000000000")
    with as_person(admin, "tenant") as ctx:
        campaigns.close(ctx, campaign)
    with scope(tenant) as ctx:
        ctx.plugin = "assessments"
        anonymous.mix(ctx)
    assert rows(scope, tenant, UnnamedPaper) == []
    assert len(rows(scope, tenant, AnonymousSheet)) == 1


def test_the_union_does_not_key(campaign: Any, codes: Any, key: Any, admin: Any, client_as: Any) -> None:
    desk = client_as(admin)
    assert key(desk, codes[0], "000000000").status_code == 404
    for path in ("sheets", "sheets/key"):
        assert desk.get(f"{desk.base}/assessments/papers/{campaign}/{path}").status_code == 404


def test_the_blank_sheet_has_the_numbers_to_call_and_room_for_a_slip(
    campaign: Any, admin: Any, client_as: Any, run_jobs: Any, tenant: Any
) -> None:
    desk = client_as(admin)
    assert "匿名测评的空白问卷" in desk.get(f"{desk.base}/assessments/devices").get_data(as_text=True)
    sent = desk.post(f"{desk.base}/assessments/papers/blank", data={"campaign_id": str(campaign)})
    run_jobs(tenant, "assessments.blank")
    reader = PdfReader(io.BytesIO(desk.get(f"{sent.headers['Location']}/file").data))
    text = "".join(sheet.extract_text() for sheet in reader.pages)
    assert text.count("12356") == 2, "at the top, and behind the questions that ask about danger"
    assert "答题条" in text
    assert "工号" not in text
    assert (
        desk.post(f"{desk.base}/assessments/papers/print", data={"campaign_id": campaign}).status_code == 409
    )


def test_by_program(
    campaign: Any, codes: Any, keyers: Any, admin: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    one, other = keyers
    path = f"{one.base}/api/assessments/campaigns/{campaign}/sheets"
    body = {"code": codes[0], "answers": {"phq9": [0] * 9}}
    assert one.post(path, json=body).get_json()["paper"]["state"] == "once"
    made = other.post(path, json=body | {"answers": {"phq9": [1] + [0] * 8}}).get_json()["paper"]
    assert (made["state"], made["differences"]) == ("differs", 1)
    assert [row["id"] for row in one.get(path).get_json()] == [made["id"]]
    paper = f"{one.base}/api/assessments/papers/sheets/{made['id']}"
    assert one.get(f"{paper}/differences").get_json()[0]["second"] == 1
    assert one.post(f"{paper}/settle", json={"typed": ["0"]}).status_code == 204
    assert one.delete(paper).status_code == 404
    assert len(rows(scope, tenant, Slip)) == 1
    for desk in keyers:
        alike = desk.post(path, json=body | {"code": codes[1]})
    assert alike.get_json() == {"paper": None}
    desk = client_as(admin)
    asked = desk.post(f"{desk.base}/api/assessments/papers/blank", json={"campaign_id": str(campaign)})
    assert asked.status_code == 202
