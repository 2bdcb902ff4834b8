"""Tables in schema "rooms". When a room is taken is core's claim; here is what a room is, and who booked it.

A confidential booking (a counselling hour) names nobody: the person is in `Holder`, behind the employer wall, and a
CHECK keeps name and purpose out of the row that keepers read.
"""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from anxin.plugin import TenantModel, one_of, sealed, tenant_fk

SCHEMA = "rooms"
TYPES = ("reading", "group", "decompression", "counselling", "assessment", "music", "sandtray", "venting")
STATES = ("asked", "booked", "here", "done", "no_show", "cancelled", "refused")
HOLDING = ("asked", "booked", "here")  # states in which the room is taken


class Site(TenantModel):
    """A place with rooms (职工之家, 心理服务站)."""

    __tablename__ = "site"
    __schema__ = SCHEMA
    __constraints__ = (sa.Index("ix_site_name", "tenant_id", "name"),)

    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    arrive: Mapped[str] = mapped_column(server_default="", comment="how to get in, where to wait")
    closed_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Room(TenantModel):
    """A room with its rules: how long, how far ahead, with which pauses, and whether a keeper says yes first."""

    __tablename__ = "room"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("type", *TYPES),
        sa.CheckConstraint("type NOT IN ('counselling', 'assessment') OR confidential", name="confidential"),
        sa.CheckConstraint("capacity > 0", name="capacity"),
        sa.CheckConstraint("step BETWEEN 5 AND 720", name="step"),
        sa.CheckConstraint("minutes BETWEEN 5 AND longest", name="minutes"),
        sa.CheckConstraint("longest <= 720", name="longest"),
        sa.CheckConstraint("before BETWEEN 0 AND 120 AND after BETWEEN 0 AND 120", name="buffers"),
        tenant_fk("site_id", "rooms.site"),
        sa.UniqueConstraint("tenant_id", "code"),
        sa.Index("ix_room_site", "tenant_id", "site_id", "name"),
    )

    site_id: Mapped[UUID]
    name: Mapped[str]
    type: Mapped[str]
    floor: Mapped[str] = mapped_column(server_default="")
    capacity: Mapped[int] = mapped_column(server_default="1")
    confidential: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="who books is nobody's business"
    )
    rules: Mapped[str] = mapped_column(server_default="", comment="house rules, a line each")
    access: Mapped[str] = mapped_column(server_default="", comment="steps, lift, hearing loop …")
    photo_id: Mapped[UUID | None] = mapped_column(comment="a stored file")
    code: Mapped[str] = mapped_column(comment="short code at the door, also its QR address")
    step: Mapped[int] = mapped_column(
        server_default="60", comment="minutes from one offered beginning to the next"
    )
    stagger: Mapped[int] = mapped_column(
        server_default="0", comment="minutes after opening that the first offer begins: clients do not meet"
    )
    minutes: Mapped[int] = mapped_column(server_default="50", comment="of a usual booking")
    longest: Mapped[int] = mapped_column(server_default="180", comment="minutes of the longest booking")
    before: Mapped[int] = mapped_column(server_default="0", comment="minutes kept free before")
    after: Mapped[int] = mapped_column(
        server_default="10", comment="minutes kept free after: airing, tidying"
    )
    ahead: Mapped[int] = mapped_column(server_default="30", comment="days a booking may lie ahead")
    approval: Mapped[bool] = mapped_column(server_default=sa.false(), comment="a keeper says yes first")
    walk_in: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="scan at the door and use it now"
    )
    check_in: Mapped[bool] = mapped_column(
        server_default=sa.false(),
        comment="who has not checked in a quarter past the beginning gives the room up",
    )
    for_hosts: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="only hosts and helpers book it"
    )
    on_holidays: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="open on statutory holidays too"
    )
    closed_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Hours(TenantModel):
    """Open every week (每周五 14:00–17:00), in minutes of the day on the tenant's clock."""

    __tablename__ = "hours"
    __schema__ = SCHEMA
    __constraints__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("opens >= 0 AND closes > opens AND closes <= 1440", name="span"),
        tenant_fk("room_id", "rooms.room", ondelete="CASCADE"),
        sa.Index("ix_hours_room", "tenant_id", "room_id", "weekday"),
    )

    room_id: Mapped[UUID]
    weekday: Mapped[int] = mapped_column(comment="1 is Monday")
    opens: Mapped[int] = mapped_column(server_default="0")
    closes: Mapped[int]


class Closing(TenantModel):
    """Against the weekly hours: closed for a time (a repair, a week), or open for once. Of a room or a whole site."""

    __tablename__ = "closing"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("kind", "closed", "open"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        tenant_fk("site_id", "rooms.site"),
        tenant_fk("room_id", "rooms.room"),
        sa.Index("ix_closing_time", "tenant_id", "ends_at"),
    )

    site_id: Mapped[UUID]
    room_id: Mapped[UUID | None] = mapped_column(comment="null: every room of the site")
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(server_default="", comment="for everybody who looks")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Day(TenantModel):
    """The tenant's word on a date, over the shipped calendar: a holiday, or a 调休 workday that follows a weekday."""

    __tablename__ = "day"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("kind", "holiday", "workday", "usual"),
        sa.CheckConstraint("follows BETWEEN 1 AND 7", name="follows"),
        sa.UniqueConstraint("tenant_id", "on"),
    )

    on: Mapped[date]
    kind: Mapped[str]
    follows: Mapped[int | None] = mapped_column(comment="a workday keeps the hours of this weekday")
    name: Mapped[str] = mapped_column(server_default="")


