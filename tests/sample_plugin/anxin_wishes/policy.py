"""The plugin's words: who may do what, what people agree to, what is written down about it."""

from uuid import UUID

from anxin.plugin import Entry, NoticeKind, Permission, Purpose, entry, lazy

WRITE = Permission(
    "wishes.write", lazy("Put up wishes and see one's own"), scope="own", suggested_roles=("employee",)
)
READ = Permission("wishes.read", lazy("Read and answer the union's wishes"), suggested_roles=("union_admin",))

KEEP = Purpose(
    name="wishes.keep",
    title=lazy("Show your wishes to your union"),
    version=1,
    data_classes=("participation",),
    text=lazy(
        "What happens: we keep the wishes you put up and show them to your union, with your name. "
        "Who sees them: the people of the union who answer wishes, and you. Every look is written down. "
        "How long: two years, then they are deleted. "
        "You may say no, and you may withdraw at any time under “Me”; then your wishes are deleted."
    ),
)

ANSWERED = NoticeKind("wishes.granted", lazy("There is an answer for you. Please sign in to see it."))


@entry("wishes.written", line=lazy("Put up a wish"))
class Written(Entry):
    wish_id: UUID
    subject_id: UUID | None = None


@entry("wishes.removed", line=lazy("Took down a wish"))
class Removed(Entry):
    wish_id: UUID
    subject_id: UUID | None = None


@entry("wishes.read", line=lazy("Read a wish"), read=True)
class Read(Entry):
    wish_id: UUID
    subject_id: UUID | None = None


@entry("wishes.granted", line=lazy("Granted a wish"))
class Granted(Entry):
    wish_id: UUID
    subject_id: UUID | None = None


@entry("wishes.erased", line=lazy("Deleted the wishes of a person"))
class Erased(Entry):
    wishes: int
    subject_id: UUID | None = None
