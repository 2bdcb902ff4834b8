"""Pages for everybody: find a time, book it, see what is booked, wait for what is not free."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from anxin.plugin import PUBLIC, Ctx, Invalid, NotFound, _, addresses, guard, page
from anxin_rooms import ical, views, words
from anxin_rooms.blueprint import bp, to
from anxin_rooms.policy import BOOK, FEED, HOST, USE, FeedChanged
from anxin_rooms.schemas import (
    RoomBookInput,
    RoomCancelInput,
    RoomFindInput,
    RoomSeriesBookInput,
    RoomSeriesInput,
    RoomTimeInput,
)
from anxin_rooms.series import chosen_times, weeks
from anxin_rooms.services import booking as bookings
from anxin_rooms.services import catalogue, changing, finding, mine, setting_up, waiting
from anxin_rooms.services.booking import Wish

SHOWN = 20  # rooms on a page


@bp.get("/")
@guard(BOOK, input=RoomFindInput)
def index(ctx: Ctx, data: dict[str, Any]) -> AnyResponse:
    """When suits me first: a day, then the rooms that are free on it; every time is a button."""
    today = views.today(ctx.now)
    on = max(data["on"] or today, today)
    wanted = finding.Wanted(
        on, data["type"], data["site"], data["equipment"], data["people"], data["minutes"], data["part"]
    )
    found = finding.find(ctx, wanted)
    here = catalogue.known(ctx)
    keep = {
        name: value
        for name, value in data.items()
        if value and name != "on" and (name, value) != ("people", 1)
    }
    here_again = url_for("rooms.index", **keep)
    here_again += "&on=" if keep else "?on="
    free, none = [one for one in found if one.free], [one for one in found if not one.free]
    return page(
        "rooms/index.html",
        on=on,
        strip=views.day_strip(today, on, lambda day: f"{here_again}{day}"),
        free=[views.found(one) for one in free[:SHOWN]],
        more_rooms=max(len(free) - SHOWN, 0),
        none_free=[views.room_line(one.room) for one in none[:SHOWN]],
        types=[(code, words.TYPES[code]) for code in dict.fromkeys(one.type for one in here.rooms.values())],
        sites=list(here.sites.items()),
        parts=list(words.PARTS.items()),
        chosen=data,
        narrowed=bool(keep),
    )


@bp.get("/<uuid:room>")
@guard(BOOK)
def room(ctx: Ctx, room: UUID) -> AnyResponse:
    """One room: what is in it, its house rules, and its week. With `move` the times are for a booking to move to."""
    found = catalogue.room(ctx, room)
    today = views.today(ctx.now)
    first = max(_date("from", today), today)
    moving = _moving(ctx, room)
    minutes = int((moving.ends_at - moving.starts_at).total_seconds() // 60) if moving else None
    days = finding.week(ctx, found, first, minutes=minutes)
    ask = ("rooms.ask_move", {"booking": moving.id}) if moving else ("rooms.ask", {})
    row = setting_up.room(ctx, room)
    return page(
        "rooms/room.html",
        room=views.room_words(found),
        rules=[each for each in row.rules.splitlines() if each.strip()],
        access=row.access,
        days=[
            {
                "day": day,
                "slots": views.slot_links(room, slots, ask[0], **ask[1]),
                "waits": _waits(room, slots),
            }
            for day, slots in days
        ],
        previous=url_for(
            "rooms.room", room=room, **{"from": max(first - timedelta(days=7), today)}, **_move(moving)
        )
        if first > today
        else None,
        following=url_for("rooms.room", room=room, **{"from": first + timedelta(days=7)}, **_move(moving)),
        moving=views.when(moving.starts_at, moving.ends_at) if moving else None,
        may_host=ctx.allowed(HOST) and not found.confidential,
        thanks="thanks" in request.args,
    )


def _move(moving: Any) -> dict[str, Any]:
    return {"move": moving.id} if moving else {}


def _moving(ctx: Ctx, room_id: UUID) -> mine.Line | None:
    wanted = request.args.get("move", type=UUID)
    line = mine.one(ctx, wanted) if wanted else None
    return line if line and line.room_id == room_id else None


def _date(name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default


def _waits(room_id: UUID, slots: Any) -> list[dict[str, Any]]:
    """Taken times one may wait for."""
    return [
        {
            "label": views.span(slot.starts, slot.ends),
            "starts": views.iso(slot.starts),
            "ends": views.iso(slot.ends),
        }
        for slot in slots
        if not slot.free
    ]


# ---- booking -----------------------------------------------------------------------------------------------


@bp.get("/<uuid:room>/book")
@guard(BOOK, input=RoomTimeInput)
def ask(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    """The question before booking, as a sheet over the times or a page of its own."""
    found = catalogue.room(ctx, room)
    if found.confidential:
        ctx.runtime.access.require(ctx, USE.name)
    return _ask(ctx, room, data["starts_at"], data["ends_at"])


def _ask(  # noqa: PLR0917  (the page, and the page again after a refusal)
    ctx: Ctx, room_id: UUID, starts: Any, ends: Any, values: Any = None, errors: Any = None
) -> AnyResponse:
    found = catalogue.room(ctx, room_id)
    return page(
        "rooms/ask.html",
        room=views.room_words(found),
        capacity=found.capacity,
        when=views.when(starts, ends),
        starts=views.iso(starts),
        ends=views.iso(ends),
        late_hours=ctx.settings["late_hours"],
        check_in=found.check_in,
        values=values or {},
        errors=errors or {},
        may_host=ctx.allowed(HOST) and not found.confidential,
    )


def _ask_again(ctx: Ctx, error: Invalid, room: UUID) -> AnyResponse:
    try:
        times = RoomTimeInput().load({name: request.form.get(name, "") for name in ("starts_at", "ends_at")})
    except ValidationError:  # not even a time came along: there is no form to show again
        catalogue.room(ctx, room)
        raise error from None
    errors = error.fields or {"starts_at": [error.message]}
    return _ask(ctx, room, times["starts_at"], times["ends_at"], request.form, errors)  # type: ignore[index]


@bp.post("/<uuid:room>/book")
@guard(BOOK, input=RoomBookInput, invalid=_ask_again)
def book(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    host = data["host"] and ctx.allowed(HOST)
    wish = Wish(
        room,
        [(data["starts_at"], data["ends_at"])],
        person_id=data["person_id"] if host else None,
        people=data["people"],
        title=data["title"],
        note=data["note"],
        source="host" if host else "self",
    )
    return to("booking", booking=bookings.book(ctx, wish).ids[0], new=1)


@bp.get("/<uuid:room>/series")
@guard(HOST, input=RoomSeriesInput)
def series(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    """How each day of a recurring wish stands: leave it out, or take another time of the same day."""
    found = catalogue.room(ctx, room)
    times = weeks(data, catalogue.known(ctx).zone)
    days = bookings.preview(ctx, room, times)
    return page(
        "rooms/series.html",
        room=views.room_words(found),
        capacity=found.capacity,
        days=[
            {
                "when": views.when(one.starts, one.ends),
                "value": f"{views.iso(one.starts)}/{views.iso(one.ends)}",
                "free": one.free,
                "problem": one.problem,
                "others": [(f"{views.iso(a)}/{views.iso(b)}", views.span(a, b)) for a, b in one.others],
            }
            for one in days
        ],
        conflicts=sum(not one.free for one in days),
    )


@bp.post("/<uuid:room>/series")
@guard(HOST, input=RoomSeriesBookInput)
def book_series(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    catalogue.room(ctx, room)
    wish = Wish(room, chosen_times(data["times"]), people=data["people"], title=data["title"], source="host")
    return to("booking", booking=bookings.book(ctx, wish).ids[0], new=1)


# ---- own bookings ------------------------------------------------------------------------------------------


@bp.get("/bookings")
@guard(BOOK)
def own(ctx: Ctx) -> AnyResponse:
    """What I have booked, what I wait for, what is over."""
    return page(
        "rooms/own.html",
        coming=[views.line(one, ctx.now) for one in mine.coming(ctx)],
        waits=[
            {
                "id": one.id,
                "when": views.when(one.starts_at, one.ends_at),
                "place": f"{one.room} · {one.site}",
                "offered": one.state == "offered",
                "until": one.offer_until,
            }
            for one in waiting.mine(ctx)
        ],
        past=[views.line(one, ctx.now) for one in mine.past(ctx)],
        may_feed=ctx.allowed(FEED),
        feeds=bool(ctx.allowed(FEED) and addresses.live(ctx, FEED)),
    )


@bp.get("/bookings/<uuid:booking>")
@guard(BOOK)
def booking(ctx: Ctx, booking: UUID) -> AnyResponse:
    one = mine.one(ctx, booking)
    early = changing.EARLY
    return page(
        "rooms/booking.html",
        one=one,
        line=views.line(one, ctx.now),
        when=views.when(one.starts_at, one.ends_at),
        new="new" in request.args,
        late_hours=ctx.settings["late_hours"],
        ahead=one.holds and one.starts_at > ctx.now,
        may_check_in=one.state == "booked" and one.starts_at - early <= ctx.now < one.ends_at,
        may_leave=one.state == "here" and one.ends_at > ctx.now,
        state=words.STATES[one.state],
    )


@bp.get("/bookings/<uuid:booking>/cancel")
@guard(BOOK)
def ask_cancel(ctx: Ctx, booking: UUID) -> AnyResponse:
    one = mine.one(ctx, booking)
    late = one.starts_at - ctx.now < timedelta(hours=ctx.settings["late_hours"])
    return page("rooms/cancel.html", one=one, when=views.when(one.starts_at, one.ends_at), late=late)


@bp.post("/bookings/<uuid:booking>/cancel")
@guard(BOOK, input=RoomCancelInput)
def cancel(ctx: Ctx, data: dict[str, Any], booking: UUID) -> AnyResponse:
    changing.cancel(ctx, booking, rest=data["rest"])
    return to("booking", booking=booking)


@bp.get("/<uuid:room>/move/<uuid:booking>")
@guard(BOOK, input=RoomTimeInput)
def ask_move(ctx: Ctx, data: dict[str, Any], room: UUID, booking: UUID) -> AnyResponse:
    """The question before moving."""
    one = mine.one(ctx, booking)
    if one.room_id != room:
        raise NotFound()
    starts, ends = data["starts_at"], data["ends_at"]
    return page(
        "rooms/move.html",
        one=one,
        old=views.when(one.starts_at, one.ends_at),
        when=views.when(starts, ends),
        starts=views.iso(starts),
        ends=views.iso(ends),
    )


@bp.post("/bookings/<uuid:booking>/move")
@guard(BOOK, input=RoomTimeInput)
def move(ctx: Ctx, data: dict[str, Any], booking: UUID) -> AnyResponse:
    changing.move(ctx, booking, data["starts_at"], data["ends_at"])
    return to("booking", booking=booking, new=1)


@bp.post("/bookings/<uuid:booking>/here")
@guard(BOOK)
def check_in(ctx: Ctx, booking: UUID) -> AnyResponse:
    changing.check_in(ctx, booking)
    return to("booking", booking=booking)


@bp.post("/bookings/<uuid:booking>/leave")
@guard(BOOK)
def leave(ctx: Ctx, booking: UUID) -> AnyResponse:
    changing.leave(ctx, booking)
    return to("booking", booking=booking)


@bp.get("/bookings/<uuid:booking>/event.ics")
@guard(BOOK)
def event(ctx: Ctx, booking: UUID) -> AnyResponse:
    """For the phone's calendar, under a neutral title."""
    return ical.answer([mine.one(ctx, booking)], ctx.now, name="event.ics")


