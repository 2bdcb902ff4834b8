"""Setting up sites, rooms, weekly hours, equipment and the tenant's own days. Every change moves the configuration."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from anxin.plugin import (
    JPEG,
    PNG,
    WEBP,
    Conflict,
    Ctx,
    File,
    Invalid,
    NotFound,
    TakenUpload,
    TenantModel,
    Upload,
    drop_file,
    keep_file,
    lazy,
    read_file,
    touch,
)
from anxin_rooms import almanac, policy
from anxin_rooms.models import HOLDING, Booking, Day, Equipment, Hours, Room, Site
from anxin_rooms.services.catalogue import known

PHOTO = "rooms.photo"
PICTURE = Upload("file", (JPEG, PNG, WEBP), 8 * 1024 * 1024)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that look alike
CODE = 5
SECRET = lazy("Counselling and assessment rooms are always confidential.")
SHORT = lazy("The longest booking is not shorter than a usual one.")
IN_USE = lazy("There are bookings ahead. Close the room for a time first, so that they are moved.")
T = TypeVar("T", bound=TenantModel)
Week = Mapping[int, Sequence[tuple[int, int]]]


def sites(ctx: Ctx) -> list[Site]:
    return list(ctx.scalars(ctx.select(Site).where(Site.closed_at.is_(None)).order_by(Site.name)))


def rooms(ctx: Ctx) -> list[Room]:
    """All rooms that are not closed for good, by site and name."""
    return list(
        ctx.scalars(ctx.select(Room).where(Room.closed_at.is_(None)).order_by(Room.site_id, Room.name))
    )


def save_site(ctx: Ctx, data: Mapping[str, Any], site_id: UUID | None = None) -> Site:
    row = ctx.get(Site, site_id) if site_id else ctx.add(Site(**data))
    _change(row, data)
    return _done(ctx, "site", row)


def save_room(ctx: Ctx, data: Mapping[str, Any], room_id: UUID | None = None) -> Room:
    """A room with its weekly hours (`hours`: weekday → spans in minutes), new or changed."""
    values = {name: value for name, value in data.items() if name != "hours"}
    if values["type"] in ("counselling", "assessment") and not values["confidential"]:
        raise Invalid(fields={"confidential": [SECRET]})
    if values["longest"] < values["minutes"]:
        raise Invalid(fields={"longest": [SHORT]})
    ctx.get(Site, values["site_id"])
    if room_id is None:
        row = ctx.add(Room(**values, code=_code(ctx)))
    else:
        row = ctx.get(Room, room_id)
        if row.confidential and not values["confidential"]:
            _insist_unused(ctx, row.id)  # a confidential booking must not come to lie in an open room
        _change(row, values)
    ctx.db.flush()
    _set_hours(ctx, row.id, data["hours"])
    return _done(ctx, "room", row)


def close_room(ctx: Ctx, room_id: UUID) -> None:
    """For good: the history stays, nothing new can be booked."""
    row = ctx.get(Room, room_id)
    _insist_unused(ctx, room_id)
    row.closed_at = ctx.now
    _done(ctx, "room_closed", row)


def hours_of(ctx: Ctx, room_id: UUID) -> Week:
    found: dict[int, list[tuple[int, int]]] = {}
    for row in ctx.scalars(
        ctx.select(Hours).where(Hours.room_id == room_id).order_by(Hours.weekday, Hours.opens)
    ):
        found.setdefault(row.weekday, []).append((row.opens, row.closes))
    return found


def _set_hours(ctx: Ctx, room_id: UUID, week: Week) -> None:
    ctx.execute(sa.delete(Hours).where(Hours.tenant_id == ctx.tenant.id, Hours.room_id == room_id))
    rows = [
        {"room_id": room_id, "weekday": day, "opens": a, "closes": b}
        for day, spans in week.items()
        for a, b in spans
    ]
    if rows:
        ctx.insert(Hours, rows)


def equipment(ctx: Ctx, room_id: UUID) -> list[Equipment]:
    return list(
        ctx.scalars(
            ctx.select(Equipment)
            .where(Equipment.room_id == room_id, Equipment.state != "retired")
            .order_by(Equipment.name)
        )
    )


def save_equipment(
    ctx: Ctx, room_id: UUID, data: Mapping[str, Any], equipment_id: UUID | None = None
) -> Equipment:
    ctx.get(Room, room_id)
    row = ctx.get(Equipment, equipment_id) if equipment_id else ctx.add(Equipment(room_id=room_id, **data))
    if row.room_id != room_id:
        raise NotFound()
    _change(row, data)
    return _done(ctx, "equipment", row)


def checks_due(ctx: Ctx, within: timedelta = timedelta(days=14)) -> Sequence[Any]:
    """Equipment whose next check is near or past, with its room."""
    rows = ctx.execute(
        sa.select(Equipment, Room.name.label("room"))
        .join(Room, sa.and_(Room.tenant_id == Equipment.tenant_id, Room.id == Equipment.room_id))
        .where(
            Equipment.tenant_id == ctx.tenant.id,
            Equipment.state != "retired",
            Equipment.check_every.is_not(None),
            Equipment.checked_on.is_not(None),
        )
        .limit(500)
    ).all()
    last = (ctx.now + within).date()
    return [
        row for row in rows if row.Equipment.checked_on + timedelta(days=row.Equipment.check_every) <= last
    ]


def days(ctx: Ctx, year: int) -> list[tuple[date, almanac.Special]]:
    """The holidays and make-up workdays that hold in a year, the tenant's own included."""
    own = known(ctx).days
    every = {on for on in (*almanac.shipped(), *own) if on.year == year}
    return [(on, said) for on in sorted(every) if (said := almanac.special(on, own)) is not None]


