"""What the audit room writes about itself."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("audit.trail_read", line=lazy("Looked through the audit trail"), read=True)
class TrailRead(Entry):
    count: int


@entry("audit.own_trail_read", line=lazy("Looked at who saw the own data"), read=True)
class OwnTrailRead(Entry):
    subject_id: UUID


ENTRIES: list[type] = [
    value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")
]
