"""The API says and refuses the same as the pages."""

from typing import Any

import pytest


@pytest.fixture
def worker(person: Any, agree: Any) -> Any:
    someone = person("employee")
    agree(someone)
    return someone


def test_a_whole_sheet(worker: Any, client_as: Any) -> None:
    client = client_as(worker)
    made = client.post(
        f"{client.base}/api/assessments/sheets",
        json={"instrument": "phq9", "answers": [1, 1, 1, 1, 1, 0, 0, 0, 0]},
    )
    assert made.status_code == 201, made.json
    assert made.json["scores"]["scales"]["total"] == 5
    assert made.json["scores"]["bands"] == {"total": "mild"}
    listed = client.get(f"{client.base}/api/assessments/results").json
    assert [one["id"] for one in listed] == [made.json["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"instrument": "phq9", "answers": [1] * 8}, "answers"),
        ({"instrument": "phq9", "answers": [9] * 9}, "answers"),
        ({"instrument": "phq9", "answers": [None] * 9}, "answers"),
        ({"instrument": "scl90", "answers": [1]}, "instrument"),
        ({"instrument": "phq9", "answers": [1] * 9, "diagnosis": "x"}, "diagnosis"),
    ],
)
def test_what_does_not_fit_is_named(worker: Any, client_as: Any, body: Any, field: str) -> None:
    client = client_as(worker)
    answer = client.post(f"{client.base}/api/assessments/sheets", json=body)
    assert answer.status_code == 422
    assert any(name.startswith(field) for name in answer.json["errors"])


def test_instruments_with_their_terms(worker: Any, client_as: Any) -> None:
    client = client_as(worker)
    found = client.get(f"{client.base}/api/assessments/instruments").json
    assert [one["id"] for one in found] == ["phq9", "gad7", "who5", "k6"]
    assert all(one["terms"] and one["source"].startswith("https://") for one in found)
    assert {one["wording_status"] for one in found} == {"corroborated", "unverified"}


def test_figures_for_the_union_only(person: Any, worker: Any, client_as: Any) -> None:
    admin = client_as(person("admin"))
    form = {"title": "自评", "instruments": "who5", "opens_on": "2026-01-01", "closes_on": "2099-01-01"}
    made = admin.post(f"{admin.base}/assessments/campaigns", data=form)
    campaign = made.headers["Location"].rsplit("/", 1)[1]
    address = f"/api/assessments/campaigns/{campaign}/figures"
    answer = admin.get(admin.base + address)
    assert answer.status_code == 200
    assert answer.json == {
        "campaign_id": campaign,
        "invited": 0,
        "progress": "—",
        "counting": False,
        "units": [],
        "waves": [],
        "changes": [],
        "targets": [],
    }
    employee = client_as(worker)
    assert employee.get(employee.base + address).status_code == 403