def save_day(ctx: Ctx, on: date, kind: str, name: str = "", follows: int | None = None) -> Day:
    """The tenant's word on one date, over the shipped calendar."""
    row = ctx.scalars(ctx.select(Day).where(Day.on == on)).one_or_none() or ctx.add(Day(on=on, kind=kind))
    row.kind, row.name, row.follows = kind, name, follows if kind == "workday" else None
    return _done(ctx, "day", row)


def _code(ctx: Ctx) -> str:
    taken = set(ctx.scalars(sa.select(Room.code).where(Room.tenant_id == ctx.tenant.id)))
    while (code := "".join(secrets.choice(LETTERS) for _ in range(CODE))) in taken:
        pass
    return code


def _insist_unused(ctx: Ctx, room_id: UUID) -> None:
    ahead = ctx.scalar(
        sa.select(sa.func.count()).where(
            Booking.tenant_id == ctx.tenant.id,
            Booking.room_id == room_id,
            Booking.starts_at > ctx.now,
            Booking.state.in_(HOLDING),
        )
    )
    if ahead:
        raise Conflict(IN_USE, code="in_use")


def _change(row: TenantModel, data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        setattr(row, name, value)


def _done(ctx: Ctx, what: str, row: T) -> T:
    ctx.db.flush()
    ctx.audit(policy.SetUp(what=what, row_id=row.id))
    touch(ctx)
    return row


def drop(ctx: Ctx, room_id: UUID, site_id: UUID) -> None:
    """Remove a room and a site that were made for a trial and have no bookings."""
    for model, row_id in ((Hours, None), (Room, room_id), (Site, site_id)):
        which = model.id == row_id if row_id else Hours.room_id == room_id
        ctx.execute(sa.delete(model).where(model.tenant_id == ctx.tenant.id, which))
    touch(ctx)


def site(ctx: Ctx, site_id: UUID) -> Site:
    return ctx.get(Site, site_id)


def room(ctx: Ctx, room_id: UUID) -> Room:
    return ctx.get(Room, room_id)


def one_equipment(ctx: Ctx, equipment_id: UUID) -> Equipment:
    return ctx.get(Equipment, equipment_id)


def save_photo(ctx: Ctx, row: Room, taken: TakenUpload) -> File:
    """Keep a room's picture in place of the one before."""
    before = row.photo_id
    file = keep_file(ctx, taken.data, name=taken.name, media_type=taken.media_type, kind=PHOTO)
    row.photo_id = file.id
    if before is not None:
        drop_file(ctx, before)
    _done(ctx, "photo", row)
    return file


def drop_photo(ctx: Ctx, room_id: UUID) -> None:
    """Take a room's picture down and delete it; NotFound when it has none."""
    row = room(ctx, room_id)
    if row.photo_id is None:
        raise NotFound()
    gone, row.photo_id = row.photo_id, None
    ctx.db.flush()
    drop_file(ctx, gone)
    _done(ctx, "photo_dropped", row)


def photo(ctx: Ctx, room_id: UUID) -> tuple[File, bytes]:
    """A room's picture; NotFound when it has none."""
    photo_id = room(ctx, room_id).photo_id
    if photo_id is None:
        raise NotFound()
    return read_file(ctx, photo_id, kind=PHOTO)
