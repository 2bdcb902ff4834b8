"""The plugin's words: who may do what, what people are asked to agree to, what is written down, what they are told."""

from uuid import UUID

from anxin.plugin import Entry, NoticeKind, Permission, Purpose, entry, lazy

BOOK = Permission(
    "rooms.book", lazy("Find and book rooms for oneself"), scope="own", suggested_roles=("employee",)
)
HOST = Permission(
    "rooms.host",
    lazy("Book rooms for a group, an activity, or on somebody's behalf"),
    scope="tenant",
    suggested_roles=("union_admin", "room_keeper"),
)
KEEP = Permission(
    "rooms.keep",
    lazy("Keep the rooms: approvals, today's list, closings, repairs"),
    scope="tenant",
    suggested_roles=("union_admin", "room_keeper"),
)
MANAGE = Permission(
    "rooms.manage",
    lazy("Set up sites, rooms, hours and equipment"),
    scope="tenant",
    suggested_roles=("union_admin",),
)
READ_FIGURES = Permission(
    "rooms.figures.read",
    lazy("See how rooms are used, never by whom"),
    scope="tenant",
    suggested_roles=("union_admin", "officer"),
)
BOOK_CLIENT = Permission(
    "rooms.client.book",
    lazy("Book a room with a person you work with"),
    scope="assigned",
    clinical=True,
    suggested_roles=("counsellor", "duty"),
)
FEED = Permission(
    "rooms.feed",
    lazy("Let a calendar read the own bookings, under a neutral title"),
    scope="own",
    suggested_roles=("employee",),
)

USE = Purpose(
    name="rooms.use",
    title=lazy("Booking counselling and quiet rooms"),
    version=1,
    sensitive=True,
    data_classes=("participation",),
    text=lazy(
        "What happens: we keep which room you book and when, so that nobody else comes at that time, and remind you.\n"
        "Who sees it: you, and the counsellor you meet. Your employer, your union and the keeper of the rooms see "
        "“taken”, never your name. Figures are shown for large enough groups only.\n"
        "How long: two years, then it is deleted.\n"
        "You may say no and use everything else; you may withdraw at any time under “Me”, and what you have booked "
        "is cancelled."
    ),
)


@entry("rooms.booked", line=lazy("Booked a room"))
class Booked(Entry):
    booking_id: UUID
    room_id: UUID
    days: int = 1
    subject_id: UUID | None = None


@entry("rooms.moved", line=lazy("Moved a booking"))
class Moved(Entry):
    booking_id: UUID
    subject_id: UUID | None = None


@entry("rooms.cancelled", line=lazy("Cancelled a booking"))
class Cancelled(Entry):
    booking_id: UUID
    days: int = 1
    late: bool = False
    subject_id: UUID | None = None


@entry("rooms.decided", line=lazy("Decided on a request for a room"))
class Decided(Entry):
    booking_id: UUID
    yes: bool
    subject_id: UUID | None = None


@entry("rooms.here", line=lazy("Checked in at a room"))
class CheckedIn(Entry):
    booking_id: UUID
    subject_id: UUID | None = None


@entry("rooms.released", line=lazy("A booking was released because nobody came"))
class Released(Entry):
    booking_id: UUID


@entry("rooms.waiting", line=lazy("Joined or left a waiting list"))
class Waiting(Entry):
    wait_id: UUID
    state: str
    subject_id: UUID | None = None


@entry(
    "rooms.client_bookings_read", line=lazy("Looked at the room bookings of people they work with"), read=True
)
class ClientBookingsRead(Entry):
    bookings: int
    fields: tuple[str, ...] = ("time", "room")
    subject_id: UUID | None = None


@entry("rooms.list_read", line=lazy("Looked at open bookings with their organisers"), read=True)
class ListRead(Entry):
    bookings: int


@entry("rooms.set_up", line=lazy("Changed a site, a room or its hours"))
class SetUp(Entry):
    what: str
    row_id: UUID


@entry("rooms.closed", line=lazy("Closed or opened a room or site for a time"))
class Closed(Entry):
    closing_id: UUID
    moved: int = 0


@entry("rooms.ticket", line=lazy("Worked on a repair"))
class TicketChanged(Entry):
    ticket_id: UUID
    state: str


@entry("rooms.feed", line=lazy("Made or ended a calendar address"))
class FeedChanged(Entry):
    on: bool
    subject_id: UUID | None = None


@entry("rooms.figures_read", line=lazy("Looked at the figures of the rooms"), read=True)
class FiguresRead(Entry):
    days: int


@entry("rooms.erased", line=lazy("Erased the room bookings of a person"))
class RoomsErased(Entry):
    bookings: int
    subject_id: UUID | None = None


ENTRIES = [
    Booked,
    Moved,
    Cancelled,
    Decided,
    CheckedIn,
    Released,
    Waiting,
    ClientBookingsRead,
    ListRead,
    SetUp,
    Closed,
    TicketChanged,
    FeedChanged,
    FiguresRead,
    RoomsErased,
]
SOON = NoticeKind("rooms.soon", lazy("You have something planned soon. Please sign in to see it."))
CHANGED = NoticeKind("rooms.changed", lazy("Something you planned has changed. Please sign in to see it."))
ANSWERED = NoticeKind(
    "rooms.answered", lazy("There is an answer to what you asked for. Please sign in to see it.")
)
OFFERED = NoticeKind(
    "rooms.offered",
    lazy("A time you were waiting for has become free. Please sign in and take it, or let it go."),
)
ASKED = NoticeKind("rooms.asked", lazy("Somebody waits for your decision. Please sign in to see it."))
NOTICES = [SOON, CHANGED, ANSWERED, OFFERED, ASKED]
PERMISSIONS = [BOOK, HOST, KEEP, MANAGE, READ_FIGURES, BOOK_CLIENT, FEED]
PURPOSES = [USE]
