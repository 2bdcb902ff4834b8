"""What an agency has of a module: what waits on its list over all employers, and the units it is paid for."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.contracts import queue
from anxin.contracts.models import ServiceUnit
from anxin.extension.hookspecs import QueueItem
from anxin.identity.models import Membership, Person
from anxin.kernel.actor import TenantInfo
from anxin.tenancy.models import Contract
from anxin.testing.fixtures import Someone


@pytest.fixture
def queue_of(scope: Callable[..., Any]) -> Callable[..., list[QueueItem]]:
    """queue_of(helper, services=[…], terms={…}): what waits for somebody of an agency, the worst clock first; with
    changes of the contract before it is asked for. No module may have failed."""

    def ask(someone: Someone, **changed: Any) -> list[QueueItem]:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("the amendment")
            person = ctx.db.get_one(Person, (someone.tenant.id, someone.id))
            contract = ctx.db.get_one(Contract, (someone.tenant.id, person.contract_id))
            for name, value in changed.items():
                setattr(contract, name, value)
            held = ctx.scalars(ctx.select(Membership).where(Membership.person_id == someone.id)).all()
            roles = tuple(row.role for row in held)
            ctx.db.flush()
            one = queue.Served(contract, ctx.tenant, someone.id, roles)
            agency = ctx.runtime.caches["directory"].by_id(contract.agency_id)
        with scope(agency) as ctx:
            ctx.unaudited("reading")
            found = queue.desk(ctx, one)
        assert found.silent == []
        return [each.item for each in found.items]

    return ask


@pytest.fixture
def served_units(scope: Callable[..., Any]) -> Callable[..., list[dict[str, Any]]]:
    """served_units(tenant): every unit recorded there, each as {column: value}."""

    def read(tenant: TenantInfo) -> list[dict[str, Any]]:
        with scope(tenant) as ctx:
            rows = ctx.db.execute(
                sa.select(ServiceUnit.__table__).where(ServiceUnit.tenant_id == tenant.id)  # type: ignore[arg-type]
            )
            return [dict(row._mapping) for row in rows]

    return read
