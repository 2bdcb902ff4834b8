"""What is known of a tenant's rooms, remembered by each process until the tenant's configuration changes.

Whoever changes a site, a room, hours, closings, days or equipment calls `anxin.plugin.touch`: the version that every
request reads with its session moves, and the next one reads the rooms anew.
"""

import re
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from anxin.plugin import Ctx, NotFound, current_zone
from anxin_rooms.almanac import Special
from anxin_rooms.models import Closing, Day, Equipment, Hours, Room, Site
from anxin_rooms.schedule import RoomInfo

TENANTS = 500  # remembered at once
PLAIN = (
    "name", "type", "floor", "capacity", "confidential", "code", "step", "stagger", "minutes", "longest", "before",
    "after", "ahead", "approval", "walk_in", "check_in", "for_hosts", "on_holidays",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """The rooms that can be booked, by id, in the order of their sites and names; and the tenant's own days."""

    rooms: Mapping[UUID, RoomInfo]
    sites: Mapping[UUID, str]
    days: Mapping[date, Special]
    codes: Mapping[str, UUID]
    zone: ZoneInfo
    said: dict[str, str] = field(default_factory=dict)  # by code: a room as programs are told of it, in JSON


def known(ctx: Ctx) -> Known:
    memory: OrderedDict[UUID, tuple[int, Known]] = ctx.runtime.caches.setdefault("rooms", OrderedDict())
    found = memory.get(ctx.tenant.id)
    if found is None or found[0] != ctx.tenant.config_version:
        found = ctx.tenant.config_version, read(ctx)
        memory[ctx.tenant.id] = found
        while len(memory) > TENANTS:
            memory.popitem(last=False)
    return found[1]


def room(ctx: Ctx, room_id: UUID) -> RoomInfo:
    """A room that can be booked; NotFound when it is closed for good, of another tenant, or none."""
    found = known(ctx).rooms.get(room_id)
    if found is None:
        raise NotFound()
    return found


def by_code(ctx: Ctx, code: str) -> RoomInfo:
    """The room behind a door's short code, however it was typed."""
    room_id = known(ctx).codes.get(code.strip().upper())
    if room_id is None:
        raise NotFound()
    return room(ctx, room_id)


def read(ctx: Ctx) -> Known:
    """From the tables, past the memory."""
    mine = ctx.tenant.id
    sites: dict[UUID, str] = dict(
        ctx.execute(
            sa.select(Site.id, Site.name)
            .where(Site.tenant_id == mine, Site.closed_at.is_(None))
            .order_by(Site.name)
        ).all()  # type: ignore[arg-type]  (pairs)
    )
    rows = ctx.execute(
        sa.select(Room.id, Room.site_id, Room.photo_id, *(getattr(Room, name) for name in PLAIN))
        .where(Room.tenant_id == mine, Room.closed_at.is_(None), Room.site_id.in_(list(sites)))
        .order_by(Room.name, Room.id)
    ).all()
    hours, closed, opened, equipment = (
        _hours(ctx),
        _closings(ctx, "closed"),
        _closings(ctx, "open"),
        _equipment(ctx),
    )
    order = {site_id: place for place, site_id in enumerate(sites)}
    rooms = {
        row.id: RoomInfo(
            id=row.id,
            site_id=row.site_id,
            site=sites[row.site_id],
            has_photo=row.photo_id is not None,
            equipment=tuple(equipment.get(row.id, ())),
            hours=hours.get(row.id, {}),
            closed=tuple(sorted(closed[row.id] + closed[row.site_id])),
            opened=tuple(sorted(opened[row.id] + opened[row.site_id])),
            **{name: getattr(row, name) for name in PLAIN},
        )
        for row in sorted(rows, key=lambda row: (order[row.site_id], as_counted(row.name)))
    }
    numbers: dict[tuple[object, ...], int] = {}
    rooms = {
        room_id: replace(one, alike=numbers.setdefault(one.rules, len(numbers)))
        for room_id, one in rooms.items()
    }
    days = {
        day.on: Special(day.kind, day.name, day.follows)
        for day in ctx.scalars(sa.select(Day).where(Day.tenant_id == mine))
    }
    return Known(rooms, sites, days, {one.code: one.id for one in rooms.values()}, current_zone())


def as_counted(name: str) -> list[str | int]:
    """For sorting as people count: room 2 stands before room 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _hours(ctx: Ctx) -> dict[UUID, dict[int, tuple[tuple[int, int], ...]]]:
    found: dict[UUID, dict[int, tuple[tuple[int, int], ...]]] = defaultdict(dict)
    rows = ctx.execute(
        sa.select(Hours.room_id, Hours.weekday, Hours.opens, Hours.closes)
        .where(Hours.tenant_id == ctx.tenant.id)
        .order_by(Hours.weekday, Hours.opens)
    )
    for row in rows:
        found[row.room_id][row.weekday] = (*found[row.room_id].get(row.weekday, ()), (row.opens, row.closes))
    return found


def _closings(ctx: Ctx, kind: str) -> dict[UUID, list[Any]]:
    """By room or site; what ended more than a day ago matters to nobody."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = ctx.execute(
        sa.select(Closing.site_id, Closing.room_id, Closing.starts_at, Closing.ends_at).where(
            Closing.tenant_id == ctx.tenant.id,
            Closing.kind == kind,
            Closing.ends_at > ctx.now - timedelta(days=1),
        )
    )
    for row in rows:
        found[row.room_id or row.site_id].append((row.starts_at, row.ends_at))
    return found


def _equipment(ctx: Ctx) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = ctx.execute(
        sa.select(Equipment.room_id, Equipment.name)
        .where(Equipment.tenant_id == ctx.tenant.id, Equipment.state == "fine")
        .order_by(Equipment.name)
    )
    for row in rows:
        found[row.room_id].append(row.name)
    return found
