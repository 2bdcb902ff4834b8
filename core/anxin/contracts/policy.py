"""The contracts room's words: permissions, audit entries, navigation, jobs, notices, retention."""

from datetime import timedelta
from typing import Any

from anxin.contracts import closing, entries, papers, rights, statements, telling
from anxin.contracts.models import ContractVersion, ServiceUnit, SessionUse
from anxin.contracts.permissions import MANAGE, PUBLISH, READ, READ_ROLLUPS, SIGN
from anxin.extension.manifest import NavItem, NoticeKind, Purpose, Retention, SubjectRights
from anxin.kernel.guard import Permission
from anxin.kernel.i18n import lazy
from anxin.kernel.jobs import Job

PERMISSIONS: list[Permission] = [READ, MANAGE, SIGN, PUBLISH, READ_ROLLUPS]
PURPOSES: list[Purpose] = []
ENTRIES: list[type[Any]] = entries.ENTRIES
JOBS: list[Job] = [
    telling.tell,
    telling.tell_agency,
    closing.tidy,
    closing.lapse,
    closing.remind,
    statements.issue_due,
    papers.build,
]
NOTICES: list[NoticeKind] = [
    NoticeKind(telling.KIND, lazy("Something waits for you. Please sign in to see it.")),
]
UNIONS = ("district_union", "enterprise_union")
NAV: list[NavItem] = [
    NavItem(
        lazy("Organisations you serve"),
        "contracts.employers",
        None,
        icon="building-2",
        order=5,
        kinds=("agency",),
    ),
    NavItem(lazy("Service contracts"), "contracts.index", READ, icon="file-text", order=40),
    NavItem(
        lazy("Figures for the union above"),
        "contracts.rollups",
        PUBLISH,
        icon="send",
        order=42,
        kinds=UNIONS,
    ),
    NavItem(
        lazy("Figures of the unions below"),
        "contracts.received",
        READ_ROLLUPS,
        icon="inbox",
        order=43,
        kinds=("district_union",),
    ),
]
SETTINGS: dict[str, type[Any]] = {}
SUBJECTS = [SubjectRights("contracts", rights.own_copy, rights.own_erase)]
RETENTION: list[Retention] = [
    Retention(
        SessionUse,
        after=timedelta(days=1095),
        since="changed_at",
        reason=lazy("How many sessions somebody used in a year"),
    ),
    Retention(
        ServiceUnit,
        after=timedelta(days=3650),
        since="done_on",
        reason=lazy("Services billed, without names (accounts are kept for ten years)"),
    ),
]
PERSONAL_DATA: list[Any] = [
    SessionUse.person_id,
    ContractVersion.employer_signer,
    ContractVersion.agency_signer,
]
