"""The consent room's words: permissions, purposes, audit entries, navigation, jobs, settings, retention."""

from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.jobs import Job
from anxin.consent import entries

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = []
NAV: list[NavItem] = []
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
PERSONAL_DATA: list[Any] = []
