"""Input and output shapes, and the tenant's settings. Unknown keys are refused everywhere."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from anxin.plugin import Input, OptionalUUID, current_zone, lazy
from anxin_rooms.models import TYPES
from anxin_rooms.opening import read_hours

BAD_HOURS: Any = lazy("Write hours like 9:00-12:00, 14:00-17:00; leave a closed day empty.")
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _number(least: int, most: int, default: int, title: Any, help_: Any = None) -> fields.Integer:
    return fields.Integer(
        strict=True,
        load_default=default,
        validate=validate.Range(min=least, max=most),
        metadata={"title": title} | ({"help": help_} if help_ else {}),
    )


class Settings(Input):
    """A tenant's rules about how much one person or unit may book, and what happens when nobody comes."""

    per_week = _number(
        0, 50, 3, lazy("Bookings a person may have in a week"), lazy("0: as many as they like")
    )
    per_month = _number(
        0, 100, 8, lazy("Bookings a person may have in a month"), lazy("0: as many as they like")
    )
    per_unit_month = _number(
        0, 1000, 0, lazy("Open bookings a unit may have in a month"), lazy("0: as many as they like")
    )
    late_hours = _number(0, 72, 4, lazy("Hours before the beginning until which cancelling is not late"))
    release_minutes = _number(
        5, 60, 15, lazy("Minutes after which a room is released when nobody has checked in")
    )
    missed_limit = _number(
        0, 20, 3, lazy("Missed bookings after which a person pauses"), lazy("0: nobody has to pause")
    )
    missed_days = _number(1, 365, 60, lazy("Days over which missed bookings are counted"))
    pause_days = _number(1, 90, 14, lazy("Days of the pause"))
    offer_minutes = _number(10, 1440, 120, lazy("Minutes an offer from the waiting list is held"))
    least_group = _number(5, 100, 5, lazy("Smallest number shown in figures of confidential rooms"))


class Moment(fields.AwareDateTime):
    """A moment with its zone, or a form's local time on the tenant's clock."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(str(value).replace(" ", "+"))
        except ValueError as error:
            raise ValidationError(str(lazy("This is not a valid date and time."))) from error
        found = found if found.tzinfo else found.replace(tzinfo=current_zone())
        try:
            return found.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(str(lazy("This is not a valid date and time."))) from error


class Blankless(Input):
    """A form's empty fields count as left out."""

    @pre_load
    def drop_blanks(self, data: Any, **kwargs: Any) -> Any:
        return {name: data[name] for name in data if data[name] != ""} if isinstance(data, Mapping) else data


class RoomFindInput(Blankless):
    """What somebody looks for; all of it may be left open."""

    on = fields.Date(load_default=None)
    type = fields.String(load_default=None, validate=validate.OneOf(TYPES))
    site = OptionalUUID(load_default=None, allow_none=True)
    equipment = fields.String(load_default=None, validate=validate.Length(max=80))
    people = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))
    minutes = fields.Integer(load_default=None, validate=validate.Range(min=5, max=720))
    part = fields.String(load_default=None, validate=validate.OneOf(("morning", "afternoon", "evening")))


class RoomsInput(Blankless):
    """Which rooms; with a time, those that are free all through it."""

    starts_at = Moment(load_default=None)
    ends_at = Moment(load_default=None)
    type = fields.String(load_default=None, validate=validate.OneOf(TYPES))
    site = OptionalUUID(load_default=None, allow_none=True)
    equipment = fields.String(load_default=None, validate=validate.Length(max=80))
    people = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))

    @validates_schema
    def insist_on_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if (starts is None) != (ends is None) or (starts and ends and ends <= starts):
            raise ValidationError({"ends_at": [lazy("A time has a beginning and a later end.")]})


class RoomDayInput(Blankless):
    on = fields.Date(load_default=None)
    site = OptionalUUID(load_default=None, allow_none=True)


class RoomTimeInput(Blankless):
    """A time in a room; whether it can be had is for the service to say."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)


class RoomBookInput(RoomTimeInput):
    """A booking; `every` and `until` make it recurring, `times` picks the days of it that are booked."""

    people = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))
    title = fields.String(load_default="", validate=validate.Length(max=80))
    note = fields.String(load_default="", validate=validate.Length(max=500))
    host = fields.Boolean(load_default=False)
    person_id = OptionalUUID(load_default=None, allow_none=True)


class RoomSeriesInput(RoomTimeInput):
    """A recurring wish to look at before it is booked: every so many weeks until a day."""

    every = fields.Integer(load_default=1, validate=validate.Range(min=1, max=8))
    until = fields.Date(required=True)


class RoomSeriesBookInput(Blankless):
    """The days of a recurring booking as they were chosen: "starts/ends", each as an ISO time."""

    times = fields.List(fields.String(validate=validate.Length(max=80)), load_default=list)
    people = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))
    title = fields.String(load_default="", validate=validate.Length(max=80))


class RoomCancelInput(Blankless):
    rest = fields.Boolean(load_default=False)


class RoomDecideInput(Blankless):
    yes = fields.Boolean(required=True)


class RoomClientsInput(RoomDayInput):
    """Free rooms of a day, to book with one of the people one works with."""

    person = OptionalUUID(load_default=None, allow_none=True)


class RoomClientInput(RoomTimeInput):
    """A counsellor's booking with a person they work with."""

    person_id = fields.UUID(required=True)
    people = fields.Integer(load_default=2, validate=validate.Range(min=1, max=50))


