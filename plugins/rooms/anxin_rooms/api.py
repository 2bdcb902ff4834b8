"""The API: the same services as the pages, for programs and other front ends."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import current_app, url_for

from anxin.plugin import Ctx, _, addresses, guard, resources
from anxin_rooms import photo_api, views
from anxin_rooms.blueprint import api_bp as bp
from anxin_rooms.policy import BOOK, BOOK_CLIENT, FEED, HOST, KEEP, MANAGE, READ_FIGURES, USE, FeedChanged
from anxin_rooms.schedule import RoomInfo, midnight
from anxin_rooms.schemas import (
    RoomBookingOutput,
    RoomBookInput,
    RoomCancelInput,
    RoomClientInput,
    RoomClosingInput,
    RoomClosingOutput,
    RoomDayInput,
    RoomDecideInput,
    RoomEntryOutput,
    RoomEquipmentInput,
    RoomEquipmentOutput,
    RoomFeedOutput,
    RoomFiguresOutput,
    RoomFindInput,
    RoomFoundOutput,
    RoomIdOutput,
    RoomInput,
    RoomMadeOutput,
    RoomMonthInput,
    RoomOccurrenceOutput,
    RoomOutput,
    RoomSeriesBookInput,
    RoomSeriesInput,
    RoomsInput,
    RoomSiteInput,
    RoomSiteOutput,
    RoomSpecialInput,
    RoomSpecialOutput,
    RoomTakenOutput,
    RoomTicketInput,
    RoomTicketOutput,
    RoomTicketsInput,
    RoomTicketWorkInput,
    RoomTimeInput,
    RoomWaitOutput,
    RoomWalkInInput,
    RoomYearInput,
    room_values,
)
from anxin_rooms.series import chosen_times, weeks
from anxin_rooms.services import booking as bookings
from anxin_rooms.services import (
    catalogue,
    changing,
    door,
    figures,
    finding,
    keeping,
    mine,
    setting_up,
    waiting,
)
from anxin_rooms.services.booking import Wish

__all__ = ["bp", "photo_api"]

_ROOM = RoomOutput()


@bp.get("/rooms")
@guard(BOOK, swift=True)
@bp.arguments(RoomsInput, location="query")
@bp.response(200, RoomOutput(many=True))
def list_rooms(ctx: Ctx, data: dict[str, Any]) -> Any:
    """The rooms that can be booked, by site and name; with a time, only those that are free all through it."""
    here = catalogue.known(ctx)
    starts, ends = data["starts_at"], data["ends_at"]
    wanted = finding.Wanted(
        views.today(ctx.now), data["type"], data["site"], data["equipment"], data["people"]
    )
    found = finding.free_at(ctx, wanted, starts, ends) if starts else finding.fitting(ctx, wanted)
    said = here.said
    texts = [said.get(room.code) or _said(here, room) for room in found]
    return current_app.response_class(f"[{','.join(texts)}]", mimetype="application/json")


def _said(here: catalogue.Known, room: RoomInfo) -> str:
    """A room as RoomOutput says it: the same for everybody, and written once for as long as the rooms are known."""
    said = here.said[room.code] = current_app.json.dumps(_ROOM.dump(room), separators=(",", ":"))
    return said


@bp.get("/free")
@guard(BOOK)
@bp.arguments(RoomFindInput, location="query")
@bp.response(200, RoomFoundOutput(many=True))
def free(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Rooms that fit, with the times they offer on a day, each free or not; those with free times first."""
    on = data["on"] or views.today(ctx.now)
    return finding.find(
        ctx,
        finding.Wanted(
            on, data["type"], data["site"], data["equipment"], data["people"], data["minutes"], data["part"]
        ),
    )


@bp.get("/day")
@guard(BOOK)
@bp.arguments(RoomDayInput, location="query")
@bp.response(200, RoomTakenOutput(many=True))
def day(ctx: Ctx, data: dict[str, Any]) -> Any:
    """What is taken on a day, in all rooms (or one site's): times only."""
    here = catalogue.known(ctx)
    on = data["on"] or views.today(ctx.now)
    rooms = [one.id for one in here.rooms.values() if data["site"] in (None, one.site_id)]
    return resources.busy(ctx, rooms, midnight(on, here.zone), midnight(on + timedelta(days=1), here.zone))


