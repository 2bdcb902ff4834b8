"""Over HTTP, as people use it."""

import pytest
from anxin_plugname.policy import KEEP


@pytest.fixture
def worker(person, give_consent):
    someone = person("employee")
    give_consent(someone, KEEP)
    return someone


def test_what_is_written_is_there_for_its_writer_alone(worker, person, give_consent, client_as):
    mine = client_as(worker)
    assert mine.post(f"{mine.base}/plugname/", data={"text": "一句话"}).status_code == 303
    assert "一句话" in mine.get(f"{mine.base}/plugname/").get_data(as_text=True)
    colleague = person("employee")
    give_consent(colleague, KEEP)
    theirs = client_as(colleague)
    assert "一句话" not in theirs.get(f"{theirs.base}/plugname/").get_data(as_text=True)


def test_nothing_is_kept_without_consent(person, client_as):
    client = client_as(person("employee"))
    answer = client.get(f"{client.base}/plugname/")
    assert answer.status_code == 303
    assert "/consent/" in answer.location


def test_the_api_says_the_same(worker, client_as):
    client = client_as(worker)
    made = client.post(f"{client.base}/api/plugname/", json={"text": "一句话"})
    assert made.status_code == 201
    assert client.get(f"{client.base}/api/plugname/{made.json['id']}").json["text"] == "一句话"
    assert client.post(f"{client.base}/api/plugname/", json={"text": "x", "who": "me"}).status_code == 422
