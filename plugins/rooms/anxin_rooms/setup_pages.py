"""Pages of whoever sets rooms up: sites, rooms with their rules and hours, equipment, holidays; and the door."""

from typing import Any
from uuid import UUID

from flask import make_response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Document, Invalid, _, file_answer, guard, page
from anxin_rooms import opening, views, words
from anxin_rooms.blueprint import bp, to
from anxin_rooms.policy import BOOK, KEEP, MANAGE
from anxin_rooms.schemas import (
    DAY_NAMES,
    RoomEquipmentInput,
    RoomInput,
    RoomSiteInput,
    RoomSpecialInput,
    RoomWalkInInput,
    RoomYearInput,
    room_values,
)
from anxin_rooms.services import catalogue, door, setting_up

SWITCHES = ("confidential", "approval", "walk_in", "check_in", "for_hosts", "on_holidays")
NUMBERS = ("capacity", "step", "stagger", "minutes", "longest", "before", "after", "ahead")


@bp.get("/setup")
@guard(MANAGE)
def setup(ctx: Ctx) -> AnyResponse:
    """All sites with their rooms."""
    rooms = setting_up.rooms(ctx)
    return page(
        "rooms/setup.html",
        sites=[
            {
                "id": site.id,
                "name": site.name,
                "address": site.address,
                "rooms": [
                    {
                        "href": url_for("rooms.edit_room", room=room.id),
                        "icon": "lock" if room.confidential else "users",
                        "title": room.name,
                        "text": f"{words.TYPES[room.type]} · {room.code}",
                    }
                    for room in rooms
                    if room.site_id == site.id
                ],
            }
            for site in setting_up.sites(ctx)
        ],
    )


# ---- sites -------------------------------------------------------------------------------------------------


@bp.get("/setup/sites/new")
@guard(MANAGE)
def new_site(ctx: Ctx) -> AnyResponse:
    return _site(None, {}, {})


@bp.get("/setup/sites/<uuid:site>")
@guard(MANAGE)
def edit_site(ctx: Ctx, site: UUID) -> AnyResponse:
    row = setting_up.site(ctx, site)
    return _site(site, {"name": row.name, "address": row.address, "arrive": row.arrive}, {})


def _site(site_id: UUID | None, values: Any, errors: Any) -> AnyResponse:
    return page("rooms/site.html", site_id=site_id, values=values, errors=errors)


def _site_again(ctx: Ctx, error: Invalid, site: UUID | None = None) -> AnyResponse:
    return _site(site, request.form, error.fields)