@bp.get("/rooms/<uuid:room>/day")
@guard(BOOK)
@bp.arguments(RoomDayInput, location="query")
@bp.response(200, RoomFoundOutput)
def room_day(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """One room's times of one day."""
    here, found = catalogue.known(ctx), catalogue.room(ctx, room)
    on = data["on"] or views.today(ctx.now)
    claims = resources.busy(ctx, [room], midnight(on, here.zone), midnight(on + timedelta(days=1), here.zone))
    times = finding.day_slots(ctx, found, on, claims)
    return finding.Found(found, times, sum(slot.free for slot in times))


@bp.post("/rooms/<uuid:room>/bookings")
@guard(BOOK, swift=True)
@bp.arguments(RoomBookInput)
@bp.response(201, RoomMadeOutput)
def book(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """Book a time, or 409 when somebody was quicker. `host` books an open room for a group, or in another's name."""
    host = data["host"] and ctx.allowed(HOST)
    return bookings.book(
        ctx,
        Wish(
            room,
            [(data["starts_at"], data["ends_at"])],
            person_id=data["person_id"] if host else None,
            people=data["people"],
            title=data["title"],
            note=data["note"],
            source="host" if host else "self",
        ),
    )


@bp.get("/rooms/<uuid:room>/series")
@guard(HOST)
@bp.arguments(RoomSeriesInput, location="query")
@bp.response(200, RoomOccurrenceOutput(many=True))
def series(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """How each day of a recurring wish stands, with the free times of the days that conflict."""
    catalogue.room(ctx, room)
    return bookings.preview(ctx, room, weeks(data, catalogue.known(ctx).zone))


@bp.post("/rooms/<uuid:room>/series")
@guard(HOST)
@bp.arguments(RoomSeriesBookInput)
@bp.response(201, RoomMadeOutput)
def book_series(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """Book the chosen days, all or none."""
    catalogue.room(ctx, room)
    times = chosen_times(data["times"])
    return bookings.book(ctx, Wish(room, times, people=data["people"], title=data["title"], source="host"))


@bp.post("/rooms/<uuid:room>/client")
@guard(BOOK_CLIENT, purpose=USE)
@bp.arguments(RoomClientInput)
@bp.response(201, RoomMadeOutput)
def book_client(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """A counsellor books the room and their own time with a person they work with."""
    times = [(data["starts_at"], data["ends_at"])]
    return bookings.book_with(ctx, Wish(room, times, person_id=data["person_id"], people=data["people"]))


# ---- own bookings ------------------------------------------------------------------------------------------


@bp.get("/bookings")
@guard(BOOK)
@bp.response(200, RoomBookingOutput(many=True))
def list_own(ctx: Ctx) -> Any:
    """The own bookings that are not over."""
    return mine.coming(ctx)


@bp.get("/bookings/<uuid:booking>")
@guard(BOOK)
@bp.response(200, RoomBookingOutput)
def get_own(ctx: Ctx, booking: UUID) -> Any:
    return mine.one(ctx, booking)


@bp.put("/bookings/<uuid:booking>")
@guard(BOOK)
@bp.arguments(RoomTimeInput)
@bp.response(200, RoomBookingOutput)
def move(ctx: Ctx, data: dict[str, Any], booking: UUID) -> Any:
    """Move to another time of the same room."""
    changing.move(ctx, booking, data["starts_at"], data["ends_at"])
    return mine.one(ctx, booking)


@bp.delete("/bookings/<uuid:booking>")
@guard(BOOK)
@bp.arguments(RoomCancelInput, location="query")
@bp.response(204)
def cancel(ctx: Ctx, data: dict[str, Any], booking: UUID) -> Any:
    """Cancel; `rest` takes all later days of the series along."""
    changing.cancel(ctx, booking, rest=data["rest"])


@bp.post("/bookings/<uuid:booking>/here")
@guard(BOOK)
@bp.response(200, RoomBookingOutput)
def check_in(ctx: Ctx, booking: UUID) -> Any:
    changing.check_in(ctx, booking)
    return mine.one(ctx, booking)


@bp.post("/bookings/<uuid:booking>/leave")
@guard(BOOK)
@bp.response(200, RoomBookingOutput)
def leave(ctx: Ctx, booking: UUID) -> Any:
    """Done early: the rest of the time is free again."""
    changing.leave(ctx, booking)
    return mine.one(ctx, booking)


@bp.post("/door/<code>/use")
@guard(BOOK)
@bp.arguments(RoomWalkInInput)
@bp.response(201, RoomIdOutput)
def use_now(ctx: Ctx, data: dict[str, Any], code: str) -> Any:
    """Use a self-service room from this moment."""
    return {"id": door.use(ctx, catalogue.by_code(ctx, code), data["minutes"])}


@bp.post("/calendar")
@guard(FEED)
@bp.response(201, RoomFeedOutput)
def make_feed(ctx: Ctx) -> Any:
    """An address a calendar may subscribe to; shown once, and an older one ends."""
    secret = addresses.make(ctx, FEED, _("Calendar"))
    ctx.audit(FeedChanged(on=True, subject_id=ctx.actor.person_id))
    return {"address": url_for("rooms.feed", secret=secret, _external=True)}


@bp.delete("/calendar")
@guard(FEED)
@bp.response(204)
def end_feed(ctx: Ctx) -> Any:
    addresses.end(ctx, FEED)
    ctx.audit(FeedChanged(on=False, subject_id=ctx.actor.person_id))


@bp.get("/waiting")
@guard(BOOK)
@bp.response(200, RoomWaitOutput(many=True))
def list_waiting(ctx: Ctx) -> Any:
    """The own places on waiting lists, offers among them."""
    return waiting.mine(ctx)


@bp.post("/rooms/<uuid:room>/waiting")
@guard(BOOK, purpose=USE)
@bp.arguments(RoomTimeInput)
@bp.response(201, RoomIdOutput)
def wait(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    return {"id": waiting.join(ctx, room, data["starts_at"], data["ends_at"])}


@bp.post("/waiting/<uuid:wait>/accept")
@guard(BOOK, purpose=USE)
@bp.response(201, RoomMadeOutput)
def accept(ctx: Ctx, wait: UUID) -> Any:
    """Take an offer while it is held."""
    return waiting.accept(ctx, wait)


@bp.delete("/waiting/<uuid:wait>")
@guard(BOOK)
@bp.response(204)
def stop_waiting(ctx: Ctx, wait: UUID) -> Any:
    waiting.leave(ctx, wait)


# ---- keepers -----------------------------------------------------------------------------------------------


@bp.get("/keeper/bookings")
@guard(KEEP)
@bp.arguments(RoomDayInput, location="query")
@bp.response(200, RoomEntryOutput(many=True))
def keeper_day(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A day's bookings; of a confidential one no title, no name."""
    return keeping.day(ctx, data["on"] or views.today(ctx.now))


@bp.get("/keeper/asked")
@guard(KEEP)
@bp.response(200, RoomEntryOutput(many=True))
def asked(ctx: Ctx) -> Any:
    """Requests that wait for a yes or no."""
    return keeping.asked(ctx)


@bp.post("/keeper/bookings/<uuid:booking>/decide")
@guard(KEEP)
@bp.arguments(RoomDecideInput)
@bp.response(204)
def decide(ctx: Ctx, data: dict[str, Any], booking: UUID) -> Any:
    changing.decide(ctx, booking, yes=data["yes"])


@bp.post("/keeper/bookings/<uuid:booking>/came")
@guard(KEEP)
@bp.response(204)
def came(ctx: Ctx, booking: UUID) -> Any:
    changing.mark_here(ctx, booking)


@bp.delete("/keeper/bookings/<uuid:booking>")
@guard(KEEP)
@bp.response(204)
def remove(ctx: Ctx, booking: UUID) -> Any:
    """Take a booking out of the plan; whoever holds it is told."""
    changing.any_booking(ctx, booking)
    changing.remove(ctx, [booking])


@bp.post("/closings")
@guard(KEEP)
@bp.arguments(RoomClosingInput)
@bp.response(201, RoomClosingOutput)
def close(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Close a room or site for a time: bookings in the way are moved or cancelled, and everybody is told."""
    return keeping.close(ctx, **data)


@bp.get("/closings")
@guard(KEEP)
@bp.response(200, RoomClosingOutput(many=True))
def list_closings(ctx: Ctx) -> Any:
    """What is closed, or opened for once, now or later."""
    return [row.Closing for row in keeping.closings(ctx)]


@bp.delete("/closings/<uuid:closing>")
@guard(KEEP)
@bp.response(204)
def reopen(ctx: Ctx, closing: UUID) -> Any:
    keeping.reopen(ctx, closing)


@bp.post("/rooms/<uuid:room>/tickets")
@guard(BOOK)
@bp.arguments(RoomTicketInput)
@bp.response(201, RoomIdOutput)
def report(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    """Say what is broken; who says it is not kept."""
    return keeping.report(ctx, room, data["text"], data["equipment_id"])


@bp.get("/tickets")
@guard(KEEP)
@bp.arguments(RoomTicketsInput, location="query")
@bp.response(200, RoomTicketOutput(many=True))
def list_tickets(ctx: Ctx, data: dict[str, Any]) -> Any:
    """What is broken, the oldest first; or what is mended, the newest first."""
    return keeping.tickets(ctx, done=data["done"])


@bp.put("/tickets/<uuid:ticket>")
@guard(KEEP)
@bp.arguments(RoomTicketWorkInput)
@bp.response(204)
def work_on(ctx: Ctx, data: dict[str, Any], ticket: UUID) -> Any:
    keeping.work_on(ctx, ticket, data["state"], data["answer"])


# ---- setting up, figures -----------------------------------------------------------------------------------


@bp.get("/sites")
@guard(MANAGE)
@bp.response(200, RoomSiteOutput(many=True))
def list_sites(ctx: Ctx) -> Any:
    return setting_up.sites(ctx)


@bp.put("/sites/<uuid:site>")
@guard(MANAGE)
@bp.arguments(RoomSiteInput)
@bp.response(200, RoomSiteOutput)
def change_site(ctx: Ctx, data: dict[str, Any], site: UUID) -> Any:
    return setting_up.save_site(ctx, data, site)


@bp.post("/sites")
@guard(MANAGE)
@bp.arguments(RoomSiteInput)
@bp.response(201, RoomIdOutput)
def make_site(ctx: Ctx, data: dict[str, Any]) -> Any:
    return setting_up.save_site(ctx, data)


@bp.post("/rooms")
@guard(MANAGE)
@bp.arguments(RoomInput)
@bp.response(201, RoomIdOutput)
def make_room(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A room with its rules; hours as "9:00-12:00, 14:00-17:00" a weekday."""
    return setting_up.save_room(ctx, room_values(data))


@bp.put("/rooms/<uuid:room>")
@guard(MANAGE)
@bp.arguments(RoomInput)
@bp.response(200, RoomIdOutput)
def change_room(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    return setting_up.save_room(ctx, room_values(data), room)


@bp.delete("/rooms/<uuid:room>")
@guard(MANAGE)
@bp.response(204)
def close_room(ctx: Ctx, room: UUID) -> None:
    """Close a room for good: its history stays, nothing new can be booked."""
    setting_up.close_room(ctx, room)


@bp.get("/rooms/<uuid:room>/equipment")
@guard(MANAGE)
@bp.response(200, RoomEquipmentOutput(many=True))
def list_equipment(ctx: Ctx, room: UUID) -> Any:
    setting_up.room(ctx, room)
    return setting_up.equipment(ctx, room)


@bp.put("/equipment/<uuid:equipment>")
@guard(MANAGE)
@bp.arguments(RoomEquipmentInput)
@bp.response(200, RoomEquipmentOutput)
def change_equipment(ctx: Ctx, data: dict[str, Any], equipment: UUID) -> Any:
    """Its state and its last check too: what is faulty or away for repair is not offered."""
    row = setting_up.one_equipment(ctx, equipment)
    return setting_up.save_equipment(ctx, row.room_id, data, equipment)


@bp.post("/rooms/<uuid:room>/equipment")
@guard(MANAGE)
@bp.arguments(RoomEquipmentInput)
@bp.response(201, RoomIdOutput)
def add_equipment(ctx: Ctx, data: dict[str, Any], room: UUID) -> Any:
    return setting_up.save_equipment(ctx, room, data)


@bp.get("/days")
@guard(MANAGE)
@bp.arguments(RoomYearInput, location="query")
@bp.response(200, RoomSpecialOutput(many=True))
def list_days(ctx: Ctx, data: dict[str, Any]) -> Any:
    """Holidays and make-up workdays of a year, the shipped ones and the tenant's own."""
    year = data["year"] or views.today(ctx.now).year
    return [
        {"on": on, "kind": said.kind, "name": said.name, "follows": said.follows}
        for on, said in setting_up.days(ctx, year)
    ]


@bp.put("/days")
@guard(MANAGE)
@bp.arguments(RoomSpecialInput)
@bp.response(204)
def save_day(ctx: Ctx, data: dict[str, Any]) -> Any:
    """The tenant's word on a date: a holiday, a make-up workday, or an ordinary day after all."""
    setting_up.save_day(ctx, **data)


@bp.get("/figures")
@guard(READ_FIGURES)
@bp.arguments(RoomMonthInput, location="query")
@bp.response(200, RoomFiguresOutput)
def read_figures(ctx: Ctx, data: dict[str, Any]) -> Any:
    """A month's use of the rooms, small numbers of confidential ones hidden."""
    today = views.today(ctx.now)
    found = figures.month(ctx, data["year"] or today.year, data["month"] or today.month)
    return {
        "first": found.first,
        "last": found.last,
        "rooms": [
            {
                "room": row.name,
                "type": row.type,
                "bookings": str(row.count),
                "share": str(row.share),
                "missed": str(row.missed),
                "waited": str(row.waits),
            }
            for row in found.rows
        ],
    }
