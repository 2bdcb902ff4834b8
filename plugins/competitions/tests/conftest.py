"""People in units, and their contexts as behind the guard, for the tests of this plugin."""

from collections.abc import Callable
from typing import Any

import pytest

from anxin.plugin import Unit, new_id


@pytest.fixture
def acting(acting: Callable[..., Any]) -> Callable[..., Any]:
    """acting(someone, "tenant"): their context with that reach; commits at the end of its block."""
    return lambda someone, scope="tenant": acting(someone, scope, plugin="competitions")


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
