"""The plugin's words: who may do what, what people agree to, what is written down about it."""

from uuid import UUID

from anxin.plugin import Entry, Permission, Purpose, entry, lazy

WRITE = Permission(
    "plugname.write",
    lazy("Write and read one's own: Plugtitle"),
    scope="own",
    suggested_roles=("employee",),
)

KEEP = Purpose(
    name="plugname.keep",
    title=lazy("Keep what you write: Plugtitle"),
    version=1,
    data_classes=("participation",),
    text=lazy(
        "What happens: we keep what you write here, sealed. Who sees it: you alone. "
        "How long: two years, then it is deleted. "
        "You may say no, and you may withdraw at any time under “Me”."
    ),
)


@entry("plugname.written", line=lazy("Wrote something: Plugtitle"))
class Written(Entry):
    thing_id: UUID
    subject_id: UUID | None = None


@entry("plugname.removed", line=lazy("Removed something: Plugtitle"))
class Removed(Entry):
    thing_id: UUID
    subject_id: UUID | None = None


@entry("plugname.erased", line=lazy("Erased all of a person: Plugtitle"))
class Erased(Entry):
    rows: int
    subject_id: UUID | None = None
