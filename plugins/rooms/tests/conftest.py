"""A site with rooms of several kinds, contexts of people, and times that rooms offer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from anxin.identity.models import Assignment
from anxin.plugin import Ctx
from anxin_rooms.policy import USE
from anxin_rooms.services import setting_up

ZONE = ZoneInfo("Asia/Shanghai")
EVERY_DAY = {day: [(9 * 60, 18 * 60)] for day in range(1, 8)}
PLAIN = {
    "type": "reading",
    "capacity": 4,
    "confidential": False,
    "approval": False,
    "on_holidays": True,
    "step": 60,
    "minutes": 60,
    "longest": 240,
    "before": 0,
    "after": 0,
}


@pytest.fixture
def site(scope, tenant) -> UUID:
    with scope(tenant) as ctx:
        ctx.plugin = "rooms"
        return setting_up.save_site(ctx, {"name": "职工之家", "address": "", "arrive": ""}).id


@pytest.fixture
def new_room(scope, tenant, site) -> Callable[..., UUID]:
    """new_room("一号咨询室", type="counselling", …): open every day from nine to six, an hour a time."""

    def make(name: str = "阅览室", *, hours: Any = EVERY_DAY, **values: Any) -> UUID:
        with scope(tenant) as ctx:
            ctx.plugin = "rooms"
            data = PLAIN | {"site_id": site, "name": name, "hours": hours} | values
            if data["type"] in ("counselling", "assessment"):
                data["confidential"] = True
            return setting_up.save_room(ctx, data).id

    return make


@pytest.fixture
def as_person(acting: Callable[..., Any]) -> Callable[..., Any]:
    """as_person(someone, "own", now=…): their context as behind the guard; commits at the end."""
    return partial(acting, plugin="rooms", purpose=USE.name)


@pytest.fixture
def keeper_ctx(scope, tenant) -> Callable[..., Any]:
    """A system's context inside the plugin, at a moment."""

    @contextmanager
    def enter(now: datetime | None = None) -> Iterator[Ctx]:
        with scope(tenant) as ctx:
            ctx.plugin = "rooms"
            ctx.now = now or ctx.now
            ctx.unaudited("test")
            yield ctx

    return enter


@pytest.fixture
def assign(scope) -> Callable[..., None]:
    """assign(helper, someone): the helper works with them."""

    def make(helper: Any, someone: Any) -> None:
        with scope(someone.tenant) as ctx:
            ctx.unaudited("test set-up")
            ctx.add(Assignment(person_id=someone.id, helper_id=helper.id, reason="request", since=ctx.now))

    return make


def tomorrow(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """A time of a coming day on the rooms' clock."""
    day = datetime.now(ZONE).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def hour(start: int, *, days: int = 1, hours: int = 1) -> tuple[datetime, datetime]:
    begins = tomorrow(start, days=days)
    return begins, begins + timedelta(hours=hours)
