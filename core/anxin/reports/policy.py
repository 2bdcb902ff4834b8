"""The reports room's words. Each report asks for its module's permission, so there is none to grant here."""

from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.reports.services import any_offered

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = []
JOBS: list[Job] = []
NAV: list[NavItem] = [
    NavItem(lazy("Reports"), "reports.index", None, "chart-column", order=70, shown=any_offered)
]
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
PERSONAL_DATA: list[Any] = []
