"""Pages of whoever keeps the rooms: the plan of a day, requests, closings, repairs; and the counsellor's clients."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import Ctx, Invalid, _, clock_time, guard, moment, names_of, page, resources
from anxin_rooms import views, words
from anxin_rooms.blueprint import bp, to
from anxin_rooms.policy import BOOK, BOOK_CLIENT, KEEP, USE, ClientBookingsRead
from anxin_rooms.schedule import midnight
from anxin_rooms.schemas import (
    RoomClientInput,
    RoomClientsInput,
    RoomClosingInput,
    RoomDayInput,
    RoomDecideInput,
    RoomTicketInput,
    RoomTicketWorkInput,
)
from anxin_rooms.services import booking as bookings
from anxin_rooms.services import catalogue, changing, finding, keeping, mine, served, setting_up
from anxin_rooms.services.booking import Wish

GRID_ROOMS = 120  # rows of the plan on one page


@bp.get("/plan")
@guard(KEEP, input=RoomDayInput)
def plan(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """A day of many rooms; what is free is a button, what is taken says no more than a keeper may know."""
    here = catalogue.known(ctx)
    on = data["on"] or views.today(ctx.now)
    every = [one for one in here.rooms.values() if data["site"] in (None, one.site_id)]
    rooms = every[:GRID_ROOMS]
    shown = {one.id for one in rooms}
    # a hundred ids cost more than the few claims of others on one day
    which = shown if data["site"] else None
    claims = resources.busy(ctx, which, midnight(on, here.zone), midnight(on + timedelta(days=1), here.zone))
    claims = [claim for claim in claims if claim.resource_id in shown]
    return page(
        "rooms/plan.html",
        on=on,
        grid=views.grid(here, finding.offered(ctx, rooms, on, claims), on, claims, keeping.day(ctx, on)),
        more_rooms=len(every) - len(rooms),
        sites=here.sites,
        site=data["site"],
        site_tabs=[
            {"href": url_for("rooms.plan", on=on, site=site), "title": name, "current": site == data["site"]}
            for site, name in here.sites.items()
        ],
        previous=url_for("rooms.plan", on=on - timedelta(days=1), site=data["site"]),
        following=url_for("rooms.plan", on=on + timedelta(days=1), site=data["site"]),
    )


@bp.get("/today")
@guard(KEEP, input=RoomDayInput)
def today(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """What waits for the keeper: requests, today's list, repairs, checks."""
    on = data["on"] or views.today(ctx.now)
    entries = [views.entry(one) for one in keeping.day(ctx, on) if one.state != "asked"]
    return page(
        "rooms/today.html",
        on=on,
        asked=[views.entry(one) for one in keeping.asked(ctx)],
        entries=entries,
        tickets=[_ticket(row) for row in keeping.tickets(ctx)],
        checks=[
            {
                "name": row.Equipment.name,
                "room": row.room,
                "on": row.Equipment.checked_on + timedelta(days=row.Equipment.check_every),
            }
            for row in setting_up.checks_due(ctx)
        ],
        rooms=[(one.id, f"{one.site} · {one.name}") for one in catalogue.known(ctx).rooms.values()],
        previous=url_for("rooms.today", on=on - timedelta(days=1)),
        following=url_for("rooms.today", on=on + timedelta(days=1)),
        is_today=on == views.today(ctx.now),
    )


def _ticket(row: Any) -> dict[str, Any]:
    state, tone = words.TICKETS[row.Ticket.state]
    return {
        "id": row.Ticket.id,
        "text": row.Ticket.text,
        "answer": row.Ticket.answer,
        "place": " · ".join(filter(None, (row.room, row.equipment))),
        "state": row.Ticket.state,
        "state_text": state,
        "tone": tone,
        "made_at": row.Ticket.made_at,
    }


@bp.post("/bookings/<uuid:booking>/decide")
@guard(KEEP, input=RoomDecideInput)
def decide(ctx: Ctx, data: dict[str, Any], booking: UUID) -> AnyResponse:
    changing.decide(ctx, booking, yes=data["yes"])
    return to("today")


@bp.post("/bookings/<uuid:booking>/came")
@guard(KEEP)
def came(ctx: Ctx, booking: UUID) -> AnyResponse:
    changing.mark_here(ctx, booking)
    return to("today")


@bp.post("/bookings/<uuid:booking>/remove")
@guard(KEEP)
def remove(ctx: Ctx, booking: UUID) -> AnyResponse:
    changing.any_booking(ctx, booking)
    changing.remove(ctx, [booking])
    return to("today")


# ---- closings ----------------------------------------------------------------------------------------------


@bp.get("/closings")
@guard(KEEP)
def closings(ctx: Ctx) -> AnyResponse:
    return _closings(ctx, {}, {})


