"""What the contracts room writes into the audit trail: in the employer's, and an agency's own acts in the agency's too."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("contracts.proposed", line=lazy("Proposed the wording of a service contract"))
class Proposed(Entry):
    contract_id: UUID
    version: int
    side: str


@entry("contracts.signed", line=lazy("Signed a service contract"))
class Signed(Entry):
    contract_id: UUID
    version: int
    side: str
    digest: str


@entry("contracts.began", line=lazy("A service contract came into force, signed by both"))
class Began(Entry):
    contract_id: UUID
    version: int


@entry("contracts.withdrawn", line=lazy("Withdrew a proposed contract"))
class Withdrawn(Entry):
    contract_id: UUID
    version: int
    side: str


@entry("contracts.staff_named", line=lazy("Named a person of the agency for a service contract"))
class StaffNamed(Entry):
    contract_id: UUID
    roles: tuple[str, ...]
    subject_id: UUID | None = None


@entry("contracts.staff_removed", line=lazy("Took a person of the agency off a service contract"))
class StaffRemoved(Entry):
    contract_id: UUID
    side: str
    sessions: int
    subject_id: UUID | None = None


@entry("contracts.ended", line=lazy("Ended a service contract; access ended at once"))
class Ended(Entry):
    contract_id: UUID
    side: str
    reason: str
    people: int
    sessions: int


@entry("contracts.step_done", line=lazy("Confirmed a step after the end of a service contract"))
class StepDone(Entry):
    contract_id: UUID
    step: str
    side: str
    count: int | None = None


@entry("contracts.statement_issued", line=lazy("Issued a monthly statement"))
class StatementIssued(Entry):
    contract_id: UUID
    statement_id: UUID
    month: str
    units: int


@entry("contracts.unit", line=lazy("Recorded a service, without a name"))
class UnitRecorded(Entry):
    contract_id: UUID
    kind: str
    subject_id: UUID | None = (
        None  # the unit: so the line stays behind the wall, where nobody counts up to five
    )


@entry("contracts.unit_withdrawn", line=lazy("Took back a service that was none of the contract's"))
class UnitWithdrawn(Entry):
    contract_id: UUID
    kind: str
    subject_id: UUID | None = None  # the unit, as above


@entry("contracts.session_used", line=lazy("Counted one of the year's sessions"))
class SessionCounted(Entry):
    contract_id: UUID
    subject_id: UUID | None = None


@entry("contracts.rollup_published", line=lazy("Published a month's figures to the union above"))
class RollupPublished(Entry):
    rollup_id: UUID
    month: str
    digest: str


@entry("contracts.rollup_withdrawn", line=lazy("Took back a month's published figures"))
class RollupWithdrawn(Entry):
    rollup_id: UUID
    month: str


ENTRIES: list[type] = [
    value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")
]
