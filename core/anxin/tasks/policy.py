"""The tasks room's words. Everybody sees their own tasks, so there is no permission to grant."""

from datetime import timedelta
from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention, SubjectRights
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job
from anxin.tasks import entries, rights
from anxin.tasks.models import TaskRow

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = []
NAV: list[NavItem] = []
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = [
    Retention(
        TaskRow, after=timedelta(days=90), since="made_at", reason=lazy("Finished work of last quarter")
    )
]
SUBJECTS = [SubjectRights("tasks", rights.own_copy, rights.own_erase)]
PERSONAL_DATA: list[Any] = [TaskRow.owner_id]