def _closings(ctx: Ctx, values: Any, errors: Any) -> AnyResponse:
    here = catalogue.known(ctx)
    return page(
        "rooms/closings.html",
        rows=[
            {
                "id": row.Closing.id,
                "place": " · ".join(filter(None, (row.site, row.room))),
                "when": f"{moment(row.Closing.starts_at)} – {moment(row.Closing.ends_at)}",
                "kind": row.Closing.kind,
                "note": row.Closing.note,
            }
            for row in keeping.closings(ctx)
        ],
        rooms=[(one.id, f"{one.site} · {one.name}") for one in here.rooms.values()],
        sites=list(here.sites.items()),
        values=values,
        errors=errors,
    )


def _closings_again(ctx: Ctx, error: Invalid) -> AnyResponse:
    return _closings(ctx, request.form, error.fields or {"starts_at": [error.message]})


@bp.post("/closings")
@guard(KEEP, input=RoomClosingInput, invalid=_closings_again)
def close(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    keeping.close(ctx, **data)
    return to("closings")


@bp.post("/closings/<uuid:closing>/reopen")
@guard(KEEP)
def reopen(ctx: Ctx, closing: UUID) -> AnyResponse:
    keeping.reopen(ctx, closing)
    return to("closings")


# ---- repairs -----------------------------------------------------------------------------------------------


@bp.get("/<uuid:room>/report")
@guard(BOOK)
def ask_report(ctx: Ctx, room: UUID) -> AnyResponse:
    """Anybody may say what is broken; who says it is not kept."""
    return _report(ctx, room, {}, {})


def _report(ctx: Ctx, room_id: UUID, values: Any, errors: Any) -> AnyResponse:
    found = catalogue.room(ctx, room_id)
    return page(
        "rooms/report.html",
        room=views.room_words(found),
        equipment=[(one.id, one.name) for one in setting_up.equipment(ctx, room_id)],
        values=values,
        errors=errors,
    )


def _report_again(ctx: Ctx, error: Invalid, room: UUID) -> AnyResponse:
    return _report(ctx, room, request.form, error.fields)


@bp.post("/<uuid:room>/report")
@guard(BOOK, input=RoomTicketInput, invalid=_report_again)
def report(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    keeping.report(ctx, room, data["text"], data["equipment_id"])
    return to("room", room=room, thanks=1)


@bp.post("/tickets/<uuid:ticket>")
@guard(KEEP, input=RoomTicketWorkInput)
def work_on(ctx: Ctx, data: dict[str, Any], ticket: UUID) -> AnyResponse:
    keeping.work_on(ctx, ticket, data["state"], data["answer"])
    return to("today")


# ---- counsellors -------------------------------------------------------------------------------------------


@bp.get("/clients")
@guard(BOOK_CLIENT, purpose=USE, input=RoomClientsInput)
def clients(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """A counsellor's rooms with the people they work with, and free rooms for the next one."""
    return _clients(ctx, data["on"], data["person"])


def _clients(ctx: Ctx, on: Any = None, person: UUID | None = None, errors: Any = None) -> AnyResponse:
    here = catalogue.known(ctx)
    day = max(on or views.today(ctx.now), views.today(ctx.now))
    start = midnight(views.today(ctx.now), here.zone)
    lines = [one for one in mine.with_clients(ctx, start, start + timedelta(days=60)) if one.holds]
    names = names_of(ctx, {one.person_id for one in lines if one.person_id})
    for person_id in names:
        ctx.audit(ClientBookingsRead(bookings=len(lines), subject_id=person_id))
    people = bookings.people_of(ctx)
    chosen = next((value for value, _text in people if value == person), people[0][0] if people else None)
    left = served.left(ctx, [person_id for person_id, _name in people])
    found = finding.find(ctx, finding.Wanted(day))
    return page(
        "rooms/clients.html",
        on=day,
        days=views.day_strip(
            views.today(ctx.now), day, lambda each: url_for("rooms.clients", on=each, person=chosen)
        ),
        lines=[
            views.line(one, ctx.now) | {"who": names.get(one.person_id, "") if one.person_id else ""}
            for one in lines
        ],
        people=[
            (person_id, _("%(name)s, %(count)s sessions left", name=name, count=left[person_id]))
            if person_id in left
            else (person_id, name)
            for person_id, name in people
        ],
        chosen=chosen,
        rooms=[
            {
                "id": one.room.id,
                "name": one.room.name,
                "place": " · ".join(filter(None, (one.room.site, one.room.floor))),
                "slots": [
                    {
                        "label": clock_time(slot.starts),
                        "starts": views.iso(slot.starts),
                        "ends": views.iso(slot.ends),
                    }
                    for slot in one.slots
                    if slot.free
                ],
            }
            for one in found
            if one.room.confidential and one.free
        ],
        errors=errors or {},
    )


def _clients_again(ctx: Ctx, error: Invalid, **url: Any) -> AnyResponse:
    return _clients(ctx, None, None, error.fields or {"person_id": [error.message]})


@bp.post("/<uuid:room>/client")
@guard(BOOK_CLIENT, purpose=USE, input=RoomClientInput, invalid=_clients_again)
def book_client(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    """Room and counsellor together; whoever else looks sees a taken room."""
    bookings.book_with(
        ctx,
        Wish(
            room, [(data["starts_at"], data["ends_at"])], person_id=data["person_id"], people=data["people"]
        ),
    )
    return to("clients")
