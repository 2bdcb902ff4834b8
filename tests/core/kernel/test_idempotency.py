"""The same key twice is one act: one after the other, at the same moment, and never across people or requests."""

import threading

import pytest
import sqlalchemy as sa

ADDRESS = "/api/identity/tokens"  # makes something and answers with a secret: the hardest case
BODY = {"name": "laptop", "days": 30}


@pytest.fixture
def someone(person):
    return person("employee")


@pytest.fixture
def tokens(superuser):
    """tokens(someone): how many tokens they have."""
    query = sa.text("SELECT count(*) FROM core.sign_in WHERE person_id = :p AND kind = 'token'")
    return lambda someone: superuser.scalar(query, {"p": someone.id})


def send(client, key: str | None = "k1", body=BODY, address: str = ADDRESS):
    return client.post(
        client.base + address, json=body, headers={} if key is None else {"Idempotency-Key": key}
    )


def test_the_same_key_gives_the_same_answer(client_as, someone, tokens) -> None:
    client = client_as(someone)
    first, second = send(client), send(client)
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content_type == first.content_type
    assert tokens(someone) == 1


def test_without_a_key_each_request_acts(client_as, someone, tokens) -> None:
    client = client_as(someone)
    assert send(client, None).json != send(client, None).json
    assert tokens(someone) == 2


@pytest.mark.parametrize(
    ("body", "address"), [({"name": "phone", "days": 30}, ADDRESS), (BODY, "/api/identity/tokens?x=1")]
)
def test_the_same_key_for_something_else_is_refused(client_as, someone, tokens, body, address) -> None:
    client = client_as(someone)
    send(client)
    other = send(client, body=body, address=address)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert tokens(someone) == 1


def test_a_key_is_ones_own(client_as, person, tokens) -> None:
    one, other = person("employee"), person("employee")
    assert send(client_as(one)).json != send(client_as(other)).json
    assert (tokens(one), tokens(other)) == (1, 1)


def test_a_refusal_is_not_kept(client_as, someone, tokens) -> None:
    client = client_as(someone)
    assert send(client, body={"name": ""}).status_code == 422
    assert send(client).status_code == 201
    assert tokens(someone) == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb"])
def test_a_key_that_is_none(client_as, someone, tokens, key) -> None:
    answer = send(client_as(someone), key=key)
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key")
    assert tokens(someone) == 0


def test_after_a_day_the_key_is_new_again(client_as, someone, tokens, superuser) -> None:
    client = client_as(someone)
    first = send(client)
    superuser.execute(sa.text("UPDATE core.idempotency SET made_at = now() - interval '25 hours'"))
    assert send(client).json != first.json
    assert tokens(someone) == 2


def test_what_is_kept_is_sealed(client_as, someone, superuser) -> None:
    token = send(client_as(someone)).json["token"]
    kept = superuser.execute(
        sa.text("SELECT body, headers::text, key FROM core.idempotency WHERE person_id = :p"),
        {"p": someone.id},
    ).one()
    assert token not in str(kept)
    assert token.encode() not in bytes(kept.body)


def test_at_the_same_moment_it_acts_once(client_as, someone, tokens) -> None:
    """Eight requests with one key, all on their way before the first has answered."""
    ready, answers = threading.Barrier(8), []

    def work() -> None:
        client = client_as(someone)
        ready.wait(10)
        answers.append(send(client))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json["token"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert tokens(someone) == 1
