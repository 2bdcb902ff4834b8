"""The plugin's words: who may do what, what people are asked to agree to, what is written down about it."""

from uuid import UUID

from anxin.plugin import Entry, NoticeKind, Permission, Purpose, entry, lazy

LOG = Permission(
    "hotline.call.log",
    lazy("Answer calls and log them"),
    scope="tenant",
    clinical=True,
    at_agency=True,
    suggested_roles=("operator", "duty", "supervisor"),
)
SUPERVISE = Permission(
    "hotline.supervise",
    lazy("Review calls and read how operators work"),
    scope="tenant",
    clinical=True,
    at_agency=True,
    suggested_roles=("supervisor",),
)
MANAGE = Permission(
    "hotline.lines.manage",
    lazy("Keep lines, their rota and their form"),
    scope="tenant",
    suggested_roles=("supervisor", "agency_manager", "union_admin"),
)
READ_FIGURES = Permission(
    "hotline.figures.read",
    lazy("See what calls are about in numbers, never a call"),
    scope="tenant",
    suggested_roles=("union_admin", "officer", "supervisor", "agency_manager"),
)
OWN = Permission(
    "hotline.own", lazy("Link the own calls to the own account"), scope="own", suggested_roles=("employee",)
)

CALLS = Purpose(
    name="hotline.calls",
    title=lazy("Your calls to the support line, under your own account"),
    version=1,
    sensitive=True,
    data_classes=("hotline",),
    recipient=lazy("The operators and counsellors of the contracted agency"),
    text=lazy(
        "What happens: nobody has to give a name on the telephone, and no call is linked to you unless you "
        "do it yourself here, with the call-back code you were given. Then whoever answers next knows that "
        "you called before, and your calls are part of your own copy.\n"
        "Who sees it: the operators and counsellors of the contracted agency, never your employer or your "
        "union. Every look is written down, and you can see it under “Who looked at my information”.\n"
        "How long: three years after the last call, as the guide for support lines says, then it is deleted.\n"
        "You may say no and still call at any time; you may withdraw under “Me”, and the link is cut."
    ),
)


@entry("hotline.call_logged", line=lazy("Logged a call"))
class CallLogged(Entry):
    call_id: UUID
    risk: int
    form: int
    subject_id: UUID | None = None


@entry("hotline.call_answered", line=lazy("Answered a call"))
class CallAnswered(Entry):
    call_id: UUID
    subject_id: UUID | None = None


@entry("hotline.call_discarded", line=lazy("Discarded an unfinished log"))
class CallDiscarded(Entry):
    call_id: UUID
    subject_id: UUID | None = None


@entry("hotline.call_read", line=lazy("Read the log of a call"), read=True)
class CallRead(Entry):
    call_id: UUID
    fields: tuple[str, ...] = ("note", "answers")
    subject_id: UUID | None = None


@entry("hotline.draft_read", line=lazy("Opened an unfinished log"), read=True)
class DraftRead(Entry):
    call_id: UUID
    subject_id: UUID | None = None


@entry("hotline.attributed", line=lazy("Moved a call to the employer it belongs to"))
class CallAttributed(Entry):
    call_id: UUID
    step: str
    contract_id: UUID
    subject_id: UUID | None = None


@entry("hotline.crisis", line=lazy("A call showed danger; the counsellor on duty was told"))
class CallInDanger(Entry):
    call_id: UUID
    level: int
    crisis_id: UUID
    subject_id: UUID | None = None


@entry("hotline.acted", line=lazy("Wrote down what was done about a call"))
class CallActed(Entry):
    call_id: UUID
    kind: str
    code: str | None = None
    subject_id: UUID | None = None


@entry(
    "hotline.facts_read",
    line=lazy("Read what a caller in danger had said about place and contact"),
    read=True,
)
class CallFactsRead(Entry):
    call_id: UUID
    subject_id: UUID | None = None


@entry("hotline.line_saved", line=lazy("Changed a telephone line"))
class LineSaved(Entry):
    line_id: UUID


@entry("hotline.key_renewed", line=lazy("Renewed the secret of the telephone system"))
class KeyRenewed(Entry):
    line_id: UUID
    version: int


@entry("hotline.shifts_set", line=lazy("Set shifts on a line"))
class ShiftsSet(Entry):
    line_id: UUID
    shifts: int
    subject_id: UUID | None = None


@entry("hotline.shift_removed", line=lazy("Removed a shift from a line"))
class ShiftRemoved(Entry):
    shift_id: UUID
    subject_id: UUID | None = None


