"""What the consent room writes into the audit trail."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("consent.agreed", line=lazy("Agreed to a use of data"))
class Agreed(Entry):
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.agreed_on_paper", line=lazy("Took in a consent signed on paper"))
class AgreedOnPaper(Entry):
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.refused", line=lazy("Declined a use of data"))
class Declined(Entry):
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.withdrawn", line=lazy("Withdrew a consent"))
class Withdrawn(Entry):
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.exported", line=lazy("Took a copy of the own data"))
class Exported(Entry):
    subject_id: UUID
    request_id: UUID | None = None


@entry("consent.erase_asked", line=lazy("Asked for erasure"))
class EraseAsked(Entry):
    subject_id: UUID
    request_id: UUID


@entry("consent.erased", line=lazy("Erased personal data"))
class Erased(Entry):
    subject_id: UUID
    request_id: UUID
    rows: int


@entry("consent.text_changed", line=lazy("Changed a consent text"))
class TextChanged(Entry):
    purpose: str
    version: int


@entry("consent.retention_run", line=lazy("Deleted what had passed its keeping time"))
class RetentionRun(Entry):
    model: str
    rows: int


ENTRIES: list[type] = [
    value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")
]
