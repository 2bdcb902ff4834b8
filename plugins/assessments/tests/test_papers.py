"""Answers on paper: two people key, neither sees the other's, the paper settles, and only then it counts."""

from datetime import timedelta
from typing import Any

import pytest

from anxin.consent.models import Consent
from anxin.safety.models import Crisis
from anxin.testing import today
from anxin_assessments.models import Outcome, Part, Sheet
from anxin_assessments.paper_models import Paper
from anxin_assessments.policy import SELF
from anxin_assessments.services import campaigns, papers

TODAY = today()


@pytest.fixture
def worker(person: Any) -> Any:
    return person(number="DL10268")


@pytest.fixture
def keyers(agency_person: Any, shift: Any) -> Any:
    """Two people of the agency, and somebody on duty."""
    shift(agency_person())
    return agency_person("supervisor"), agency_person("supervisor")


@pytest.fixture
def admin(person: Any) -> Any:
    return person("admin")


@pytest.fixture
def campaign(admin: Any, worker: Any, keyers: Any, as_person: Any, client_as: Any) -> Any:
    """A running campaign of PHQ-9 with five printed forms."""
    with as_person(admin, "tenant") as ctx:
        made = campaigns.create(
            ctx,
            title="上门测评",
            instruments=["phq9"],
            opens_on=TODAY - timedelta(days=1),
            closes_on=TODAY + timedelta(days=9),
        )
        campaign_id = campaigns.publish(ctx, made.id).id
    desk = client_as(admin)
    answer = desk.post(
        f"{desk.base}/api/assessments/papers/print", json={"campaign_id": str(campaign_id), "count": 5}
    )
    assert answer.status_code == 202, answer.json
    return campaign_id


@pytest.fixture
def key(campaign: Any, client_as: Any) -> Any:
    """key(somebody, "0101010100", form=1): what a keyer types, nine answers."""

    def typed(somebody: Any, digits: str, **form: Any) -> Any:
        client = client_as(somebody)
        return client.post(
            f"{client.base}/assessments/papers/{campaign}/key",
            data={"form": 1, "number": "DL10268", "signed": "1", "typed": digits} | form,
        )

    return typed


def state(scope: Any, tenant: Any) -> Any:
    with scope(tenant) as ctx:
        return [(one.state, one.differences) for one in ctx.scalars(ctx.select(Paper))]


def test_keyed_alike_it_is_scored(
    key: Any, keyers: Any, scope: Any, tenant: Any, worker: Any, run_jobs: Any
) -> None:
    first, second = keyers
    assert key(first, "111111110").status_code == 303
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Outcome)).all() == []
        (consent,) = ctx.scalars(ctx.select(Consent).where(Consent.purpose == SELF.name))
        assert (consent.person_id, consent.agreed) == (worker.id, True)
    assert key(second, "111111110", signed="0").status_code == 303
    with scope(tenant) as ctx:
        (sheet,) = ctx.scalars(ctx.select(Sheet)).all()
        assert (sheet.way, sheet.state) == ("paper", "submitted")
        (outcome,) = ctx.scalars(ctx.select(Outcome)).all()
        assert ctx.open(outcome, "scores")["scales"]["total"] == 8
        assert [part.state for part in ctx.scalars(ctx.select(Part))] == ["done"]
        (paper,) = ctx.scalars(ctx.select(Paper)).all()
        assert (paper.state, paper.first, paper.second) == ("settled", None, None)
    run_jobs(tenant)