class RoomSiteInput(Blankless):
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    address = fields.String(load_default="", validate=validate.Length(max=200))
    arrive = fields.String(load_default="", validate=validate.Length(max=400))


class Hours(fields.Field[list[tuple[int, int]]]):
    """ "9:00-12:00, 14:00-17:00" and back."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[tuple[int, int]]:
        try:
            return read_hours(str(value))
        except ValueError as error:
            raise ValidationError(str(BAD_HOURS)) from error


class RoomInput(Blankless):
    """A room with its rules; the weekly hours are one field a weekday."""

    site_id = fields.UUID(required=True)
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    floor = fields.String(load_default="", validate=validate.Length(max=40))
    capacity = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))
    confidential = fields.Boolean(load_default=False)
    approval = fields.Boolean(load_default=False)
    walk_in = fields.Boolean(load_default=False)
    check_in = fields.Boolean(load_default=False)
    for_hosts = fields.Boolean(load_default=False)
    on_holidays = fields.Boolean(load_default=False)
    step = fields.Integer(load_default=60, validate=validate.Range(min=5, max=720))
    stagger = fields.Integer(load_default=0, validate=validate.Range(min=0, max=120))
    minutes = fields.Integer(load_default=50, validate=validate.Range(min=5, max=720))
    longest = fields.Integer(load_default=180, validate=validate.Range(min=5, max=720))
    before = fields.Integer(load_default=0, validate=validate.Range(min=0, max=120))
    after = fields.Integer(load_default=10, validate=validate.Range(min=0, max=120))
    ahead = fields.Integer(load_default=30, validate=validate.Range(min=1, max=365))
    rules = fields.String(load_default="", validate=validate.Length(max=2000))
    access = fields.String(load_default="", validate=validate.Length(max=400))
    mon = Hours(load_default=list)
    tue = Hours(load_default=list)
    wed = Hours(load_default=list)
    thu = Hours(load_default=list)
    fri = Hours(load_default=list)
    sat = Hours(load_default=list)
    sun = Hours(load_default=list)


def room_values(data: dict[str, Any]) -> dict[str, Any]:
    """What the service wants of a RoomInput: the weekdays gathered into `hours`."""
    plain = {name: value for name, value in data.items() if name not in DAY_NAMES}
    return plain | {"hours": {day: data[name] for day, name in enumerate(DAY_NAMES, 1) if data[name]}}


class RoomEquipmentInput(Blankless):
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    amount = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1000))
    number = fields.String(load_default="", validate=validate.Length(max=40))
    state = fields.String(
        load_default="fine", validate=validate.OneOf(("fine", "faulty", "repair", "retired"))
    )
    checked_on = fields.Date(load_default=None, allow_none=True)
    check_every = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=3650))


class RoomSpecialInput(Blankless):
    on = fields.Date(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("holiday", "workday", "usual")))
    follows = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=7))
    name = fields.String(load_default="", validate=validate.Length(max=40))


class RoomYearInput(Blankless):
    year = fields.Integer(load_default=None, validate=validate.Range(min=2000, max=2100))


class RoomClosingInput(RoomTimeInput):
    room_id = OptionalUUID(load_default=None, allow_none=True)
    site_id = OptionalUUID(load_default=None, allow_none=True)
    kind = fields.String(load_default="closed", validate=validate.OneOf(("closed", "open")))
    note = fields.String(load_default="", validate=validate.Length(max=200))


class RoomTicketInput(Blankless):
    text = fields.String(required=True, validate=validate.Length(min=2, max=400))
    equipment_id = OptionalUUID(load_default=None, allow_none=True)


class RoomTicketWorkInput(Blankless):
    state = fields.String(required=True, validate=validate.OneOf(("open", "doing", "done")))
    answer = fields.String(load_default="", validate=validate.Length(max=400))


class RoomWalkInInput(Blankless):
    minutes = fields.Integer(load_default=None, validate=validate.Range(min=5, max=720))


class RoomMonthInput(Blankless):
    """A month of figures; left out: the present one."""

    year = fields.Integer(load_default=None, validate=validate.Range(min=2000, max=2100))
    month = fields.Integer(load_default=None, validate=validate.Range(min=1, max=12))


# ---- out ---------------------------------------------------------------------------------------------------


class Out(Schema):
    class Meta:
        unknown = RAISE


class RoomSlotOutput(Out):
    starts_at = Moment(attribute="starts")
    ends_at = Moment(attribute="ends")
    free = fields.Boolean()


class RoomOutput(Out):
    id = fields.UUID()
    name = fields.String()
    type = fields.String()
    site_id = fields.UUID()
    site = fields.String()
    floor = fields.String()
    capacity = fields.Integer()
    confidential = fields.Boolean()
    approval = fields.Boolean()
    walk_in = fields.Boolean()
    minutes = fields.Integer()
    longest = fields.Integer()
    equipment = fields.List(fields.String())
    has_photo = fields.Boolean()


class RoomPictureOutput(Out):
    """What there is at /rooms/{room_id}/photo."""

    room_id = fields.UUID()
    name = fields.String(metadata={"description": "The room's name, which pages say instead of the picture"})


class RoomPhotoOutput(Out):
    """A picture as it was kept: drawn anew, without what it said about where and when."""

    media_type = fields.String()
    size = fields.Integer()


class RoomFoundOutput(Out):
    room = fields.Nested(RoomOutput)
    slots = fields.List(fields.Nested(RoomSlotOutput))


class RoomTakenOutput(Out):
    """A time a room is taken; who and why is nobody's business."""

    room_id = fields.UUID(attribute="resource_id")
    starts_at = Moment()
    ends_at = Moment()


