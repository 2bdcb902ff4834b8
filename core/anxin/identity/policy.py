"""The identity room's words: permissions, purposes, audit entries, navigation, jobs, settings, retention."""

from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.jobs import Job

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = []
JOBS: list[Job] = []
NAV: list[NavItem] = []
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
PERSONAL_DATA: list[Any] = []
