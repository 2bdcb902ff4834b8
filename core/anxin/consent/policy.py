"""The consent room's words: permissions, audit entries, jobs."""

from typing import Any

from anxin.consent import entries, retention, rights, services
from anxin.consent.models import DataRequest
from anxin.extension.manifest import NavItem, Purpose, Retention, SubjectRights
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job

TEXTS_MANAGE = Permission(
    "consent.texts.manage", lazy("Read the consent texts"), suggested_roles=("union_admin",)
)

PERMISSIONS = [TEXTS_MANAGE]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [rights.erase_job, retention.nightly]
NAV = [
    NavItem(
        lazy("Privacy and consent"),
        "consent.texts",
        TEXTS_MANAGE,
        icon="shield-check",
        order=80,
        group=lazy("Trust"),
    ),
]
SETTINGS: dict[str, type[Any]] = {}
RETENTION: list[Retention] = []
SUBJECTS = [SubjectRights("consent", services.own_copy, services.own_erase)]
PERSONAL_DATA: list[Any] = [DataRequest.person_id]
