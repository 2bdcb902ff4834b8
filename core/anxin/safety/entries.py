"""What the safety room writes into the audit trail."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("safety.raised", line=lazy("Asked for a counsellor on the person's behalf"))
class CrisisOpened(Entry):
    crisis_id: UUID
    level: int
    source: str
    subject_id: UUID | None = None


@entry("safety.alerted", line=lazy("Told the people on duty"))
class HelpersAlerted(Entry):
    crisis_id: UUID
    helpers: tuple[UUID, ...]
    step: str
    subject_id: UUID | None = None


@entry("safety.acknowledged", line=lazy("Took on a request for help"))
class CrisisAcknowledged(Entry):
    crisis_id: UUID
    subject_id: UUID | None = None


@entry("safety.contacted", line=lazy("Recorded that the person was contacted"))
class CrisisContacted(Entry):
    crisis_id: UUID
    subject_id: UUID | None = None


@entry("safety.noted", line=lazy("Added a note to a request for help"))
class CrisisNoted(Entry):
    crisis_id: UUID
    subject_id: UUID | None = None


@entry("safety.handed_over", line=lazy("Handed a request for help to a colleague"))
class CrisisHandedOver(Entry):
    crisis_id: UUID
    helper_id: UUID
    subject_id: UUID | None = None


@entry("safety.signed", line=lazy("Signed the closing of a request for help"))
class CrisisSigned(Entry):
    crisis_id: UUID
    outcome: str
    subject_id: UUID | None = None


@entry("safety.closed", line=lazy("Closed a request for help"))
class CrisisClosed(Entry):
    crisis_id: UUID
    outcome: str
    subject_id: UUID | None = None


@entry("safety.reopened", line=lazy("Opened a request for help again"))
class CrisisReopened(Entry):
    crisis_id: UUID
    subject_id: UUID | None = None


@entry("safety.read", line=lazy("Looked at a request for help"), read=True)
class CrisisRead(Entry):
    crisis_id: UUID
    fields: tuple[str, ...]
    subject_id: UUID | None = None


@entry("safety.shift_set", line=lazy("Put somebody on the duty rota"))
class ShiftSet(Entry):
    subject_id: UUID
    shifts: int
    role: str


@entry("safety.shift_removed", line=lazy("Took a shift off the duty rota"))
class ShiftRemoved(Entry):
    shift_id: UUID
    subject_id: UUID


@entry("safety.break_glass_asked", line=lazy("Asked to see contact details in an emergency"))
class GlassAsked(Entry):
    request_id: UUID
    reason: str
    subject_id: UUID | None = None


@entry("safety.break_glass_granted", line=lazy("Agreed to open contact details in an emergency"))
class GlassGranted(Entry):
    request_id: UUID
    reason: str
    subject_id: UUID | None = None


@entry("safety.break_glass_refused", line=lazy("Refused to open contact details in an emergency"))
class GlassRefused(Entry):
    request_id: UUID
    subject_id: UUID | None = None


@entry("safety.break_glass_read", line=lazy("Saw name, unit and phone in an emergency"), read=True)
class GlassRead(Entry):
    request_id: UUID
    reason: str
    fields: tuple[str, ...]
    subject_id: UUID | None = None


@entry("safety.break_glass_told", line=lazy("Told the person that their contact details were opened"))
class GlassTold(Entry):
    request_id: UUID
    subject_id: UUID


@entry("safety.rota_laid", line=lazy("Laid the duty rota ahead"))
class RotaLaid(Entry):
    shifts: int


@entry("safety.figures_read", line=lazy("Looked at the counts of requests for help"), read=True)
class FiguresRead(Entry):
    quarters: int


ENTRIES: list[type] = [
    found for found in list(vars().values()) if isinstance(found, type) and hasattr(found, "action")
]
