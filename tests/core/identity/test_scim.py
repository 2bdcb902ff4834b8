"""The employer's directory: the protocol as its tester checks it, and what it must never be able to do."""

import pytest
import sqlalchemy as sa
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from anxin.identity.factor_models import ScimGroup
from anxin.identity.models import Membership, Person
from anxin.identity.scim import groups, tokens

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
WORK = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture
def token(scope, tenant):
    with scope(tenant) as ctx:
        return tokens.make(ctx, "HR", 30)


@pytest.fixture
def call(client_as, tenant, token):
    """call("GET", "/Users", json=…) → the response, as the tenant's directory."""
    client = client_as(tenant=tenant)

    def ask(method, path, *, bearer=token, where=tenant, **more):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return client.open(f"/t/{where.slug}/scim/v2{path}", method=method, headers=headers, **more)

    return ask


def user(name="linxf", number="DL10268", **more):
    work = {WORK: {"employeeNumber": number}} if number else {}
    said = {"schemas": [USER, WORK], "userName": name, "displayName": "林晓峰", "active": True}
    return {**said, **work, **more}


def switch(active):
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": active}]}


def roles_of(scope, tenant, person_id):
    with scope(tenant) as ctx:
        return set(
            ctx.scalars(
                sa.select(Membership.role).where(
                    Membership.person_id == person_id,
                    sa.or_(Membership.until.is_(None), Membership.until > sa.func.now()),
                )
            )
        )


def test_the_protocols_own_tester_is_content(app, tenant, token):
    client = WSGISCIMClient(
        app,
        base_url=f"http://localhost/t/{tenant.slug}/scim/v2",
        headers={"Authorization": f"Bearer {token}"},
    )
    results = check_server(client)
    bad = [
        f"{one.status.name} {one.title} {one.resource_type}: {one.reason}"
        for one in results
        if one.status not in (Status.SUCCESS, Status.SKIPPED, Status.ACCEPTABLE)
    ]
    assert bad == [], "\n".join(bad)
    assert sum(one.status is Status.SUCCESS for one in results) > 70


def test_a_leaver_is_signed_out_at_once(call, client_as, person):
    worker = person("employee", number="DL10268")
    client = client_as(worker)
    assert client.get(f"{client.base}/me").status_code == 200
    assert call("PATCH", f"/Users/{worker.id}", json=switch(False)).status_code == 204
    assert client.get(f"{client.base}/me").status_code == 303
    assert call("GET", f"/Users/{worker.id}").json["active"] is False
    call("PATCH", f"/Users/{worker.id}", json=switch(True))
    assert call("GET", f"/Users/{worker.id}").json["active"] is True
    assert client.get(f"{client.base}/me").status_code == 303  # back, but not signed in again by that


def test_a_deleted_user_leaves_and_keeps_the_history(call, client_as, person, scope, tenant):
    worker = person("employee", number="DL10268")
    client = client_as(worker)
    assert call("DELETE", f"/Users/{worker.id}").status_code == 204
    assert client.get(f"{client.base}/me").status_code == 303
    assert call("GET", f"/Users/{worker.id}").status_code == 404
    with scope(tenant) as ctx:
        assert ctx.scalar(sa.select(Person.state).where(Person.id == worker.id)) == "left"


def test_somebody_of_the_roster_is_adopted_not_doubled(call, person, scope, tenant):
    worker = person("employee", number="DL10268", name="林晓锋")
    made = call("POST", "/Users", json=user(name="linxiaofeng@dongling.example"))
    assert made.status_code == 201
    assert made.json["id"] == str(worker.id)
    with scope(tenant) as ctx:
        assert ctx.scalar(sa.select(Person.name).where(Person.id == worker.id)) == "林晓峰"
    assert call("POST", "/Users", json=user(name="another")).status_code == 409
    assert (
        call("POST", "/Users", json=user(name="LinXiaofeng@dongling.example", number=None)).status_code == 409
    )


def test_somebody_new_gets_the_lowest_role(call, scope, tenant):
    made = call("POST", "/Users", json=user(number="DL9"))
    assert roles_of(scope, tenant, made.json["id"]) == {"employee"}