# ---- a calendar's address ----------------------------------------------------------------------------------


@bp.post("/calendar")
@guard(FEED)
def make_feed(ctx: Ctx) -> AnyResponse:
    """An address to subscribe to, shown once; an older one ends."""
    secret = addresses.make(ctx, FEED, _("Calendar"))
    ctx.audit(FeedChanged(on=True, subject_id=ctx.actor.person_id))
    return page("rooms/feed.html", address=url_for("rooms.feed", secret=secret, _external=True))


@bp.post("/calendar/end")
@guard(FEED)
def end_feed(ctx: Ctx) -> AnyResponse:
    addresses.end(ctx, FEED)
    ctx.audit(FeedChanged(on=False, subject_id=ctx.actor.person_id))
    return to("own")


@bp.get("/calendar/<secret>.ics")
@guard(PUBLIC)
def feed(ctx: Ctx, secret: str) -> AnyResponse:
    """What a calendar reads: the own bookings under a neutral title. The address is the right to it."""
    with addresses.opened(ctx, secret, FEED) as own_ctx:
        lines = [*mine.past(own_ctx), *mine.coming(own_ctx, limit=100)]
        return ical.answer(lines, own_ctx.now)


# ---- waiting -----------------------------------------------------------------------------------------------


@bp.post("/<uuid:room>/wait")
@guard(BOOK, purpose=USE, input=RoomTimeInput)
def wait(ctx: Ctx, data: dict[str, Any], room: UUID) -> AnyResponse:
    waiting.join(ctx, room, data["starts_at"], data["ends_at"])
    return to("own")


@bp.post("/waiting/<uuid:wait>/accept")
@guard(BOOK, purpose=USE)
def accept(ctx: Ctx, wait: UUID) -> AnyResponse:
    made = waiting.accept(ctx, wait)
    return to("booking", booking=made.ids[0], new=1)


@bp.post("/waiting/<uuid:wait>/leave")
@guard(BOOK)
def stop_waiting(ctx: Ctx, wait: UUID) -> AnyResponse:
    waiting.leave(ctx, wait)
    return to("own")
