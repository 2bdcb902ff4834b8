"""People in units, and their contexts as behind the guard, for the tests of this plugin."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from anxin.identity import sessions
from anxin.plugin import Ctx, Grant, Unit, new_id


@pytest.fixture
def acting(runtime: Any) -> Callable[..., Any]:
    """acting(someone, "tenant"): their context with that reach; commits at the end of its block."""

    @contextmanager
    def enter(someone: Any, scope: str = "tenant") -> Iterator[Ctx]:
        tenant = runtime.caches["directory"].by_id(someone.tenant.id)
        ctx = sessions.open_ctx(runtime, tenant, someone.token)
        ctx.grant, ctx.plugin = Grant(scope), "competitions"
        try:
            yield ctx
            ctx.commit()
        finally:
            ctx.close()

    return enter


@pytest.fixture
def units(scope: Any, tenant: Any) -> list[Any]:
    """Four departments, each a root of its own."""
    made = []
    with scope(tenant) as ctx:
        ctx.unaudited("test")
        for number in range(4):
            unit_id = new_id()
            ctx.add(Unit(id=unit_id, code=f"U{number}", name=f"{number + 1} 队", path=f"/{unit_id.hex}"))
            made.append(unit_id)
    return made