@entry("hotline.shift_swapped", line=lazy("Offered or took over a shift"))
class ShiftSwapped(Entry):
    shift_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.rolled_over", line=lazy("Calls went to the fallback line, because nobody was there"))
class RolledOver(Entry):
    line_id: UUID
    step: str


@entry("hotline.form_saved", line=lazy("Changed the form of the hotline"))
class FormSaved(Entry):
    version: int
    step: str


@entry("hotline.handed_over", line=lazy("Wrote a hand-over sheet"))
class HandedOver(Entry):
    handover_id: UUID
    subject_id: UUID | None = None


@entry("hotline.handover_read", line=lazy("Read or acknowledged a hand-over sheet"), read=True)
class HandoverRead(Entry):
    handover_id: UUID
    acknowledged: bool = False
    subject_id: UUID | None = None


@entry("hotline.caller_read", line=lazy("Opened a caller’s card"), read=True)
class CallerRead(Entry):
    caller_id: UUID
    fields: tuple[str, ...] = ()
    subject_id: UUID | None = None


@entry("hotline.caller_changed", line=lazy("Changed what is kept about a caller"))
class CallerChanged(Entry):
    caller_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.callers_merged", line=lazy("Put two callers together, or took them apart again"))
class CallersMerged(Entry):
    merge_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.linked", line=lazy("Linked the own calls to the own account, or cut the link"))
class CallerLinked(Entry):
    step: str
    caller_id: UUID | None = None
    subject_id: UUID | None = None


@entry("hotline.followed_up", line=lazy("Worked on a follow-up"))
class FollowedUp(Entry):
    follow_up_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.referred", line=lazy("Handed a caller on, or wrote down what came of it"))
class CallReferred(Entry):
    referral_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.sampled", line=lazy("Chose calls for review"))
class CallsSampled(Entry):
    reviews: int


@entry("hotline.reviewed", line=lazy("Reviewed a call"))
class CallReviewed(Entry):
    review_id: UUID
    step: str
    subject_id: UUID | None = None


@entry("hotline.operators_read", line=lazy("Read figures per operator"), read=True)
class OperatorsRead(Entry):
    operators: int


@entry("hotline.figures_read", line=lazy("Looked at the figures of the hotline"), read=True)
class FiguresRead(Entry):
    months: int


@entry("hotline.alerted", line=lazy("Something stood out among the calls; the named owner was told"))
class Alerted(Entry):
    alert_id: UUID
    kind: str


@entry("hotline.alert_handled", line=lazy("Saw or closed an alert of the hotline"))
class AlertHandled(Entry):
    alert_id: UUID
    step: str


@entry("hotline.imported", line=lazy("Imported an old call log"))
class CallsImported(Entry):
    calls: int
    refused: int


@entry("hotline.erased", line=lazy("Erased what the hotline kept about a person"))
class HotlineErased(Entry):
    callers: int
    subject_id: UUID | None = None


ENTRIES = [
    CallLogged,
    CallAnswered,
    CallDiscarded,
    CallRead,
    DraftRead,
    CallAttributed,
    CallInDanger,
    CallActed,
    CallFactsRead,
    LineSaved,
    KeyRenewed,
    ShiftsSet,
    ShiftRemoved,
    ShiftSwapped,
    RolledOver,
    FormSaved,
    HandedOver,
    HandoverRead,
    CallerRead,
    CallerChanged,
    CallersMerged,
    CallerLinked,
    FollowedUp,
    CallReferred,
    CallsSampled,
    CallReviewed,
    OperatorsRead,
    FiguresRead,
    Alerted,
    AlertHandled,
    CallsImported,
    HotlineErased,
]
NOTICES = [
    NoticeKind("hotline.gap", lazy("A rota you keep has gaps in the coming days.")),
    NoticeKind("hotline.rolled", lazy("Nobody is at the desk right now. Please look at the rota.")),
    NoticeKind("hotline.due", lazy("Something you promised is due. Please sign in to see it.")),
    NoticeKind("hotline.handover", lazy("A hand-over waits to be read. Please sign in to see it.")),
    NoticeKind("hotline.alert", lazy("Something stands out in the figures. Please sign in to see it.")),
    NoticeKind("hotline.summary", lazy("A monthly summary is ready. Please sign in to see it.")),
    NoticeKind("hotline.feedback", lazy("There is feedback for you. Please sign in to see it.")),
    NoticeKind("hotline.linked", lazy("What you asked for is done. Please sign in to see it.")),
    NoticeKind("hotline.unknown", lazy("What you asked for did not work. Please sign in to see it.")),
]
PERMISSIONS = [LOG, SUPERVISE, MANAGE, READ_FIGURES, OWN]
PURPOSES = [CALLS]