class Equipment(TenantModel):
    """What stands in a room, how much of it, and in what state."""

    __tablename__ = "equipment"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "fine", "faulty", "repair", "retired"),
        sa.CheckConstraint("amount > 0", name="amount"),
        tenant_fk("room_id", "rooms.room"),
        sa.Index("ix_equipment_room", "tenant_id", "room_id", "name"),
    )

    room_id: Mapped[UUID]
    name: Mapped[str]
    amount: Mapped[int] = mapped_column(server_default="1")
    number: Mapped[str] = mapped_column(server_default="", comment="inventory number")
    state: Mapped[str] = mapped_column(server_default="fine")
    checked_on: Mapped[date | None]
    check_every: Mapped[int | None] = mapped_column(comment="days between checks")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Ticket(TenantModel):
    """Something to mend (报修). Says what, never who noticed."""

    __tablename__ = "ticket"
    __schema__ = SCHEMA
    __constraints__ = (
        one_of("state", "open", "doing", "done"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
        tenant_fk("room_id", "rooms.room"),
        tenant_fk("equipment_id", "rooms.equipment"),
        sa.Index("ix_ticket_state", "tenant_id", "state", "made_at"),
    )

    room_id: Mapped[UUID]
    equipment_id: Mapped[UUID | None]
    text: Mapped[str]
    answer: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="open")
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    done_at: Mapped[datetime | None]


class Booking(TenantModel):
    """A time in a room and what became of it. Of a confidential one nobody reads here whose it is."""

    __tablename__ = "booking"
    __schema__ = SCHEMA
    __subject__ = "organiser_id"
    __unit__ = "unit_id"
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", *STATES),
        one_of("source", "self", "walk_in", "host", "helper", "waiting"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("people > 0", name="people"),
        sa.CheckConstraint(
            "NOT confidential OR (organiser_id IS NULL AND made_by IS NULL AND title = '' AND unit_id IS NULL)",
            name="nobody",
        ),
        tenant_fk("room_id", "rooms.room"),
        tenant_fk("organiser_id", "core.person"),
        tenant_fk("made_by", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_booking_time", "tenant_id", "starts_at"),
        sa.Index("ix_booking_room", "tenant_id", "room_id", "starts_at"),
        sa.Index("ix_booking_organiser", "tenant_id", "organiser_id", "starts_at"),
        sa.Index("ix_booking_series", "tenant_id", "series_id"),
        sa.Index("ix_booking_asked", "tenant_id", "starts_at", postgresql_where=sa.text("state = 'asked'")),
        sa.Index(
            "ix_booking_due",
            "tenant_id",
            "starts_at",
            postgresql_where=sa.text("state IN ('asked', 'booked', 'here')"),
        ),
    )

    room_id: Mapped[UUID]
    series_id: Mapped[UUID | None] = mapped_column(comment="the same for all days of a recurring booking")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="booked")
    source: Mapped[str] = mapped_column(server_default="self")
    confidential: Mapped[bool]
    organiser_id: Mapped[UUID | None] = mapped_column(comment="who holds an open booking")
    made_by: Mapped[UUID | None] = mapped_column(comment="who booked on their behalf")
    title: Mapped[str] = mapped_column(
        server_default="", comment="of an open booking, for organiser and keepers"
    )
    people: Mapped[int] = mapped_column(server_default="1")
    unit_id: Mapped[UUID | None]
    late: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="cancelled later than the rule asks"
    )
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    here_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None] = mapped_column(comment="when it was cancelled, refused or released")


class Holder(TenantModel):
    """Whose a confidential booking is: read by that person and, under a contract, by the helper; never by a union."""

    __tablename__ = "holder"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "participation"
    __constraints__ = (
        tenant_fk("booking_id", "rooms.booking", ondelete="CASCADE"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("helper_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.UniqueConstraint("tenant_id", "booking_id"),
        sa.Index("ix_holder_person", "tenant_id", "person_id", "starts_at"),
        sa.Index("ix_holder_helper", "tenant_id", "helper_id", "starts_at"),
        sa.Index("ix_holder_time", "tenant_id", "starts_at"),
    )

    booking_id: Mapped[UUID]
    person_id: Mapped[UUID]
    helper_id: Mapped[UUID | None] = mapped_column(comment="the counsellor who booked it and will be there")
    unit_id: Mapped[UUID | None] = mapped_column(comment="for figures by unit, through disclosure control")
    starts_at: Mapped[datetime] = mapped_column(comment="as in the booking, to list by")
    note: Mapped[bytes | None] = sealed(
        nullable=True, comment="what the person would like the counsellor to know"
    )
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class Wait(TenantModel):
    """Somebody would come if the time became free (候补). An offer holds the room for a while; it may be let go."""

    __tablename__ = "wait"
    __schema__ = SCHEMA
    __subject__ = "person_id"
    __clinical__ = True
    __data_class__ = "participation"
    __constraints__ = (
        one_of("state", "waiting", "offered", "taken", "left", "expired"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("(state = 'offered') = (offer_until IS NOT NULL)", name="offer"),
        tenant_fk("room_id", "rooms.room"),
        tenant_fk("person_id", "core.person"),
        tenant_fk("unit_id", "core.unit"),
        sa.Index("ix_wait_person", "tenant_id", "person_id", "starts_at"),
        sa.Index("ix_wait_room", "tenant_id", "room_id", "starts_at"),
        sa.Index("ix_wait_state", "tenant_id", "state", "starts_at"),
        sa.Index(
            "uq_wait_open",
            "tenant_id",
            "person_id",
            "room_id",
            "starts_at",
            unique=True,
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        ),
    )

    room_id: Mapped[UUID]
    person_id: Mapped[UUID]
    unit_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="waiting")
    offer_until: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


MODELS = [Site, Room, Hours, Closing, Day, Equipment, Ticket, Booking, Holder, Wait]
