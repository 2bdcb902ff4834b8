"""Over HTTP and through the outbox, as people and workers use it."""

import pytest
from anxin_wishes.policy import KEEP

TEA = "想在夜班喝上热茶"


@pytest.fixture
def worker(person, give_consent):
    someone = person("employee", name="林晓峰")
    give_consent(someone, KEEP)
    return someone


@pytest.fixture
def put_up(client_as):
    """put_up(person, text): over the API; returns the wish's id."""

    def put(someone, text=TEA):
        client = client_as(someone)
        made = client.post(f"{client.base}/api/wishes/", json={"text": text})
        assert made.status_code == 201, made.json
        return made.json["id"]

    return put


def test_a_wish_reaches_the_union_and_the_look_is_written_down(worker, person, put_up, client_as):
    put_up(worker)
    admin = client_as(person("admin"))
    wall = admin.get(f"{admin.base}/wishes/wall").get_data(as_text=True)
    assert TEA in wall
    assert "林晓峰" in wall
    mine = client_as(worker)
    assert "看了一个心愿" in mine.get(f"{mine.base}/audit/who-looked").get_data(as_text=True)


def test_colleagues_do_not_see_it(worker, person, give_consent, put_up, client_as):
    wish = put_up(worker)
    colleague = person("employee")
    give_consent(colleague, KEEP)
    client = client_as(colleague)
    assert client.get(f"{client.base}/api/wishes/{wish}").status_code == 404
    assert client.get(f"{client.base}/wishes/wall").status_code == 403


def test_nothing_is_kept_without_consent(person, client_as):
    client = client_as(person("employee"))
    answer = client.post(f"{client.base}/api/wishes/", json={"text": TEA})
    assert (answer.status_code, answer.json["code"]) == (403, "consent_required")


def test_the_days_number_is_the_tenants_setting(worker, put_up, client_as):
    for _ in range(3):
        put_up(worker)
    client = client_as(worker)
    again = client.post(f"{client.base}/wishes/", data={"text": "第四个"})
    assert again.status_code == 422
    assert "第四个" in again.get_data(as_text=True), "what was typed is still there"


def test_the_writer_is_told_of_the_answer(worker, person, put_up, client_as, run_jobs):
    wish = put_up(worker)
    admin = client_as(person("admin"))
    assert admin.post(f"{admin.base}/wishes/{wish}/grant").status_code == 303
    assert admin.post(f"{admin.base}/wishes/{wish}/grant").status_code == 409
    assert run_jobs(worker.tenant, "wishes.tell") == ["wishes.tell"]
    mine = client_as(worker)
    assert "有一条给你的回复" in mine.get(f"{mine.base}/notices/").get_data(as_text=True)


def test_a_persons_copy_has_the_wishes(worker, put_up, client_as):
    put_up(worker)
    mine = client_as(worker)
    copy = mine.post(f"{mine.base}/consent/data/copy").json["data"]["wishes"]["wishes"]
    assert [(wish["text"], wish["state"]) for wish in copy] == [(TEA, "open")]


def test_withdrawing_the_consent_takes_the_wishes_down(worker, put_up, client_as, run_jobs):
    put_up(worker)
    mine = client_as(worker)
    assert mine.post(f"{mine.base}/consent/wishes.keep", data={"answer": "withdrawn"}).status_code == 303
    assert run_jobs(worker.tenant, "event:wishes:ConsentWithdrawn")
    assert mine.post(f"{mine.base}/consent/data/copy").json["data"]["wishes"] == {"wishes": []}


def test_the_home_page_leads_here(worker, client_as):
    client = client_as(worker)
    assert "什么能让上班轻松一点" in client.get(f"{client.base}/").get_data(as_text=True)


def test_who_asks_for_erasure_leaves_nothing(worker, put_up, scope, runtime):
    put_up(worker)
    with scope(worker.tenant) as ctx:
        answers = {
            a.plugin: a.value for a in runtime.registry.call(ctx, "subject_erase", person_id=worker.id)
        }
        again = {a.plugin: a.value for a in runtime.registry.call(ctx, "subject_erase", person_id=worker.id)}
    assert answers["wishes"] == {"wish": 1}
    assert again["wishes"] == {"wish": 0}
