"""The employer's directory: the protocol as its tester checks it, and what it must never be able to do."""

from urllib.parse import quote

import pytest
import sqlalchemy as sa
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from anxin.identity.models import Membership, Person
from anxin.identity.scim import tokens

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

    def ask(method, path, *, bearer=token, **more):
        return client.open(
            f"{client.base}/scim/v2{path}",
            method=method,
            headers={"Authorization": f"Bearer {bearer}"} if bearer else {},
            **more,
        )

    return ask


def user(name="linxf", number="DL10268", **more):
    return {
        "schemas": [USER, WORK],
        "userName": name,
        "displayName": "林晓峰",
        "active": True,
        WORK: {"employeeNumber": number},
        **more,
    }


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
    assert sum(one.status is Status.SUCCESS for one in results) > 100
