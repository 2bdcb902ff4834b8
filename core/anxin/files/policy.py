"""The files room's words. It has no pages: files are offered by the rooms and plugins that keep them."""

from typing import Any

from anxin.extension.manifest import NavItem, Purpose, Retention, SubjectRights
from anxin.files import rights
from anxin.files.models import StoredFile
from anxin.kernel.guard import Permission
from anxin.kernel.jobs import Job

PERMISSIONS: list[Permission] = []
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = []
JOBS: list[Job] = [rights.drop_expired]
NAV: list[NavItem] = []
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
SUBJECTS = [SubjectRights("files", rights.own_copy, rights.own_erase)]
PERSONAL_DATA: list[Any] = [StoredFile.subject_id]
