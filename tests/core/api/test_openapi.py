"""The tenant's OpenAPI document, problem+json, tokens, idempotency."""

import pytest
from openapi_spec_validator import validate

from anxin.tenancy import services


@pytest.fixture
def admin(client_as, person):
    return client_as(person("admin"))


def get(client, path, **kwargs):
    return client.get(f"{client.base}/api{path}", **kwargs)


def test_the_document_is_valid_openapi_3_1(admin):
    document = get(admin, "/openapi.json").json
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_the_document_lists_only_what_is_on(admin, scope, tenant, runtime):
    module = next(iter(runtime.registry.plugins))
    on = {path for path in get(admin, "/openapi.json").json["paths"] if path.startswith(f"/api/{module}/")}
    assert on
    with scope(tenant) as ctx:
        services.switch_off(ctx, module)
    assert not on & set(get(admin, "/openapi.json").json["paths"])
    assert get(admin, sorted(on)[0].removeprefix("/api")).status_code == 404


def test_errors_are_problem_json_in_the_users_language(admin):
    answer = admin.put(
        f"{admin.base}/api/tenancy/brand", json={"product_name": "x", "colour": "#12345", "extra": 1}
    )
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert set(answer.json["errors"]) == {"colour", "extra"}


def test_a_token_works_until_it_is_ended(app, admin, person, client_as):
    made = admin.post(f"{admin.base}/api/identity/tokens", json={"name": "脚本"})
    token = made.json["token"]
    outside = app.test_client()
    head = {"Authorization": f"Bearer {token}"}
    assert outside.get(f"{admin.base}/api/identity/me", headers=head).json["roles"] == ["admin"]
    session = next(row for row in get(admin, "/identity/sessions").json if row["kind"] == "token")
    assert admin.delete(f"{admin.base}/api/identity/sessions/{session['id']}").status_code == 204
    refused = outside.get(f"{admin.base}/api/identity/me", headers=head)
    assert refused.status_code == 401
    assert refused.content_type == "application/problem+json"


def test_the_same_key_acts_once_and_answers_the_same(admin):
    def add(key, name):
        return admin.post(
            f"{admin.base}/api/tenancy/units", json={"name": name}, headers={"Idempotency-Key": key}
        )

    first, again = add("k1", "采油一队"), add("k1", "采油一队")
    assert first.status_code == again.status_code == 201
    assert first.json["id"] == again.json["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(get(admin, "/tenancy/units").json) == 1
    assert add("k1", "采油二队").status_code == 422
    assert add("k2", "采油二队").status_code == 201
