"""A union and an agency with a manager and a counsellor each way, and a contract between them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from anxin.contracts.models import ContractVersion
from anxin.identity.models import Login
from anxin.kernel import clock


@dataclass
class Two:
    """The two parties with somebody of each, and clients signed in as them."""

    union: Any
    agency: Any
    admin: Any
    manager: Any
    counsellor: Any
    as_admin: Any
    as_manager: Any
    made: list[UUID] = field(default_factory=list)


def terms(**other: Any) -> dict[str, Any]:
    today = clock.now().date()
    return {
        "services": ["assessments"],
        "roles": ["helper", "supervisor"],
        "starts_on": (today - timedelta(days=400)).isoformat(),
        "ends_on": (today + timedelta(days=300)).isoformat(),
        "prices": {"session": 40000, "call": 6000},
        "clocks": {"crisis": 30},
        **other,
    }


@pytest.fixture
def two(tenant, new_tenant, person, client_as, scope):
    agency = new_tenant("agency", name="测试心理服务中心")
    admin, manager = person("admin", name="周主席"), person("admin", tenant=agency, name="许经理")
    counsellor = person("employee", tenant=agency, name="何咨询师")
    with scope(agency) as ctx:
        ctx.unaudited("test set-up")
        ctx.add(Login(person_id=counsellor.id, name="counsellor"))
    return Two(tenant, agency, admin, manager, counsellor, client_as(admin), client_as(manager))


@pytest.fixture
def draft(two):
    """draft(…): drafted by the union; returns the answer of the API."""

    def make(client=None, number="HT-1", other=None, **changed):
        client = client or two.as_admin
        body = {**terms(**changed), "number": number, "other": other or two.agency.slug}
        return client.post(f"{client.base}/api/contracts/", json=body)

    return make


@pytest.fixture
def sign(two):
    """sign(client, contract): read and sign what is proposed."""

    def do(client, contract_id):
        told = client.get(f"{client.base}/api/contracts/{contract_id}").get_json()
        digest = (told["proposed"] or {"digest": "0" * 64})["digest"]
        return client.post(f"{client.base}/api/contracts/{contract_id}/signature", json={"digest": digest})

    return do


@pytest.fixture
def running(two, draft, sign):
    """running(…): the id of a contract both have signed, with the counsellor named as helper."""

    def make(number="HT-1", **changed):
        made = draft(number=number, **changed).get_json()["id"]
        assert sign(two.as_admin, made).status_code == 200
        assert sign(two.as_manager, made).get_json()["state"] == "running"
        named = two.as_manager.post(
            f"{two.as_manager.base}/api/contracts/{made}/staff",
            json={"person": str(two.counsellor.id), "roles": ["helper"]},
        )
        assert named.status_code == 200, named.get_json()
        return UUID(made)

    return make


@pytest.fixture
def enter(two, client_as):
    """enter(contract): the counsellor goes to work in the union's tenant; a client there."""

    def go(contract_id):
        client = client_as(two.counsellor)
        answer = client.post(f"{client.base}/contracts/{contract_id}/enter", data={})
        assert answer.status_code == 303, answer.status_code
        client.base = f"/t/{two.union.slug}"
        return client

    return go


@pytest.fixture
def versions(two, scope):
    def read(contract_id):
        with scope(two.union) as ctx:
            return list(
                ctx.scalars(
                    ctx.select(ContractVersion)
                    .where(ContractVersion.contract_id == contract_id)
                    .order_by(sa.asc(ContractVersion.number))
                )
            )

    return read
