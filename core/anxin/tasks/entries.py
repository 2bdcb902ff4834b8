"""What the tasks room writes into the audit trail. Asking for the work is the asking room's own entry."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("tasks.file_taken", line=lazy("Fetched a finished file"), read=True)
class FileTaken(Entry):
    task_id: UUID
    file_id: UUID
    subject_id: UUID | None = None


ENTRIES: list[type] = [FileTaken]
