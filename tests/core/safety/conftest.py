"""Shifts, contexts of real people and running jobs, for the safety room's tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from anxin.identity import sessions
from anxin.identity.models import Person
from anxin.kernel import jobs
from anxin.kernel.actor import Grant
from anxin.kernel.ctx import Ctx
from anxin.kernel.runtime import Runtime
from anxin.safety.models import Crisis, DutyShift
from anxin.safety.permissions import CRISIS, HANDLE
from anxin.safety.services import raise_crisis


@pytest.fixture
def as_person(runtime: Runtime) -> Callable[..., Any]:
    """as_person(someone, permission=None): their context, as a request would have it; commits at the end."""

    @contextmanager
    def enter(someone: Any, permission: Any = None) -> Iterator[Ctx]:
        tenant = runtime.caches["directory"].by_id(someone.tenant.id)
        ctx = sessions.open_ctx(runtime, tenant, someone.token)
        ctx.grant = ctx.actor.grants[permission.name] if permission else Grant("own")
        ctx.purpose = CRISIS.name
        try:
            yield ctx
            ctx.commit()
        finally:
            ctx.close()

    return enter


@pytest.fixture
def as_helper(as_person: Callable[..., Any]) -> Callable[..., Any]:
    """as_helper(someone): their context with the permission to handle cases, as on the case pages."""
    return lambda someone: as_person(someone, HANDLE)


@pytest.fixture
def shift(scope: Callable[..., Any]) -> Callable[..., None]:
    """shift(helper, start=-1h, hours=8, role="duty"): on the rota, times relative to now."""

    def make(
        someone: Any, *, start: timedelta = timedelta(hours=-1), hours: float = 8, role: str = "duty"
    ) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            begins = ctx.now + start
            ends = begins + timedelta(hours=hours)
            ctx.add(DutyShift(person_id=someone.id, role=role, starts_at=begins, ends_at=ends))

    return make


@pytest.fixture
def reachable(scope: Callable[..., Any]) -> Callable[..., None]:
    """reachable(someone, phone=…): puts contact data on record."""

    def put(someone: Any, **contact: str) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.seal(ctx.get(Person, someone.id), "contact", {"phone": "13800000001"} | contact)

    return put


@pytest.fixture
def on_duty(agency_person: Callable[..., Any], shift: Callable[..., Any]) -> Any:
    """A counsellor of the agency who is on duty now."""
    helper = agency_person("helper", name="何静怡")
    shift(helper)
    return helper


@pytest.fixture
def worker(person: Callable[..., Any], reachable: Callable[..., None]) -> Any:
    """An employee with a phone number on record."""
    someone = person(name="林晓峰")
    reachable(someone)
    return someone


@pytest.fixture
def in_crisis(as_person: Callable[..., Any]) -> Callable[..., Crisis]:
    """in_crisis(someone, level=3): a case raised in the person's own context."""

    def make(someone: Any, level: int = 3, **told: Any) -> Crisis:
        with as_person(someone) as ctx:
            return raise_crisis(
                ctx,
                **{
                    "person_id": someone.id,
                    "level": level,
                    "source": "assessments.phq9.9",
                    "key": f"{someone.id}.{level}",
                }
                | told,
            )

    return make


@pytest.fixture
def run_jobs(runtime: Runtime) -> Callable[..., list[str]]:
    """run_jobs(tenant, "safety.clock"): run what waits of a job, due or not, oldest first."""

    def run(tenant: Any, *names: str, where: str = "true") -> list[str]:
        info = runtime.caches["directory"].by_id(tenant.id)
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": runtime.figures.token(tenant.id)})
            found = connection.execute(
                sa.text(
                    "SELECT id, job, attempts FROM core.outbox WHERE done_at IS NULL AND job = ANY (:names) "
                    f"AND {where} ORDER BY due_at, id"
                ),
                {"names": list(names)},
            ).all()
        outcomes = [jobs.run(runtime, info, row.id) for row in found]
        assert set(outcomes) <= {"done"}, outcomes
        return [row.job for row in found]

    return run