@bp.post("/setup/sites")
@guard(MANAGE, input=RoomSiteInput, invalid=_site_again)
def make_site(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    setting_up.save_site(ctx, data)
    return to("setup")


@bp.post("/setup/sites/<uuid:site>")
@guard(MANAGE, input=RoomSiteInput, invalid=_site_again)
def change_site(ctx: Ctx, data: dict[str, Any], site: UUID) -> AnyResponse:
    setting_up.save_site(ctx, data, site)
    return to("setup")


# ---- rooms -------------------------------------------------------------------------------------------------


@bp.get("/setup/rooms/new")
@guard(MANAGE)
def new_room(ctx: Ctx) -> AnyResponse:
    defaults = {
        name: field.load_default
        for name, field in RoomInput().fields.items()
        if name in (*SWITCHES, *NUMBERS)
    }
    return _room(ctx, None, defaults | {"site_id": request.args.get("site", ""), "confidential": True}, {})


@bp.get("/setup/rooms/<uuid:room>")
@guard(MANAGE)
def edit_room(ctx: Ctx, room: UUID) -> AnyResponse:
    return _edit(ctx, room, {})


def _edit(ctx: Ctx, room: UUID, errors: Any) -> AnyResponse:
    row = setting_up.room(ctx, room)
    plain = ("site_id", "name", "type", "floor", "rules", "access", *SWITCHES, *NUMBERS)
    values = {name: getattr(row, name) for name in plain}
    week = setting_up.hours_of(ctx, room)
    values |= {name: opening.write_hours(week.get(day, ())) for day, name in enumerate(DAY_NAMES, 1)}
    return _room(ctx, room, values, errors)


def _photo_again(ctx: Ctx, error: Invalid, room: UUID) -> AnyResponse:
    return _edit(ctx, room, error.fields)


def _room(ctx: Ctx, room_id: UUID | None, values: Any, errors: Any) -> AnyResponse:
    known = room_id is not None and not errors
    return page(
        "rooms/room_form.html",
        room_id=room_id,
        has_photo=bool(room_id and setting_up.room(ctx, room_id).photo_id),
        values=values,
        errors=errors,
        sites=[(one.id, one.name) for one in setting_up.sites(ctx)],
        types=list(words.TYPES.items()),
        weekdays=[(name, words.WEEKDAYS[day]) for day, name in enumerate(DAY_NAMES, 1)],
        equipment=[_equipment(one) for one in setting_up.equipment(ctx, room_id)]
        if room_id and known
        else [],
    )


def _equipment(row: Any) -> dict[str, Any]:
    state, tone = words.EQUIPMENT[row.state]
    return {
        "id": row.id,
        "name": row.name,
        "amount": row.amount,
        "number": row.number,
        "state": state,
        "tone": tone,
    }


def _room_again(ctx: Ctx, error: Invalid, room: UUID | None = None) -> AnyResponse:
    return _room(ctx, room, request.form, error.fields or {"name": [error.message]})


@bp.post("/setup/rooms")
@guard(MANAGE, input=RoomInput, invalid=_room_again)
def make_room(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    row = setting_up.save_room(ctx, room_values(data))
    return to("edit_room", room=row.id)


@bp.post("/setup/rooms/<uuid:room>")
@guard(MANAGE, input=RoomInput, invalid=_room_again)
def change_room(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    setting_up.save_room(ctx, room_values(data), room)
    return to("setup")


@bp.post("/setup/rooms/<uuid:room>/close")
@guard(MANAGE)
def close_room(ctx: Ctx, room: UUID) -> AnyResponse:
    setting_up.close_room(ctx, room)
    return to("setup")


@bp.post("/setup/rooms/<uuid:room>/photo")
@guard(MANAGE, invalid=_photo_again)
def save_photo(ctx: Ctx, room: UUID) -> AnyResponse:
    """A picture of the room, so that people know where they are going; drawn anew without its metadata."""
    row = setting_up.room(ctx, room)
    setting_up.save_photo(ctx, row, setting_up.PICTURE.take(request))
    return to("edit_room", room=room)


@bp.post("/setup/rooms/<uuid:room>/photo/drop")
@guard(MANAGE)
def drop_photo(ctx: Ctx, room: UUID) -> AnyResponse:
    setting_up.drop_photo(ctx, room)
    return to("edit_room", room=room)


@bp.get("/<uuid:room>/photo")
@guard(BOOK)
def photo(ctx: Ctx, room: UUID) -> AnyResponse:
    file, data = setting_up.photo(ctx, catalogue.room(ctx, room).id)
    return file_answer(file, data, inline=True)


@bp.post("/setup/rooms/<uuid:room>/equipment")
@guard(MANAGE, input=RoomEquipmentInput)
def add_equipment(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    setting_up.save_equipment(ctx, room, data)
    return to("edit_room", room=room)


@bp.post("/setup/equipment/<uuid:equipment>")
@guard(MANAGE, input=RoomEquipmentInput)
def change_equipment(ctx: Ctx, data: dict[str, Any], equipment: UUID) -> AnyResponse:
    row = setting_up.one_equipment(ctx, equipment)
    setting_up.save_equipment(ctx, row.room_id, data, equipment)
    return to("edit_room", room=row.room_id)


# ---- holidays ----------------------------------------------------------------------------------------------


@bp.get("/setup/days")
@guard(MANAGE, input=RoomYearInput)
def days(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """Holidays and make-up workdays of a year; a year without any is an ordinary one."""
    year = data["year"] or views.today(ctx.now).year
    return page(
        "rooms/days.html",
        year=year,
        rows=[{"on": on, "said": said} for on, said in setting_up.days(ctx, year)],
        weekdays=[(day, name) for day, name in words.WEEKDAYS.items() if day < 6],
    )


@bp.post("/setup/days")
@guard(MANAGE, input=RoomSpecialInput)
def save_day(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    setting_up.save_day(ctx, **data)
    return to("days", year=data["on"].year)


# ---- the door ----------------------------------------------------------------------------------------------


@bp.get("/door/<code>")
@guard(BOOK)
def at_door(ctx: Ctx, code: str) -> AnyResponse:
    """What the sign's QR code opens: check in, use the room now, or see when it is free."""
    found = catalogue.by_code(ctx, code)
    state = door.state(ctx, found)
    return page(
        "rooms/door.html",
        room=views.room_words(found),
        code=found.code,
        state=state,
        own=views.line(state.own, ctx.now) if state.own else None,
        may_check_in=state.own is not None and state.own.state == "booked",
        is_here=state.own is not None and state.own.state == "here",
        lengths=state.lengths,
        slots_today=views.slot_links(found.id, state.later),
    )


@bp.post("/door/<code>/use")
@guard(BOOK, input=RoomWalkInInput)
def use_now(ctx: Ctx, data: dict[str, Any], code: str) -> AnyResponse:
    """Self-service: use the free room now."""
    found = catalogue.by_code(ctx, code)
    return to("booking", booking=door.use(ctx, found, data["minutes"]), new=1)


@bp.get("/<uuid:room>/screen")
@guard(KEEP)
def screen(ctx: Ctx, room: UUID) -> AnyResponse:
    """For a tablet beside the door: free or taken, what comes next, the code. Names never."""
    found = catalogue.room(ctx, room)
    return page(
        "rooms/screen.html",
        room=views.room_words(found),
        code=found.code,
        address=url_for("rooms.at_door", code=found.code, _external=True),
        now=door.now(ctx, found),
        at=ctx.now,
    )


@bp.get("/<uuid:room>/sign")
@guard(KEEP)
def sign(ctx: Ctx, room: UUID) -> AnyResponse:
    """The sign to print and put up: name, house rules, code."""
    found = catalogue.room(ctx, room)
    row = setting_up.room(ctx, room)
    return page(
        "rooms/sign.html",
        room=views.room_words(found),
        rules=[each for each in row.rules.splitlines() if each.strip()],
        code=found.code,
        address=url_for("rooms.at_door", code=found.code, _external=True),
        hours=[
            (words.WEEKDAYS[day], opening.write_hours(spans)) for day, spans in sorted(found.hours.items())
        ],
    )


@bp.get("/<uuid:room>/sign.pdf")
@guard(KEEP)
def sign_pdf(ctx: Ctx, room: UUID) -> AnyResponse:
    """The sign as an A4 page."""
    found = catalogue.room(ctx, room)
    row = setting_up.room(ctx, room)
    address = url_for("rooms.at_door", code=found.code, _external=True)
    document = Document(
        found.name, subtitle=" · ".join(filter(None, (found.site, found.floor))), footer=ctx.tenant.name
    )
    document.qr(address, caption=_("Scan to check in, to book, or to say what is broken"))
    document.paragraph(_("Cannot scan? Type %(code)s under “Book a room”.", code=found.code))
    hours = [
        (str(words.WEEKDAYS[day]), opening.write_hours(spans)) for day, spans in sorted(found.hours.items())
    ]
    if hours:
        document.heading(_("Opening hours"))
        document.facts(hours)
    if row.rules:
        document.heading(_("House rules"))
        for rule in filter(str.strip, row.rules.splitlines()):
            document.paragraph(rule)
    response = make_response(document.render())
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f"attachment; filename=room-{found.code}.pdf"
    return response