def test_what_differs_is_settled_with_the_paper_in_hand(
    key: Any, keyers: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    first, second = keyers
    key(first, "012301230")
    shown = key(second, "012201231")
    assert shown.status_code == 303
    assert state(scope, tenant) == [("differs", 2)]
    desk = client_as(first)
    page = desk.get(shown.headers["Location"]).get_data(as_text=True)
    assert "第一次：3，第二次：2" in page
    assert desk.post(shown.headers["Location"], data={"typed": ["7", "0"]}).status_code == 422
    assert desk.post(shown.headers["Location"], data={"typed": ["3", "-"]}).status_code == 303
    with scope(tenant) as ctx:
        (sheet,) = ctx.scalars(ctx.select(Sheet)).all()
        assert ctx.open(sheet, "answers") == [0, 1, 2, 3, 0, 1, 2, 3, None]


def test_one_person_does_not_key_twice(key: Any, keyers: Any, scope: Any, tenant: Any) -> None:
    first, second = keyers
    key(first, "000000000")
    assert key(first, "000000000").status_code == 409
    assert key(second, "000000000").status_code == 303
    assert key(second, "000000000").status_code == 409


def test_a_risk_answer_does_not_wait_for_the_second_keying(
    key: Any, keyers: Any, scope: Any, tenant: Any, worker: Any
) -> None:
    key(keyers[0], "000000003")
    with scope(tenant) as ctx:
        assert [one.person_id for one in ctx.scalars(ctx.select(Crisis))] == [worker.id]
    key(keyers[1], "000000003")
    with scope(tenant) as ctx:
        assert len(ctx.scalars(ctx.select(Crisis)).all()) == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"typed": "01"}, "f-b1"),
        ({"typed": "000070000"}, "f-b1"),
        ({"form": 6}, "f-form"),
        ({"number": "DL99999"}, "f-number"),
        ({"signed": "0"}, "f-signed"),
    ],
)
def test_what_does_not_fit_is_named_and_stays(
    key: Any, keyers: Any, form: Any, field: str, scope: Any, tenant: Any
) -> None:
    answer = key(keyers[0], "000000000", **form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert f'href="#{field}"' in page
    assert form.get("typed", "000000000") in page
    assert state(scope, tenant) == []


def test_a_wrong_number_is_discarded_and_begun_again(
    key: Any, keyers: Any, person: Any, client_as: Any, scope: Any, tenant: Any
) -> None:
    first, second = keyers
    key(first, "000000000")
    with scope(tenant) as ctx:
        (paper,) = ctx.scalars(ctx.select(Paper)).all()
    desk = client_as(second)
    assert desk.post(f"{desk.base}/assessments/papers/forms/{paper.id}/discard").status_code == 303
    with scope(tenant) as ctx:
        assert ctx.scalars(ctx.select(Sheet)).all() == []
    assert key(second, "000000000").status_code == 303


def test_whoever_said_no_is_not_keyed(
    key: Any, keyers: Any, worker: Any, give_consent: Any, scope: Any, tenant: Any
) -> None:
    give_consent(worker, SELF, given="withdrawn")
    assert key(keyers[0], "000000000").status_code == 409
    assert state(scope, tenant) == []


def test_the_screen_waits_for_the_paper(
    key: Any, keyers: Any, worker: Any, campaign: Any, client_as: Any
) -> None:
    key(keyers[0], "000000000")
    mine = client_as(worker)
    begun = mine.post(f"{mine.base}/assessments/take/phq9", data={"campaign": str(campaign)})
    assert begun.status_code == 409


def test_nobody_of_the_union_keys(admin: Any, campaign: Any, key: Any, client_as: Any) -> None:
    assert key(admin, "000000000").status_code == 404
    desk = client_as(admin)
    assert desk.get(f"{desk.base}/assessments/papers/{campaign}").status_code == 404


def test_forms_have_numbers(
    campaign: Any, admin: Any, client_as: Any, run_jobs: Any, tenant: Any, keyers: Any
) -> None:
    run_jobs(tenant, "assessments.forms")
    desk = client_as(admin)
    step = desk.post(f"{desk.base}/assessments/papers/print", data={"campaign_id": campaign, "count": 2})
    run_jobs(tenant, "assessments.forms")
    assert desk.get(f"{step.headers['Location']}/file").data.startswith(b"%PDF")
    for path in ("papers", f"papers/{campaign}", f"papers/{campaign}/key"):
        other = client_as(keyers[0])
        assert other.get(f"{other.base}/assessments/{path}").status_code == 200


def test_by_program(campaign: Any, keyers: Any, client_as: Any) -> None:
    body = {"form": 3, "number": "DL10268", "signed": True, "answers": {"phq9": [0] * 9}}
    one, other = (client_as(keyer) for keyer in keyers)
    path = f"{one.base}/api/assessments/campaigns/{campaign}/papers"
    assert one.post(path, json=body).json["state"] == "once"
    second = other.post(path, json=body | {"answers": {"phq9": [1] + [0] * 8}}).json
    assert (second["state"], second["differences"]) == ("differs", 1)
    paper = f"{one.base}/api/assessments/papers/{second['id']}"
    assert one.get(f"{paper}/differences").json[0]["place"] == 1
    assert one.post(f"{paper}/settle", json={"typed": ["1"]}).json["state"] == "settled"
    assert one.delete(paper).status_code == 409


def test_every_instrument_has_fields_for_its_questions() -> None:
    from anxin_assessments import scoring  # every key, not what a tenant offers
    from anxin_assessments.services.rounds import Round, blank

    for instrument in scoring.catalogue():
        found = Round([instrument], blank([instrument]))
        places = [place for block in papers.blocks(found) for place in block.places]
        assert places == list(range(1, instrument.items + 1))
