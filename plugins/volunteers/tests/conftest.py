"""People who serve, units to serve in, and contexts as behind the guard."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from anxin.plugin import Unit, new_id
from anxin.safety.models import DutyShift
from anxin_volunteers import policy
from anxin_volunteers.models import Post, Volunteer


@pytest.fixture
def as_person(acting: Callable[..., Any]) -> Callable[..., Any]:
    """as_person(someone, "tenant", purpose=…): their context as behind the guard; commits at the end."""
    return partial(acting, plugin="volunteers")


@pytest.fixture
def units(scope: Callable[..., Any], tenant: Any) -> Callable[..., dict[str, Any]]:
    """units({"厂": {"一矿": ["一队", "二队"]}}): an org tree; name → id."""

    def make(shape: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        with scope(tenant) as ctx:
            ctx.unaudited("test set-up")

            def one(name: str, parent: Any) -> Any:
                unit_id = new_id()
                path = f"{parent.path if parent else ''}/{unit_id.hex}"
                row = Unit(
                    id=unit_id,
                    parent_id=parent.id if parent else None,
                    code=f"U{unit_id.hex[-8:]}",
                    name=name,
                    path=path,
                )
                ctx.add(row)
                made[name] = unit_id
                return row

            for root, branches in shape.items():
                top = one(root, None)
                ctx.db.flush()
                for branch, leaves in branches.items():
                    middle = one(branch, top)
                    ctx.db.flush()
                    for leaf in leaves:
                        one(leaf, middle)
        return made

    return make


@pytest.fixture
def volunteer(person: Any, scope: Any, give_consent: Any) -> Callable[..., Any]:
    """volunteer(signed=True, state="active", unit_id=…): somebody who serves."""

    def make(
        *, signed: bool = True, state: str = "active", roles: tuple[str, ...] = ("employee",), **fields: Any
    ) -> Any:
        someone = person(*roles, **fields)
        give_consent(someone, policy.SERVE)
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.add(
                Volunteer(
                    person_id=someone.id,
                    state=state,
                    applied_at=ctx.now,
                    pledged_at=ctx.now if signed else None,
                    pledge_version=policy.PLEDGE_VERSION if signed else None,
                )
            )
        return someone

    return make


@pytest.fixture
def plant(units: Any, volunteer: Any, person: Any, scope: Any, tenant: Any, give_consent: Any) -> Any:
    """A team with its liaison officer and two colleagues, a mine and a plant with their leads."""
    tree = units({"厂": {"一矿": ["一队", "二队"]}})
    names = {
        "liaison": volunteer(unit_id=tree["一队"]),
        "mine": volunteer(unit_id=tree["一矿"]),
        "plant": volunteer(unit_id=tree["厂"]),
        "colleague": person("employee", unit_id=tree["一队"], name="赵建国"),
        "stranger": person("employee", unit_id=tree["二队"]),
    }
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        for who, unit, post in (
            ("liaison", "一队", "liaison"),
            ("mine", "一矿", "lead"),
            ("plant", "厂", "lead"),
        ):
            ctx.add(Post(person_id=names[who].id, unit_id=tree[unit], post=post, since=ctx.now))
    return names


@pytest.fixture
def helper(agency_person: Any, scope: Any, tenant: Any) -> Any:
    """A counsellor who is on duty now."""
    someone = agency_person("helper")
    with scope(tenant) as ctx:
        ctx.unaudited("test set-up")
        begins = ctx.now - timedelta(hours=1)
        ctx.add(
            DutyShift(person_id=someone.id, role="duty", starts_at=begins, ends_at=begins + timedelta(days=9))
        )
    return someone