@pytest.mark.parametrize(
    "asked", ['userName eq "linxf"', 'externalId eq "e-1"', f'{WORK}:employeeNumber eq "DL10268"']
)
def test_directories_find_whom_they_know(call, asked):
    made = call("POST", "/Users", json=user(externalId="e-1"))
    call("POST", "/Users", json=user(name="other", number="DL2", externalId="e-2"))
    found = call("GET", "/Users", query_string={"filter": asked}).json
    assert [one["id"] for one in found["Resources"]] == [made.json["id"]]


def test_what_the_roster_does_not_need_is_not_kept(call):
    made = call("POST", "/Users", json=user(title="矿长", addresses=[{"formatted": "某处"}])).json
    seen = call("GET", f"/Users/{made['id']}").get_data(as_text=True)
    assert "矿长" not in seen
    assert "某处" not in seen


@pytest.mark.parametrize("wrong", ["", "scim_unknown"])
def test_without_a_token_nothing_is_told(call, wrong):
    answer = call("GET", "/Users", bearer=wrong)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_ended_token_opens_nothing(call, scope, tenant):
    with scope(tenant) as ctx:
        tokens.end(ctx, tokens.live(ctx)[0].id)
    assert call("GET", "/Users").status_code == 401


def test_a_token_opens_one_tenant_only(call, person, other_tenant):
    worker = person("employee", tenant=other_tenant)
    assert call("GET", "/Users", where=other_tenant).status_code == 401
    assert call("GET", f"/Users/{worker.id}").status_code == 404
    assert call("PATCH", f"/Users/{worker.id}", json=switch(False)).status_code == 404


def test_a_session_is_no_directory(client_as, person):
    admin = client_as(person("admin"))
    assert admin.get(f"{admin.base}/scim/v2/Users").status_code == 401


def test_the_agencys_people_are_not_the_employers(call, agency_person):
    helper = agency_person("helper")
    assert call("GET", f"/Users/{helper.id}").status_code == 404
    assert call("PATCH", f"/Users/{helper.id}", json=switch(False)).status_code == 404


def test_a_group_named_like_a_role_gives_nothing(call, person, scope, tenant):
    worker = person("employee")
    said = {"schemas": [GROUP], "displayName": "admin", "members": [{"value": str(worker.id)}]}
    assert call("POST", "/Groups", json=said).status_code == 201
    assert roles_of(scope, tenant, worker.id) == {"employee"}


def test_a_group_gives_and_takes_the_role_an_admin_chose(call, person, client_as, scope, tenant):
    worker = person("employee")
    said = {"schemas": [GROUP], "displayName": "Union office", "members": [{"value": str(worker.id)}]}
    group = call("POST", "/Groups", json=said).json["id"]
    admin = client_as(person("admin"))
    page = f"{admin.base}/admin/sign-in/directory"
    assert admin.post(f"{page}/groups/{group}", data={"role": "admin", "unit_id": ""}).status_code == 303
    assert roles_of(scope, tenant, worker.id) == {"employee", "admin"}
    gone = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": f'members[value eq "{worker.id}"]'}]}
    assert call("PATCH", f"/Groups/{group}", json=gone).status_code == 204
    assert roles_of(scope, tenant, worker.id) == {"employee"}


def test_roles_that_read_care_data_cannot_be_given_by_a_group(call, person, client_as, scope, tenant):
    call("POST", "/Groups", json={"schemas": [GROUP], "displayName": "Doctors"})
    with scope(tenant) as ctx:
        group = ctx.scalar(sa.select(ScimGroup.id))
    admin = client_as(person("admin"))
    page = f"{admin.base}/admin/sign-in/directory"
    assert admin.post(f"{page}/groups/{group}", data={"role": "helper"}).status_code == 422
    with scope(tenant) as ctx:
        assert groups.all_of(ctx)[0].role is None


@pytest.mark.parametrize("body", ["{", "[]", '{"schemas": []}', '{"userName": "a\\u0000b"}'])
def test_what_is_no_user_is_refused_in_the_protocols_words(call, body):
    answer = call("POST", "/Users", data=body, content_type="application/scim+json")
    assert answer.status_code == 400
    assert answer.content_type.startswith("application/scim+json")
