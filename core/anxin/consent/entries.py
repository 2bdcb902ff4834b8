"""What the consent room writes into the audit trail."""

from uuid import UUID

from anxin.kernel.entry import entry
from anxin.kernel.i18n import lazy


@entry("consent.agreed", line=lazy("Agreed to a use of data"))
class Agreed:
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.refused", line=lazy("Declined a use of data"))
class Declined:
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.withdrawn", line=lazy("Withdrew a consent"))
class Withdrawn:
    subject_id: UUID
    purpose: str
    version: int


@entry("consent.exported", line=lazy("Took a copy of the own data"))
class Exported:
    subject_id: UUID
    request_id: UUID | None = None


@entry("consent.erase_asked", line=lazy("Asked for erasure"))
class EraseAsked:
    subject_id: UUID
    request_id: UUID


@entry("consent.erased", line=lazy("Erased personal data"))
class Erased:
    subject_id: UUID
    request_id: UUID
    rows: int


@entry("consent.text_changed", line=lazy("Changed a consent text"))
class TextChanged:
    purpose: str
    version: int


@entry("consent.retention_run", line=lazy("Deleted what had passed its keeping time"))
class RetentionRun:
    model: str
    rows: int


ENTRIES: list[type] = [value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")]
