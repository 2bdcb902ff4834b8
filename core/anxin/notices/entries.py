"""What the notices room writes into the audit trail. Sending a notice is no act on somebody's record and
leaves no entry; the row of the notice and its deliveries say what became of it.
"""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("notices.chosen", line=lazy("Chose how to be notified"))
class ChannelChosen(Entry):
    channel: str
    wanted: bool
    subject_id: UUID


@entry("notices.quiet", line=lazy("Chose quiet hours"))
class QuietChosen(Entry):
    subject_id: UUID


@entry("notices.again", line=lazy("Had failed messages sent again"))
class FailedTriedAgain(Entry):
    pass


ENTRIES: list[type] = [
    found for found in list(vars().values()) if isinstance(found, type) and hasattr(found, "action")
]