class RoomBookingOutput(Out):
    id = fields.UUID()
    series_id = fields.UUID(allow_none=True)
    room_id = fields.UUID()
    room = fields.String()
    site = fields.String()
    starts_at = Moment()
    ends_at = Moment()
    state = fields.String()
    confidential = fields.Boolean()
    title = fields.String()
    people = fields.Integer()


class RoomMadeOutput(Out):
    ids = fields.List(fields.UUID())
    waits = fields.Boolean(metadata={"description": "a keeper still has to say yes"})


class RoomOccurrenceOutput(Out):
    starts_at = Moment(attribute="starts")
    ends_at = Moment(attribute="ends")
    problem = fields.String(allow_none=True)
    others = fields.List(fields.Tuple((Moment(), Moment())))


class RoomEntryOutput(Out):
    id = fields.UUID()
    room_id = fields.UUID()
    room = fields.String()
    starts_at = Moment()
    ends_at = Moment()
    state = fields.String()
    confidential = fields.Boolean()
    title = fields.String()
    people = fields.Integer()
    late = fields.Boolean()
    organiser = fields.String()


class RoomIdOutput(Out):
    id = fields.UUID()


class RoomWaitOutput(Out):
    id = fields.UUID()
    room_id = fields.UUID()
    room = fields.String()
    site = fields.String()
    starts_at = Moment()
    ends_at = Moment()
    state = fields.String()
    offer_until = Moment(allow_none=True)


class RoomClosingOutput(Out):
    id = fields.UUID()
    room_id = fields.UUID(allow_none=True)
    site_id = fields.UUID(allow_none=True)
    kind = fields.String()
    starts_at = Moment()
    ends_at = Moment()
    note = fields.String()


class RoomSiteOutput(Out):
    id = fields.UUID()
    name = fields.String()
    address = fields.String()
    arrive = fields.String()


class RoomEquipmentOutput(Out):
    id = fields.UUID()
    room_id = fields.UUID()
    name = fields.String()
    amount = fields.Integer()
    number = fields.String()
    state = fields.String()
    checked_on = fields.Date(allow_none=True)
    check_every = fields.Integer(allow_none=True)


class RoomTicketOutput(Out):
    """Something to mend; who noticed is not kept."""

    id = fields.UUID(attribute="Ticket.id")
    room_id = fields.UUID(attribute="Ticket.room_id")
    equipment_id = fields.UUID(attribute="Ticket.equipment_id", allow_none=True)
    room = fields.String()
    equipment = fields.String(allow_none=True)
    text = fields.String(attribute="Ticket.text")
    answer = fields.String(attribute="Ticket.answer")
    state = fields.String(attribute="Ticket.state")
    made_at = Moment(attribute="Ticket.made_at")


class RoomSpecialOutput(Out):
    """A date that is not like its weekday."""

    on = fields.Date()
    kind = fields.String()
    name = fields.String()
    follows = fields.Integer(allow_none=True)


class RoomTicketsInput(Blankless):
    """`done`: those that are mended, instead of those that wait."""

    done = fields.Boolean(load_default=False)


class RoomFiguresRow(Out):
    """Numbers as text: a dash where too few people are behind them."""

    room = fields.String()
    type = fields.String()
    bookings = fields.String()
    share = fields.String()
    missed = fields.String()
    waited = fields.String()


class RoomFiguresOutput(Out):
    first = fields.Date()
    last = fields.Date()
    rooms = fields.List(fields.Nested(RoomFiguresRow))


class RoomFeedOutput(Out):
    address = fields.String()
