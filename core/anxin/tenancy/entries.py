"""What the tenancy room writes into the audit trail."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("tenancy.applied", line=lazy("Applied the tenant's file"))
class TenantApplied(Entry):
    changes: int


@entry("tenancy.module_on", line=lazy("Switched a module on"))
class ModuleOn(Entry):
    module: str


@entry("tenancy.module_off", line=lazy("Switched a module off"))
class ModuleOff(Entry):
    module: str


@entry("tenancy.assessment_signed", line=lazy("Signed the impact assessment of a module"))
class ImpactSigned(Entry):
    module: str


@entry("tenancy.brand_changed", line=lazy("Changed name or colours"))
class BrandChanged(Entry):
    fields: tuple[str, ...]


@entry("tenancy.settings_changed", line=lazy("Changed settings"))
class SettingsChanged(Entry):
    name: str
    fields: tuple[str, ...]


@entry("tenancy.unit_added", line=lazy("Added a unit"))
class UnitAdded(Entry):
    unit_id: UUID


@entry("tenancy.unit_changed", line=lazy("Renamed or moved a unit"))
class UnitChanged(Entry):
    unit_id: UUID
    what: str


@entry("tenancy.unit_closed", line=lazy("Closed a unit"))
class UnitClosed(Entry):
    unit_id: UUID


ENTRIES: list[type] = [
    value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")
]
