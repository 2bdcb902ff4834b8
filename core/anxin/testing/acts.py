"""Fixtures that do what people and workers do: agree to a purpose, run the jobs that wait."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from anxin.consent.services import record
from anxin.extension.manifest import Purpose
from anxin.identity import sessions
from anxin.kernel import clock, jobs
from anxin.kernel.actor import Grant, TenantInfo
from anxin.kernel.ctx import Ctx
from anxin.kernel.runtime import Runtime
from anxin.testing.fixtures import Someone


def today() -> date:
    """The calendar day of the tests' tenants, as their admins would type it: in Shanghai it is tomorrow already at
    16:00 UTC."""
    return clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture
def give_consent(scope: Callable[..., Any]) -> Callable[..., None]:
    """give_consent(person, PURPOSE, …, given="agreed"): their answer to these purposes ("refused",
    "withdrawn")."""

    def answer(someone: Someone, *purposes: Purpose, given: str = "agreed") -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            for purpose in purposes:
                record(ctx, someone.id, purpose, given, method="test")

    return answer


@pytest.fixture
def acting(runtime: Runtime) -> Callable[..., AbstractContextManager[Ctx]]:
    """acting(person, "assigned", plugin="rooms", purpose=USE.name, now=…): their context as behind the guard, with that
    reach; commits at the end of its block."""

    @contextmanager
    def enter(
        someone: Someone,
        scope: Any = "own",
        *,
        plugin: str | None = None,
        purpose: str | None = None,
        now: datetime | None = None,
    ) -> Iterator[Ctx]:
        tenant = runtime.caches["directory"].by_id(someone.tenant.id)
        ctx = sessions.open_ctx(runtime, tenant, someone.token)
        ctx.grant, ctx.purpose, ctx.plugin = Grant(scope), purpose, plugin
        ctx.now = now or ctx.now
        try:
            yield ctx
            ctx.commit()
        finally:
            ctx.close()

    return enter


@pytest.fixture
def run_jobs(runtime: Runtime) -> Callable[..., list[str]]:
    """run_jobs(tenant, "rooms.remind"): run what waits of these jobs (without names: of all), due or not,
    oldest first. Returns the names of the jobs that ran; one that fails fails the test."""

    def run(tenant: TenantInfo, *names: str) -> list[str]:
        info = runtime.caches["directory"].by_id(tenant.id)
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": runtime.figures.token(tenant.id)})
            waiting = connection.execute(
                sa.text(
                    "SELECT id, job FROM core.outbox WHERE done_at IS NULL AND (:every OR job = ANY "
                    "(:names)) "
                    "ORDER BY due_at, id"
                ),
                {"names": list(names), "every": not names},
            ).all()
        outcomes = {row.job: jobs.run(runtime, info, row.id) for row in waiting}
        assert set(outcomes.values()) <= {"done"}, outcomes
        return [row.job for row in waiting]

    return run
