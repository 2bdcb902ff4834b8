"""The plugin's words: who may do what, what is asked, what is written down."""

from uuid import UUID

from anxin.plugin import Entry, NoticeKind, Permission, Purpose, entry, lazy

ENTER = Permission(
    "competitions.enter",
    lazy("Enter competitions and see lists and results"),
    scope="own",
    suggested_roles=("employee",),
)
MANAGE = Permission(
    "competitions.manage",
    lazy("Set up competitions, review entries, freeze and publish results"),
    suggested_roles=("union_admin", "competition_officer"),
)
RECORD = Permission(
    "competitions.record",
    lazy("Write down and check results at the finish"),
    suggested_roles=("referee", "union_admin", "competition_officer"),
)
JUDGE = Permission(
    "competitions.judge",
    lazy("Judge the works assigned to one"),
    scope="own",
    suggested_roles=("judge",),
)
PERMISSIONS = [ENTER, MANAGE, RECORD, JUDGE]

TAKE_PART = Purpose(
    name="competitions.take_part",
    title=lazy("Your name on competition lists"),
    version=1,
    data_classes=("participation",),
    text=lazy(
        "What happens: when you enter a competition, your name, unit and start number stand on entry, start and "
        "result lists that colleagues can see; awards name you.\n"
        "Who sees it: people of your organisation. Judges of works see a number, not a name.\n"
        "How long: five years, then it is deleted.\n"
        "You may say no; then you cannot enter. You may withdraw until the start."
    ),
)
PURPOSES = [TAKE_PART]


@entry("competitions.made", line=lazy("Set up a competition"))
class CompetitionMade(Entry):
    competition_id: UUID
    preset: str


@entry("competitions.changed", line=lazy("Changed a competition"))
class CompetitionChanged(Entry):
    competition_id: UUID
    what: str


@entry("competitions.entered", line=lazy("Entered a competition"), hidden=False)
class Entered(Entry):
    competition_id: UUID
    entry_id: UUID
    subject_id: UUID


@entry("competitions.withdrew", line=lazy("Withdrew an entry"), hidden=False)
class Withdrew(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.reviewed", line=lazy("Reviewed an entry"), hidden=False)
class Reviewed(Entry):
    entry_id: UUID
    state: str
    subject_id: UUID


@entry("competitions.drawn", line=lazy("Drew heats and lanes"))
class HeatsDrawn(Entry):
    category_id: UUID
    heats: int


@entry("competitions.recorded", line=lazy("Wrote down a result"))
class Recorded(Entry):
    entry_id: UUID
    outcome: str


@entry("competitions.checked", line=lazy("Checked a result"))
class Checked(Entry):
    entry_id: UUID


@entry("competitions.assigned", line=lazy("Assigned works to judges"))
class Assigned(Entry):
    competition_id: UUID
    count: int


@entry("competitions.judged", line=lazy("Judged a work"))
class Judged(Entry):
    assignment_id: UUID


@entry("competitions.recused", line=lazy("Stepped back from judging a work"))
class Recused(Entry):
    assignment_id: UUID


@entry("competitions.paper_started", line=lazy("Began a quiz"), hidden=False)
class PaperStarted(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.paper_ended", line=lazy("Ended a quiz"), hidden=False)
class PaperEnded(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.work_changed", line=lazy("Changed the file of a work"), hidden=False)
class WorkChanged(Entry):
    entry_id: UUID
    what: str
    subject_id: UUID


@entry("competitions.work_read", line=lazy("Looked at a work as handed in"), read=True)
class WorkRead(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.comment_read", line=lazy("Read what judges wrote to the author"), read=True)
class CommentRead(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.appealed", line=lazy("Appealed for an entry"), hidden=False)
class Appealed(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.appeal_read", line=lazy("Read an appeal"), read=True)
class AppealRead(Entry):
    entry_id: UUID
    subject_id: UUID


@entry("competitions.budget_changed", line=lazy("Changed a competition's budget"))
class BudgetChanged(Entry):
    competition_id: UUID
    what: str


@entry("competitions.size_told", line=lazy("Told the organisers one's size"), hidden=False)
class SizeTold(Entry):
    competition_id: UUID
    subject_id: UUID


@entry("competitions.press_changed", line=lazy("Changed what is told of a competition"))
class PressChanged(Entry):
    competition_id: UUID
    what: str


@entry("competitions.photo_answered", line=lazy("Answered whether a picture may be shown"), hidden=False)
class PhotoAnswered(Entry):
    photo_id: UUID
    agrees: bool
    subject_id: UUID


@entry("competitions.frozen", line=lazy("Froze a ranking"))
class Frozen(Entry):
    competition_id: UUID
    version: int
    digest: str


@entry("competitions.confirmed", line=lazy("Confirmed a frozen ranking"))
class RankingConfirmed(Entry):
    competition_id: UUID
    version: int
    digest: str


@entry("competitions.objected", line=lazy("Objected to a result"))
class Objected(Entry):
    objection_id: UUID
    subject_id: UUID


@entry("competitions.objection_read", line=lazy("Read an objection"), read=True)
class ObjectionRead(Entry):
    objection_id: UUID
    subject_id: UUID


@entry("competitions.answered", line=lazy("Answered an objection"))
class Answered(Entry):
    objection_id: UUID
    state: str
    subject_id: UUID


@entry("competitions.awarded", line=lazy("Gave awards"))
class Awarded(Entry):
    competition_id: UUID
    count: int


@entry("competitions.award_revoked", line=lazy("Revoked an award"))
class AwardRevoked(Entry):
    award_id: UUID


ENTRIES = [
    found
    for found in list(vars().values())
    if isinstance(found, type) and issubclass(found, Entry) and found is not Entry
]

REVIEWED = NoticeKind("competitions.reviewed", lazy("Your entry has been looked at."))
JUDGING = NoticeKind("competitions.judging", lazy("Works wait for you."))
PICTURE = NoticeKind("competitions.picture", lazy("May a picture with you in it be shown? Please answer."))
NOTICES = [REVIEWED, JUDGING, PICTURE]
