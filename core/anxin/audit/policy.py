"""The audit room's words: permission, entries, navigation."""

from typing import Any

from anxin.audit import entries
from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job

READ = Permission("audit.read", lazy("Read the audit trail"), suggested_roles=("auditor",))

PERMISSIONS = [READ]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = []
NAV = [NavItem(lazy("Audit trail"), "audit.trail", READ, icon="scroll-text", order=90, group=lazy("Trust"))]
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []  # the trail is kept; archiving whole sealed months is the operator's decision
PERSONAL_DATA: list[Any] = []
