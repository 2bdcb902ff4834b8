"""Shifts, and contexts of real people, for the safety room's tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from anxin.identity import sessions
from anxin.kernel.ctx import Ctx
from anxin.kernel.runtime import Runtime
from anxin.safety.models import DutyShift


@pytest.fixture
def as_person(runtime: Runtime) -> Callable[..., Any]:
    """as_person(someone): their own context, as a request would have it; commits at the end."""

    @contextmanager
    def enter(someone: Any) -> Iterator[Ctx]:
        tenant = runtime.caches["directory"].by_id(someone.tenant.id)
        ctx = sessions.open_ctx(runtime, tenant, someone.token)
        try:
            yield ctx
            ctx.commit()
        finally:
            ctx.close()

    return enter


@pytest.fixture
def shift(scope: Callable[..., Any]) -> Callable[..., None]:
    """shift(helper, start=-1h, hours=8, role="duty"): on the rota, times relative to now."""

    def make(someone: Any, *, start: timedelta = timedelta(hours=-1), hours: float = 8, role: str = "duty") -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            begins = ctx.now + start
            ctx.add(
                DutyShift(
                    person_id=someone.id, role=role, starts_at=begins, ends_at=begins + timedelta(hours=hours)
                )
            )

    return make
