"""What this room declares: how long claims are kept after their time."""

from datetime import timedelta
from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.resources.models import Claim

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = []
JOBS: list[Job] = []
NAV: list[NavItem] = []
SETTINGS: dict[str, type[Any]] = {}
PERSONAL_DATA: list[Any] = []
RETENTION = [
    Retention(
        Claim, after=timedelta(days=2 * 365), since="until_at", reason=lazy("Two years, for the statistics")
    ),
]
